/*
 * width.h - how wide a character is where all are of one width, and which are not shown.
 */
#ifndef TEXT_WIDTH_H
#define TEXT_WIDTH_H

#include <stdint.h>

/* Columns: 1, 2 if East Asian wide or an emoji, 0 if it combines with the one before.  -1: it
 * is not to be shown, a control character or a mark that turns the direction of writing. */
int text_width(uint32_t c);

#endif
