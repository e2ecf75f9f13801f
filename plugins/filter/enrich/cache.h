/*
 * cache.h - what a service said of a key, for a while; and that it knows none of it.
 *
 * At most so many entries; the one that was not asked for the longest time goes.  It has
 * prints of keys, not keys.
 */
#ifndef ENRICH_CACHE_H
#define ENRICH_CACHE_H

#include "key.h"

#include <stddef.h>
#include <stdint.h>

struct cache;

/* NULL without memory. */
struct cache *cache_create(size_t entries, size_t values);
void cache_destroy(struct cache *); /* NULL is fine */
/* False: not there, or too old.  Else *values are that many texts, valid until the next
 * cache_put(), or NULL: the service has none of that key. */
bool cache_get(struct cache *, const unsigned char print[PRINT_SIZE], int64_t now_ms,
	       const struct heard_str **values);
/* values NULL: there is none.  Without memory it is not kept. */
void cache_put(struct cache *, const unsigned char print[PRINT_SIZE],
	       const struct heard_str *values, int64_t until_ms);
size_t cache_size(const struct cache *);

#endif
