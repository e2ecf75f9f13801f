/*
 * minhash.h - how alike two texts are, and which of many may be alike at all.
 *
 * A text is the set of its character n-grams: pairs where they begin with a Chinese
 * character, threes elsewhere, folded as gram_fold() folds (case, width, traditional
 * characters, digits), and without blanks and punctuation.  Two texts are as alike as
 * their sets: the Jaccard index, what both have of what either has.
 *
 * Of the set two things are kept.  The sketch is its smallest hashes (Broder 1997): all of
 * them in a text of up to 64 grams, and then the index is exact; of a longer one a sample,
 * whose estimate has a standard error of at most 0.06.  The bands are keys for finding:
 * each is made of five minima (Indyk, Motwani 1998) of what is in the sketch, and two texts
 * of an index J share one or more of the sixteen with probability 1 - (1 - J^5)^16: 0.998
 * at 0.8, 0.4 at 0.5, 0.0002 at 0.1; a little less where the sketches are samples.
 * docs/understanding.md has what was measured.
 *
 * The hashes depend on a seed.  Who does not know it can make no texts that collide, and
 * cannot tell from a sketch what stood in the text by trying.
 */
#ifndef MINHASH_MINHASH_H
#define MINHASH_MINHASH_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum {
	MINHASH_SKETCH = 64,
	MINHASH_BANDS = 16,
	MINHASH_ROWS = 5,
	MINHASH_TEXT = 1024, /* characters read of a text; the rest says no more */
};

struct minhash_family { /* made of the seed once, then read only */
	uint64_t seed;
	uint32_t factors[MINHASH_BANDS * MINHASH_ROWS];
};
void minhash_family_init(struct minhash_family *, uint64_t seed);

/* Room to work in, one for each thread. */
struct minhash_lane {
	uint32_t text[MINHASH_TEXT], grams[MINHASH_TEXT];
};

struct minhash {
	uint16_t n_grams;		 /* that were cut; in the lane, until the next text   */
	uint16_t chars;			 /* letters, digits and ideographs that were read  */
	uint8_t n, is_whole;		 /* hashes in the sketch; is that all of them      */
	uint32_t sketch[MINHASH_SKETCH]; /* rising                             */
	uint32_t bands[MINHASH_BANDS];
};
/* false if there is nothing in it to be alike by: no letters. */
bool minhash_make(struct minhash *, struct minhash_lane *, const struct minhash_family *,
		  struct heard_str text);

/* The Jaccard index of two texts, 0 to 1. */
double minhash_alike(const struct minhash *, const struct minhash *);
/* The standard error of that, if the index is `at`; 0 where it is exact. */
double minhash_error(const struct minhash *, const struct minhash *, double at);
/* The index if it is `cut` or more, else 0; an estimate is given two standard errors, so
 * that texts that are alike are found.  Texts that are not cost little. */
double minhash_alike_from(const struct minhash *, const struct minhash *, double cut);

/* A sketch's shade: a bit for each hash, in 256.  What two shades do not share, their
 * sketches do not either; so most pairs that are not alike are told by 40 bytes of each. */
struct minhash_shade {
	uint64_t bits[4];
	uint8_t n, is_whole, spare; /* spare: hashes that had no bit of their own */
};
struct minhash_shade minhash_shade(const struct minhash *);
/* false: minhash_alike_from() of these two would be 0. */
bool minhash_may_be_alike(const struct minhash_shade *, const struct minhash_shade *,
			  double cut);

#endif
