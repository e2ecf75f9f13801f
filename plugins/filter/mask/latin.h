/*
 * latin.h - names, addresses and chat ids in Latin letters.
 */
#ifndef MASK_LATIN_H
#define MASK_LATIN_H

#include "text.h"

struct heard_buf;
struct lexicon;

/* Append a struct mask_span for each, of the kinds in the set; from the left. */
void latin_find(const struct mask_text *, const struct lexicon *, unsigned kinds,
		struct heard_buf *spans);

#endif
