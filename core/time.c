/*
 * time.c - RFC 3339 by hand, because it is done several times a record; zones
 * by ICU, because their rules change every year.
 *
 * Days are counted in the proleptic Gregorian calendar, in eras of 400 years
 * that begin on the first of March, so that the leap day is the last of a year.
 */
#include <heard/time.h>

#include "option_unit.h"

#include <stdlib.h>
#include <unicode/ucal.h>

#define SECOND	 ((int64_t)1000)
#define MINUTE	 (60 * SECOND)
#define HOUR	 (60 * MINUTE)
#define DAY	 (24 * HOUR)
#define TIME_END ((int64_t)253402300800 * SECOND) /* the year 10000 */

/* Digits are milliseconds from here on, seconds below: as seconds it is the
 * year 5138, as milliseconds 1973. */
#define FIRST_MS ((int64_t)100000000000)

/* ---- zones */

struct heard_zone {
	UCalendar *calendar;
	int64_t from, until; /* the offset below holds in [from, until) */
	int64_t offset;
	char name[128];
};

struct heard_zone *heard_zone_create(const char *name)
{
	UChar id[128], canonical[128];
	size_t n = strlen(name);
	UErrorCode status = U_ZERO_ERROR;
	if (n == 0 || n >= sizeof id / sizeof id[0])
		return NULL;
	for (size_t i = 0; i < n; i++)
		id[i] = (UChar)(unsigned char)name[i];
	ucal_getCanonicalTimeZoneID(id, (int32_t)n, canonical, 128, NULL, &status);
	if (U_FAILURE(status))
		return NULL;
	UCalendar *calendar = ucal_open(id, (int32_t)n, "en", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status))
		return NULL;
	struct heard_zone *zone = calloc(1, sizeof *zone);
	if (zone == NULL) {
		ucal_close(calendar);
		return NULL;
	}
	zone->calendar = calendar;
	memcpy(zone->name, name, n);
	return zone;
}

void heard_zone_destroy(struct heard_zone *zone)
{
	if (zone == NULL)
		return;
	ucal_close(zone->calendar);
	free(zone);
}

const char *heard_zone_name(const struct heard_zone *zone)
{
	return zone->name;
}

static int64_t transition(const struct heard_zone *zone, UTimeZoneTransitionType type,
			  int64_t otherwise)
{
	UDate at;
	UErrorCode status = U_ZERO_ERROR;
	if (ucal_getTimeZoneTransitionDate(zone->calendar, type, &at, &status) &&
	    U_SUCCESS(status))
		return (int64_t)at;
	return otherwise;
}

int64_t heard_zone_offset(struct heard_zone *zone, int64_t time)
{
	if (time >= zone->from && time < zone->until)
		return zone->offset;
	UErrorCode status = U_ZERO_ERROR;
	ucal_setMillis(zone->calendar, (UDate)time, &status);
	int64_t offset = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status);
	offset += ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
	if (U_FAILURE(status))
		return 0;
	zone->from = transition(zone, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN);
	zone->until = transition(zone, UCAL_TZ_TRANSITION_NEXT, INT64_MAX);
	zone->offset = offset;
	return offset;
}

int64_t heard_zone_next_change(struct heard_zone *zone, int64_t time)
{
	heard_zone_offset(zone, time);
	return zone->until;
}

/* A local time that exists twice is the earlier one; one that is skipped moves
 * on by what was skipped. */
static int64_t from_local(int64_t local, struct heard_zone *zone)
{
	if (zone == NULL)
		return local;
	int64_t before = heard_zone_offset(zone, local - DAY);
	if (heard_zone_offset(zone, local - before) == before)
		return local - before;
	int64_t after = heard_zone_offset(zone, local + DAY);
	if (heard_zone_offset(zone, local - after) == after)
		return local - after;
	return local - before;
}

/* ---- the calendar */

static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	uint64_t n = (uint64_t)(days + 719468);
	uint64_t era = n / 146097, of_era = n % 146097;
	uint64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	uint64_t m = (5 * of_year + 2) / 153;
	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = (unsigned)(y + era * 400 + (*month <= 2));
}

static int days_in(int year, int month)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month == 2 && is_leap ? 29 : days[month - 1];
}

/* ---- reading */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes exactly n digits off the front of *s; -1 if they are not there. */
static int take_digits(struct heard_str *s, size_t n)
{
	int value = 0;
	if (s->len < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s->ptr[i]))
			return -1;
		value = value * 10 + (s->ptr[i] - '0');
	}
	*s = heard_str_skip(*s, n);
	return value;
}

static bool take(struct heard_str *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = heard_str_skip(*s, 1);
	return true;
}

static int64_t parse_digits(struct heard_str s)
{
	int64_t value = 0;
	if (s.len > 15)
		return HEARD_TIME_NONE;
	for (size_t i = 0; i < s.len; i++)
		value = value * 10 + (s.ptr[i] - '0');
	if (value < FIRST_MS)
		value *= SECOND;
	return value < TIME_END ? value : HEARD_TIME_NONE;
}

static bool take_date(struct heard_str *s, int64_t *days)
{
	int year = take_digits(s, 4);
	if (year < 0 || !take(s, '-'))
		return false;
	int month = take_digits(s, 2);
	if (month < 1 || month > 12 || !take(s, '-'))
		return false;
	int day = take_digits(s, 2);
	if (day < 1 || day > days_in(year, month))
		return false;
	*days = days_of(year, month, day);
	return true;
}

/* Of a fraction, milliseconds are kept. */
static bool take_fraction(struct heard_str *s, int64_t *ms)
{
	int64_t unit = 100;
	if (s->len == 0 || !is_digit(s->ptr[0]))
		return false;
	for (; s->len && is_digit(s->ptr[0]); unit /= 10) {
		*ms += (s->ptr[0] - '0') * unit;
		*s = heard_str_skip(*s, 1);
	}
	return true;
}

/* 60 seconds are a leap second: the first of the next minute. */
static bool take_clock(struct heard_str *s, int64_t *ms)
{
	int hour = take_digits(s, 2);
	if (hour < 0 || hour > 23 || !take(s, ':'))
		return false;
	int minute = take_digits(s, 2);
	if (minute < 0 || minute > 59)
		return false;
	int64_t of_day = hour * HOUR + minute * MINUTE;
	if (take(s, ':')) {
		int second = take_digits(s, 2);
		if (second < 0 || second > 60)
			return false;
		of_day += second * SECOND;
		if (take(s, '.') && !take_fraction(s, &of_day))
			return false;
	}
	*ms += of_day;
	return true;
}

/* What is left must be "Z", "+08:00" or "+0800". */
static bool take_offset(struct heard_str *s, int64_t *ms)
{
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	bool is_east = take(s, '+');
	if (!is_east && !take(s, '-'))
		return false;
	int hour = take_digits(s, 2);
	take(s, ':');
	int minute = take_digits(s, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	int64_t offset = hour * HOUR + minute * MINUTE;
	*ms += is_east ? -offset : offset;
	return true;
}

static bool is_all_digits(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return false;
	return s.len > 0;
}

int64_t heard_time_parse(struct heard_str s, struct heard_zone *zone)
{
	int64_t days, ms = 0;
	if (is_all_digits(s))
		return parse_digits(s);
	if (!take_date(&s, &days))
		return HEARD_TIME_NONE;
	ms = days * DAY;
	if (s.len) {
		if (!take(&s, 'T') && !take(&s, 't') && !take(&s, ' '))
			return HEARD_TIME_NONE;
		if (!take_clock(&s, &ms))
			return HEARD_TIME_NONE;
	}
	if (s.len == 0)
		ms = from_local(ms, zone);
	else if (!take_offset(&s, &ms) || s.len)
		return HEARD_TIME_NONE;
	return ms >= 0 && ms < TIME_END ? ms : HEARD_TIME_NONE;
}

/* ---- writing */

static char *put_digits(char *p, unsigned value, unsigned n)
{
	for (unsigned i = n; i-- > 0; value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + n;
}

/* A time outside the years 1970 to 9999 is written as the nearest inside. */
void heard_time_format(int64_t time, char out[HEARD_TIME_SIZE])
{
	if (time < 0)
		time = 0;
	if (time >= TIME_END)
		time = TIME_END - 1;
	unsigned year, month, day, ms = (unsigned)(time % DAY);
	date_of(time / DAY, &year, &month, &day);
	char *p = put_digits(out, year, 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, ms / (unsigned)HOUR, 2);
	*p++ = ':';
	p = put_digits(p, ms / (unsigned)MINUTE % 60, 2);
	*p++ = ':';
	p = put_digits(p, ms / (unsigned)SECOND % 60, 2);
	*p++ = '.';
	p = put_digits(p, ms % (unsigned)SECOND, 3);
	*p++ = 'Z';
	*p = '\0';
}

bool heard_duration_parse(const char *text, int64_t *ms_r)
{
	return unit_parse_duration(text, ms_r);
}
