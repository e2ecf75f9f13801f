/*
 * keeper.h - keeps the shelf of a folder that somebody may write to at any time.
 *
 * The folder is read when the keeper is made, which tells of every article that is left
 * out, and again by a thread of the keeper's own when it has changed: no worker waits for
 * that.  Those who find take the newest shelf when they come by.
 */
#ifndef ANSWER_KEEPER_H
#define ANSWER_KEEPER_H

#include "shelf.h"

struct heard_host;
struct keeper;

/* NULL with a sentence: there is no article in the folder, or it cannot be read. */
struct keeper *keeper_create(struct heard_host *, const char *folder, int64_t check_ms,
			     struct heard_error *);
void keeper_destroy(struct keeper *);			 /* NULL is fine; ends the thread */
int keeper_begin(struct keeper *, struct heard_error *); /* start the thread */
/* The shelf, held, if it is another than this one (NULL: any is), else NULL.  [any] */
struct shelf *keeper_newer(struct keeper *, const struct shelf *have);

#endif
