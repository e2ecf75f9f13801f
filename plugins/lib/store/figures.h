/*
 * figures.h - the figures of a period: what reports, boards and alerts are made of.
 *
 * Feedback is what customers sent: every record without spam, removals and further
 * revisions of one that was there.  Rates are over the tickets received in the period,
 * without spam and merged ones, as they stand at the time of the report, so the figures
 * of a past month still change while its tickets are worked on.  Scores count in the
 * period in which they were given.
 */
#ifndef STORE_FIGURES_H
#define STORE_FIGURES_H

#include "store.h"

#define STORE_NAME_MAX	 64 /* bytes of a name in figures, with its NUL; longer ones are cut */
#define STORE_SHARES	 64 /* names of one kind; the least ones are left out             */
#define STORE_SAMPLES	 3
#define STORE_TITLE_MAX	 192
#define STORE_SURVEY_MAX 48 /* bytes of a survey's name, with its NUL; longer ones are cut */

struct store_period {
	int64_t from, to;     /* [from, to), at whole quarters of an hour      */
	int64_t now;	      /* of the report: what was due by then is due    */
	const int64_t *edges; /* of its parts: n_parts + 1, from ... to        */
	size_t n_parts;
};

/* One channel, department, ... and what became of its tickets.  Channels, categories,
 * products and intents count feedback, and have nothing but `n`. */
struct store_share {
	char name[STORE_NAME_MAX]; /* empty: it had none                        */
	int64_t n, answered, resolved, due, met;
};
struct store_shares { /* the largest first */
	struct store_share *at;
	size_t n;
};

/* An hour, day, week or month of the period. */
struct store_part {
	int64_t from, received, tickets, answered, resolved, due, met;
};

/* What tickets are about: category, subcategory and product together. */
struct store_topic {
	char category[STORE_NAME_MAX], subcategory[STORE_NAME_MAX], product[STORE_NAME_MAX];
	char title[STORE_TITLE_MAX]; /* of one on the public board, or empty      */
	int64_t tickets, contacts, complaints, high, resolved;
	int64_t reach; /* the most customers who said the very same              */
	int64_t samples[STORE_SAMPLES]; /* tickets, those of most reach first; 0: no more */
};
struct store_topics { /* the largest first */
	struct store_topic *at;
	size_t n;
};

struct store_csat {
	int64_t answers, good; /* 4 and 5 of 5                                 */
};
struct store_promoters {
	int64_t answers, promoters, detractors; /* 9-10, 0-6 of 10             */
};
struct store_mean {
	int64_t answers;
	double sum;
};

/* What was answered to one survey; every answer counts, also one without a score. */
struct store_survey {
	char name[STORE_SURVEY_MAX];
	int64_t answers;
	struct store_promoters nps;
	struct store_csat csat;
	struct store_mean ces;
};
struct store_surveys { /* by name */
	struct store_survey *at;
	size_t n;
};

struct store_figures {
	int64_t received, spam; /* records                                     */
	int64_t tickets, answered, resolved, reopened, escalated, repeated;
	int64_t levels_due, levels_met;
	int64_t backlog, overdue;	    /* live at the time of the report  */
	int64_t first_response, resolution; /* medians in ms; -1: none          */
	struct store_csat csat;
	struct store_promoters nps;
	struct store_mean ces, kiosk, rating; /* kiosk: weights of 0 to 100; rating: 0 to 1 */
	struct store_surveys surveys;
	struct store_shares channels, categories, products, intents, priorities, departments;
	struct store_part *parts; /* as many as the period has                  */
	size_t n_parts;
	struct store_topics topics;
};

/* Reads all of it as of one moment.  Release it in either case. */
int store_figures(struct store *, const struct store_period *, struct store_figures *,
		  struct heard_error *);
void store_figures_release(struct store_figures *);

/* Rates: part / whole, or NaN when there is nothing to divide by. */
double store_rate(int64_t part, int64_t whole);
double store_nps(const struct store_promoters *); /* -100 to 100 */

/* The topic of the same category, subcategory and product, or NULL. */
const struct store_topic *store_topic_find(const struct store_topics *,
					   const struct store_topic *like);

#endif
