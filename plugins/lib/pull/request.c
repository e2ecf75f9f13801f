/*
 * request.c - one request as a channel wants it, and what asking for news only needs.
 *
 * A condition goes with one URL: that of the first page of a round.  A URL that changes
 * from round to round, because it carries a time or an id, never meets it.
 */
#include "private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 8192, HEADER_MAX = 8192, BODY_MAX = 1 << 20, CONDITION_MAX = 512 };

/* ---- conditions */

void condition_init(struct condition *c)
{
	heard_buf_init(&c->url, URL_MAX);
	heard_buf_init(&c->etag, CONDITION_MAX);
	heard_buf_init(&c->modified, CONDITION_MAX);
}

void condition_release(struct condition *c)
{
	heard_buf_release(&c->url);
	heard_buf_release(&c->etag);
	heard_buf_release(&c->modified);
}

void condition_forget(struct condition *c)
{
	heard_buf_clear(&c->url);
	heard_buf_clear(&c->etag);
	heard_buf_clear(&c->modified);
}

void condition_note(struct condition *c, struct heard_str url,
		    const struct heard_fetch_answer *a)
{
	condition_forget(c);
	heard_buf_str(&c->etag, heard_fetch_header(a, "ETag"));
	heard_buf_str(&c->modified, heard_fetch_header(a, "Last-Modified"));
	heard_buf_str(&c->url, url);
	if (c->url.failed || c->etag.failed || c->modified.failed)
		condition_forget(c);
}

bool request_add_condition(struct pull_request *q, const struct condition *c)
{
	size_t before = q->n_headers;
	if (q->body.len > 0 || c->url.len == 0 ||
	    !heard_str_eq(heard_buf_view(&c->url), heard_buf_view(&q->url)))
		return false;
	if (c->etag.len > 0)
		pull_header(q, "If-None-Match: %.*s", HEARD_ARG(heard_buf_view(&c->etag)));
	if (c->modified.len > 0)
		pull_header(q, "If-Modified-Since: %.*s",
			    HEARD_ARG(heard_buf_view(&c->modified)));
	return q->n_headers > before;
}

/* ---- requests */

void request_init(struct pull_request *q)
{
	*q = (struct pull_request){0};
	heard_buf_init(&q->url, URL_MAX);
	heard_buf_init(&q->body, BODY_MAX);
}

/* Keys of services stand in URLs, headers and bodies. */
static void wipe(struct heard_buf *b)
{
	if (b->ptr != NULL)
		explicit_bzero(b->ptr, b->size);
	heard_buf_release(b);
}

void request_release(struct pull_request *q)
{
	wipe(&q->url);
	wipe(&q->body);
	for (size_t i = 0; i < q->n_headers; i++)
		wipe(&q->headers[i]);
	*q = (struct pull_request){0};
}

bool pull_header(struct pull_request *q, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	if (q->n_headers == PULL_HEADERS)
		return false;
	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return false;
	struct heard_buf *b = &q->headers[q->n_headers];
	heard_buf_init(b, HEADER_MAX);
	heard_buf_add(b, text, (size_t)n);
	explicit_bzero(text, (size_t)n); /* it may hold a key */
	free(text);
	if (b->failed) {
		heard_buf_release(b);
		return false;
	}
	q->n_headers++;
	return true;
}

struct heard_fetch *request_send(struct pull_request *q, struct heard_fetch_client *client,
				 const struct pull_options *options,
				 void (*done)(void *arg, const struct heard_fetch_answer *),
				 void *arg, struct heard_error *err)
{
	const char *headers[PULL_HEADERS + 1] = {NULL};
	if (q->url.failed || q->body.failed || q->url.len == 0) {
		heard_fail(err, EINVAL, "the request is too large");
		return NULL;
	}
	for (size_t i = 0; i < q->n_headers; i++)
		headers[i] = q->headers[i].ptr;
	struct heard_fetch_request r = {
		.method = q->method	? q->method
			  : q->body.len ? "POST"
					: "GET",
		.url = q->url.ptr,
		.headers = headers,
		.body = heard_buf_view(&q->body),
		.timeout_ms = options->timeout + q->wait_ms,
		.max_answer = (size_t)options->max_answer + 1, /* one more tells too many */
		.allow_private = options->allow_private,
		.done = done,
		.arg = arg,
	};
	return heard_fetch(client, &r, err);
}
