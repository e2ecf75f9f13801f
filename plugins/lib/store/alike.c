/*
 * alike.c - a ring of what was remembered last, and chains through it by key.
 *
 * The ring forgets its oldest entry to make room.  Entries of a transaction that is
 * undone are taken back, newest first, so that no number of a ticket that never
 * came to be is remembered.
 */
#include "alike.h"
#include "fold.h"
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum {
	ENTRIES = 1 << 17, /* of 32 bytes: 4 MiB, some 40,000 tickets            */
	PER_TICKET = 4,
	FOLDED_MAX = 16 << 20,
	NOBODY = UINT32_MAX,
};

struct entry {
	uint64_t key;
	int64_t ticket, at;
	uint32_t newer, older; /* in the chain of its bucket, or NOBODY */
};

struct store_words {
	uint64_t seed; /* of the store */
	struct heard_buf folded;
};

struct alike {
	struct store_words words;
	bool is_filled;		  /* from the file                            */
	uint64_t oldest, next;	  /* entries [oldest, next) are in the ring   */
	uint64_t mark;		  /* `next` as of the last commit             */
	uint32_t newest[ENTRIES]; /* of a bucket                              */
	struct entry ring[ENTRIES];
};

/* ---- keys */

static uint64_t hex_value(struct heard_str hex)
{
	uint64_t value = 0;
	for (size_t i = 0; i < hex.len && i < 16; i++) {
		unsigned c = (unsigned char)hex.ptr[i];
		value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

static int words_init(struct store_words *words, struct store *store, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_STORE_NAME, err);
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	words->seed = hex_value(column_str(st, 0));
	sqlite3_reset(st);
	heard_buf_init(&words->folded, FOLDED_MAX);
	return 0;
}

int store_words_create(struct store_words **words_r, struct store *store,
		       struct heard_error *err)
{
	struct store_words *words = malloc(sizeof(*words));
	if (!words)
		return heard_fail(err, ENOMEM, "out of memory");
	if (words_init(words, store, err)) {
		free(words);
		return -err->code;
	}
	*words_r = words;
	return 0;
}

void store_words_destroy(struct store_words *words)
{
	if (words)
		heard_buf_release(&words->folded);
	free(words);
}

static int create(struct store *store, struct heard_error *err)
{
	struct store_words words;
	if (store->alike)
		return 0;
	if (words_init(&words, store, err))
		return -err->code;
	struct alike *alike = malloc(sizeof(*alike));
	if (!alike)
		return heard_fail(err, ENOMEM, "no memory for recent tickets");
	alike->words = words;
	alike->is_filled = false;
	alike->oldest = alike->next = alike->mark = 0;
	for (size_t i = 0; i < ENTRIES; i++)
		alike->newest[i] = NOBODY;
	store->alike = alike;
	return 0;
}

void alike_destroy(struct alike *alike)
{
	if (alike)
		heard_buf_release(&alike->words.folded);
	free(alike);
}

struct store_words *alike_words(struct store *store)
{
	return &store->alike->words;
}

int64_t alike_hash(struct store_words *words, struct heard_str text)
{
	struct heard_buf *folded = &words->folded;
	heard_buf_clear(folded);
	fold_text(text, folded);
	if (folded->failed)
		return 0; /* longer than any two people write alike */
	size_t n = 0;
	for (size_t i = 0; i < folded->len; i++) {
		unsigned char c = (unsigned char)folded->ptr[i];
		folded->ptr[n] = (char)c;
		n += c > FOLD_CLOSE && (c < '0' || c > '9');
	}
	return n ? (int64_t)XXH3_64bits_withSeed(folded->ptr, n, words->seed) : 0;
}

static uint64_t mix(const struct store *store, uint64_t kind, uint64_t a, uint64_t b,
		    uint64_t c)
{
	const uint64_t parts[] = {kind, a, b, c};
	return XXH3_64bits_withSeed(parts, sizeof(parts), store->alike->words.seed);
}

static uint64_t hash_str(const struct store *store, struct heard_str s)
{
	return s.len ? XXH3_64bits_withSeed(s.ptr, s.len, store->alike->words.seed) : 0;
}

struct alike_keys alike_keys(const struct store *store, int64_t hash,
			     struct heard_str author_key, struct heard_str category,
			     struct heard_str product)
{
	struct alike_keys keys = {.text = 0};
	uint64_t text = (uint64_t)hash, author = hash_str(store, author_key);
	if (text)
		keys.text = mix(store, 1, text, 0, 0);
	if (!author)
		return keys;
	if (text)
		keys.own = mix(store, 2, text, author, 0);
	keys.matter = mix(store, 3, author, hash_str(store, category),
			  hash_str(store, product));
	keys.person = mix(store, 4, author, 0, 0);
	return keys;
}

/* ---- the ring */

static uint32_t *bucket_of(struct alike *alike, uint64_t key)
{
	return &alike->newest[key % ENTRIES];
}

static void unlink_entry(struct alike *alike, uint32_t i)
{
	struct entry *entry = &alike->ring[i];
	if (entry->newer != NOBODY)
		alike->ring[entry->newer].older = entry->older;
	else
		*bucket_of(alike, entry->key) = entry->older;
	if (entry->older != NOBODY)
		alike->ring[entry->older].newer = entry->newer;
}

static void push(struct alike *alike, uint64_t key, int64_t ticket, int64_t at)
{
	if (key == 0)
		return;
	uint32_t i = (uint32_t)(alike->next % ENTRIES);
	if (alike->next - alike->oldest == ENTRIES)
		unlink_entry(alike, (uint32_t)(alike->oldest++ % ENTRIES));
	uint32_t *bucket = bucket_of(alike, key);
	alike->ring[i] = (struct entry){
		.key = key, .ticket = ticket, .at = at, .newer = NOBODY, .older = *bucket};
	if (*bucket != NOBODY)
		alike->ring[*bucket].newer = i;
	*bucket = i;
	alike->next++;
}

int64_t alike_find(const struct store *store, uint64_t key, int64_t *at_r)
{
	const struct alike *alike = store->alike;
	if (key == 0)
		return 0;
	uint32_t i = alike->newest[key % ENTRIES];
	while (i != NOBODY && alike->ring[i].key != key)
		i = alike->ring[i].older;
	if (i == NOBODY)
		return 0;
	*at_r = alike->ring[i].at;
	return alike->ring[i].ticket;
}

void alike_add(struct store *store, const struct alike_keys *keys, int64_t ticket, int64_t at,
	       bool begins_group)
{
	struct alike *alike = store->alike;
	if (begins_group)
		push(alike, keys->text, ticket, at);
	push(alike, keys->own, ticket, at);
	push(alike, keys->matter, ticket, at);
	push(alike, keys->person, ticket, at);
}

void alike_undo(struct store *store)
{
	struct alike *alike = store->alike;
	if (!alike)
		return;
	while (alike->next > alike->mark && alike->next > alike->oldest)
		unlink_entry(alike, (uint32_t)(--alike->next % ENTRIES));
}

void alike_keep(struct store *store)
{
	if (store->alike)
		store->alike->mark = store->alike->next;
}

static int fill(struct store *store, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_RECENT_TICKETS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ENTRIES / PER_TICKET);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		int64_t hash = sqlite3_column_int64(st, 1);
		struct alike_keys keys = alike_keys(store, hash, column_str(st, 2),
						    column_str(st, 3), column_str(st, 4));
		alike_add(store, &keys, sqlite3_column_int64(st, 0),
			  sqlite3_column_int64(st, 5),
			  sqlite3_column_type(st, 6) == SQLITE_NULL);
	}
	return more;
}

int alike_begin(struct store *store, struct heard_error *err)
{
	if (create(store, err))
		return -err->code;
	if (store->alike->is_filled)
		return 0;
	if (fill(store, err))
		return -err->code;
	store->alike->is_filled = true;
	alike_keep(store); /* other transactions' */
	return 0;
}
