/*
 * tally.c - the tables `tally` and `score`, written with the records themselves.
 *
 * This is on the way of every insert, so a record costs four look-ups in a small table
 * in memory; what it holds is added to the file at the commit, or before when it is
 * full: a batch that was long on its way may lie in many quarters of an hour, and names
 * come from outside and may be as many as there are records.
 *
 * Invariant: between transactions the table is empty.
 */
#include "tally.h"

#include <heard/error.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { ENTRIES = 1024, SLOTS = 2 * ENTRIES };

struct entry {
	int64_t quarter, n;
	const char *what; /* a literal */
	size_t len;
	char name[STORE_NAME_MAX];
};

struct tally {
	size_t n;
	uint16_t slots[SLOTS]; /* an entry's number and 1; 0: free */
	struct entry at[ENTRIES];
};

struct tally *tally_create(void)
{
	return calloc(1, sizeof(struct tally));
}

void tally_destroy(struct tally *tally)
{
	free(tally);
}

void tally_forget(struct store *store)
{
	if (store->tally->n) {
		store->tally->n = 0;
		memset(store->tally->slots, 0, sizeof(store->tally->slots));
	}
}

/* ---- counting */

/* At most STORE_NAME_MAX - 1 bytes, whole characters. */
static struct heard_str cut(struct heard_str name)
{
	if (name.len < STORE_NAME_MAX)
		return name;
	name.len = STORE_NAME_MAX - 1;
	while (name.len && ((unsigned char)name.ptr[name.len] & 0xc0) == 0x80)
		name.len--;
	return name;
}

static bool is_same(const struct entry *e, int64_t quarter, const char *what,
		    struct heard_str name)
{
	return e->quarter == quarter && strcmp(e->what, what) == 0 && e->len == name.len &&
	       memcmp(e->name, name.ptr ? name.ptr : "", name.len) == 0;
}

int tally_flush(struct store *store, struct heard_error *err)
{
	struct tally *t = store->tally;
	for (size_t i = 0; i < t->n; i++) {
		sqlite3_stmt *st = store_st(store, ST_PUT_TALLY, err);
		if (!st)
			return -err->code;
		sqlite3_bind_int64(st, 1, t->at[i].quarter);
		bind_text(st, 2, heard_str(t->at[i].what));
		bind_text(st, 3, heard_str_n(t->at[i].name, t->at[i].len));
		sqlite3_bind_int64(st, 4, t->at[i].n);
		if (store_run(store, st, err))
			return -err->code;
	}
	tally_forget(store);
	return 0;
}

static int count(struct store *store, int64_t quarter, const char *what, struct heard_str name,
		 struct heard_error *err)
{
	struct tally *t = store->tally;
	name = cut(name);
	uint64_t seed = (uint64_t)quarter * 31 + (uint64_t)what[0];
	size_t slot = XXH3_64bits_withSeed(name.ptr ? name.ptr : "", name.len, seed) % SLOTS;
	while (t->slots[slot] && !is_same(&t->at[t->slots[slot] - 1], quarter, what, name))
		slot = (slot + 1) % SLOTS;
	if (t->slots[slot]) {
		t->at[t->slots[slot] - 1].n++;
		return 0;
	}
	struct entry *e = &t->at[t->n++];
	*e = (struct entry){.quarter = quarter, .n = 1, .what = what, .len = name.len};
	if (name.len)
		memcpy(e->name, name.ptr, name.len);
	t->slots[slot] = (uint16_t)t->n;
	return t->n == ENTRIES ? tally_flush(store, err) : 0;
}

/* ---- scores */

static int put_score(struct store *store, const struct store_record *rec, int64_t n,
		     enum score kind, double value, struct heard_error *err)
{
	if (!isfinite(value))
		return 0;
	sqlite3_stmt *st = store_st(store, ST_PUT_SCORE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, rec->received_at);
	sqlite3_bind_int64(st, 2, n);
	sqlite3_bind_int(st, 3, (int)kind);
	sqlite3_bind_double(st, 4, value);
	sqlite3_bind_null(st, 5);
	if (kind == SCORE_RATING && isfinite(rec->rating_max))
		sqlite3_bind_double(st, 5, rec->rating_max);
	bind_text(st, 6, rec->channel);
	bind_text(st, 7, rec->product);
	return store_run(store, st, err);
}

static int put_scores(struct store *store, const struct store_record *rec, int64_t n,
		      struct heard_error *err)
{
	if (put_score(store, rec, n, SCORE_NPS, rec->nps, err) ||
	    put_score(store, rec, n, SCORE_CSAT, rec->csat, err) ||
	    put_score(store, rec, n, SCORE_CES, rec->ces, err) ||
	    put_score(store, rec, n, SCORE_RATING, rec->rating, err))
		return -err->code;
	return 0;
}

/* ---- records */

int tally_record(struct store *store, const struct store_record *rec, int64_t n,
		 struct heard_error *err)
{
	int64_t quarter = rec->received_at / TALLY_QUARTER;
	if (rec->op == STORE_OP_DELETE)
		return 0;
	if (rec->is_spam)
		return count(store, quarter, "spam", heard_str(NULL), err);
	if (count(store, quarter, "channel", rec->channel, err) ||
	    count(store, quarter, "category", rec->category, err) ||
	    count(store, quarter, "intent", rec->intent, err) ||
	    count(store, quarter, "product", rec->product, err))
		return -err->code;
	return put_scores(store, rec, n, err);
}

int tally_revision(struct store *store, const struct store_record *rec, int64_t n,
		   int64_t older, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_DROP_SCORES, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, older);
	if (store_run(store, st, err))
		return -err->code;
	return rec->op == STORE_OP_DELETE || rec->is_spam ? 0 : put_scores(store, rec, n, err);
}
