/*
 * plate.h - number plates of the mainland, new-energy ones included.
 */
#ifndef MASK_PLATE_H
#define MASK_PLATE_H

#include "text.h"

/* `at`: where a letter stands right behind a character that is not ASCII. */
bool plate_match(const struct mask_text *, uint32_t at, struct mask_span *);

#endif
