/*
 * pace.h - how many came of late from one author or for one product, and how many is usual.
 *
 * A cell holds two counts that fade, one within the window, one within a week, so it
 * needs no list of times.  The table is bounded; of four places the one that was not
 * touched for longest makes room.  It is forgotten when the daemon ends: what is usual
 * is then learned anew, and no burst is seen of what is known for less than a day.
 *
 * All workers share it, under a lock of some tens of nanoseconds.
 */
#ifndef AUTHENTIC_PACE_H
#define AUTHENTIC_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { DAY_MS = 86400000 };

struct pace;
struct pace_seen {
	double lately;	/* within the window, this one counted   */
	double usual;	/* in a window, before; < 0: not known   */
	bool was_other; /* it came with another `about` before   */
};

struct pace *pace_create(int64_t window_ms); /* NULL: no memory */
void pace_destroy(struct pace *);	     /* NULL is fine */
/* One more of this key, at this time; `about` 0: nothing to compare. */
struct pace_seen pace_count(struct pace *, uint64_t key, uint64_t about, int64_t at);
/* The same for one that was counted before. */
struct pace_seen pace_look(struct pace *p, uint64_t key, uint64_t about, int64_t at);

#endif
