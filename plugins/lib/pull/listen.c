/*
 * listen.c - up, down, and the pause between.
 *
 * A connection counts as good only when it has lasted a minute: a proxy that takes each
 * one and drops it would be asked without a pause otherwise.
 */
#include "listen.h"

#include "private.h"
#include "sse.h"

#include <heard/host.h>
#include <heard/log.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	STEADY_MS = 60 * 1000,
	ANSWER_MAX = 64 << 10,
};

struct listen {
	struct heard_host *host;
	struct heard_fetch_client *client;
	const struct pull_options *options;
	int64_t silence_ms;
	const struct listen_hooks *hooks;
	void *arg;
	struct heard_timer *timer;
	struct heard_fetch *fetch; /* NULL: down */
	struct pull_request request;
	struct sse sse;
	bool is_up, is_stopped;
	unsigned failures;
	int64_t up_ms, said_ms; /* by the monotonic clock */
};

static void go_down(struct listen *l, bool is_denied, const char *why)
{
	int64_t now = retry_clock();
	bool was_steady = l->is_up && now - l->up_ms >= STEADY_MS;
	l->is_up = false;
	l->failures = was_steady ? 1 : l->failures + 1;
	if (l->failures > 1 && (l->said_ms == 0 || now - l->said_ms >= SAY_AGAIN_MS)) {
		heard_log(l->host, HEARD_WARN,
			  "news are only asked for, as the stream ended: %s; it is opened "
			  "again, at growing pauses",
			  why);
		l->said_ms = now;
	}
	heard_timer_set(l->timer, is_denied ? retry_longest(l->options)
					    : retry_pause(l->options, l->failures));
}

static void on_done(void *arg, const struct heard_fetch_answer *a)
{
	struct listen *l = arg;
	char why[64];
	bool is_denied = a->error_code == 0 && (a->status == 401 || a->status == 403);
	l->fetch = NULL;
	snprintf(why, sizeof(why), "status %d", a->status);
	go_down(l, is_denied, a->error_code ? a->error : a->status == 200 ? "the end" : why);
}

static bool on_event(void *arg, struct heard_str name, struct heard_str data)
{
	struct listen *l = arg;
	l->hooks->event(l->arg, name, data);
	return !l->is_stopped;
}

static void on_bytes(void *arg, struct heard_str bytes)
{
	struct listen *l = arg;
	if (!l->is_up) {
		l->is_up = true;
		l->up_ms = retry_clock();
		l->hooks->up(l->arg);
	}
	if (!l->is_stopped)
		sse_read(&l->sse, bytes, on_event, l);
}

static void connect_now(void *arg)
{
	struct listen *l = arg;
	struct heard_error err = {0};
	const struct request_limits limits = {
		.timeout_ms = l->silence_ms,
		.max_answer = ANSWER_MAX,
		.allow_private = l->options->allow_private,
	};
	request_release(&l->request);
	request_init(&l->request);
	sse_clear(&l->sse);
	if (l->hooks->ask(l->arg, &l->request, &err) == 0)
		l->fetch = request_stream(&l->request, l->client, &limits, on_bytes, on_done, l,
					  &err);
	if (l->fetch == NULL)
		go_down(l, false, err.text);
}

struct listen *listen_create(struct heard_host *host, struct heard_fetch_client *client,
			     const struct pull_options *options, int64_t silence_ms,
			     const struct listen_hooks *hooks, void *arg,
			     struct heard_error *err)
{
	struct listen *l = calloc(1, sizeof(*l));
	if (l == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	*l = (struct listen){.host = host,
			     .client = client,
			     .options = options,
			     .silence_ms = silence_ms,
			     .hooks = hooks,
			     .arg = arg,
			     .timer = heard_timer_create(host, connect_now, l)};
	sse_init(&l->sse);
	request_init(&l->request);
	if (l->timer != NULL)
		return l;
	listen_destroy(l);
	heard_fail(err, ENOMEM, "no memory");
	return NULL;
}

void listen_start(struct listen *l)
{
	heard_timer_set(l->timer, 0);
}

void listen_stop(struct listen *l)
{
	l->is_stopped = true;
	heard_timer_clear(l->timer);
	if (l->fetch)
		heard_fetch_cancel(l->fetch);
	l->fetch = NULL;
}

void listen_destroy(struct listen *l)
{
	if (l == NULL)
		return;
	if (l->fetch)
		heard_fetch_cancel(l->fetch);
	if (l->timer)
		heard_timer_destroy(l->timer);
	request_release(&l->request);
	sse_release(&l->sse);
	free(l);
}
