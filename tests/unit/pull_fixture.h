/*
 * pull_fixture.h - a service on the engine's loop that answers as it is told, and a pull
 * of the engine's first input that asks it.
 *
 * The service holds `n_items` items with the ids 1, 2, 3...; `GET /?after=N` gives the
 * next two as NDJSON, which is what the test input reads.  `answers` says what else
 * becomes of the next requests, in order: a status for each, 0 for the usual page.
 */
#ifndef TEST_PULL_FIXTURE_H
#define TEST_PULL_FIXTURE_H

#include "engine.h"
#include "engine_emit.h"
#include "engine_look.h"
#include "pull/pull.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <heard/error.h>
#include <heard/fetch.h>

#include <errno.h>

enum { PAGE = 2, ANSWERS = 16 };

static struct {
	struct engine e;
	struct evhttp *http;
	int port;
	struct heard_fetch_client *client;
	struct pull_options options;
	struct pull *pull;

	int n_items;
	int answers[ANSWERS];
	int n_requests, n_conditional, n_moved, n_stopped;
	int64_t times[64];
	const char *retry_after; /* of answers that are not 200 */
	const char *reset, *remaining;
	const char *etag;
	bool holds; /* requests wait for release_request() */
	struct evhttp_request *held;
	const char *body; /* in place of the page */
	int read_code;	  /* of the hook            */
	char state[64];
} t;

static inline void answer_page(struct evhttp_request *q)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(q);
	const char *after = strstr(evhttp_request_get_uri(q), "after=");
	int from = after ? atoi(after + 6) : 0;
	if (t.body)
		evbuffer_add_printf(out, "%s", t.body);
	else
		for (int i = from + 1; i <= from + PAGE && i <= t.n_items; i++)
			evbuffer_add_printf(
				out, "{\"source_id\":\"%d\",\"body\":\"item %d\"}\n", i, i);
	evhttp_send_reply(q, 200, "OK", NULL);
}

static inline void add_header(struct evhttp_request *q, const char *name, const char *value)
{
	if (value)
		evhttp_add_header(evhttp_request_get_output_headers(q), name, value);
}

/* By the clock that the loop counts its timers by: a finer one is ahead of it by up to 4 ms,
 * so that a pause would look shorter than it was. */
static inline int64_t loop_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void on_request(struct evhttp_request *q, void *arg)
{
	int i = t.n_requests++;
	const char *seen = evhttp_find_header(evhttp_request_get_input_headers(q),
					      "If-None-Match");
	(void)arg;
	if (i < 64)
		t.times[i] = loop_clock();
	if (t.holds) {
		t.held = q;
		return;
	}
	t.n_conditional += seen != NULL;
	add_header(q, "ETag", t.etag);
	add_header(q, "X-RateLimit-Reset", t.reset);
	add_header(q, "X-RateLimit-Remaining", t.remaining);
	if (i < ANSWERS && t.answers[i]) {
		add_header(q, "Retry-After", t.retry_after);
		evhttp_send_reply(q, t.answers[i], "As told", NULL);
	} else if (seen && t.etag && strcmp(seen, t.etag) == 0) {
		evhttp_send_reply(q, 304, "Not Modified", NULL);
	} else {
		answer_page(q);
	}
}

static inline void release_request(void)
{
	struct evhttp_request *q = t.held;
	t.held = NULL;
	t.holds = false;
	answer_page(q);
}

/* ---- the channel */

static inline int test_ask(void *arg, struct heard_str state, struct pull_request *q,
			   struct heard_error *err)
{
	(void)arg, (void)err;
	heard_buf_printf(&q->url, "http://127.0.0.1:%d/?after=%.*s", t.port, HEARD_ARG(state));
	pull_header(q, "Authorization: Bearer %s", "secret");
	return 0;
}

/* The state is the last id; a full page has more behind it. */
static inline int test_read(void *arg, struct heard_str state,
			    const struct heard_fetch_answer *a, struct pull_page *page,
			    struct heard_error *err)
{
	const char *last = NULL;
	int n = 0;
	(void)arg, (void)state;
	if (t.read_code)
		return heard_fail(err, -t.read_code, "told so");
	for (const char *p = a->body.len ? a->body.ptr : ""; (p = strstr(p, "source_id\":\""));
	     p += 12) {
		last = p + 12;
		n++;
	}
	if (last)
		heard_buf_printf(&page->state, "%d", atoi(last));
	page->more = n == PAGE;
	return 0;
}

static inline void test_moved(void *arg, struct heard_str state)
{
	(void)arg;
	t.n_moved++;
	snprintf(t.state, sizeof(t.state), "%.*s", HEARD_ARG(state));
}

static inline void test_stopped(void *arg)
{
	(void)arg;
	t.n_stopped++;
}

static struct pull_hooks test_hooks = {.ask = test_ask, .read = test_read, .moved = test_moved};

/* ---- life */

static inline void begin(void)
{
	engine_start(&t.e);
	struct event_base *base = loop_base(t.e.daemon->main);
	t.http = evhttp_new(base);
	struct evhttp_bound_socket *s = evhttp_bind_socket_with_handle(t.http, "127.0.0.1", 0);
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&in, &len);
	t.port = ntohs(in.sin_port);
	evhttp_set_gencb(t.http, on_request, NULL);
	t.client = heard_fetch_client_create(t.e.in[0].host, 2, NULL);
	t.pull = pull_create(t.e.in[0].host, t.client, &t.options, "items", &test_hooks, NULL,
			     NULL);
	engine_must(t.pull != NULL);
}

static inline void end(void)
{
	int before = t.n_stopped;
	if (t.pull) {
		pull_stop(t.pull, test_stopped, NULL); /* what is on its way arrives */
		engine_until(&t.e, t.n_stopped > before);
	}
	pull_destroy(t.pull);
	t.pull = NULL;
	heard_fetch_client_destroy(t.client);
	t.client = NULL;
	if (t.http)
		evhttp_free(t.http);
	t.http = NULL;
	if (t.e.daemon)
		engine_stop(&t.e);
}

static inline void start_pull(void)
{
	begin();
	pull_start(t.pull);
}

static inline int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	engine_init(&t.e, 1, 1);
	t.options = (struct pull_options){.every = 3600000,
					  .timeout = 10000,
					  .max_answer = 10000,
					  .max_pages = 100,
					  .retry_first = 20,
					  .retry_max = 100,
					  .allow_private = true};
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	end();
	engine_release(&t.e);
	return 0;
}

static inline uint64_t received(void)
{
	return atomic_load(&engine_pipeline(&t.e)->inputs[0].received);
}

#endif
