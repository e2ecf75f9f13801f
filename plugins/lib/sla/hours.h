/*
 * hours.h - the working hours of a day: a few slots with breaks between them.
 *
 * Times of day are milliseconds since local midnight as the clock on the wall shows
 * them; what a change of clocks does to a day is not known here.
 */
#ifndef SLA_HOURS_H
#define SLA_HOURS_H

#include <stddef.h>
#include <stdint.h>

struct heard_error;

enum { HOURS_SLOTS = 16 };

struct hours {
	size_t n; /* at least one after hours_parse */
	struct {
		int64_t from, until, before; /* working time of the slots before it */
	} slots[HOURS_SLOTS];		     /* in order; they may touch            */
	int64_t total;
};

/* "09:00-12:00,13:00-18:00", or "24h".  0 or -errno with a sentence. */
int hours_parse(struct hours *, const char *text, struct heard_error *);
/* Working time in [midnight, at). */
int64_t hours_before(const struct hours *, int64_t at);
/* The earliest moment before which `done` of it lies; 0 < done <= total. */
int64_t hours_find(const struct hours *, int64_t done);

#endif
