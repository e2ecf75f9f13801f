/*
 * date.h - times with the names of months.  For value.c.
 */
#ifndef TABLE_DATE_H
#define TABLE_DATE_H

#include <heard/str.h>

#include <stdint.h>

struct heard_zone;

/* RFC 5322 and what came before it: "Wed, 1 Jun 2011 00:50:25 +0800", without the day of
 * the week or the seconds, a zone as GMT or EST, a year of two digits; and ctime(3) with
 * or without a zone, "Wed Jun 01 00:50:25 +0800 2011" as Weibo writes it.
 * HEARD_TIME_NONE: none of these. */
int64_t date_parse(struct heard_str, struct heard_zone *);

#endif
