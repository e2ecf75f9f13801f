/*
 * span.c - a span of time as one says it.
 */
#include "span.h"

#include <inttypes.h>
#include <stdio.h>

void span_say(char out[SPAN_SIZE], int64_t ms)
{
	static const struct {
		int64_t until, unit; /* seconds */
		const char *name;
	} units[] = {{100, 1, "s"}, {100 * 60, 60, "min"}, {48 * 3600, 3600, "h"}};
	int64_t s = ms > 0 ? ms / 1000 : 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (s < units[i].until) {
			snprintf(out, SPAN_SIZE, "%" PRId64 " %s", s / units[i].unit,
				 units[i].name);
			return;
		}
	snprintf(out, SPAN_SIZE, "%" PRId64 " d", s / 86400);
}
