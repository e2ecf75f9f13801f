/*
 * name.h - names of people in Latin letters.
 */
#ifndef MASK_NAME_H
#define MASK_NAME_H

#include "words.h"

/* A name that begins at word i, or right behind it when it is a title or the word
 * "name".  The index behind it, or 0. */
unsigned name_match(const struct mask_text *, const struct words *, unsigned i,
		    struct mask_span *);
/* Is the word a surname by the lexicon or by its ending? */
bool name_is_surname(const struct word *);

#endif
