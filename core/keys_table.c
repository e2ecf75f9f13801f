/*
 * keys_table.c - which number a key has: eight bytes of memory a key.
 *
 * The table is cut into KEYS_SUBS small open-addressing tables, so that growing
 * one moves a few hundred slots and never stalls a commit.  A slot holds 32 bits
 * of a keyed hash and the low 32 bits of the key's number.  A hit is checked
 * against the whole entry, read from the file (or from the pending ones), so
 * a slot may be stale: it then names another key, and matches nothing.  That
 * is why forgetting costs nothing: pending keys of a failed group and keys of
 * dropped files just fall out of the range of live numbers, and their slots
 * are taken over by the next key that passes.
 *
 * Invariant: a sub-table always has an empty slot, so a search ends.
 */
#include "keys_private.h"

#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 12 };

static uint64_t keyed_hash(const struct keys *k, const unsigned char *key)
{
	unsigned __int128 m = (unsigned __int128)(wire_get64(key) ^ k->secret[0]) *
			      (wire_get64(key + 8) ^ k->secret[1]);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static struct keys_sub *sub_of(struct keys *k, uint64_t hash)
{
	return &k->subs[hash >> (64 - KEYS_SUB_BITS)];
}

static uint32_t print_of(uint64_t hash)
{
	return (uint32_t)hash ? (uint32_t)hash : 1;
}

static uint32_t home_of(const struct keys_sub *s, uint32_t print)
{
	return (uint32_t)(((uint64_t)print * s->size) >> 32);
}

static uint64_t whole_number(const struct keys *k, uint32_t number)
{
	return k->oldest + (uint32_t)(number - (uint32_t)k->oldest);
}

static bool is_live(const struct keys *k, const struct keys_slot *s)
{
	return whole_number(k, s->number) < keys_next(k);
}

static void sub_put(struct keys_sub *s, struct keys_slot slot)
{
	uint32_t i = home_of(s, slot.print);

	while (s->slots[i].print)
		i = i + 1 < s->size ? i + 1 : 0;
	s->slots[i] = slot;
	s->used++;
}

/* Make room for one more: larger by half what is live, without what is not.
 * The first sizes differ, so that not all of them grow at the same time. */
static bool sub_grow(const struct keys *k, struct keys_sub *s)
{
	uint32_t n_live = 0, stagger = (uint32_t)(s - k->subs) % FIRST_SIZE;

	for (uint32_t i = 0; i < s->size; i++)
		n_live += s->slots[i].print && is_live(k, &s->slots[i]);
	struct keys_sub grown = {.size = FIRST_SIZE + stagger + n_live * 15 / 8};
	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return s->used + 1 < s->size; /* fuller, slower, still right */
	for (uint32_t i = 0; i < s->size; i++)
		if (s->slots[i].print && is_live(k, &s->slots[i]))
			sub_put(&grown, s->slots[i]);
	free(s->slots);
	*s = grown;
	return true;
}

static bool sub_has_room(const struct keys_sub *s)
{
	return (s->used + 1) * 5 <= s->size * 4;
}

/* Looks for the key; *free_r is where it would go. */
static bool find(const struct keys *k, struct keys_sub *s, uint32_t print,
		 const unsigned char *key, unsigned char e[KEYS_ENTRY],
		 struct keys_slot **free_r)
{
	struct keys_slot *free_slot = NULL;
	uint32_t i = home_of(s, print);

	for (; s->slots[i].print; i = i + 1 < s->size ? i + 1 : 0) {
		struct keys_slot *at = &s->slots[i];
		if (!is_live(k, at)) {
			if (free_slot == NULL)
				free_slot = at;
		} else if (at->print == print &&
			   keys_entry_read(k, whole_number(k, at->number), e) &&
			   memcmp(e, key, KEYS_KEY) == 0) {
			return true;
		}
	}
	*free_r = free_slot ? free_slot : &s->slots[i];
	return false;
}

int keys_table_find_or_add(struct keys *k, const unsigned char *key, uint32_t number,
			   unsigned char e[KEYS_ENTRY])
{
	uint64_t hash = keyed_hash(k, key);
	struct keys_sub *s = sub_of(k, hash);
	struct keys_slot *slot;

	if (!sub_has_room(s) && !sub_grow(k, s))
		return -ENOMEM;
	if (find(k, s, print_of(hash), key, e, &slot))
		return 1;
	s->used += slot->print == 0;
	*slot = (struct keys_slot){print_of(hash), number};
	return 0;
}

int keys_table_add(struct keys *k, const unsigned char *key, uint64_t number)
{
	uint64_t hash = keyed_hash(k, key);
	struct keys_sub *s = sub_of(k, hash);

	if (!sub_has_room(s) && !sub_grow(k, s))
		return -ENOMEM;
	sub_put(s, (struct keys_slot){print_of(hash), (uint32_t)number});
	return 0;
}

void keys_table_release(struct keys *k)
{
	for (size_t i = 0; i < KEYS_SUBS; i++)
		free(k->subs[i].slots);
}
