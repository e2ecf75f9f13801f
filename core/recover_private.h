/*
 * recover_private.h - a recovery under way: recover.c goes from segment to
 * segment, recover_group.c through the groups of one.
 */
#ifndef CORE_RECOVER_PRIVATE_H
#define CORE_RECOVER_PRIVATE_H

#include "journal_private.h"

struct recovery {
	struct journal *j;
	struct scan scan;
	const struct slots_mark *mark;
	struct segment *segment; /* under way */
	uint64_t sure, limit;	 /* committed at least, and at most, to there */
	uint64_t next_key;	 /* number of the next key in the frames */
	struct heard_buf copy;	 /* of a commit's payload */
	bool is_dirty;		 /* there is something behind the last commit */
};

/* The segment that `scan` is open on: sets all of it but its id, and is_dirty.
 * 0 or -errno. */
int recover_segment(struct recovery *, struct segment *);

#endif
