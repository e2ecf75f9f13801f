/*
 * like.h - texts that say the same: forty customers whose payment failed.
 *
 * Alike means equal without case, blanks, punctuation and digits.  A text is
 * remembered by its hash, with the times of its last arrivals; it trips when `count`
 * of them came within `within` and that is more than four times what is usual for this
 * very text (some platforms fill in a default).  One person counts once.
 *
 * The table is bounded: 64 sets of eight, of which the longest unheard is forgotten.
 * The hash is keyed, so that nobody can push others out on purpose.
 */
#ifndef ALERT_LIKE_H
#define ALERT_LIKE_H

#include "series.h"

#include <heard/str.h>

enum { LIKE_SETS = 64, LIKE_WAYS = 8, LIKE_MOST = 64, LIKE_AUTHORS = 16, LIKE_KEY = 16 };

struct like {
	uint64_t hash;
	int64_t times[LIKE_MOST]; /* ring */
	uint32_t n;		  /* ever, since it was remembered */
	int64_t last;
	double day; /* arrivals, decayed by a day */
	uint64_t authors[LIKE_AUTHORS];
	uint32_t n_authors;
};

struct likes {
	unsigned char key[LIKE_KEY];
	unsigned count;
	int64_t within;
	struct like at[LIKE_SETS][LIKE_WAYS];
};

/* The key makes hashes comparable over a restart. */
void likes_init(struct likes *, const unsigned char *key, unsigned count, int64_t within);
/* Hash of a text, 0 if it has too little in it to be alike. */
uint64_t likes_hash(const struct likes *, struct heard_str text);
uint64_t likes_hash_author(const struct likes *, struct heard_str author);
/* One came; author 0: nobody knows who.  True: it trips. */
bool likes_add(struct likes *, uint64_t hash, uint64_t author, int64_t now);
/* NULL if it is forgotten. */
const struct like *likes_find(const struct likes *, uint64_t hash);
/* How many of the last hour are remembered, at most LIKE_MOST. */
unsigned like_within(const struct like *, int64_t now, int64_t ms);

#endif
