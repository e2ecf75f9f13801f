/*
 * tally.h - what is counted while records come in, so that no report has to read them.
 *
 * Counts go by quarters of an hour: days begin on one of those in every zone.  A batch
 * is counted in memory and becomes a handful of rows at its commit.
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "figures.h"
#include "sqlite.h"

enum { TALLY_QUARTER = 15 * 60 * 1000 }; /* ms */

/* `score.kind` and `survey_score.kind`, for good. */
enum score { SCORE_ANSWER = 0, SCORE_NPS = 1, SCORE_CSAT, SCORE_CES, SCORE_RATING };

struct tally;

struct tally *tally_create(void);
void tally_destroy(struct tally *); /* NULL is fine */

/* A record that is new, and its scores.  Spam is counted and nothing else of it. */
int tally_record(struct store *, const struct store_record *, struct heard_error *);
/* Another revision takes the place of record `older`: its scores count no more.  Those
 * of the newer one do, unless it says that the customer removed it. */
int tally_revision(struct store *, const struct store_record *, int64_t older,
		   struct heard_error *);
/* Before the commit: what was counted becomes rows. */
int tally_flush(struct store *, struct heard_error *);
void tally_forget(struct store *); /* instead of that */

#endif
