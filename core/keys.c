/*
 * keys.c - is this record one that came before?
 *
 * A key that is new is pending, with the next number, until its group is
 * committed.  keys_table.c knows a key's number, keys_files.c the whole key by
 * its number; a hit in the table is always checked against the whole key, so
 * "came before" is never a guess.
 *
 * Invariants: numbers rise by one, without gaps but for those that keys_skip
 * makes; those in [oldest, committed) are in files, those from there on pending.
 * Everything else the table may hold is not live and found by nobody.
 */
#include "keys_private.h"

#include "wire.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <heard/error.h>

uint64_t keys_next(const struct keys *k)
{
	return k->committed + k->n_pending;
}

size_t keys_count(const struct keys *k)
{
	return (size_t)(k->committed - k->oldest);
}

size_t keys_pending(const struct keys *k)
{
	return k->n_pending;
}

static bool pending_add(struct keys *k, const unsigned char *key, const unsigned char *id,
			uint64_t digest)
{
	if (k->n_pending == k->size_pending) {
		size_t size = k->size_pending ? k->size_pending * 2 : 256;
		unsigned char *more = realloc(k->pending, size * KEYS_ENTRY);
		if (more == NULL)
			return false;
		k->pending = more;
		k->size_pending = size;
	}
	keys_entry_put(k->pending + k->n_pending * KEYS_ENTRY, key, id, digest);
	k->n_pending++;
	return true;
}

/* 1: found, in e; 0: now pending; -ENOMEM */
static int find_or_add(struct keys *k, const unsigned char *key, const unsigned char *id,
		       uint64_t digest, unsigned char e[KEYS_ENTRY])
{
	int found = keys_table_find_or_add(k, key, (uint32_t)keys_next(k), e);

	/* Without memory the table names a number that another key will have. */
	return found != 0 ? found : pending_add(k, key, id, digest) ? 0 : -ENOMEM;
}

int keys_check(struct keys *k, struct journal_record *r)
{
	unsigned char e[KEYS_ENTRY];
	int found = find_or_add(k, r->key, r->id, r->digest, e);

	if (found <= 0)
		return found < 0 ? found : JOURNAL_NEW;
	if (wire_get64(e + 32) != r->digest)
		return JOURNAL_OTHER;
	memcpy(r->id, e + 16, 16);
	return JOURNAL_SAME;
}

void keys_rewind(struct keys *k, uint64_t next)
{
	k->n_pending = (size_t)(next - k->committed);
}

void keys_cancel(struct keys *k)
{
	k->n_pending = 0;
}

void keys_commit(struct keys *k)
{
	k->committed += k->n_pending;
	k->n_pending = 0;
	if (k->size_pending > 65536) { /* of one huge group */
		free(k->pending);
		k->pending = NULL;
		k->size_pending = 0;
	}
}

/* ---- recovery */

int keys_restore(struct keys *k, const unsigned char key[16], const unsigned char id[16],
		 uint64_t digest)
{
	static const unsigned char none[16];
	unsigned char e[KEYS_ENTRY];

	if (memcmp(key, none, sizeof(none)) == 0)
		return 0;
	uint64_t before = keys_next(k);
	int found = find_or_add(k, key, id, digest, e);
	if (found < 0)
		return found;
	/* Its number counts even if the key is known already. */
	if (keys_next(k) == before && !pending_add(k, key, id, digest))
		return -ENOMEM;
	if (k->n_pending < KEYS_CHUNK)
		return 0;
	int r = keys_write(k, k->options.now_ms);
	keys_commit(k);
	return r;
}

static int add_hole(struct keys *k, uint64_t from, uint64_t to)
{
	struct keys_hole *more = realloc(k->holes, (k->n_holes + 1) * sizeof(*more));

	if (more == NULL)
		return -ENOMEM;
	k->holes = more;
	k->holes[k->n_holes++] = (struct keys_hole){from, to};
	return 0;
}

int keys_skip(struct keys *k, uint64_t next)
{
	int r = keys_write(k, k->options.now_ms);

	keys_commit(k);
	if (next > k->committed) {
		if (k->n_files == 0)
			k->oldest = next;
		else if (r == 0)
			r = add_hole(k, k->committed, next);
		k->committed = next;
	}
	return r;
}

/* ---- opening and closing */

int keys_open(struct keys **keys_r, const struct keys_options *options, uint64_t trusted,
	      struct heard_error *err)
{
	struct keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return heard_fail(err, ENOMEM, "no memory for redelivery keys");
	k->options = *options;
	randombytes_buf(k->secret, sizeof(k->secret));
	int r = keys_files_load(k, trusted ? trusted : 1);
	if (r != 0) {
		keys_close(k);
		return heard_fail(err, -r, "cannot load the redelivery keys: %s", strerror(-r));
	}
	*keys_r = k;
	return 0;
}

void keys_close(struct keys *k)
{
	if (k == NULL)
		return;
	keys_files_close(k);
	keys_table_release(k);
	free(k->pending);
	free(k->holes);
	free(k);
}
