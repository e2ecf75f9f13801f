/*
 * kept.h - the window on disk, so that a restart or kill -9 forgets nothing.
 *
 * Two files in the instance's folder, "newer" and "older".  What comes is added to
 * "newer"; when that holds a whole window it becomes "older", by rename, in the place of
 * the one before.  So the two always hold the window, and never more than two of them.
 *
 *	 0  "HEARDDUP", u32 version, u32 zero
 *	16  u64 of the key: what was hashed under another cannot be compared
 *	24  frames: u32 XXH3 of the rest (its low half), u8 hashes, u8 whole (1) and
 *	    origin known (2), u16 characters, u8 id[16], u64 who[3], origin, order, product,
 *	    i64 time, u32 bands[16], u32 hashes[]; little-endian
 *
 * A thread of its own writes what was noted, a fifth of a second later at most: no
 * worker waits for the disk.  Reading stops at the first frame that is not whole; what
 * is behind it in that file is cut off.
 *
 * The thread begins with the loop.  So `heard filter`, which has none, reads and does
 * not write.
 */
#ifndef DEDUPE_KEPT_H
#define DEDUPE_KEPT_H

#include "window.h"

struct heard_error;
struct heard_host;
struct kept;

/* The folder's name and the key; NULL: no memory. */
struct kept *kept_create(struct heard_host *, const char *folder, uint64_t key,
			 size_t per_file);
void kept_destroy(struct kept *); /* NULL is fine; without writing what is left */
/* Everything that is there, oldest first.  -errno with a sentence if a file cannot be read
 * or is none of ours; what could be read was. */
int kept_read(struct kept *, void (*fn)(void *arg, const struct said *), void *arg,
	      struct heard_error *);
int kept_begin(struct kept *, struct heard_error *); /* start the thread */
void kept_note(struct kept *, const struct said *);  /* [any] */
void kept_end(struct kept *);			     /* write what is left, and sync */

#endif
