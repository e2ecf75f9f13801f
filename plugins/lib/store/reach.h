/*
 * reach.h - how many customers say the same.
 */
#ifndef STORE_REACH_H
#define STORE_REACH_H

#include "row.h"

struct group {
	int64_t leader; /* 0: nobody said it lately */
	int64_t reach;	/* how many did                                 */
	bool is_raised; /* so many did that it matters to all of them */
};
/* Reads only: who began to say it, by the key of its text. */
int reach_find(struct store *, uint64_t text, int64_t received_at, struct group *,
	       struct heard_error *);
/* One more says it.  Raises all of them when there are enough. */
int reach_join(struct store *, const struct group *, int64_t now, struct heard_error *);

#endif
