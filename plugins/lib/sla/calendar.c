/*
 * calendar.c - working time: how much lies between two moments, and where it ends.
 *
 * Two steps, each a formula or a binary search, so that a ticket's deadline costs the
 * same whether it is an hour or a year away:
 *
 *   wall time   what a clock on the wall shows, as if clocks were never changed.  All
 *               working days have the same hours, so the working time before a wall
 *               time is working days before it times hours of a day, and some of the
 *               day that has begun (workdays.c, hours.c).
 *   real time   is cut where the zone's offset changes.  Inside of a stretch wall time
 *               runs as real time does, so it has as much working time as its wall
 *               times have; a stretch knows the sum of all before it.  An hour that is
 *               repeated is in two stretches and one that is skipped in none: that is
 *               all there is to daylight saving.
 *
 * The stretches are asked of the zone once, because a heard_zone is for one thread, and
 * reach to 2200; the last one's offset holds for ever after.
 *
 * Invariant: worked_before() never falls, and rises only where calendar_is_working().
 */
#include "hours.h"
#include "sla.h"
#include "workdays.h"

#include "holidays.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY	   (INT64_C(24) * 3600 * 1000)
#define YEARS_20   (INT64_C(7305) * DAY)
#define TIME_2200  (INT64_C(84006) * DAY)
#define TIME_10000 (INT64_C(2932897) * DAY)

struct stretch {	/* of one offset, up to the next one's `from` */
	int64_t from;	/* the first is from 1970 on                  */
	int64_t offset; /* wall time is real time plus this           */
	int64_t before; /* working time before it                     */
};

struct calendar {
	struct hours hours;
	struct workdays workdays;
	struct stretch *stretches; /* at least one */
	size_t n;
	bool has_holidays;
	bool years[HOLIDAYS_LAST_YEAR - HOLIDAYS_FIRST_YEAR + 1]; /* that have a file */
};

/* ---- wall time.  West of Greenwich it begins a day before 1970. */

static int64_t wall_worked_before(const struct calendar *c, int64_t wall)
{
	if (wall < 0)
		return 0;
	int64_t day = wall / DAY;
	int64_t worked = workdays_before(&c->workdays, day) * c->hours.total;
	if (workdays_has(&c->workdays, day))
		worked += hours_before(&c->hours, wall % DAY);
	return worked;
}

/* The earliest wall time before which that much lies; worked > 0. */
static int64_t wall_find(const struct calendar *c, int64_t worked)
{
	int64_t days = (worked - 1) / c->hours.total;
	int64_t rest = worked - days * c->hours.total;
	return workdays_find(&c->workdays, days) * DAY + hours_find(&c->hours, rest);
}

/* ---- real time */

static int64_t within_range(int64_t at)
{
	return at < 0 ? 0 : at > TIME_10000 ? TIME_10000 : at;
}

/* The last stretch for which it is true that its `from`, or its `before`, lies before
 * the value; the first if there is none. */
static const struct stretch *find_by(const struct calendar *c, size_t member, int64_t value)
{
	size_t low = 0, high = c->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		const char *at = (const char *)&c->stretches[middle] + member;
		if (*(const int64_t *)(const void *)at < value)
			low = middle;
		else
			high = middle;
	}
	return &c->stretches[low];
}

static const struct stretch *stretch_of(const struct calendar *c, int64_t at)
{
	return find_by(c, offsetof(struct stretch, from), at + 1);
}

static int64_t worked_in(const struct calendar *c, const struct stretch *s, int64_t until)
{
	return wall_worked_before(c, until + s->offset) -
	       wall_worked_before(c, s->from + s->offset);
}

static int64_t worked_before(const struct calendar *c, int64_t at)
{
	const struct stretch *s = stretch_of(c, at);
	return s->before + worked_in(c, s, at);
}

/* The earliest moment before which that much lies. */
static int64_t find(const struct calendar *c, int64_t worked)
{
	if (worked <= 0)
		return 0;
	const struct stretch *s = find_by(c, offsetof(struct stretch, before), worked);
	int64_t wall = wall_worked_before(c, s->from + s->offset) + worked - s->before;
	return wall_find(c, wall) - s->offset;
}

int64_t calendar_add(const struct calendar *c, int64_t from, int64_t span)
{
	if (from < 0 || from >= TIME_10000 || span > YEARS_20)
		return HEARD_TIME_NONE;
	if (span < -TIME_10000)
		return 0;
	int64_t at = from + span;
	if (c && span != 0)
		at = find(c, worked_before(c, from) + span);
	if (at - from > YEARS_20 || at >= TIME_10000)
		return HEARD_TIME_NONE;
	return at < 0 ? 0 : at;
}

int64_t calendar_between(const struct calendar *c, int64_t from, int64_t to)
{
	from = within_range(from);
	to = within_range(to);
	if (to <= from)
		return 0;
	return c ? worked_before(c, to) - worked_before(c, from) : to - from;
}

bool calendar_is_working(const struct calendar *c, int64_t at)
{
	if (at < 0 || at >= TIME_10000)
		return false;
	return calendar_between(c, at, at + 1) > 0;
}

bool calendar_knows_year(const struct calendar *c, int64_t at)
{
	if (c == NULL || !c->has_holidays)
		return true;
	char wall[HEARD_TIME_SIZE];
	at = within_range(at);
	heard_time_format(at + stretch_of(c, at)->offset, wall);
	long year = strtol(wall, NULL, 10);
	return year >= HOLIDAYS_FIRST_YEAR && year <= HOLIDAYS_LAST_YEAR &&
	       c->years[year - HOLIDAYS_FIRST_YEAR];
}

/* ---- made from the config */

static size_t count_stretches(struct heard_zone *zone)
{
	size_t n = 0;
	for (int64_t at = 0; at < TIME_2200; at = heard_zone_next_change(zone, at))
		n++;
	return n;
}

/* Needs hours and days; sums up as it goes. */
static int cut_stretches(struct calendar *c, const char *name, struct heard_error *err)
{
	struct heard_zone *zone = heard_zone_create(name);
	if (zone == NULL)
		return heard_fail(err, EINVAL,
				  "timezone: \"%.100s\" is no zone known here; write one like "
				  "\"Asia/Shanghai\"",
				  name);
	c->stretches = calloc(count_stretches(zone), sizeof *c->stretches);
	for (int64_t at = 0; c->stretches && at < TIME_2200;
	     at = heard_zone_next_change(zone, at)) {
		struct stretch *s = &c->stretches[c->n];
		*s = (struct stretch){.from = at, .offset = heard_zone_offset(zone, at)};
		if (c->n)
			s->before = s[-1].before + worked_in(c, &s[-1], at);
		c->n++;
	}
	heard_zone_destroy(zone);
	return c->stretches ? 0 : heard_fail(err, ENOMEM, "no memory for the calendar");
}

static bool join(char path[PATH_MAX], const char *folder, const char *name)
{
	if (folder == NULL || folder[0] == '\0')
		return false;
	int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return n > 0 && n < PATH_MAX;
}

/* One that is nowhere is looked for in the first folder, so that the message tells
 * where to put it. */
static int find_file(const char *name, const char *folder, const char *shipped,
		     char path[PATH_MAX], struct heard_error *err)
{
	char other[PATH_MAX];
	if (strchr(name, '/'))
		return heard_fail(err, EINVAL,
				  "\"%s\" must be an absolute path, or the name of a file in "
				  "`folder`",
				  name);
	bool has_path = join(path, folder, name);
	if (has_path && access(path, F_OK) == 0)
		return 0;
	if (join(other, shipped, name) && (!has_path || access(other, F_OK) == 0)) {
		memcpy(path, other, sizeof other);
		return 0;
	}
	return has_path ? 0
			: heard_fail(err, EINVAL, "\"%.100s\" has no folder to be in", name);
}

static int read_holidays(struct holidays *h, const struct calendar_options *options,
			 const char *shipped, struct heard_error *err)
{
	for (size_t i = 0; i < options->holidays.n; i++) {
		char path[PATH_MAX];
		const char *name = options->holidays.at[i];
		bool is_absolute = name[0] == '/';
		int code = is_absolute ? 0
				       : find_file(name, options->folder, shipped, path, err);
		if (code == 0)
			code = holidays_read(h, is_absolute ? name : path, err);
		if (code)
			return code;
	}
	return 0;
}

static int set_holidays(struct calendar *c, const struct calendar_options *options,
			const char *shipped, struct heard_error *err)
{
	struct holidays holidays = {0};
	int code = read_holidays(&holidays, options, shipped, err);
	if (code == 0)
		code = workdays_except(&c->workdays, &holidays, err);
	c->has_holidays = options->holidays.n > 0;
	memcpy(c->years, holidays.years, sizeof c->years);
	holidays_release(&holidays);
	return code ? heard_error_wrap(err, "holidays") : 0;
}

static int fill(struct calendar *c, const struct calendar_options *options,
		const char *timezone, const char *shipped, struct heard_error *err)
{
	bool is_own = options->timezone && options->timezone[0];
	if (hours_parse(&c->hours, options->hours, err) != 0)
		return heard_error_wrap(err, "hours");
	if (workdays_init(&c->workdays, options->days, err) != 0)
		return heard_error_wrap(err, "days");
	int code = set_holidays(c, options, shipped, err);
	return code ? code : cut_stretches(c, is_own ? options->timezone : timezone, err);
}

int calendar_create(struct calendar **calendar_r, const struct calendar_options *options,
		    const char *timezone, const char *shipped, struct heard_error *err)
{
	*calendar_r = NULL;
	struct calendar *c = calloc(1, sizeof *c);
	if (c == NULL)
		return heard_fail(err, ENOMEM, "no memory for the calendar");
	int code = fill(c, options, timezone, shipped, err);
	if (code) {
		calendar_destroy(c);
		return code;
	}
	*calendar_r = c;
	return 0;
}

void calendar_destroy(struct calendar *c)
{
	if (c == NULL)
		return;
	workdays_release(&c->workdays);
	free(c->stretches);
	free(c);
}

const struct heard_option calendar_table[] = {
	{"hours", HEARD_STRING(struct calendar_options, hours), .value = "24h",
	 .help = "Working hours of a day, with breaks between: 09:00-12:00,13:00-18:00"},
	{"days", HEARD_STRING(struct calendar_options, days), .value = "mon-sun",
	 .help = "Working days of a week: mon-fri, or mon,wed,sat"},
	{"holidays", HEARD_LIST(struct calendar_options, holidays), .value = "", .min = 0,
	 .max = 64,
	 .help = "Files of days off and make-up workdays in the JSON form of holiday-cn"},
	{"folder", HEARD_PATH(struct calendar_options, folder), .value = "holidays",
	 .help = "Where a holiday file is that is given without a path"},
	{"timezone", HEARD_STRING(struct calendar_options, timezone), .value = "",
	 .help = "Zone of these hours and days; empty for the config's"},
	{.name = NULL},
};
