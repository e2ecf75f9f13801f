/*
 * week.c - sums by weekday and hour.
 */
#include "week.h"

#include <string.h>

#define HOUR INT64_C(3600000)

/* 1970-01-01 was a Thursday. */
static int weekday(int64_t day)
{
	return (int)(((day + 3) % WEEK_DAYS + WEEK_DAYS) % WEEK_DAYS);
}

void week_begin(struct week *w, int64_t first, int64_t after)
{
	memset(w, 0, sizeof(*w));
	int64_t days = after > first ? after - first : 0;
	for (int i = 0; i < WEEK_DAYS; i++)
		w->days[i] = days / WEEK_DAYS;
	for (int64_t i = 0; i < days % WEEK_DAYS; i++)
		w->days[weekday(first + i)]++;
}

void week_add(struct week *w, int64_t wall_ms, int64_t n, int64_t complaints)
{
	int64_t hours = wall_ms / HOUR - (wall_ms % HOUR < 0);
	int64_t hour = (hours % WEEK_HOURS + WEEK_HOURS) % WEEK_HOURS;
	int day = weekday((hours - hour) / WEEK_HOURS);
	w->n[day][hour] += n;
	w->complaints[day][hour] += complaints;
	w->total += n;
	w->total_complaints += complaints;
}

double week_mean(const struct week *w, int day, int hour, bool of_complaints)
{
	int64_t n = of_complaints ? w->complaints[day][hour] : w->n[day][hour];
	return w->days[day] > 0 ? (double)n / (double)w->days[day] : 0;
}

double week_most(const struct week *w, bool of_complaints)
{
	double most = 0;
	for (int day = 0; day < WEEK_DAYS; day++)
		for (int hour = 0; hour < WEEK_HOURS; hour++) {
			double mean = week_mean(w, day, hour, of_complaints);
			most = mean > most ? mean : most;
		}
	return most;
}
