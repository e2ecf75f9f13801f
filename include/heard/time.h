/*
 * heard/time.h - points in time.
 *
 * A time is milliseconds since 1970-01-01T00:00:00Z in an int64_t, and never
 * anything else.  In JSON it is RFC 3339 in UTC with milliseconds.  A zone is
 * an IANA name ("Asia/Shanghai"); its rules come from ICU.
 */
#ifndef HEARD_TIME_H
#define HEARD_TIME_H

#include <heard/api.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

#define HEARD_TIME_NONE INT64_MIN
#define HEARD_TIME_SIZE 25 /* "2026-01-02T03:04:05.678Z" and a NUL */

struct heard_zone; /* not for use by two threads at once */

/* NULL if the zone is unknown. */
HEARD_API struct heard_zone *heard_zone_create(const char *name);
HEARD_API void heard_zone_destroy(struct heard_zone *);
/* The name it was created with. */
HEARD_API const char *heard_zone_name(const struct heard_zone *);
/* Milliseconds east of UTC in force at the time. */
HEARD_API int64_t heard_zone_offset(struct heard_zone *, int64_t time);
/* The first moment after the time from which on another offset may be in force;
 * INT64_MAX if none is known. */
HEARD_API int64_t heard_zone_next_change(struct heard_zone *, int64_t time);

/* RFC 3339, also with a blank for the T, without seconds, without a zone
 * (then `zone`, or UTC if NULL), or just a date; or seconds or milliseconds
 * since 1970 as digits.  HEARD_TIME_NONE if it is none of these or outside
 * the years 1970 to 9999. */
HEARD_API int64_t heard_time_parse(struct heard_str, struct heard_zone *zone);
/* Writes HEARD_TIME_SIZE - 1 bytes and a NUL. */
HEARD_API void heard_time_format(int64_t time, char out[HEARD_TIME_SIZE]);
/* "90s", "30m", "1.5h", "2d" as in the config, for durations inside of a text;
 * false if it is none. */
HEARD_API bool heard_duration_parse(const char *text, int64_t *ms_r);

#endif
