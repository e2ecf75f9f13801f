/*
 * finder.h - the next piece of private data in a text, of the kinds we know.
 */
#ifndef MASK_FINDER_H
#define MASK_FINDER_H

#include "text.h"

/* The leftmost span at or behind `from` whose kind is in the set `kinds`
 * (1u << enum mask_kind).  Linear in the length of the text. */
bool finder_next(struct mask_text *, uint32_t from, unsigned kinds, struct mask_span *);

#endif
