/*
 * cache.c - a table of chains, and a list by last use.
 *
 * An entry and its values are one piece of memory.
 */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct entry *chain;
	struct entry *newer, *older;
	int64_t until;
	unsigned char print[PRINT_SIZE];
	bool is_there;
	struct heard_str values[];
};

struct cache {
	size_t n, most, values;
	struct entry **table;
	size_t mask;
	struct entry *newest, *oldest;
};

struct cache *cache_create(size_t entries, size_t values)
{
	size_t size = 64;
	while (size < entries && size < (1u << 20))
		size *= 2;
	struct cache *c = calloc(1, sizeof(*c));
	if (c == NULL || (c->table = calloc(size, sizeof(struct entry *))) == NULL) {
		free(c);
		return NULL;
	}
	c->most = entries;
	c->values = values;
	c->mask = size - 1;
	return c;
}

void cache_destroy(struct cache *c)
{
	if (c == NULL)
		return;
	for (struct entry *e = c->newest, *older; e != NULL; e = older) {
		older = e->older;
		free(e);
	}
	free(c->table);
	free(c);
}

static struct entry **place_of(struct cache *c, const unsigned char *print)
{
	size_t hash;
	memcpy(&hash, print, sizeof(hash));
	struct entry **at = &c->table[hash & c->mask];
	while (*at != NULL && memcmp((*at)->print, print, PRINT_SIZE) != 0)
		at = &(*at)->chain;
	return at;
}

static void unlink_use(struct cache *c, struct entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_use(struct cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void forget(struct cache *c, struct entry **at)
{
	struct entry *e = *at;
	if (e == NULL)
		return;
	*at = e->chain;
	unlink_use(c, e);
	c->n--;
	free(e);
}

bool cache_get(struct cache *c, const unsigned char print[PRINT_SIZE], int64_t now,
	       const struct heard_str **values)
{
	struct entry **at = place_of(c, print), *e = *at;
	if (e == NULL)
		return false;
	if (now >= e->until) {
		forget(c, at);
		return false;
	}
	unlink_use(c, e);
	link_use(c, e);
	*values = e->is_there ? e->values : NULL;
	return true;
}

static struct entry *entry_create(const struct cache *c, const struct heard_str *values)
{
	size_t n = values != NULL ? c->values : 0, bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += values[i].len;
	struct entry *e = malloc(sizeof(*e) + n * sizeof(e->values[0]) + bytes);
	if (e == NULL)
		return NULL;
	e->is_there = values != NULL;
	char *text = (char *)&e->values[n];
	for (size_t i = 0; i < n; i++) {
		if (values[i].len > 0)
			memcpy(text, values[i].ptr, values[i].len);
		e->values[i] = heard_str_n(text, values[i].len);
		text += values[i].len;
	}
	return e;
}

void cache_put(struct cache *c, const unsigned char print[PRINT_SIZE],
	       const struct heard_str *values, int64_t until)
{
	struct entry **at = place_of(c, print);
	struct entry *e = entry_create(c, values);
	if (*at != NULL)
		forget(c, at);
	if (e == NULL)
		return;
	if (c->n >= c->most && c->oldest != NULL)
		forget(c, place_of(c, c->oldest->print));
	at = place_of(c, print);
	memcpy(e->print, print, PRINT_SIZE);
	e->until = until;
	e->chain = *at;
	*at = e;
	link_use(c, e);
	c->n++;
}

size_t cache_size(const struct cache *c)
{
	return c->n;
}
