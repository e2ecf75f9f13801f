/*
 * quiet.c - hours of the day, which may go over midnight.
 */
#include "quiet.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>

enum { DAY_MINUTES = 24 * 60, MINUTE_MS = 60 * 1000 };

static bool parse_time(const char **text, int *minutes)
{
	int hour, minute, n = 0;
	if (sscanf(*text, "%2d:%2d%n", &hour, &minute, &n) != 2 || n < 4 || hour < 0 ||
	    hour > 24 || minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES)
		return false;
	*minutes = (hour * 60 + minute) % DAY_MINUTES;
	*text += n;
	return true;
}

int quiet_parse(const char *text, struct quiet *q, struct heard_error *err)
{
	const char *at = text;
	*q = (struct quiet){0, 0};
	if (*text == '\0')
		return 0;
	if (parse_time(&at, &q->from) && *at++ == '-' && parse_time(&at, &q->to) && *at == '\0')
		return 0;
	return heard_fail(err, EINVAL, "quiet: \"%s\" is not of the form \"22:00-08:00\"",
			  text);
}

bool quiet_is(const struct quiet *q, struct heard_zone *zone, int64_t now)
{
	int64_t local = now + (zone ? heard_zone_offset(zone, now) : 0);
	int minute = (int)(local / MINUTE_MS % DAY_MINUTES);
	return q->from <= q->to ? minute >= q->from && minute < q->to
				: minute >= q->from || minute < q->to;
}
