/*
 * load.h - how many live tickets each agent has, and whose turn it is.
 *
 * Kept in two small tables, changed in memory within a transaction and written at
 * its end, so that a batch of thousands of tickets writes each agent once.
 */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include "store.h"

struct loads;

struct loads *loads_create(void);
void loads_destroy(struct loads *); /* NULL is fine */
/* At the begin of a transaction, its end, and when it is undone. */
int loads_begin(struct store *, struct heard_error *);
int loads_flush(struct store *, struct heard_error *);
void loads_forget(struct store *);

/* An empty agent has no load. */
int load_add(struct store *, struct heard_str agent, int64_t n, struct heard_error *);
int load_of(struct store *, struct heard_str agent, int64_t *n_r, struct heard_error *);
/* Who of the department had the last turn; empty if nobody.  Valid until load_turn_set. */
int load_turn(struct store *, struct heard_str department, struct heard_str *agent_r,
	      struct heard_error *);
int load_turn_set(struct store *, struct heard_str department, struct heard_str agent,
		  struct heard_error *);

#endif
