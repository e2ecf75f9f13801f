/*
 * access.h - the access token that every call of the platform's interface needs.
 *
 * One for each instance, good for two hours.  WeChat's is the stable one
 * (cgi-bin/stable_token): asking for it does not end the token that another program of
 * the same account uses.  It is fetched when first wanted, again when it is wanted in the
 * last five minutes before it ends, and at once when the platform refuses it; after a
 * failure later and later, until there is one.
 */
#ifndef WECHAT_ACCESS_H
#define WECHAT_ACCESS_H

#include <stdbool.h>

struct access;
struct heard_error;
struct heard_fetch_client;
struct heard_host;

struct access_options {
	bool is_wecom;
	const char *base_url, *id, *secret;
	bool allow_private;
};

/* Options and client are borrowed; ready(arg) each time there is a new one. */
struct access *access_create(struct heard_host *, struct heard_fetch_client *,
			     const struct access_options *, void (*ready)(void *arg), void *arg,
			     struct heard_error *);
void access_destroy(struct access *); /* before the client; NULL is fine */
/* NULL: there is none yet; ready() tells. */
const char *access_get(struct access *);
/* The platform did not take it: another is fetched. */
void access_refused(struct access *);
/* Does this errcode say so? */
bool access_is_refusal(long long errcode);

#endif
