/*
 * sample.c - records by their numbers: where a period begins is found by halving.
 *
 * What is asked at a number is the latest receipt of SAMPLE_ASKED records from there on:
 * one that came late would send the search past the whole period.
 */
#include "sample.h"

#include "figures_scores.h"
#include "tally.h"

#include <heard/error.h>
#include <heard/time.h>

enum { SAMPLE_LATE = 256, SAMPLE_ASKED = 64 };

/* ---- the numbers of a period */

/* When the last of the records at number n came; false: there is none. */
static int received(struct store *store, int64_t n, int64_t *at_r, bool *is_r,
		    struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_RECEIVED_FROM, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, n);
	sqlite3_bind_int64(st, 2, SAMPLE_ASKED);
	int found = store_step(store, st, err);
	*is_r = found > 0 && sqlite3_column_type(st, 0) != SQLITE_NULL;
	*at_r = *is_r ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* The first number from which on records came at `at` or later. */
static int find_number(struct store *store, int64_t last, int64_t at, int64_t *n_r,
		       struct heard_error *err)
{
	int64_t low = 1, high = last + 1;
	while (low < high) {
		int64_t middle = low + (high - low) / 2, came = 0;
		bool is_there = false;
		if (received(store, middle, &came, &is_there, err))
			return -err->code;
		if (is_there && came < at)
			low = middle + 1;
		else
			high = middle;
	}
	*n_r = low;
	return 0;
}

int store_span(struct store *store, int64_t from, int64_t to, struct store_span *span,
	       struct heard_error *err)
{
	int64_t last;
	*span = (struct store_span){.from = from, .to = to};
	if (store_last(store, &last, err) ||
	    find_number(store, last, from, &span->first, err) ||
	    find_number(store, last, to, &span->after, err))
		return -err->code;
	span->first = span->first > SAMPLE_LATE ? span->first - SAMPLE_LATE : 1;
	span->after += SAMPLE_LATE + SAMPLE_ASKED; /* found so much too early */
	span->after = span->after < last + 1 ? span->after : last + 1;
	return 0;
}

int64_t store_span_size(const struct store_span *span)
{
	int64_t n = span->after - span->first;
	return n > 0 ? n : 0;
}

/* ---- the records */

static bool tell(const struct store_span *span, sqlite3_stmt *st,
		 bool (*fn)(void *arg, const struct store_sampled *), void *arg)
{
	struct heard_str id = column_str(st, 1);
	struct store_sampled record = {
		.at = sqlite3_column_int64(st, 2),
		.ticket = sqlite3_column_int64(st, 3),
		.id = (const unsigned char *)id.ptr,
		.line = column_str(st, 4),
	};
	if (record.at < span->from || record.at >= span->to || id.len != STORE_ID)
		return true;
	return fn(arg, &record);
}

static int read_all(struct store *store, const struct store_span *span,
		    bool (*fn)(void *arg, const struct store_sampled *), void *arg,
		    struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_SAMPLE_ALL, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, span->first);
	sqlite3_bind_int64(st, 2, span->after);
	int more;
	while ((more = store_step(store, st, err)) > 0 && tell(span, st, fn, arg))
		;
	sqlite3_reset(st);
	return more < 0 ? more : 0;
}

int store_sample(struct store *store, const struct store_span *span, int64_t every,
		 bool (*fn)(void *arg, const struct store_sampled *), void *arg,
		 struct heard_error *err)
{
	bool goes_on = true;
	if (every <= 1)
		return read_all(store, span, fn, arg, err);
	for (int64_t n = span->first + every / 2; goes_on && n < span->after; n += every) {
		sqlite3_stmt *st = store_st(store, ST_SAMPLE_ONE, err);
		if (!st)
			return -err->code;
		sqlite3_bind_int64(st, 1, n);
		int found = store_step(store, st, err);
		goes_on = found <= 0 || tell(span, st, fn, arg);
		sqlite3_reset(st);
		if (found < 0)
			return found;
	}
	return 0;
}

/* ---- by time */

int store_course(struct store *store, int64_t from, int64_t to,
		 void (*fn)(void *arg, int64_t at, int64_t n, int64_t complaints), void *arg,
		 struct heard_error *err)
{
	const struct store_period period = {.from = from, .to = to};
	sqlite3_stmt *st = figures_quarters(store, ST_TALLY_COURSE, &period, err);
	int more = st ? 0 : -err->code;
	while (st && (more = store_step(store, st, err)) > 0)
		fn(arg, sqlite3_column_int64(st, 0) * TALLY_QUARTER,
		   sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2));
	sqlite3_reset(st);
	return more;
}

int store_since(struct store *store, int64_t *at_r, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_TALLY_SINCE, err);
	int found = st ? store_step(store, st, err) : -err->code;
	if (found < 0)
		return found;
	bool is_there = found > 0 && sqlite3_column_type(st, 0) != SQLITE_NULL;
	*at_r = is_there ? sqlite3_column_int64(st, 0) * TALLY_QUARTER : HEARD_TIME_NONE;
	sqlite3_reset(st);
	return 0;
}
