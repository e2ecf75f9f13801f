/*
 * call.h - one request to a service, in bytes that are wiped: the address and the access
 * token are in it.
 */
#ifndef RESPOND_CALL_H
#define RESPOND_CALL_H

#include <heard/fetch.h>
#include <pull/pull.h>

#include <stdbool.h>

struct call {
	struct pull_request request; /* filled by the channel */
	const char *headers[PULL_HEADERS + 1];
};

void call_init(struct call *);
void call_wipe(struct call *); /* zeroed memory is fine */
/* NULL with a sentence; -EAGAIN if memory is short.  It must live until done(). */
struct heard_fetch *call_make(struct call *, struct heard_fetch_client *, bool allow_private,
			      void (*done)(void *arg, const struct heard_fetch_answer *),
			      void *arg, struct heard_error *);

#endif
