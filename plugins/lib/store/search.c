/*
 * search.c - which records say this?
 *
 * First those that the index has not reached, newest first, one by one; then
 * the index's candidates.  Each is looked at with the same eyes (query_matches),
 * so where the index stands changes the time an answer takes, never the answer.
 */
#include "fold.h"
#include "index.h"
#include "query.h"
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>

enum { FOLDED_MAX = 64 << 20 };

struct search {
	struct store *store;
	struct query query;
	struct heard_buf folded;
	int64_t left; /* hits still wanted */
	bool (*fn)(void *arg, const struct store_hit *);
	void *arg;
};

/* The row that the statement stands on: n, ticket, received_at, line.  1 to go on. */
static int look(struct search *s, sqlite3_stmt *st, struct heard_error *err)
{
	struct store_hit hit = {
		.ticket = sqlite3_column_int64(st, 1),
		.received_at = sqlite3_column_int64(st, 2),
		.line = column_str(st, 3),
	};
	heard_buf_clear(&s->folded);
	fold_line(hit.line, &s->folded);
	if (s->folded.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	if (!query_matches(&s->query, heard_buf_view(&s->folded)))
		return 1;
	return s->fn(s->arg, &hit) && --s->left != 0 ? 1 : 0;
}

static int search_behind(struct search *s, int64_t reached, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(s->store, ST_READ_BACK, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, reached);
	int more, go_on = 1;
	while (go_on > 0 && (more = store_step(s->store, st, err)) > 0)
		go_on = look(s, st, err);
	sqlite3_reset(st);
	if (go_on <= 0)
		return go_on;
	return more < 0 ? more : 1;
}

/* 0 to go on and 1 to stop, for index_reader_find. */
static int look_at(void *arg, int64_t record, struct heard_error *err)
{
	struct search *s = arg;
	sqlite3_stmt *st = store_st(s->store, ST_READ_ONE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	int found = store_step(s->store, st, err);
	int result = found > 0 ? look(s, st, err) : found < 0 ? found : 1;
	sqlite3_reset(st);
	return result < 0 ? result : !result;
}

static int search_both(struct search *s, struct heard_error *err)
{
	struct index_reader *reader = index_reader_open(s->store);
	int go_on = search_behind(s, reader ? index_reader_position(reader) : 0, err);
	int result = go_on < 0 ? go_on : 0;
	if (go_on > 0 && reader)
		result = index_reader_find(reader, &s->query, look_at, s, err);
	index_reader_close(reader);
	return result;
}

int store_search(struct store *store, struct heard_str text, int64_t limit,
		 bool (*fn)(void *arg, const struct store_hit *), void *arg,
		 struct heard_error *err)
{
	struct search s = {
		.store = store, .left = limit > 0 ? limit : -1, .fn = fn, .arg = arg};
	int result = query_init(&s.query, text, err);
	heard_buf_init(&s.folded, FOLDED_MAX);
	if (result == 0)
		result = search_both(&s, err);
	heard_buf_release(&s.folded);
	query_release(&s.query);
	return result;
}
