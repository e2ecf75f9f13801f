/*
 * runs.h - where the words of a text begin and end, without reading them.
 *
 * A run is an unbroken row of ASCII letters and digits, or the one byte that begins a
 * letter of two (é).  Nearly every word is one run; words.h reads the others.
 *
 * Text is taken in blocks of 64 bytes, each turned into sets of bits (block.h), so that a
 * word costs the same whatever its length.  All of this is in the header to be compiled
 * into the one loop that asks for every word of every text.
 */
#ifndef MASK_RUNS_H
#define MASK_RUNS_H

#include "block.h"
#include "text.h"

struct run {
	uint32_t from, to;
	bool digits; /* has some */
};

struct runs {
	const char *s;
	uint32_t n;
	uint32_t base; /* of the block, in the text                          */
	struct block block;
	uint64_t rest; /* its bytes that were not passed yet                 */
};

/* Behind the text no byte has a bit. */
static inline bool runs_load(struct runs *runs, uint32_t base)
{
	uint32_t n = base < runs->n ? runs->n - base : 0;

	runs->base = base;
	runs->rest = ~(uint64_t)0;
	runs->block = block_read(runs->s + (n ? base : 0), n < BLOCK_BYTES ? n : BLOCK_BYTES,
				 base);
	return n != 0;
}

static inline void runs_begin(struct runs *runs, const struct mask_text *t)
{
	runs->s = t->s;
	runs->n = t->n;
	runs_load(runs, 0);
}

/* The next run; false at the end. */
static inline bool runs_next(struct runs *runs, struct run *run)
{
	uint64_t begins;

	while ((begins = (runs->block.alnum | runs->block.lead) & runs->rest) == 0)
		if (!runs_load(runs, runs->base + BLOCK_BYTES))
			return false;
	unsigned bit = (unsigned)__builtin_ctzll(begins);
	run->from = runs->base + bit;
	run->digits = false;
	for (;;) {
		uint64_t behind = ~(uint64_t)0 << bit, ends = ~runs->block.alnum & behind;

		if (ends) {
			bit = (unsigned)__builtin_ctzll(ends);
			runs->rest = ~(uint64_t)0 << bit;
			run->digits |= (runs->block.digit & behind & ~runs->rest) != 0;
			run->to = runs->base + bit;
			break;
		}
		run->digits |= (runs->block.digit & behind) != 0;
		runs_load(runs, runs->base + BLOCK_BYTES);
		bit = 0;
	}
	if (run->to == run->from) { /* the first byte of a letter */
		run->to++;
		runs->rest &= runs->rest - 1;
	}
	return true;
}

/* Go on at this offset, at or behind the start of the last run. */
static inline void runs_skip(struct runs *runs, uint32_t to)
{
	if (to - runs->base >= BLOCK_BYTES)
		runs_load(runs, to & ~(uint32_t)(BLOCK_BYTES - 1));
	runs->rest &= ~(uint64_t)0 << (to - runs->base);
}

#endif
