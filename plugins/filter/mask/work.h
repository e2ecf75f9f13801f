/*
 * work.h - working numbers: order, courier, batch and tax numbers.
 */
#ifndef MASK_WORK_H
#define MASK_WORK_H

#include "text.h"

/* The working number whose digit stands here: it is announced by a word, or has the
 * shape that a courier gives its numbers. */
bool work_match(const struct mask_text *, uint32_t at, struct mask_span *);

#endif
