/*
 * proxy.h - who may speak for others: networks whose X-Forwarded-For we believe.
 */
#ifndef CORE_PROXY_H
#define CORE_PROXY_H

#include "address.h"

#include <heard/plugin.h>

struct heard_error;

struct proxy_net {
	struct address net;
	unsigned bits; /* of 128 */
};
struct proxy {
	struct proxy_net *at;
	size_t n;
};

/* "10.0.0.0/8", "2001:db8::/32", or one address.  0, or -errno. */
int proxy_init(struct proxy *, const struct heard_list *networks, struct heard_error *);
void proxy_release(struct proxy *);
bool proxy_trusts(const struct proxy *, const struct address *);
/* Walk one X-Forwarded-For value from its right end.  *at is the hop that said
 * it, and becomes the nearest one that is not trusted.  True if every entry
 * was trusted, so that the walk goes on in an earlier header of that name. */
bool proxy_walk(const struct proxy *, struct heard_str forwarded_for, struct address *at);

#endif
