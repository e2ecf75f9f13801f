/*
 * beat.c - once a second: what is due is done.
 *
 * One timer for all of it: alarms of tickets, both outboxes, upkeep.  It looks instead
 * of being told, because others act too: a command in a process of its own puts an
 * answer into the outbox, and a clock on the wall that is set makes a deadline come early.
 * To look costs a few searches in indexes that are nearly empty.  After a batch it looks
 * at once.
 *
 * Each turn does little, so that records do not wait: what there is more of is done in
 * the next turn of the loop.
 */
#include "tickets.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <stdlib.h>

enum { BEAT_MS = 1000, PAUSE_MS = 5000, WAKE_BEATS = 5 };

struct beat {
	struct tickets *owner;
	struct heard_timer *timer;
	struct events *events;
	struct answers *answers;
	struct upkeep *upkeep;
	unsigned beats;
	bool in_trouble;
};

/* Moves *next if the next alarm comes before. */
static int ring(struct tickets *self, int64_t *next, struct heard_error *err)
{
	int64_t now = heard_now(self->host), at;
	if (store_alarms(self->store, now, &at, err))
		return -err->code;
	if (at != HEARD_TIME_NONE && at - now < *next)
		*next = at > now ? at - now : 0;
	return 0;
}

static int do_all(struct beat *beat, int64_t *next, struct heard_error *err)
{
	bool more = false;
	if (ring(beat->owner, next, err) || events_run(beat->events, err) ||
	    answers_run(beat->answers, err) || upkeep_run(beat->upkeep, &more, err))
		return -err->code;
	if (more)
		*next = 0;
	return 0;
}

static void tell(struct beat *beat, int result, const char *why)
{
	struct heard_host *host = beat->owner->host;
	if (result)
		heard_log(host, HEARD_WARN, "what is due is not done: %s; trying again", why);
	else if (beat->in_trouble)
		heard_log(host, HEARD_NOTICE, "what is due is done again");
	beat->in_trouble = result != 0;
}

static void beat_now(void *arg)
{
	struct beat *beat = arg;
	struct heard_error err;
	int64_t next = BEAT_MS;
	int result = do_all(beat, &next, &err);
	if (result || beat->in_trouble)
		tell(beat, result, err.text);
	/* Commands erase; the index is to hear of it. */
	if (++beat->beats % WAKE_BEATS == 0)
		store_follower_wake(beat->owner->follower);
	heard_timer_set(beat->timer, result ? PAUSE_MS : next);
}

struct beat *beat_create(struct tickets *owner, struct heard_error *err)
{
	struct beat *beat = calloc(1, sizeof(*beat));
	if (beat) {
		beat->owner = owner;
		beat->timer = heard_timer_create(owner->host, beat_now, beat);
		beat->events = events_create(owner);
		beat->answers = answers_create(owner);
		beat->upkeep = upkeep_create(owner);
	}
	if (!beat || !beat->timer || !beat->events || !beat->answers || !beat->upkeep) {
		beat_destroy(beat);
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	beat_soon(beat);
	return beat;
}

void beat_destroy(struct beat *beat)
{
	if (!beat)
		return;
	heard_timer_destroy(beat->timer);
	events_destroy(beat->events);
	answers_destroy(beat->answers);
	upkeep_destroy(beat->upkeep);
	free(beat);
}

void beat_soon(struct beat *beat)
{
	if (!beat->in_trouble)
		heard_timer_set(beat->timer, 0);
}
