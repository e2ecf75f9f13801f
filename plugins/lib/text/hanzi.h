/*
 * hanzi.h - traditional characters simplified, one by one.
 *
 * For comparing only: rules, duplicates, search and the learned models read both
 * scripts alike, and the text stays as it was written.  One character becomes one
 * character, whatever stands beside it, so 乾 is 干 also in 乾隆; that is good enough to
 * find the same, and no good for showing.  The table is made at build time from OpenCC's
 * dictionaries (gen/hanzi_gen.c).
 */
#ifndef TEXT_HANZI_H
#define TEXT_HANZI_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { HANZI_FIRST = 0x3400, HANZI_LAST = 0x9fff };
extern const uint16_t hanzi_table[HANZI_LAST - HANZI_FIRST + 1]; /* 0: as it is */

static inline uint32_t hanzi_simple(uint32_t c)
{
	if (c < HANZI_FIRST || c > HANZI_LAST || hanzi_table[c - HANZI_FIRST] == 0)
		return c;
	return hanzi_table[c - HANZI_FIRST];
}

/* The first character that has a simple form of its own, or the end.  Malformed bytes
 * are passed over. */
size_t hanzi_find(struct heard_str);
/* In place: a character and its simple one have three bytes each, so that what is found
 * in the simple text stands at the same place in the written one. */
void hanzi_simplify(char *, size_t n);

#endif
