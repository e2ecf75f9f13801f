/*
 * place.h - postal addresses in Latin letters.
 */
#ifndef MASK_PLACE_H
#define MASK_PLACE_H

#include "words.h"

/* An address that begins at word i.  The index behind it, or 0. */
unsigned place_match(const struct mask_text *, const struct words *, unsigned i,
		     struct mask_span *);

#endif
