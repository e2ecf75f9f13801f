/*
 * hanzi.c - the table of hanzi.h, made by gen/hanzi_gen.c.
 */
#include "hanzi.h"

const uint16_t hanzi_table[HANZI_LAST - HANZI_FIRST + 1] = {
#include "hanzi_table.inc"
};
