/*
 * saved.h - what is watched, as lines of JSON and back.
 *
 *	{"what":"watch", ...}    the table: slot, last id, key
 *	{"what":"incident", ...} one that is open
 *	{"what":"series", ...}   one that is counted
 *
 * Every member has its name, and one that is absent is zero.  So a version that knows
 * more members reads the file of one that knew fewer, and what was learned in weeks is
 * kept; slots are listed from the oldest one on, so that their number may change too.
 */
#ifndef ALERT_SAVED_H
#define ALERT_SAVED_H

#include "incident.h"

#include <stdbool.h>

struct heard_buf;
struct heard_json;
struct watch_state;

/* "product", "alike": also for those who are told. */
extern const char *const watch_kinds[KINDS], *const watch_causes[BY_SILENCE + 1];

/* Calls put() with each line, without its end; put() clears the buffer. */
void saved_each(const struct watch_state *, struct heard_buf *line,
		void (*put)(void *arg, struct heard_buf *line), void *arg);
/* One line into a zeroed state; "watch" comes first.  False: it cannot be meant, and
 * the state is of no use. */
bool saved_take(struct watch_state *, const struct heard_json *line);

#endif
