/*
 * request.h - one request to a service, as a channel wants it.
 *
 * Keys stand in URLs, headers and bodies, and a customer's address does, so all of it is
 * wiped when it goes.  A part for which there was no room or no memory spoils the whole: a
 * request without its key, or with half of its body, is not sent.
 */
#ifndef PULL_REQUEST_H
#define PULL_REQUEST_H

#include <heard/buf.h>
#include <heard/fetch.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PULL_HEADERS = 12 };

struct pull_request { /* empty when a hook is to fill it */
	struct heard_buf url;
	struct heard_buf body;			/* not empty: POST */
	const char *method;			/* literal; NULL: GET or POST */
	struct heard_buf headers[PULL_HEADERS]; /* each "Name: value" */
	size_t n_headers;
	bool lacks_header;
	int64_t wait_ms; /* long polling: so much longer than the timeout may pass */
};

/* One more header; false: too many, or no memory, and then it cannot be sent any more. */
bool pull_header(struct pull_request *, const char *format, ...) HEARD_PRINTF(2, 3);

/* ---- for who sends it; it has to live until done() */

struct request_limits {
	int64_t timeout_ms; /* of a stream the longest silence */
	size_t max_answer;
	bool allow_private; /* ask private and loopback addresses, too */
};

void request_init(struct pull_request *);
void request_release(struct pull_request *); /* wipes; zeroed memory is fine */
/* NULL with a sentence; EAGAIN if a part is missing.  done(arg, answer) once, later. */
struct heard_fetch *request_send(const struct pull_request *, struct heard_fetch_client *,
				 const struct request_limits *,
				 void (*done)(void *arg, const struct heard_fetch_answer *),
				 void *arg, struct heard_error *);
/* The same of an answer that does not end, see heard_fetch_stream(). */
struct heard_fetch *request_stream(const struct pull_request *, struct heard_fetch_client *,
				   const struct request_limits *,
				   void (*bytes)(void *arg, struct heard_str),
				   void (*done)(void *arg, const struct heard_fetch_answer *),
				   void *arg, struct heard_error *);

#endif
