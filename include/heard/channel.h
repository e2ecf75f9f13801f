/*
 * heard/channel.h - who was heard lately: what each channel brought, by day.
 *
 * The daemon counts records by their `channel` when they are committed, and remembers
 * 400 days.  A command asks its file, which is five minutes old at most.  Since 1.2.
 */
#ifndef HEARD_CHANNEL_H
#define HEARD_CHANNEL_H

#include <heard/api.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_host;

struct heard_channel {
	struct heard_str name;
	int64_t received;   /* records that came, whatever became of them       */
	int64_t dead;	    /* of them dead letters, by decode or a filter      */
	int64_t since;	    /* counting began, ms: before, nothing is known     */
	int64_t last_heard; /* ms; of all time, not of the span asked for       */
	bool is_silent;	    /* for longer than usual, now                       */
};

/* Calls fn for each channel of the host's pipeline, with what came on the days of the
 * config's `timezone` that [from_ms, to_ms) touches.  Also those that brought nothing
 * then.  What a source repeats and what an operator replays is not counted.  0, or
 * -errno if the file cannot be read; where there is none, there are no channels.  [any] */
HEARD_API int heard_channels(struct heard_host *, int64_t from_ms, int64_t to_ms,
			     void (*fn)(void *arg, const struct heard_channel *), void *arg);

#endif
