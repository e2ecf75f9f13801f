/*
 * figures_scores.h - what customers' scores amount to, together and by survey.
 */
#ifndef STORE_FIGURES_SCORES_H
#define STORE_FIGURES_SCORES_H

#include "figures.h"
#include "sqlite.h"

int figures_scores(struct store *, const struct store_period *, struct store_figures *,
		   struct heard_error *);

/* figures.c: a statement over [from, to), or over the quarters of a period; or NULL. */
sqlite3_stmt *figures_within(struct store *, enum statement, int64_t from, int64_t to,
			     struct heard_error *);
sqlite3_stmt *figures_quarters(struct store *, enum statement, const struct store_period *,
			       struct heard_error *);

#endif
