/*
 * reading.h - what the words of a text say, one by one, before any model is asked.
 *
 * A text is read clause by clause.  A word of the lexicon counts with its value, turned
 * round if it is denied: by a negator at most a few characters (Chinese) or words
 * (English) before it in the same clause; two negators make none.  What stands behind
 * the last "but" is kept apart, for there people say what they mean.
 *
 * The same reading is evidence (what was found, and which emotion) and part of what the
 * models see: reading_tell() adds its tokens to the grams.
 */
#ifndef SENTIMENT_READING_H
#define SENTIMENT_READING_H

#include "lexicon.h"

#include <heard/str.h>

#include <stdbool.h>

struct gram_lane;

enum { READING_WORDS = 48, READING_TEXT = 4096 };

enum script { SCRIPT_NONE, SCRIPT_ZH, SCRIPT_EN };

struct reading {
	enum script script;
	unsigned n_han, n_latin; /* characters; letters                              */
	unsigned n_good, n_bad;	 /* words that spoke for and against                 */
	int sum, last;		 /* of values; of those behind the last "but"        */
	unsigned n_denied;	 /* of the words, those turned round                 */
	bool turns, asks;	 /* has a "but"; has a question mark or its particle */
	int emotions[EMOTIONS];	 /* sums of absolute values                          */
	unsigned n_words;	 /* kept of them, in order                           */
	struct {
		const struct lexicon_word *word;
		bool denied;
	} words[READING_WORDS];
};

/* Room for the folded text. */
struct reading_lane {
	uint32_t text[READING_TEXT];
};

void reading_begin(struct reading *);
/* Subject, then body. */
void reading_add(struct reading *, const struct lexicon *, struct reading_lane *,
		 struct heard_str text);
/* The script that most of it is written in: what model to ask. */
void reading_end(struct reading *);
/* Add what was read to the grams of the same text: for a model. */
void reading_tell(const struct reading *, struct gram_lane *);

#endif
