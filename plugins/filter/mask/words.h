/*
 * words.h - a text as words and numbers, for names and addresses in Latin letters.
 */
#ifndef MASK_WORDS_H
#define MASK_WORDS_H

#include "lexicon.h"
#include "text.h"

enum { WORDS_MOST = 64 };

enum word_gap { /* what stands before the word: a set */
		WORD_AFTER_BLANK = 1,
		WORD_AFTER_LINE = 2,
		WORD_AFTER_COMMA = 4,
		WORD_AFTER_DOT = 8,
		WORD_AFTER_COLON = 16,
		WORD_AFTER_HYPHEN = 32,
		WORD_AFTER_SIGN = 64, /* anything else: not the same name or address */
};

struct word {
	uint32_t from, to;
	uint16_t class; /* set of enum word_class                            */
	uint8_t gap;	/* set of enum word_gap                              */
	uint8_t n;	/* letters and digits, 255 for more                  */
	uint8_t digits; /* how many of them are digits                       */
	bool capital;	/* begins with a capital                             */
	bool capitals;	/* has no small letter                               */
	char last[6];	/* its last letters, folded, the last one first      */
};

struct words {
	struct word at[WORDS_MOST + 1]; /* behind the last one stands an empty word */
	unsigned n;
	uint32_t end; /* where reading goes on: behind a word, or the text's end      */
};

/* Read the word that begins here, all but its gap; false if none does. */
bool word_read(const struct mask_text *, const struct lexicon *, uint32_t at, struct word *);
/* None yet; the first will be read from this offset on. */
void words_begin(struct words *, uint32_t from);
/* Read on until there are so many, at most WORDS_MOST. */
void words_more(const struct mask_text *, const struct lexicon *, unsigned most,
		struct words *);
/* Forget the first n. */
void words_drop(struct words *, unsigned n);

static inline bool word_is_number(const struct word *w)
{
	return w->n && w->digits && w->n - w->digits <= 2 && w->n <= 6;
}
static inline bool word_is_alpha(const struct word *w)
{
	return w->n && w->digits == 0;
}

#endif
