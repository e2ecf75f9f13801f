/*
 * cut.h - a text cut into candidate words, each with its weight, and what to count of it.
 *
 * Chinese: the way through a run of characters that is worth most is taken, over words of
 * the list, stop words, and words that the background has taught: two to four characters
 * that stand together far more often than chance would have it (normalised pointwise
 * mutual information of the weakest seam, Bouma 2009).  What is left between them, two to
 * four characters long, is a candidate that weighs half; once a thousand records were
 * read, only if it was there three times.
 *
 * English: words without stop words; a plural counts as its singular; phrases of the list
 * whole, and pairs that the background knows as one.
 *
 * The weight is (1 + ln times) * ln((records + 50) / (records with it + 1)) * its kind's.
 */
#ifndef KEYWORDS_CUT_H
#define KEYWORDS_CUT_H

#include "ground.h"
#include "words.h"

enum {
	CUT_TEXT = 2048, /* characters read of a record          */
	CUT_GRAMS = CUT_TEXT * 4,
	CUT_TABLE = CUT_GRAMS * 2,
	CUT_WORDS = 256, /* candidates of a record               */
	CUT_BYTES = WORD_CHARS * 8 * 3,
	CUT_LEARNED = 4, /* characters of a word that is learned */
};

struct cut {
	const struct words *words;
	const struct ground *ground;
	uint64_t seed;
};

struct candidate {
	uint64_t hash;
	uint32_t at, n; /* in the lane's text */
	uint32_t times;
	float weight;
};

struct cut_lane { /* one for each thread, zeroed at first */
	uint32_t text[CUT_TEXT + 1];
	size_t n_text;
	struct candidate words[CUT_WORDS];
	size_t n_words;
	uint64_t grams[CUT_GRAMS]; /* each once: to be counted */
	size_t n_grams;
	uint64_t table[CUT_TABLE];
	float best[CUT_TEXT + 1]; /* from here to the end of the run */
	uint8_t step[CUT_TEXT + 1], kind[CUT_TEXT + 1];
	bool is_stop[CUT_TEXT + 1];
	/* In the background: of the words of 1 to CUT_LEARNED characters from here on. */
	uint32_t count[CUT_TEXT + 1][CUT_LEARNED + 1];
};

void cut_begin(struct cut_lane *);
void cut_add(const struct cut *, struct cut_lane *, struct heard_str text);
/* Weighs and sorts them; the best `most` stay, none of which is part of a better one. */
void cut_end(const struct cut *, struct cut_lane *, size_t most);
/* Count what was read. */
void cut_teach(const struct cut_lane *, struct ground *);
/* The bytes of a candidate, no more than CUT_BYTES. */
size_t cut_write(const struct cut_lane *, const struct candidate *, char *out);

#endif
