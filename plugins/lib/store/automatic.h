/*
 * automatic.h - mail that no person wrote: bounces, vacation notices, newsletters.
 */
#ifndef STORE_AUTOMATIC_H
#define STORE_AUTOMATIC_H

#include "sqlite.h"

struct plan;

/* The ticket that it is kept with; 0: none.  Reads only. */
int automatic_find(struct store *, const struct store_record *, int64_t *ticket_r,
		   struct heard_error *);
/* May a ticket be made of it, if it says what deserves one? */
bool automatic_may_be_ticket(const struct store *, const struct store_record *);
/* It is nobody's word: no figure counts it, no answer goes to it. */
bool automatic_is_aside(const struct store_record *, const struct plan *);
int automatic_set_aside(struct store *, int64_t record, struct heard_error *);
int automatic_was_aside(struct store *, int64_t record, bool *was_r, struct heard_error *);
/* The ticket learns of it. */
int automatic_join(struct store *, const struct store_record *, int64_t ticket, int64_t now,
		   struct heard_error *);

#endif
