/*
 * heard/fetch.h - an asynchronous HTTP client on the instance's loop (libcurl).
 *
 * Certificates are verified, redirects are not followed, answers are capped,
 * and unless allow_private is set an address in a private, loopback, link-local
 * or otherwise special range (IANA special-purpose registries, RFC 6890) is
 * refused after the name was resolved and before anything is sent.
 */
#ifndef HEARD_FETCH_H
#define HEARD_FETCH_H

#include <heard/api.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_fetch;	   /* one request under way */
struct heard_fetch_client; /* connections kept alive, at most so many at once */
struct heard_host;

struct heard_fetch_answer {
	int error_code;		/* 0: the server answered; else -errno          */
	const char *error;	/* then: a sentence                              */
	int status;		/* HTTP                                          */
	struct heard_str body;	/* up to the cap                                 */
	int64_t retry_after_ms; /* from Retry-After (seconds or date), or -1     */
	struct heard_str content_type;
	const struct heard_fetch_header *headers; /* of the final answer; since 1.2       */
	size_t n_headers;
};

struct heard_fetch_header {
	struct heard_str name, value; /* trimmed */
};

struct heard_fetch_request {
	const char *method; /* "POST" */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated, or NULL       */
	struct heard_str body;	    /* must live until done                          */
	int64_t timeout_ms;	    /* of the whole exchange                         */
	size_t max_answer;
	bool allow_private;
	void (*done)(void *arg, const struct heard_fetch_answer *); /* [home], once */
	void *arg;
};

HEARD_API struct heard_fetch_client *heard_fetch_client_create(
	struct heard_host *, unsigned max_connections, struct heard_error *); /* [home] */
/* The first header of that name, whatever its case; absent: there is none.  Since 1.2.  [any]
 */
HEARD_API struct heard_str heard_fetch_header(const struct heard_fetch_answer *,
					      const char *name);
/* The same as heard_fetch(), for an answer that does not end, such as server-sent events:
 * a body with status 200 goes to `bytes` as it comes, and is not kept; timeout_ms is then
 * the longest silence.  `bytes` may cancel the fetch.  Since 1.2.  [home] */
HEARD_API struct heard_fetch *heard_fetch_stream(struct heard_fetch_client *,
						 const struct heard_fetch_request *,
						 void (*bytes)(void *arg, struct heard_str),
						 struct heard_error *);
/* Cancels what is under way, without calling done.  NULL is fine.  [home] */
HEARD_API void heard_fetch_client_destroy(struct heard_fetch_client *);
/* NULL with a sentence if the URL or a header is not acceptable.  [home] */
HEARD_API struct heard_fetch *heard_fetch(struct heard_fetch_client *,
					  const struct heard_fetch_request *,
					  struct heard_error *);
HEARD_API void heard_fetch_cancel(struct heard_fetch *); /* done is not called.  [home] */
/* For open(): is this a URL we could fetch?  [any] */
HEARD_API int heard_fetch_check_url(const char *url, struct heard_error *);
/* Is it "Name: value", as a request takes it?  For check, which should not leave it to the
 * first request.  Since 1.3.  [any] */
HEARD_API bool heard_fetch_is_header(const char *line);

#endif
