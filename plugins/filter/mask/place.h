/*
 * place.h - postal addresses in Latin letters.
 */
#ifndef MASK_PLACE_H
#define MASK_PLACE_H

#include "words.h"

/* An address that begins at word i.  The index behind it, or 0. */
unsigned place_match(const struct mask_text *, const struct words *, unsigned i,
		     struct mask_span *);
/* May the number of a house stand at this place, by the byte before it? */
bool place_may_begin(const struct mask_text *, uint32_t at);
/* Is the word the name of a street by its ending: Storgatan, Hauptstrasse, Kiannonkatu? */
bool place_is_street(const struct word *);

#endif
