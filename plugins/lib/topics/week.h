/*
 * week.h - at what time of the week people write: seven days of 24 hours.
 *
 * Times are local, in milliseconds as a clock on the wall shows them; Monday is day 0.  A
 * month has four or five Mondays, so what is compared is the mean of a day.
 */
#ifndef TOPICS_WEEK_H
#define TOPICS_WEEK_H

#include <stdbool.h>
#include <stdint.h>

enum { WEEK_DAYS = 7, WEEK_HOURS = 24 };

struct week {
	int64_t n[WEEK_DAYS][WEEK_HOURS], complaints[WEEK_DAYS][WEEK_HOURS];
	int64_t days[WEEK_DAYS]; /* how many there were of each           */
	int64_t total, total_complaints;
};

/* Days are counted from 1970-01-01; [first, after). */
void week_begin(struct week *, int64_t first, int64_t after);
void week_add(struct week *, int64_t wall_ms, int64_t n, int64_t complaints);
/* Of such an hour, on average; 0 if there was none. */
double week_mean(const struct week *, int day, int hour, bool of_complaints);
double week_most(const struct week *, bool of_complaints);

#endif
