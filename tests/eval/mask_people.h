/*
 * mask_people.h - made names and addresses, and decoys that look like them.
 */
#ifndef EVAL_MASK_PEOPLE_H
#define EVAL_MASK_PEOPLE_H

#include "mask_texts.h"

#include <stdbool.h>

/* The same source of chance, and the same text, as mask_texts.c. */
unsigned texts_roll(unsigned n);
void texts_put(struct made_text *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A name or an address with its truth, behind words that lead to it or not. */
void people_put(struct made_text *, unsigned kind, bool zh);
void people_decoy(struct made_text *, bool zh);

#endif
