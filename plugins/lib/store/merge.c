/*
 * merge.c - small segments of the search file become larger ones.
 *
 * A segment is as long as the piece of the store that it was made from, which
 * in quiet hours is a single record.  As soon as the newest FAN segments are of
 * one size class (a factor FAN apart) they become one of the next class; from
 * FULL records on a segment stays as it is.  So each record is written again at
 * most four times, and a million records have some hundred segments.
 */
#include "index_file.h"

#include <heard/error.h>

enum { FAN = 8, FULL = 4096 };

static int size_class(int64_t records)
{
	int class = 0;
	for (; records >= FAN; records /= FAN)
		class ++;
	return class;
}

struct span {
	int64_t first, last;
};

/* 1 and the span of the newest FAN segments if they are to be joined, else 0. */
static int find_span(struct index_writer *w, struct span *span, struct heard_error *err)
{
	sqlite3_stmt *st = w->st[NEWEST_SEGMENTS];
	int n = 0, class = -1, step;
	bool same = true;
	sqlite3_bind_int(st, 1, FAN);
	while ((step = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t first = sqlite3_column_int64(st, 0), last = sqlite3_column_int64(st, 1);
		int64_t records = last - first + 1;
		if (n++ == 0) {
			class = size_class(records);
			span->last = last;
		}
		same = same && records < FULL && size_class(records) == class;
		span->first = first;
	}
	if (step != SQLITE_DONE)
		db_fail(w->db, err);
	sqlite3_reset(st);
	return step == SQLITE_DONE ? same && n == FAN : -err->code;
}

/* Words of all the segments in order; equal ones are joined into one row of
 * segment -span->first, out of the way of those being read. */
static int join_postings(struct index_writer *w, const struct span *span,
			 struct heard_error *err)
{
	sqlite3_stmt *st = w->st[POSTINGS_BY_WORD];
	struct heard_buf word;
	int64_t before = -1;
	int result = 0, step;
	heard_buf_init(&word, 1 << 10);
	heard_buf_clear(&w->list);
	while (result == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		struct heard_str next = column_str(st, 0), list = column_str(st, 2);
		if (!heard_str_eq(next, heard_buf_view(&word))) {
			if (word.len)
				result = index_put_list(w, -span->first, heard_buf_view(&word),
							err);
			heard_buf_clear(&word);
			heard_buf_str(&word, next);
			heard_buf_clear(&w->list);
			before = -1;
		}
		int64_t base = sqlite3_column_int64(st, 1) - span->first, place = -1;
		while (list_next(&list, &place))
			list_put(&w->list, &before, base + place);
	}
	if (result == 0 && step != SQLITE_DONE)
		result = db_fail(w->db, err);
	if (result == 0 && word.len)
		result = index_put_list(w, -span->first, heard_buf_view(&word), err);
	sqlite3_reset(st);
	heard_buf_release(&word);
	return result;
}

static int drop(struct index_writer *w, enum index_statement which, const struct span *span,
		struct heard_error *err)
{
	sqlite3_bind_int64(w->st[which], 1, span->first);
	sqlite3_bind_int64(w->st[which], 2, span->last);
	return index_run(w, which, err);
}

static int join(struct index_writer *w, const struct span *span, struct heard_error *err)
{
	sqlite3_stmt *st = w->st[POSTINGS_BY_WORD];
	sqlite3_bind_int64(st, 1, span->first);
	sqlite3_bind_int64(st, 2, span->last);
	if (join_postings(w, span, err) || drop(w, DROP_POSTINGS, span, err) ||
	    drop(w, DROP_SEGMENTS, span, err))
		return -err->code;
	sqlite3_bind_int64(w->st[KEEP_JOINED], 1, -span->first);
	if (index_run(w, KEEP_JOINED, err))
		return -err->code;
	return index_put_segment(w, span->first, span->last, err);
}

int index_merge(struct index_writer *w, struct heard_error *err)
{
	struct span span = {0, 0};
	int found;
	while ((found = find_span(w, &span, err)) > 0)
		if (join(w, &span, err))
			return -err->code;
	return found;
}
