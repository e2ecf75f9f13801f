/*
 * figures.c - the figures of a period, read as of one moment.
 *
 * Feedback is counted from `tally`, scores from tables of their own (figures_scores.c),
 * all made for it; tickets are walked once (figures_tickets.c), by an index over the time at
 * which they came.  So a report never reads a record.
 */
#include "figures_scores.h"
#include "figures_tickets.h"
#include "tally.h"

#include <heard/error.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- shares */

struct store_share *shares_add(struct store_shares *shares, struct heard_str name)
{
	if (!shares->at && !(shares->at = calloc(STORE_SHARES, sizeof(*shares->at))))
		return NULL;
	if (shares->n == STORE_SHARES)
		return &shares->at[STORE_SHARES - 1];
	struct store_share *share = &shares->at[shares->n++];
	figure_name(share->name, sizeof(share->name), name);
	return share;
}

static int larger_first(const void *a, const void *b)
{
	const struct store_share *x = a, *y = b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

void shares_sort(struct store_shares *shares)
{
	if (shares->n)
		qsort(shares->at, shares->n, sizeof(*shares->at), larger_first);
}

/* ---- feedback */

static struct store_shares *shares_of(struct store_figures *f, struct heard_str what)
{
	return heard_str_is(what, "channel")	? &f->channels
	       : heard_str_is(what, "category") ? &f->categories
	       : heard_str_is(what, "intent")	? &f->intents
	       : heard_str_is(what, "product")	? &f->products
						: NULL;
}

/* The largest come first, so those that have no room are the least. */
static int add_tally(struct store_figures *f, sqlite3_stmt *st, struct heard_error *err)
{
	struct heard_str what = column_str(st, 0);
	struct store_shares *shares = shares_of(f, what);
	int64_t n = sqlite3_column_int64(st, 2);
	if (heard_str_is(what, "spam"))
		f->spam += n;
	if (heard_str_is(what, "channel"))
		f->received += n;
	if (!shares || shares->n == STORE_SHARES)
		return 0;
	struct store_share *share = shares_add(shares, column_str(st, 1));
	if (!share)
		return heard_fail(err, ENOMEM, "out of memory");
	share->n = n;
	return 0;
}

sqlite3_stmt *figures_within(struct store *store, enum statement which, int64_t from,
			     int64_t to, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, which, err);
	if (st) {
		sqlite3_bind_int64(st, 1, from);
		sqlite3_bind_int64(st, 2, to);
	}
	return st;
}

sqlite3_stmt *figures_quarters(struct store *store, enum statement which,
			       const struct store_period *p, struct heard_error *err)
{
	return figures_within(store, which, p->from / TALLY_QUARTER, p->to / TALLY_QUARTER,
			      err);
}

static int read_tally(struct store *store, const struct store_period *p,
		      struct store_figures *f, struct heard_error *err)
{
	sqlite3_stmt *st = figures_quarters(store, ST_SUM_TALLY, p, err);
	int more = st ? 0 : -err->code;
	while (st && (more = store_step(store, st, err)) > 0)
		if ((more = add_tally(f, st, err)) < 0)
			break;
	sqlite3_reset(st);
	return more;
}

size_t figures_part(const struct store_period *p, int64_t at)
{
	size_t low = 0, high = p->n_parts;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (p->edges[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int read_times(struct store *store, const struct store_period *p,
		      struct store_figures *f, struct heard_error *err)
{
	sqlite3_stmt *st = p->n_parts ? figures_quarters(store, ST_TALLY_TIMES, p, err) : NULL;
	int more = st || p->n_parts == 0 ? 0 : -err->code;
	while (st && (more = store_step(store, st, err)) > 0) {
		int64_t at = sqlite3_column_int64(st, 0) * TALLY_QUARTER;
		f->parts[figures_part(p, at)].received += sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	return more;
}

/* ---- what is still to be done */

static int read_backlog(struct store *store, const struct store_period *p,
			struct store_figures *f, struct heard_error *err)
{
	sqlite3_stmt *st = figures_within(store, ST_BACKLOG, p->now, p->to, err);
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	f->backlog = sqlite3_column_int64(st, 0);
	f->overdue = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	return 0;
}

/* ---- all of it */

static int make_parts(const struct store_period *p, struct store_figures *f,
		      struct heard_error *err)
{
	if (p->n_parts == 0)
		return 0;
	f->parts = calloc(p->n_parts, sizeof(*f->parts));
	if (!f->parts)
		return heard_fail(err, ENOMEM, "out of memory");
	f->n_parts = p->n_parts;
	for (size_t i = 0; i < p->n_parts; i++)
		f->parts[i].from = p->edges[i];
	return 0;
}

int store_figures(struct store *store, const struct store_period *p, struct store_figures *f,
		  struct heard_error *err)
{
	*f = (struct store_figures){.first_response = -1, .resolution = -1};
	if (make_parts(p, f, err) || store_do(store, ST_BEGIN_READ, err))
		return -err->code;
	int result = read_tally(store, p, f, err);
	if (result == 0)
		result = read_times(store, p, f, err);
	if (result == 0)
		result = figures_scores(store, p, f, err);
	if (result == 0)
		result = read_backlog(store, p, f, err);
	if (result == 0)
		result = figures_tickets(store, p, f, err);
	struct heard_error ignored;
	store_do(store, ST_ROLLBACK, &ignored); /* nothing was written */
	return result;
}

void store_figures_release(struct store_figures *f)
{
	struct store_shares *const shares[] = {&f->channels, &f->categories, &f->products,
					       &f->intents,  &f->priorities, &f->departments};
	for (size_t i = 0; i < sizeof(shares) / sizeof(struct store_shares *); i++)
		free(shares[i]->at);
	free(f->surveys.at);
	free(f->parts);
	free(f->topics.at);
	*f = (struct store_figures){.first_response = -1, .resolution = -1};
}

double store_rate(int64_t part, int64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : NAN;
}

double store_nps(const struct store_promoters *nps)
{
	return 100 * store_rate(nps->promoters - nps->detractors, nps->answers);
}
