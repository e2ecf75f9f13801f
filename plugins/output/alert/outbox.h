/*
 * outbox.h - messages that are to be sent, until they are safe with the receiver.
 *
 * A message that fails is tried again after 5 s, 10 s, ... at most 10 min.  In quiet
 * hours all but high ones wait; past `per_hour` all wait for the hour to pass; what
 * waited goes out as one message.  It is part of the snapshot, so a restart loses none;
 * a kill may send one twice, with the same id.
 *
 * Bounded: beyond MESSAGES the oldest that is not high goes, and is counted in the log.
 *
 * All functions [home].
 */
#ifndef ALERT_OUTBOX_H
#define ALERT_OUTBOX_H

#include "quiet.h"

#include <heard/delivery.h>
#include <heard/str.h>

struct heard_buf;
struct heard_host;
struct heard_zone;
struct hook_message;
struct outbox;

enum { MESSAGES = 64, MESSAGE_TEXT = 8 << 10, MESSAGE_LINE = 16 << 10 };

struct outbox_message {
	struct heard_str id, event, text, line;
	int64_t at;
	bool is_high;
};

struct outbox_options {
	struct heard_host *host;
	struct heard_zone *zone;
	struct quiet quiet;
	unsigned per_hour;
	bool is_en;
	void (*send)(void *arg, const struct hook_message *,
		     void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
				  const char *reason),
		     void *done_arg);
	void *arg;
};

struct outbox *outbox_create(const struct outbox_options *);
void outbox_destroy(struct outbox *); /* NULL is fine; nothing may be under way */
/* Copies. */
void outbox_add(struct outbox *, const struct outbox_message *);
/* Send what may go now. */
void outbox_pump(struct outbox *, int64_t now);
size_t outbox_size(const struct outbox *);
/* All that is not yet safe. */
void outbox_each(const struct outbox *, void (*fn)(void *arg, const struct outbox_message *),
		 void *arg);

#endif
