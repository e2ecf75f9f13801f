/*
 * call.c - buffers of a request, and how it is given to the HTTP client.
 */
#include "call.h"

#include <heard/error.h>

#include <errno.h>
#include <sodium.h>

enum {
	TIMEOUT_MS = 30000,
	MAX_ANSWER = 256 << 10,
	URL_MOST = 8192,
	HEADER_MOST = 8192,
	BODY_MOST = 2 << 20,
};

void call_init(struct call *c)
{
	struct pull_request *q = &c->request;
	*c = (struct call){.headers = {NULL}};
	heard_buf_init(&q->url, URL_MOST);
	heard_buf_init(&q->body, BODY_MOST);
	for (size_t i = 0; i < PULL_HEADERS; i++)
		heard_buf_init(&q->headers[i], HEADER_MOST);
}

static void buf_wipe(struct heard_buf *b)
{
	if (b->ptr != NULL)
		sodium_memzero(b->ptr, b->size);
	heard_buf_release(b);
}

void call_wipe(struct call *c)
{
	buf_wipe(&c->request.url);
	buf_wipe(&c->request.body);
	for (size_t i = 0; i < PULL_HEADERS; i++)
		buf_wipe(&c->request.headers[i]);
}

static bool has_failed(const struct pull_request *q)
{
	bool failed = q->url.failed || q->body.failed || q->url.len == 0;
	for (size_t i = 0; i < q->n_headers; i++)
		failed = failed || q->headers[i].failed;
	return failed;
}

struct heard_fetch *call_make(struct call *c, struct heard_fetch_client *client,
			      bool allow_private,
			      void (*done)(void *arg, const struct heard_fetch_answer *),
			      void *arg, struct heard_error *err)
{
	struct pull_request *q = &c->request;
	if (has_failed(q)) {
		heard_fail(err, EAGAIN, "the request is too large or memory is short");
		return NULL;
	}
	for (size_t i = 0; i < q->n_headers; i++)
		c->headers[i] = q->headers[i].ptr;
	c->headers[q->n_headers] = NULL;
	struct heard_fetch_request request = {
		.method = q->method	? q->method
			  : q->body.len ? "POST"
					: "GET",
		.url = q->url.ptr,
		.headers = c->headers,
		.body = heard_buf_view(&q->body),
		.timeout_ms = TIMEOUT_MS + q->wait_ms,
		.max_answer = MAX_ANSWER,
		.allow_private = allow_private,
		.done = done,
		.arg = arg,
	};
	struct heard_fetch *fetch = heard_fetch(client, &request, err);
	if (fetch == NULL)
		heard_error_wrap(err, "the request cannot be made");
	return fetch;
}
