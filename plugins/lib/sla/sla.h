/*
 * sla.h - service levels: by when somebody must act, and what of it is left.
 *
 * Two nouns, apart: a calendar says which time counts as working time; a policy
 * picks, for a ticket, how long each clock may take and by which calendar.  Both
 * are made from the config, never change afterwards, and may be used by any number
 * of threads.  Times are milliseconds since 1970 UTC, spans milliseconds of
 * working time.
 *
 * A calendar's day is a local day of its zone: an hour that a change of clocks skips
 * does not exist and one that it repeats counts twice.  A NULL calendar runs round
 * the clock.
 */
#ifndef SLA_SLA_H
#define SLA_SLA_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;

/* ---- calendar */

struct calendar;

/* The option group `calendar = { hours; days; holidays; folder; timezone; }`. */
struct calendar_options {
	const char *hours;	    /* "09:00-12:00,13:00-18:00"; "24h"         */
	const char *days;	    /* "mon-fri", "mon,wed,sat", "mon-sun"      */
	struct heard_list holidays; /* files in holiday-cn's JSON form: days[]  */
				    /* {date, isOffDay}; a make-up workday has  */
				    /* the hours of a working day               */
	const char *folder;	    /* where a bare file name is looked for     */
	const char *timezone;	    /* empty: the config's                      */
};
extern const struct heard_option calendar_table[];

/* Every fault in one sentence.  A holiday file is an absolute path, or a bare file name
 * that is looked for in `folder` and then in `shipped`, which may be NULL.  The options
 * are not needed afterwards.  `timezone` is the config's: heard_zone_name(heard_zone(host)). */
int calendar_create(struct calendar **calendar_r, const struct calendar_options *,
		    const char *timezone, const char *shipped, struct heard_error *);
void calendar_destroy(struct calendar *);

/* The moment at which `span` of working time has gone by since `from`: the earliest
 * such.  A span of 0 is `from` itself; a negative one goes back, at most to 1970.
 * HEARD_TIME_NONE beyond 20 years, or if `from` is not in the years 1970 to 9999. */
int64_t calendar_add(const struct calendar *, int64_t from, int64_t span);
/* Working time in [from, to); 0 if to <= from. */
int64_t calendar_between(const struct calendar *, int64_t from, int64_t to);
bool calendar_is_working(const struct calendar *, int64_t at);
/* Is there a holiday file for the year of `at`, in the calendar's zone?  For the warning in
 * December that next year's is missing.  True for a calendar without holiday files. */
bool calendar_knows_year(const struct calendar *, int64_t at);

/* ---- policy */

enum sla_kind { SLA_FIRST_RESPONSE, SLA_NEXT_RESPONSE, SLA_RESOLUTION, SLA_KINDS };
const char *sla_kind_name(enum sla_kind); /* "first_response" */

/* One row of `sla = ( { priority; department; channel; intent; first_response;
 * next_response; resolution; calendar; warn; } )`; the first row that matches a ticket
 * wins for each clock that it sets.  Then come the defaults:
 *
 *   first response   high 30 min round the clock, medium 4 h, low 24 h
 *   next response    as the first response, rows included
 *   resolution       intent complaint 48 h, others none
 *
 * and for the department aftersales no response later than 24 hours on the wall,
 * unless a row that names the department says otherwise. */
struct sla_row {
	const char *name; /* shown in the history; default "row N"       */
	const char *priority, *department, *channel, *intent; /* "" any  */
	const char *first_response, *next_response, *resolution;
	/* durations "30m", "" not set here, "none" no such clock        */
	const char *calendar; /* "business" (the instance's) or "24h"; ""  */
	/* 24h for priority high, else the instance's */
	int64_t warn; /* percent of the span after which to warn   */
};
extern const struct heard_option sla_table[];

struct sla; /* rows and calendar, checked */
/* `rows` and `business` must outlive the policy; `business` may be NULL. */
int sla_create(struct sla **sla_r, const struct heard_rows *rows /* of struct sla_row */,
	       const struct calendar *business, struct heard_error *);
void sla_destroy(struct sla *);

struct sla_subject { /* what a policy looks at */
	struct heard_str priority, department, channel, intent;
};
struct sla_level {
	int64_t span;			 /* of working time; -1: no such clock */
	const struct calendar *calendar; /* NULL: round the clock              */
	int64_t warn_span;		 /* warn when so much of it is gone    */
	int64_t within;			 /* and never later than this, round   */
					 /* the clock; 0: no such limit        */
	const char *policy;		 /* name of the row, "default"         */
};
/* A NULL sla gives the defaults. */
struct sla_level sla_level(const struct sla *, enum sla_kind, const struct sla_subject *);

/* ---- clock: pure arithmetic on one service level of one ticket
 *
 * Running: `due` is set and `left` is SLA_NO_TIME_LEFT.  Stopped (waiting for the
 * customer): due is HEARD_TIME_NONE and `left` holds the working time still to go, which
 * is negative when it was late already.  Absent (none of that kind, or met): neither is
 * set, and it stays absent whatever is done to it.
 *
 * Under a level with a limit (`within`), only the start asks the calendar; from then on
 * what is left is counted round the clock, so that a pause moves the limit by its own
 * length and by no more. */
struct sla_clock {
	int64_t due, left;
};
#define SLA_CLOCK_NONE	 ((struct sla_clock){HEARD_TIME_NONE, SLA_NO_TIME_LEFT})
#define SLA_NO_TIME_LEFT INT64_MIN

/* Absent if the level has no span, or one that ends beyond 20 years. */
struct sla_clock sla_clock_start(const struct sla_level *, int64_t at);
/* A clock that does not run, or that runs already, is left as it is. */
struct sla_clock sla_clock_stop(const struct sla_level *, struct sla_clock, int64_t at);
struct sla_clock sla_clock_go_on(const struct sla_level *, struct sla_clock, int64_t at);
/* Another policy holds from `at` on for a clock that began at `began` and was stopped
 * for `paused` since (up to `at` if it stands), counted by sla_pause: due as if it had held
 * from the beginning, but never before `at` plus a tenth of the new span, or before
 * what it was due by, if that is earlier: the tenth gives time to adapt, and is not to
 * be had again and again. */
struct sla_clock sla_clock_change(const struct sla_level *to, struct sla_clock, int64_t began,
				  int64_t paused, int64_t at);
/* What a stop in [from, to) adds to `paused`. */
int64_t sla_pause(const struct sla_level *, int64_t from, int64_t to);
/* The moment to warn; HEARD_TIME_NONE unless the clock runs. */
int64_t sla_clock_warn_at(const struct sla_level *, struct sla_clock);

#endif
