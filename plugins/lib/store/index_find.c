/*
 * index_find.c - reading the search file: segments from the newest, in each the
 * records that have every word of the query.
 *
 * A segment's records are the bits of a set, as many as it has records; a word
 * clears those that lack it.  Words beyond WORDS_MAX are not looked up: the
 * answer may hold too much, and search.c looks at every record anyway.
 */
#include "fold.h"
#include "index_file.h"
#include "query.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_KIB = 16 * 1024, WORDS_MAX = 64, SEGMENT_MAX = 1 << 20 };

struct index_reader {
	sqlite3 *db;
	int64_t position;
	sqlite3_stmt *segments, *exact, *prefix;
	struct fold_token words[WORDS_MAX];
	size_t n_words;
	uint64_t *all, *one; /* sets: every word so far; one word              */
	size_t room;	     /* of each, in uint64_t                           */
};

static int reader_check(struct index_reader *r, struct store *store, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_STORE_NAME, err);
	if (!st || store_step(store, st, err) <= 0)
		return -1;
	int64_t last = INT64_MAX; /* the store's view may be older than the index's */
	int fits = index_check_state(r->db, column_str(st, 0), last, &r->position, err);
	sqlite3_reset(st);
	return fits > 0 ? 0 : -1;
}

struct index_reader *index_reader_open(struct store *store)
{
	struct heard_error ignored;
	struct index_reader *r = calloc(1, sizeof(*r));
	char *path = store_search_path(store->path);
	if (!r || !path || db_open(&r->db, path, false, CACHE_KIB, &ignored) ||
	    db_exec(r->db, "BEGIN", &ignored) || reader_check(r, store, &ignored)) {
		index_reader_close(r);
		r = NULL;
	}
	free(path);
	return r;
}

void index_reader_close(struct index_reader *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->segments);
	sqlite3_finalize(r->exact);
	sqlite3_finalize(r->prefix);
	sqlite3_close(r->db);
	free(r->all);
	free(r->one);
	free(r);
}

int64_t index_reader_position(const struct index_reader *r)
{
	return r->position;
}

/* What each word of the query is looked up by: in a record the run may go on
 * where the phrase's ends, so a run's last character says nothing, unless it is
 * all there is. */
static void take_words(struct index_reader *r, const struct query *query)
{
	r->n_words = 0;
	for (size_t i = 0; i < query->n; i++) {
		struct fold_walk walk = {.left = query->phrase[i]};
		struct fold_token token;
		while (r->n_words < WORDS_MAX && fold_next(&walk, &token))
			if (!token.is_last || token.is_alone)
				r->words[r->n_words++] = token;
	}
}

static int make_room(struct index_reader *r, size_t n, struct heard_error *err)
{
	if (n <= r->room)
		return 0;
	uint64_t *all = reallocarray(r->all, n, sizeof(*all));
	if (all)
		r->all = all;
	uint64_t *one = reallocarray(r->one, n, sizeof(*one));
	if (one)
		r->one = one;
	if (!all || !one)
		return heard_fail(err, ENOMEM, "out of memory");
	r->room = n;
	return 0;
}

/* The set of records that have the word; a single character also as the
 * beginning of a pair. */
static int find_word(struct index_reader *r, const struct fold_token *word, int64_t first,
		     int64_t records, struct heard_error *err)
{
	char end[16];
	sqlite3_stmt *st = word->is_alone ? r->prefix : r->exact;
	sqlite3_bind_int64(st, 1, first);
	bind_blob(st, 2, word->text);
	if (word->is_alone) { /* 0xff is in no UTF-8 */
		memcpy(end, word->text.ptr, word->text.len);
		end[word->text.len] = '\xff';
		bind_blob(st, 3, heard_str_n(end, word->text.len + 1));
	}
	int step;
	while ((step = sqlite3_step(st)) == SQLITE_ROW) {
		struct heard_str list = column_str(st, 0);
		int64_t place = -1;
		while (list_next(&list, &place) && place < records)
			r->one[place / 64] |= (uint64_t)1 << place % 64;
	}
	if (step != SQLITE_DONE)
		db_fail(r->db, err);
	sqlite3_reset(st);
	return step == SQLITE_DONE ? 0 : -err->code;
}

/* Leaves the records that have all words in r->all; false if none has. */
static int find_all(struct index_reader *r, int64_t first, int64_t records, size_t n,
		    struct heard_error *err)
{
	uint64_t any = 1;
	memset(r->all, 0xff, n * sizeof(*r->all));
	for (size_t w = 0; w < r->n_words && any; w++) {
		memset(r->one, 0, n * sizeof(*r->one));
		if (find_word(r, &r->words[w], first, records, err))
			return -err->code;
		any = 0;
		for (size_t i = 0; i < n; i++)
			any |= r->all[i] &= r->one[i];
	}
	return any != 0;
}

static int find_in_segment(struct index_reader *r, int64_t first, int64_t last, index_found *fn,
			   void *arg, struct heard_error *err)
{
	int64_t records = last - first + 1;
	if (records <= 0 || records > SEGMENT_MAX)
		return heard_fail(err, EBADMSG,
				  "the search index is damaged; remove it, and it is "
				  "made anew when the daemon starts");
	size_t n = ((size_t)records + 63) / 64;
	int any = make_room(r, n, err) ? -err->code : find_all(r, first, records, n, err);
	if (any <= 0)
		return any;
	for (int64_t i = records - 1; i >= 0; i--) {
		if (!(r->all[i / 64] >> i % 64 & 1))
			continue;
		int result = fn(arg, first + i, err);
		if (result)
			return result;
	}
	return 0;
}

/* The records that have every word of r->words. */
static int find_words(struct index_reader *r, index_found *fn, void *arg,
		      struct heard_error *err)
{
	static const char exact[] = "SELECT records FROM posting WHERE segment=? AND word=?";
	static const char prefix[] =
		"SELECT records FROM posting WHERE segment=? AND word>=? AND word<?";
	static const char segments[] = "SELECT first,last FROM segment ORDER BY first DESC";
	if (db_prepare(r->db, segments, &r->segments, err) ||
	    db_prepare(r->db, exact, &r->exact, err) ||
	    db_prepare(r->db, prefix, &r->prefix, err))
		return -err->code;
	int result = 0, step = SQLITE_DONE;
	while (result == 0 && (step = sqlite3_step(r->segments)) == SQLITE_ROW)
		result = find_in_segment(r, sqlite3_column_int64(r->segments, 0),
					 sqlite3_column_int64(r->segments, 1), fn, arg, err);
	if (result == 0 && step != SQLITE_DONE)
		result = db_fail(r->db, err);
	return result < 0 ? result : 0;
}

int index_reader_find(struct index_reader *r, const struct query *query, index_found *fn,
		      void *arg, struct heard_error *err)
{
	take_words(r, query);
	return find_words(r, fn, arg, err);
}

int index_reader_find_token(struct index_reader *r, struct heard_str token, index_found *fn,
			    void *arg, struct heard_error *err)
{
	r->words[0] = (struct fold_token){.text = token};
	r->n_words = 1;
	return find_words(r, fn, arg, err);
}
