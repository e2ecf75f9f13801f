/*
 * seen.c - a table of prints.
 *
 * A shelf is one line of the cache.  A new print is put in front and the last falls off, so
 * a shelf holds its newest.  A print that is found stays where it is: a batch that comes
 * each second must not push out others, and is known until as many new ones have come.
 */
#include "seen.h"

#include <heard/record.h>

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <xxhash.h>

enum { SHELVES = 1 << 13, PLACES = 8 };

struct seen {
	_Atomic uint64_t prints[SHELVES][PLACES]; /* 0: free */
};

struct seen *seen_create(void)
{
	return calloc(1, sizeof(struct seen));
}

void seen_destroy(struct seen *s)
{
	free(s);
}

bool seen_again(struct seen *s, const struct heard_record *r)
{
	uint64_t origin = heard_record_origin(r);
	struct heard_str text = heard_get_str(r, HEARD_BODY);
	if (origin == 0)
		return false;
	uint64_t print = XXH3_64bits_withSeed(text.ptr, text.len, origin) | 1;
	_Atomic uint64_t *shelf = s->prints[print >> 32 & (SHELVES - 1)];
	for (size_t i = 0; i < PLACES; i++)
		if (atomic_load_explicit(&shelf[i], memory_order_relaxed) == print)
			return true;
	for (size_t i = 0; i < PLACES; i++)
		print = atomic_exchange_explicit(&shelf[i], print, memory_order_relaxed);
	return false;
}
