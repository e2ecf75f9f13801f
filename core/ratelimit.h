/*
 * ratelimit.h - so many requests a second for each address, in fixed memory.
 */
#ifndef CORE_RATELIMIT_H
#define CORE_RATELIMIT_H

#include "address.h"

#include <stdint.h>

struct ratelimit;

/* NULL without memory.  burst 0: as many as per_second. */
struct ratelimit *ratelimit_create(int64_t per_second, int64_t burst);
void ratelimit_destroy(struct ratelimit *);
/* May this address ask once more now?  If not, *wait_ms says when it may. */
bool ratelimit_take(struct ratelimit *, const struct address *, int64_t now_ms,
		    int64_t *wait_ms);

#endif
