/*
 * request.c - bytes that are wiped, and how they are given to the HTTP client.
 */
#include "request.h"

#include <heard/error.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 8192, HEADER_MAX = 8192, BODY_MAX = 2 << 20 };

void request_init(struct pull_request *q)
{
	*q = (struct pull_request){0};
	heard_buf_init(&q->url, URL_MAX);
	heard_buf_init(&q->body, BODY_MAX);
}

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

static bool write_header(struct heard_buf *b, const char *format, va_list args)
{
	char *text = NULL;
	int n = vasprintf(&text, format, args);
	if (n < 0)
		return false;
	heard_buf_init(b, HEADER_MAX);
	heard_buf_add(b, text, (size_t)n);
	explicit_bzero(text, (size_t)n);
	free(text);
	if (!b->failed)
		return true;
	wipe(b);
	return false;
}

bool pull_header(struct pull_request *q, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool is_there = q->n_headers < PULL_HEADERS &&
			write_header(&q->headers[q->n_headers], format, args);
	va_end(args);
	if (is_there)
		q->n_headers++;
	else
		q->lacks_header = true;
	return is_there;
}

/* The headers go into `headers`, which the result points to. */
static int prepare(const struct pull_request *q, const struct request_limits *limits,
		   const char *headers[PULL_HEADERS + 1], struct heard_fetch_request *r,
		   struct heard_error *err)
{
	if (q->url.failed || q->body.failed || q->url.len == 0 || q->lacks_header)
		return heard_fail(err, EAGAIN, "the request is too large or memory is short");
	for (size_t i = 0; i < q->n_headers; i++)
		headers[i] = q->headers[i].ptr;
	headers[q->n_headers] = NULL;
	*r = (struct heard_fetch_request){
		.method = q->method	? q->method
			  : q->body.len ? "POST"
					: "GET",
		.url = q->url.ptr,
		.headers = headers,
		.body = heard_buf_view(&q->body),
		.timeout_ms = limits->timeout_ms + q->wait_ms,
		.max_answer = limits->max_answer,
		.allow_private = limits->allow_private,
	};
	return 0;
}

struct heard_fetch *request_send(const struct pull_request *q,
				 struct heard_fetch_client *client,
				 const struct request_limits *limits,
				 void (*done)(void *arg, const struct heard_fetch_answer *),
				 void *arg, struct heard_error *err)
{
	const char *headers[PULL_HEADERS + 1];
	struct heard_fetch_request r;
	if (prepare(q, limits, headers, &r, err) != 0)
		return NULL;
	r.done = done;
	r.arg = arg;
	return heard_fetch(client, &r, err);
}

struct heard_fetch *request_stream(const struct pull_request *q,
				   struct heard_fetch_client *client,
				   const struct request_limits *limits,
				   void (*bytes)(void *arg, struct heard_str),
				   void (*done)(void *arg, const struct heard_fetch_answer *),
				   void *arg, struct heard_error *err)
{
	const char *headers[PULL_HEADERS + 1];
	struct heard_fetch_request r;
	if (prepare(q, limits, headers, &r, err) != 0)
		return NULL;
	r.done = done;
	r.arg = arg;
	return heard_fetch_stream(client, &r, bytes, err);
}
