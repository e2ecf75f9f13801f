/*
 * period.c - days, weeks, months, quarters and years of a zone.
 *
 * All arithmetic is on day numbers, which know no zone; only at the end does a day
 * become the moment of its midnight, by the zone's own rules.  So a change of clocks in
 * the middle of a period costs nothing and is never forgotten.
 */
#include "period.h"

#include <heard/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HOUR INT64_C(3600000)

enum { QUARTER_HOUR = 15 * 60 * 1000 };

const char *const period_words[] = {"day", "week", "month", "quarter", "year", NULL};

/* ---- the calendar, in years that begin in March: the leap day is the last */

static int64_t day_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct period_date period_date_of(int64_t day)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	struct period_date date = {
		.year = (int)(year + era * 400 + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(of_year - (153 * month + 2) / 5 + 1),
	};
	return date;
}

/* Monday is 0; 1970-01-01 was a Thursday. */
static int64_t weekday(int64_t day)
{
	return ((day + 3) % 7 + 7) % 7;
}

static int64_t today_of(int64_t ms, struct heard_zone *zone)
{
	struct period_date d = period_local(ms, zone, NULL);
	return day_of(d.year, d.month, d.day);
}

struct period_date period_local(int64_t ms, struct heard_zone *zone, int *minute_r)
{
	char text[HEARD_TIME_SIZE];
	int hour = 0, minute = 0;
	struct period_date d = {.year = 1970, .month = 1, .day = 1};
	heard_time_format(ms + (zone ? heard_zone_offset(zone, ms) : 0), text);
	if (sscanf(text, "%d-%d-%dT%d:%d", &d.year, &d.month, &d.day, &hour, &minute) == 5 &&
	    minute_r)
		*minute_r = hour * 60 + minute;
	return d;
}

/* Local time on a day, as the zone has it. */
static int64_t moment(int64_t day, int64_t minutes, struct heard_zone *zone)
{
	char text[64];
	struct period_date d = period_date_of(day);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:00", d.year, d.month, d.day,
		 (int)(minutes / 60), (int)(minutes % 60));
	return heard_time_parse(heard_str(text), zone);
}

int64_t period_midnight(int64_t day, struct heard_zone *zone)
{
	return moment(day, 0, zone);
}

int64_t period_due(const struct period *p, int64_t minutes, struct heard_zone *zone)
{
	return moment(p->after, minutes, zone);
}

/* ---- the period that begins on or before a day */

static int64_t months_on(int64_t first, int months)
{
	struct period_date d = period_date_of(first);
	int64_t month = d.month - 1 + months,
		year = d.year + (month >= 0 ? month : month - 11) / 12;
	return day_of(year, month - (year - d.year) * 12 + 1, 1);
}

static int64_t begin_of(enum period_kind kind, int64_t day)
{
	struct period_date d = period_date_of(day);
	switch (kind) {
	case PERIOD_WEEK: return day - weekday(day);
	case PERIOD_MONTH: return day_of(d.year, d.month, 1);
	case PERIOD_QUARTER: return day_of(d.year, (d.month - 1) / 3 * 3 + 1, 1);
	case PERIOD_YEAR: return day_of(d.year, 1, 1);
	default: return day;
	}
}

static int64_t end_of(enum period_kind kind, int64_t first)
{
	switch (kind) {
	case PERIOD_WEEK: return first + 7;
	case PERIOD_MONTH: return months_on(first, 1);
	case PERIOD_QUARTER: return months_on(first, 3);
	case PERIOD_YEAR: return months_on(first, 12);
	default: return first + 1;
	}
}

/* The year of a week is the one that its Thursday is in. */
static void name_week(struct period *p)
{
	int year = period_date_of(p->first + 3).year;
	int64_t first = day_of(year, 1, 4);
	first -= weekday(first);
	snprintf(p->name, sizeof(p->name), "%04d-W%02d", year,
		 (int)((p->first - first) / 7 + 1));
}

static void set_name(struct period *p)
{
	struct period_date a = period_date_of(p->first), b = period_date_of(p->after - 1);
	size_t size = sizeof(p->name);
	switch (p->kind) {
	case PERIOD_WEEK: name_week(p); break;
	case PERIOD_MONTH: snprintf(p->name, size, "%04d-%02d", a.year, a.month); break;
	case PERIOD_QUARTER:
		snprintf(p->name, size, "%04d-Q%d", a.year, (a.month + 2) / 3);
		break;
	case PERIOD_YEAR: snprintf(p->name, size, "%04d", a.year); break;
	case PERIOD_RANGE:
		snprintf(p->name, size, "%04d-%02d-%02d..%04d-%02d-%02d", a.year % 10000,
			 a.month % 100, a.day % 100, b.year % 10000, b.month % 100,
			 b.day % 100);
		break;
	default: snprintf(p->name, size, "%04d-%02d-%02d", a.year, a.month, a.day); break;
	}
}

/* ---- its parts */

static enum period_step step_of(const struct period *p)
{
	int64_t days = p->after - p->first;
	return days <= 1     ? STEP_HOUR
	       : days <= 45  ? STEP_DAY
	       : days <= 200 ? STEP_WEEK
			     : STEP_MONTH;
}

static void set_hours(struct period *p)
{
	for (int64_t at = p->from; at < p->to && p->n_parts < PERIOD_PARTS; at += HOUR)
		p->edges[p->n_parts++] = at;
}

static void set_edges(struct period *p, struct heard_zone *zone)
{
	p->step = step_of(p);
	p->n_parts = 0;
	int64_t day = p->first;
	if (p->step == STEP_HOUR)
		set_hours(p);
	while (p->step != STEP_HOUR && day < p->after && p->n_parts < PERIOD_PARTS) {
		p->edges[p->n_parts++] = moment(day, 0, zone);
		day = p->step == STEP_DAY ? day + 1
		      : p->step == STEP_WEEK
			      ? begin_of(PERIOD_WEEK, day) + 7
			      : end_of(PERIOD_MONTH, begin_of(PERIOD_MONTH, day));
	}
	p->edges[p->n_parts] = p->to;
}

static void settle(struct period *p, struct heard_zone *zone)
{
	set_name(p);
	p->from = moment(p->first, 0, zone);
	p->to = moment(p->after, 0, zone);
	set_edges(p, zone);
}

/* Up to now: to the end of this quarter of an hour, which is how records are counted. */
static void stop_at(struct period *p, int64_t at, struct heard_zone *zone)
{
	int64_t to = (at / QUARTER_HOUR + 1) * QUARTER_HOUR;
	if (to < p->to)
		p->to = to;
	set_edges(p, zone);
}

void period_last(struct period *p, enum period_kind kind, int64_t now, struct heard_zone *zone)
{
	int64_t begin = begin_of(kind, today_of(now, zone));
	*p = (struct period){.kind = kind};
	p->first = kind == PERIOD_TODAY ? begin : begin_of(kind, begin - 1);
	p->after = end_of(kind, p->first);
	settle(p, zone);
	if (kind == PERIOD_TODAY)
		stop_at(p, now, zone);
}

void period_before(const struct period *p, struct period *before, struct heard_zone *zone)
{
	*before = (struct period){.kind = p->kind, .after = p->first};
	before->first = p->kind == PERIOD_RANGE ? p->first - (p->after - p->first)
						: begin_of(p->kind, p->first - 1);
	settle(before, zone);
	if (p->kind == PERIOD_TODAY)
		stop_at(before, before->from + (p->to - p->from) - 1, zone);
}

/* ---- names */

static bool is_date(const struct period_date *d)
{
	if (d->year < 1971 || d->year > 9000 || d->month < 1 || d->month > 12 || d->day < 1)
		return false;
	struct period_date same = period_date_of(day_of(d->year, d->month, d->day));
	return same.month == d->month && same.day == d->day;
}

static bool parse_range(struct period *p, const char *text)
{
	struct period_date a, b;
	int end = 0;
	if (sscanf(text, "%4d-%2d-%2d..%4d-%2d-%2d%n", &a.year, &a.month, &a.day, &b.year,
		   &b.month, &b.day, &end) != 6 ||
	    text[end] != '\0' || !is_date(&a) || !is_date(&b))
		return false;
	p->kind = PERIOD_RANGE;
	p->first = day_of(a.year, a.month, a.day);
	p->after = day_of(b.year, b.month, b.day) + 1;
	return true;
}

static bool parse_week(struct period *p, const char *text)
{
	int year, week, end = 0;
	if (sscanf(text, "%4d-W%2d%n", &year, &week, &end) != 2 || text[end] != '\0' ||
	    week < 1 || week > 53 || year < 1971 || year > 9000)
		return false;
	int64_t first = day_of(year, 1, 4);
	p->kind = PERIOD_WEEK;
	p->first = first - weekday(first) + 7 * (int64_t)(week - 1);
	return period_date_of(p->first + 3).year == year; /* not every year has 53 */
}

static bool parse_name(struct period *p, const char *text)
{
	struct period_date d = {.month = 1, .day = 1};
	int quarter, end = 0;
	if (parse_range(p, text) || parse_week(p, text))
		return true;
	if (sscanf(text, "%4d-Q%1d%n", &d.year, &quarter, &end) == 2 && text[end] == '\0') {
		p->kind = PERIOD_QUARTER;
		d.month = quarter * 3 - 2;
	} else if (sscanf(text, "%4d-%2d-%2d%n", &d.year, &d.month, &d.day, &end) == 3 &&
		   text[end] == '\0') {
		p->kind = PERIOD_DAY;
	} else if (sscanf(text, "%4d-%2d%n", &d.year, &d.month, &end) == 2 &&
		   text[end] == '\0') {
		p->kind = PERIOD_MONTH;
	} else if (sscanf(text, "%4d%n", &d.year, &end) == 1 && text[end] == '\0') {
		p->kind = PERIOD_YEAR;
	} else {
		return false;
	}
	p->first = is_date(&d) ? day_of(d.year, d.month, d.day) : 0;
	return is_date(&d);
}

/* The years that can be told; and a range must not run backwards. */
static int check_span(const struct period *p, const char *text, struct heard_error *err)
{
	if (p->after <= p->first)
		return heard_fail(err, EINVAL, "\"%s\" ends before it begins", text);
	if (p->after - p->first > PERIOD_YEARS * 366)
		return heard_fail(err, EINVAL, "\"%s\" is longer than %d years", text,
				  PERIOD_YEARS);
	return 0;
}

int period_parse(struct period *p, const char *text, int64_t now, struct heard_zone *zone,
		 struct heard_error *err)
{
	*p = (struct period){.first = 0};
	for (int kind = 0; kind < PERIOD_KINDS; kind++)
		if (strcmp(text, period_words[kind]) == 0) {
			period_last(p, (enum period_kind)kind, now, zone);
			return 0;
		}
	if (strcmp(text, "today") == 0) {
		period_last(p, PERIOD_TODAY, now, zone);
		return 0;
	}
	if (!parse_name(p, text))
		return heard_fail(err, EINVAL,
				  "\"%s\" is no period; write day, week, month, quarter, year "
				  "(the last complete one), today, 2026-03-05, 2026-W10, "
				  "2026-03, 2026-Q1, 2026 or 2026-03-01..2026-03-20",
				  text);
	if (p->kind != PERIOD_RANGE)
		p->after = end_of(p->kind, p->first);
	if (check_span(p, text, err))
		return -err->code;
	settle(p, zone);
	return 0;
}
