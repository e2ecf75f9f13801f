/*
 * sse.h - reading server-sent events (WHATWG HTML 9.2), as pieces of any size come.
 *
 * Comments (":thump") and fields but `event` and `data` say nothing to us.  An event
 * that is longer than SSE_MAX is told without its data, so that nobody takes half of it.
 */
#ifndef PULL_SSE_H
#define PULL_SSE_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

enum { SSE_MAX = 1 << 20, SSE_NAME = 64 };

struct sse {
	struct heard_buf line, data;
	char event[SSE_NAME];
	bool has_data, is_too_long, was_cr;
};

void sse_init(struct sse *);
void sse_release(struct sse *);
/* A new connection: what was half read is gone. */
void sse_clear(struct sse *);
/* event(arg, name, data) for each that is complete; data without a pointer: too long.
 * `event` may clear or release it, and then returns false: the rest is not read. */
void sse_read(struct sse *, struct heard_str bytes,
	      bool (*event)(void *arg, struct heard_str name, struct heard_str data),
	      void *arg);

#endif
