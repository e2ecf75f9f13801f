/*
 * window.h - what was said of late, by whom: the memory of dedupe.
 *
 * A ring of the newest `count` records.  Each stands in one chain for each of its bands
 * and one for each thing that names its author; chains go from new to old and end where
 * the ring has written over, so nothing is ever unlinked.  No lock: its owner has one.
 *
 * What is remembered of a record is hashes under a key, and its id; no text.
 */
#ifndef DEDUPE_WINDOW_H
#define DEDUPE_WINDOW_H

#include <minhash/minhash.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WINDOW_NAMES = 3, WINDOW_RELATED = 8, WINDOW_ID = 16 };

struct said {
	unsigned char id[WINDOW_ID];
	uint64_t who[WINDOW_NAMES]; /* key, address, number; 0: not known          */
	uint64_t origin;	    /* see heard_record_origin()                   */
	uint64_t order, product;    /* 0: not said                                 */
	int64_t at;		    /* ms                                          */
	struct minhash text;
};

struct window_rules {
	double alike;	/* from this Jaccard index on two texts say the same */
	int64_t span;	/* ms between the two, at most                       */
	unsigned least; /* characters that others' texts must have           */
};

struct window_found {
	bool is_again; /* the very record was here before               */
	bool is_kept;  /* said word for word by its author a while ago:  */
	/* it need not be remembered again                */
	bool has_earlier;
	unsigned char earlier[WINDOW_ID]; /* of the same person                 */
	size_t n_related;
	unsigned char related[WINDOW_RELATED][WINDOW_ID]; /* of others; newest first */
};

struct window;
struct window *window_create(size_t count); /* NULL: no memory */
void window_destroy(struct window *);	    /* NULL is fine */
size_t window_size(const struct window *);
void window_look(struct window *, const struct said *, const struct window_rules *,
		 struct window_found *);
void window_add(struct window *, const struct said *);

#endif
