/*
 * workdays.h - which days are worked: a rule of the week, and exceptions to it.
 *
 * Days are counted from 1970-01-01, which is day 0 and was a Thursday.  A holiday that
 * falls on a day off anyway is no exception, nor is a make-up workday on a working day.
 */
#ifndef SLA_WORKDAYS_H
#define SLA_WORKDAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;
struct holidays;

struct exception {
	int64_t day;
	int64_t change; /* all of them up to this one: +1 for each workday more, -1 less */
	bool is_worked;
};

struct workdays {
	bool week[7];  /* from Thursday on, as day 0 was                */
	int before[8]; /* working days in the first i days of such week */
	struct exception *exceptions;
	size_t n;
};

/* `days` is "mon-fri" or "mon,wed,sat", with at least one.  0 or -errno with a sentence. */
int workdays_init(struct workdays *, const char *days, struct heard_error *);
/* Once, after workdays_init; sorts the holidays. */
int workdays_except(struct workdays *, struct holidays *, struct heard_error *);
void workdays_release(struct workdays *);

bool workdays_has(const struct workdays *, int64_t day);
/* Working days in [0, day). */
int64_t workdays_before(const struct workdays *, int64_t day);
/* The working day before which there are n others. */
int64_t workdays_find(const struct workdays *, int64_t n);

#endif
