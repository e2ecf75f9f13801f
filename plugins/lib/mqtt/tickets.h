/*
 * tickets.h - messages that are not acknowledged yet, in the order in which they came.
 *
 * A ring of `size` places.  A ticket is the connection's number and the message's number
 * on it; so one of a connection before, under which the same packet id may have meant
 * another message, is good for nothing.  Acknowledgements go out in order [4.6]: one
 * that is given early waits for those before it.
 */
#ifndef MQTT_TICKETS_H
#define MQTT_TICKETS_H

#include <stdbool.h>
#include <stdint.h>

struct tickets {
	struct ticket *ring;
	unsigned size;	     /* so many may be out                        */
	uint32_t mask;	     /* places - 1, 2^n of them: numbers may wrap */
	uint32_t head, tail; /* numbers; head is the oldest that is out */
	uint32_t epoch;	     /* of the connection; never 0 */
	uint64_t *used;	     /* packet ids that are out, one bit each */
};

bool tickets_init(struct tickets *, unsigned size); /* false: no memory */
void tickets_release(struct tickets *);
/* A new connection: all that are out are void. */
void tickets_renew(struct tickets *);
/* The packet id may be 0: nothing is to be sent for it. */
uint64_t tickets_add(struct tickets *, uint16_t id);
bool tickets_has(const struct tickets *, uint16_t id);
/* Is it of this connection, and still out? */
bool tickets_are_out(const struct tickets *, uint64_t ticket);
/* It is settled.  Call tickets_next() until it says no. */
void tickets_settle(struct tickets *, uint64_t ticket);
/* The oldest, if it is settled: it is out no more; *id is to be acknowledged, or 0. */
bool tickets_next(struct tickets *, uint16_t *id);

static inline unsigned tickets_n(const struct tickets *t)
{
	return t->tail - t->head;
}

static inline bool tickets_has_room(const struct tickets *t)
{
	return tickets_n(t) < t->size;
}

#endif
