/*
 * timer.c - timers at home that respect a filter's turn.
 *
 * Invariant: a timer is in at most one list; destroying it while it waits for a
 * turn only marks it, and whoever runs the list frees it.
 */
#include "timer.h"

#include "filter.h"

#include <event2/event.h>
#include <stdlib.h>

struct heard_timer {
	struct heard_host *host;
	struct event *event;
	void (*fn)(void *arg);
	void *arg;
	struct heard_timer *next;
	bool is_queued, is_cleared, is_dead;
};

static void timer_fire(evutil_socket_t fd, short what, void *arg)
{
	struct heard_timer *t = arg;
	(void)fd;
	(void)what;
	struct filter *f = t->host->filter;
	if (f == NULL) {
		t->fn(t->arg);
		return;
	}
	t->is_cleared = false;
	if (t->is_queued)
		return;
	if (filter_enter_timer(f, t)) {
		t->fn(t->arg);
		filter_leave(f);
	}
}

void timer_queue(struct heard_timer **list, struct heard_timer *t)
{
	t->is_queued = true;
	t->next = *list;
	*list = t;
}

void timer_run_queue(struct heard_timer *t)
{
	while (t != NULL) {
		struct heard_timer *next = t->next;
		t->is_queued = false;
		if (t->is_dead)
			free(t);
		else if (!t->is_cleared)
			t->fn(t->arg);
		t = next;
	}
}

struct heard_timer *heard_timer_create(struct heard_host *host, void (*fn)(void *arg),
				       void *arg)
{
	struct heard_timer *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->host = host;
	t->fn = fn;
	t->arg = arg;
	t->event = evtimer_new(loop_base(host->loop), timer_fire, t);
	if (t->event == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void heard_timer_set(struct heard_timer *t, int64_t after_ms)
{
	struct timeval tv = {.tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000};
	t->is_cleared = t->is_queued; /* that moment has passed; this one is to come */
	evtimer_add(t->event, &tv);
}

void heard_timer_clear(struct heard_timer *t)
{
	t->is_cleared = true;
	evtimer_del(t->event);
}

void heard_timer_destroy(struct heard_timer *t)
{
	if (t == NULL)
		return;
	event_free(t->event);
	if (t->is_queued)
		t->is_dead = true;
	else
		free(t);
}
