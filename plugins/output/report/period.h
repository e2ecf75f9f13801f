/*
 * period.h - days, weeks, months, quarters and years of a zone.
 *
 * A day is a local day: it begins at the zone's midnight and may have 23 or 25 hours.
 * Weeks begin on Monday and are numbered as in ISO 8601.  Days are counted since
 * 1970-01-01.
 */
#ifndef REPORT_PERIOD_H
#define REPORT_PERIOD_H

#include <heard/time.h>

#include <stdbool.h>
#include <stddef.h>

struct heard_error;

enum period_kind {
	PERIOD_DAY,
	PERIOD_WEEK,
	PERIOD_MONTH,
	PERIOD_QUARTER,
	PERIOD_YEAR,
	PERIOD_KINDS,
	PERIOD_TODAY = PERIOD_KINDS, /* so far */
	PERIOD_RANGE,
};
extern const char *const period_words[]; /* "day", ..., NULL */

enum period_step { STEP_HOUR, STEP_DAY, STEP_WEEK, STEP_MONTH };

enum { PERIOD_PARTS = 160, PERIOD_YEARS = 10 };

struct period {
	enum period_kind kind;
	char name[32]; /* "2026-03-05", "2026-W10", "2026-03", "2026-Q1", "2026", */
	/* "2026-03-01..2026-03-20"                                */
	int64_t first, after; /* days [first, after)                                     */
	int64_t from, to;     /* ms; `to` is the moment at which it is over              */
	enum period_step step;
	int64_t edges[PERIOD_PARTS + 1];
	size_t n_parts;
};

struct period_date {
	int year, month, day;
};

/* The last one of a kind that is over at `now`; of PERIOD_TODAY the one that is not. */
void period_last(struct period *, enum period_kind, int64_t now, struct heard_zone *);
/* The one before; of a range, as many days. */
void period_before(const struct period *, struct period *before_r, struct heard_zone *);
/* A word of period_words, "today", a name as above, or FROM..TO, both included.
 * -EINVAL with a sentence. */
int period_parse(struct period *, const char *text, int64_t now, struct heard_zone *,
		 struct heard_error *);
/* The moment of a time of day ("08:00" is 8 * 60) on the day after it. */
int64_t period_due(const struct period *, int64_t minutes, struct heard_zone *);

struct period_date period_date_of(int64_t day);
/* The moment at which a day begins. */
int64_t period_midnight(int64_t day, struct heard_zone *);
/* Of a moment in the zone; *minute_r of the day, if not NULL. */
struct period_date period_local(int64_t ms, struct heard_zone *, int *minute_r);

#endif
