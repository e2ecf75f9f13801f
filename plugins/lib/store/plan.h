/*
 * plan.h - what a record is to the tickets that there are, before anything is written.
 */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "alike.h"
#include "reach.h"
#include "sqlite.h"

enum relation { NEW_TICKET = 1, AGAIN, REVISION, REMOVAL, LATE, ASIDE };

struct plan {
	enum relation relation; /* to `ticket`, if there is one               */
	int64_t ticket;		/* 0: none                                    */
	enum record_fate fate;	/* of the record itself                       */
	bool is_apart;		/* its id is somebody else's record's already */
	int64_t older;		/* the record that it takes the place of      */
	enum record_fate older_fate;
	enum store_priority priority;
	int64_t linked;		/* a ticket that a new one is related to           */
	const char *why_linked; /* or NULL */
	int64_t alike;		/* hash of what it says                            */
	struct alike_keys keys;
	struct group group; /* of other customers who say the same            */
};

/* By reading, but for the row of a new entity. */
int plan_make(struct store *, const struct store_record *, struct plan *, struct heard_error *);

/* The id and the source of its entity, at two places of a statement. */
int plan_bind_entity(sqlite3_stmt *, int at, const struct store_record *, const struct plan *,
		     struct heard_error *);

/* ---- create.c: a new ticket and all that comes with it */

int create_ticket(struct store *, const struct store_record *, const struct plan *, int64_t now,
		  struct heard_error *);
/* What a ticket is called when the customer gave no subject. */
struct heard_str create_excerpt(const struct store_record *);

#endif
