/*
 * match.h - a word to look for, and whether it is what stands in a text.
 */
#ifndef MODERATE_MATCH_H
#define MODERATE_MATCH_H

#include "plain.h"

#include <stdbool.h>

enum {
	WORD_DOUBLE = 1,
	WORD_BLANK = 2
}; /* of a character: it is there twice, or behind a blank */

struct exception {
	struct heard_str text; /* plain, with the word in it */
	size_t at;	       /* where                      */
};

struct word {
	struct heard_str text; /* plain                              */
	const uint8_t *how;    /* of each byte                       */
	const struct exception *exceptions;
	size_t n_exceptions;
	bool is_open; /* the last word may go on            */
	uint8_t kind;
};

/* Its bytes stand in the plain text from there on: is it the word? */
bool match_is_word(const struct plain *, const struct word *, size_t from);
/* Where it ends, with what it goes on by. */
size_t match_end(const struct plain *, const struct word *, size_t from);

#endif
