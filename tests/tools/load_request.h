/*
 * load_request.h - requests of load: VARIANTS of them are rendered beforehand, and one
 * that is sent is a copy with its number written over.
 */
#ifndef TOOLS_LOAD_REQUEST_H
#define TOOLS_LOAD_REQUEST_H

#include "load_options.h"
#include "record.h"

#include <errno.h>

#define VARIANTS 64

static struct {
	char *bytes;
	size_t len, key_at;
	size_t *numbers_at;
} variants[VARIANTS];

static inline _Noreturn void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void *grab(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		die("memory");
	return p;
}

static inline size_t render_body(char *body, unsigned variant, size_t *numbers_at)
{
	bool is_array = strcmp(o.format, "array") == 0;
	size_t n = 0;

	for (unsigned i = 0; i < o.batch; i++) {
		char record[RECORD_CAP];
		size_t at, len = record_render(record, variant * 100003 + i + 1, o.prefix, 0,
					       NULL, &at);
		if (is_array)
			body[n++] = i ? ',' : '[';
		memcpy(body + n, record, len);
		numbers_at[i] = n + at;
		n += len;
		if (!is_array && strcmp(o.format, "ndjson") == 0)
			body[n++] = '\n';
	}
	if (is_array)
		body[n++] = ']';
	return n;
}

static inline void render(unsigned variant)
{
	char *body = grab(o.batch * (RECORD_CAP + 2) + 2), head[2048];
	size_t *at = grab(o.batch * sizeof(*at)), len = render_body(body, variant, at);
	int n = snprintf(head, sizeof(head),
			 "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%s%s"
			 "Content-Length: %zu\r\nIdempotency-Key: %s-0000000000",
			 o.path,
			 strcmp(o.format, "ndjson") == 0 ? "application/x-ndjson"
							 : "application/json",
			 o.header ? o.header : "", o.header ? "\r\n" : "", len, o.prefix);
	if (n < 0 || (size_t)n + 5 > sizeof(head))
		die("the header is too long");
	variants[variant].key_at = (size_t)n - RECORD_DIGITS;
	memcpy(head + n, "\r\n\r\n", 4);
	n += 4;
	variants[variant].bytes = grab((size_t)n + len);
	memcpy(variants[variant].bytes, head, (size_t)n);
	memcpy(variants[variant].bytes + n, body, len);
	variants[variant].len = (size_t)n + len;
	for (unsigned i = 0; i < o.batch; i++)
		at[i] += (size_t)n;
	variants[variant].numbers_at = at;
	free(body);
}

/* Renders all of them; the length of the longest. */
static inline size_t render_all(void)
{
	size_t longest = 0;
	for (unsigned v = 0; v < VARIANTS; v++) {
		render(v);
		longest = variants[v].len > longest ? variants[v].len : longest;
	}
	return longest;
}

/* Request `number` into `out`, which has room for the longest; its length. */
static inline size_t request_write(char *out, uint64_t number)
{
	unsigned v = (unsigned)(number % VARIANTS);

	memcpy(out, variants[v].bytes, variants[v].len);
	record_number(out + variants[v].key_at, number);
	for (unsigned i = 0; i < o.batch; i++)
		record_number(out + variants[v].numbers_at[i], number * o.batch + i);
	return variants[v].len;
}

#endif
