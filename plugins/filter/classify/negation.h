/*
 * negation.h - is what a word says denied right before it?
 */
#ifndef CLASSIFY_NEGATION_H
#define CLASSIFY_NEGATION_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { NEGATION_ENDS = 4096 };

struct negation { /* which kinds of words end with these bytes */
	uint8_t one[256];
	uint8_t two[NEGATION_ENDS];
};
void negation_init(struct negation *);

/* `at`: where the word begins in the text. */
bool is_negated(const struct negation *, struct heard_str text, size_t at);

#endif
