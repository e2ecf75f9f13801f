/*
 * figures_scores.c - NPS, CSAT, CES, kiosks and ratings of a period; and by survey.
 *
 * Scores are counted as they come (tally.c), so this reads a few rows a quarter of an
 * hour.  Who leaves a question out has not answered it: only values count.
 */
#include "figures_scores.h"

#include "tally.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { GOOD_CSAT = 4, BEST_CSAT = 5, BEST_NPS = 10, PROMOTER = 9, PASSIVE = 7 };

static void add_csat(struct store_csat *csat, double value, int64_t n)
{
	if (value < 1 || value > BEST_CSAT)
		return;
	csat->answers += n;
	csat->good += value >= GOOD_CSAT ? n : 0;
}

static void add_nps(struct store_promoters *nps, double value, int64_t n)
{
	if (value < 0 || value > BEST_NPS)
		return;
	nps->answers += n;
	nps->promoters += value >= PROMOTER ? n : 0;
	nps->detractors += value < PASSIVE ? n : 0;
}

static void add_ces(struct store_mean *ces, double value, int64_t n)
{
	ces->answers += n;
	ces->sum += (double)n * value;
}

/* From 0 for the worst to 1.  The faces of a kiosk are a scale from 1 too: 100, 75, 50,
 * 25, 0 or 100, 66.7, 33.3, 0. */
static void add_rating(struct store_figures *f, double value, double best, bool is_kiosk,
		       int64_t n)
{
	if (best <= 1 || value < 0 || value > best)
		return;
	if (is_kiosk && value >= 1) {
		f->kiosk.answers += n;
		f->kiosk.sum += (double)n * (value - 1) / (best - 1) * 100;
	}
	f->rating.answers += n;
	f->rating.sum += (double)n * value / best;
}

static void add_score(struct store_figures *f, sqlite3_stmt *st)
{
	double value = sqlite3_column_double(st, 1), best = sqlite3_column_double(st, 2);
	int64_t n = sqlite3_column_int64(st, 4);
	switch ((enum score)sqlite3_column_int(st, 0)) {
	case SCORE_ANSWER: break;
	case SCORE_NPS: add_nps(&f->nps, value, n); break;
	case SCORE_CSAT: add_csat(&f->csat, value, n); break;
	case SCORE_CES: add_ces(&f->ces, value, n); break;
	case SCORE_RATING: add_rating(f, value, best, sqlite3_column_int(st, 3), n); break;
	}
}

static int read_all(struct store *store, const struct store_period *p, struct store_figures *f,
		    struct heard_error *err)
{
	sqlite3_stmt *st = figures_quarters(store, ST_SCORES, p, err);
	int more = st ? 0 : -err->code;
	while (st && (more = store_step(store, st, err)) > 0)
		add_score(f, st);
	if (more < 0 || !(st = figures_within(store, ST_FOLLOW_UP_SCORES, p->from, p->to, err)))
		return -err->code;
	while ((more = store_step(store, st, err)) > 0)
		add_csat(&f->csat, sqlite3_column_double(st, 0), sqlite3_column_int64(st, 1));
	return more;
}

/* ---- by survey */

/* Rows come by name.  NULL: no memory, or more surveys than a report shows. */
static struct store_survey *survey_of(struct store_surveys *all, struct heard_str name)
{
	if (all->n && heard_str_is(name, all->at[all->n - 1].name))
		return &all->at[all->n - 1];
	if (!all->at)
		all->at = calloc(STORE_SHARES, sizeof(*all->at));
	if (!all->at || all->n == STORE_SHARES)
		return NULL;
	struct store_survey *survey = &all->at[all->n++];
	size_t len = name.len < sizeof(survey->name) ? name.len : sizeof(survey->name) - 1;
	if (len)
		memcpy(survey->name, name.ptr, len);
	return survey;
}

static void add_survey(struct store_survey *survey, sqlite3_stmt *st)
{
	double value = sqlite3_column_double(st, 2);
	int64_t n = sqlite3_column_int64(st, 3);
	switch (sqlite3_column_int(st, 1)) {
	case SCORE_ANSWER: survey->answers += n; break;
	case SCORE_NPS: add_nps(&survey->nps, value, n); break;
	case SCORE_CSAT: add_csat(&survey->csat, value, n); break;
	case SCORE_CES: add_ces(&survey->ces, value, n); break;
	default: break;
	}
}

static int read_surveys(struct store *store, const struct store_period *p,
			struct store_figures *f, struct heard_error *err)
{
	sqlite3_stmt *st = figures_quarters(store, ST_SURVEY_SCORES, p, err);
	int more = st ? 0 : -err->code;
	while (st && (more = store_step(store, st, err)) > 0) {
		struct store_survey *survey = survey_of(&f->surveys, column_str(st, 0));
		if (survey)
			add_survey(survey, st);
		else if (!f->surveys.at)
			more = heard_fail(err, ENOMEM, "out of memory");
		if (more < 0)
			break;
	}
	sqlite3_reset(st);
	return more;
}

int figures_scores(struct store *store, const struct store_period *p, struct store_figures *f,
		   struct heard_error *err)
{
	int result = read_all(store, p, f, err);
	return result < 0 ? result : read_surveys(store, p, f, err);
}
