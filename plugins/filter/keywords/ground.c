/*
 * ground.c - the table of counts, and its file.
 */
#include "ground.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <endian.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { BUCKETS = 1 << 15, WAYS = 8, ENTRIES = BUCKETS * WAYS, HEAD = 32, VERSION = 1 };
enum { BYTES = HEAD + ENTRIES * 8 + 8 };

struct ground {
	uint64_t span;
	atomic_uint_fast64_t records;
	atomic_flag is_halving;
	_Atomic uint64_t at[ENTRIES]; /* tag << 32 | count; 0: free */
};

struct ground *ground_create(uint64_t span)
{
	struct ground *g = calloc(1, sizeof(*g));
	if (g != NULL) {
		g->span = span;
		atomic_flag_clear(&g->is_halving);
	}
	return g;
}

void ground_destroy(struct ground *g)
{
	free(g);
}

uint64_t ground_records(const struct ground *g)
{
	return atomic_load_explicit(&g->records, memory_order_relaxed);
}

static uint64_t entry(const struct ground *g, size_t i)
{
	return atomic_load_explicit(&g->at[i], memory_order_relaxed);
}

static void put(struct ground *g, size_t i, uint64_t value)
{
	atomic_store_explicit(&g->at[i], value, memory_order_relaxed);
}

static size_t bucket_of(uint64_t word)
{
	return (word & (BUCKETS - 1)) * WAYS;
}

uint32_t ground_count(const struct ground *g, uint64_t word)
{
	size_t first = bucket_of(word);
	for (size_t i = first; i < first + WAYS; i++) {
		uint64_t e = entry(g, i);
		if (e >> 32 == word >> 32)
			return (uint32_t)e;
	}
	return 0;
}

void ground_note(struct ground *g, uint64_t word)
{
	size_t first = bucket_of(word), rarest = first;
	uint64_t seen = entry(g, first);
	uint32_t least = UINT32_MAX;
	for (size_t i = first; i < first + WAYS; i++) {
		uint64_t e = entry(g, i);
		if ((uint32_t)e > 0 && e >> 32 == word >> 32) {
			put(g, i, e + ((uint32_t)e < UINT32_MAX));
			return;
		}
		if ((uint32_t)e < least) {
			least = (uint32_t)e;
			seen = e;
			rarest = i;
		}
	}
	if (least <= 1)
		put(g, rarest, (word >> 32) << 32 | 1);
	else /* of what was seen: what is there now may have been worn down to nothing */
		put(g, rarest, seen - 1);
}

static void halve(struct ground *g)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		uint64_t e = entry(g, i), half = (uint32_t)e / 2;
		put(g, i, half ? e >> 32 << 32 | half : 0);
	}
}

void ground_end_record(struct ground *g)
{
	uint64_t n = atomic_fetch_add_explicit(&g->records, 1, memory_order_relaxed) + 1;
	if (n < 2 * g->span || atomic_flag_test_and_set(&g->is_halving))
		return;
	if (ground_records(g) >= 2 * g->span) {
		halve(g);
		atomic_store_explicit(&g->records, g->span, memory_order_relaxed);
	}
	atomic_flag_clear(&g->is_halving);
}

/* ---- the file */

static const char magic[8] = {'H', 'E', 'A', 'R', 'D', 'B', 'A', 'C'};

static void put64(unsigned char *at, uint64_t v)
{
	v = htole64(v);
	memcpy(at, &v, sizeof(v));
}

static uint64_t get64(const unsigned char *at)
{
	uint64_t v;
	memcpy(&v, at, sizeof(v));
	return le64toh(v);
}

static const char *judge(const unsigned char *bytes, size_t n, uint64_t key)
{
	if (n != BYTES || memcmp(bytes, magic, sizeof(magic)) != 0 ||
	    get64(bytes + 8) != VERSION)
		return "is no background of words of this version";
	if (get64(bytes + BYTES - 8) != XXH3_64bits(bytes, BYTES - 8))
		return "is damaged";
	if (get64(bytes + 16) != key)
		return "was kept under another key";
	return NULL;
}

int ground_load(struct ground *g, const char *path, uint64_t key, struct heard_error *err)
{
	struct heard_buf file;
	heard_buf_init(&file, BYTES);
	int rc = heard_file_read(path, &file, err);
	const unsigned char *bytes = (const unsigned char *)file.ptr;
	const char *why = rc == 0 ? judge(bytes, file.len, key) : NULL;
	if (rc == 0 && why == NULL) {
		atomic_store(&g->records, get64(bytes + 24));
		for (size_t i = 0; i < ENTRIES; i++)
			put(g, i, get64(bytes + HEAD + i * 8));
	}
	heard_buf_release(&file);
	if (rc == -ENOENT)
		return 0;
	return why ? heard_fail(err, EBADMSG, "%s %s", path, why) : rc;
}

int ground_save(const struct ground *g, const char *path, uint64_t key, struct heard_error *err)
{
	unsigned char *bytes = malloc(BYTES);
	if (bytes == NULL)
		return heard_fail(err, ENOMEM, "no memory to write %s", path);
	memcpy(bytes, magic, sizeof(magic));
	put64(bytes + 8, VERSION);
	put64(bytes + 16, key);
	put64(bytes + 24, ground_records(g));
	for (size_t i = 0; i < ENTRIES; i++)
		put64(bytes + HEAD + i * 8, entry(g, i));
	put64(bytes + BYTES - 8, XXH3_64bits(bytes, BYTES - 8));
	int rc = heard_file_replace(path, 0600, heard_str_n((const char *)bytes, BYTES), err);
	free(bytes);
	return rc;
}
