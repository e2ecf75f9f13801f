/*
 * heard/delivery.h - the promise an output makes for each batch it is given.
 *
 * write() gets a delivery and finishes it exactly once, now or later, at home.
 * Until then the batch stays valid.  Outcomes may be set for single records
 * first; finish() gives its outcome to all others.
 *
 * A dead letter is safe once the core has committed it, which is after finish().
 * An output with HEARD_KEEPS_POSITION must know what that means: see position()
 * in heard/plugin.h.
 */
#ifndef HEARD_DELIVERY_H
#define HEARD_DELIVERY_H

#include <heard/api.h>

#include <stddef.h>
#include <stdint.h>

struct heard_delivery;

enum heard_outcome {
	HEARD_DELIVERED = 1, /* safe with the receiver                           */
	HEARD_DUPLICATE,     /* the receiver had it already                      */
	HEARD_RETRY,	     /* not now: try again                               */
	HEARD_REFUSED,	     /* never: becomes a dead letter with the reason     */
};

/* [home]  The reason is copied; it is NULL for DELIVERED and DUPLICATE, and
 * never quotes a customer. */
HEARD_API void heard_delivery_set(struct heard_delivery *, size_t i, enum heard_outcome,
				  const char *reason);
/* [home]  after_ms: the receiver asked for this pause before a RETRY
 * (Retry-After), or 0 for the core's own backoff. */
HEARD_API void heard_delivery_finish(struct heard_delivery *take, enum heard_outcome,
				     int64_t after_ms, const char *reason);

#endif
