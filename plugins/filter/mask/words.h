/*
 * words.h - a text as words and numbers, for names and addresses in Latin letters.
 */
#ifndef MASK_WORDS_H
#define MASK_WORDS_H

#include "lexicon.h"
#include "text.h"

enum { WORDS_MOST = 1024 };

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
};

/* Read words from an offset on, as many as fit.  Returns where it stopped: the end of
 * the text, or the start of a word. */
uint32_t words_read(const struct mask_text *, const struct lexicon *, uint32_t from,
		    struct words *);

static inline bool word_is_number(const struct word *w)
{
	return w->n && w->digits && w->n - w->digits <= 2 && w->n <= 6;
}
static inline bool word_is_alpha(const struct word *w)
{
	return w->n && w->digits == 0;
}

#endif
