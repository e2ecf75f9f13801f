/*
 * quiet.h - hours in which nobody wants to be woken: "22:00-08:00".
 */
#ifndef ALERT_QUIET_H
#define ALERT_QUIET_H

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_zone;

struct quiet {
	int from, to; /* minutes of the day; the same: never */
};

/* "" is never. */
int quiet_parse(const char *text, struct quiet *, struct heard_error *);
bool quiet_is(const struct quiet *, struct heard_zone *, int64_t now);

#endif
