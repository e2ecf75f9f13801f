/*
 * auth.h - logging in, with each request.
 */
#ifndef COLLECT_AUTH_H
#define COLLECT_AUTH_H

#include "collect.h"

int auth_check(const struct collect_auth *, const char *url, bool allow_private,
	       struct heard_error *);
/* Behind everything else that makes the URL.  False: no room for it. */
bool auth_apply(const struct collect_auth *, struct pull_request *, int64_t now_ms);

#endif
