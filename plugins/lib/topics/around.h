/*
 * around.h - before, during and after an event: holidays, a sale, an outage.
 *
 * Before and after are AROUND_DAYS days each, a whole week, so that weekdays weigh alike;
 * what is compared is the mean of a day.  A part counts the days that there are figures
 * of: none before the first record, none after the last day that is over.
 *
 * Days are counted from 1970-01-01.
 */
#ifndef TOPICS_AROUND_H
#define TOPICS_AROUND_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AROUND_DAYS = 7, AROUND_NAME = 64, AROUND_MOST = 64 };
enum around_part { AROUND_BEFORE, AROUND_DURING, AROUND_AFTER, AROUND_PARTS };

struct around_sum {
	int64_t days, n, complaints;
};
struct around {
	char name[AROUND_NAME];
	int64_t first, last; /* its days, both included */
	struct around_sum parts[AROUND_PARTS];
};

struct arounds { /* by their first day */
	struct around at[AROUND_MOST];
	size_t n;
};

/* Days of one name that follow each other are one event; a day that is named twice is
 * one; what is beyond AROUND_MOST is passed over.  A longer name is cut. */
void arounds_add(struct arounds *, struct heard_str name, int64_t first, int64_t last);
/* Those stay of which [first, after) has a day of the event, or of the week after it. */
void arounds_within(struct arounds *, int64_t first, int64_t after);
/* Figures are there of the days [first, after). */
void arounds_begin(struct arounds *, int64_t first, int64_t after);
void arounds_count(struct arounds *, int64_t day, int64_t n, int64_t complaints);

/* A day's mean, and the share of complaints; NaN without days, or without anything said. */
double around_mean(const struct around_sum *);
double around_complaints(const struct around_sum *);

#endif
