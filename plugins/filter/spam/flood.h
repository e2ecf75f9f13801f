/*
 * flood.h - how often something came of late: a table of counts that all workers share.
 *
 * A cell is one atomic word: a piece of the key's hash, the window it counts in, and the
 * count.  Two keys may share a cell's place: the newer window wins, so a count is never
 * too high but by a chance of one in 2^24, and may be too low.  No worker waits for
 * another.  It is forgotten when the daemon ends: a flood that goes on is noticed again.
 */
#ifndef SPAM_FLOOD_H
#define SPAM_FLOOD_H

#include <stdint.h>

struct flood;

/* NULL: no memory. */
struct flood *flood_create(void);
void flood_destroy(struct flood *); /* NULL is fine */
/* Once more in this window (a number that rises with time); how often with this one. */
unsigned flood_count(struct flood *, uint64_t key, uint32_t window);
/* How often it was counted; 0: not, or it is not known any more. */
unsigned flood_look(struct flood *, uint64_t key, uint32_t window);

#endif
