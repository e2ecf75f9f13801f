/*
 * hanzi.h - traditional characters simplified, one by one.
 *
 * One character becomes one character of as many bytes, whatever stands beside it.  Two
 * tables are made at build time from OpenCC's dictionaries (gen/hanzi_gen.c):
 *
 * hanzi_simple is the character as a reader of simplified Chinese knows it: what is
 * learned, and what is shown of a text that was folded.
 *
 * hanzi_same is for comparing: rules, duplicates and search.  It makes one of all that
 * are forms of each other in any word, so that 回覆 is 回复 and 睡著 is 睡着; then 覆盖 is
 * 复盖, too, which nobody sees.  It finds a little too much, and hardly ever too little.
 */
#ifndef TEXT_HANZI_H
#define TEXT_HANZI_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { HANZI_FIRST = 0x3400, HANZI_LAST = 0x9fff };
extern const uint16_t hanzi_table[HANZI_LAST - HANZI_FIRST + 1]; /* 0: as it is */
extern const uint16_t hanzi_table_same[HANZI_LAST - HANZI_FIRST + 1];

static inline uint32_t hanzi_simple(uint32_t c)
{
	if (c < HANZI_FIRST || c > HANZI_LAST || hanzi_table[c - HANZI_FIRST] == 0)
		return c;
	return hanzi_table[c - HANZI_FIRST];
}

static inline uint32_t hanzi_same(uint32_t c)
{
	if (c < HANZI_FIRST || c > HANZI_LAST || hanzi_table_same[c - HANZI_FIRST] == 0)
		return c;
	return hanzi_table_same[c - HANZI_FIRST];
}

/* For comparing.  The first character that is compared as another, or the end.  Malformed
 * bytes are passed over. */
size_t hanzi_find(struct heard_str);
/* Likewise, in place: both have three bytes, so that what is found in this text stands at
 * the same place in the written one. */
void hanzi_simplify(char *, size_t n);

#endif
