/*
 * heard/http.h - routes on the daemon's HTTP listeners.
 *
 * One evhttp server per `listener` of the config does TLS, limits, rate limit,
 * trusted proxies and, for routes that ask, API keys.  A handler runs at home;
 * for an instance on its own loop the request is copied to it complete and the
 * answer is copied back.  A request is answered exactly once.  A client that
 * leaves early changes nothing for the handler.
 */
#ifndef HEARD_HTTP_H
#define HEARD_HTTP_H

#include <heard/api.h>
#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_error;
struct heard_host;
struct heard_http;

enum heard_http_method {
	HEARD_HTTP_GET = 1 << 0, /* HEAD is answered from GET */
	HEARD_HTTP_POST = 1 << 1,
	HEARD_HTTP_PUT = 1 << 2,
	HEARD_HTTP_DELETE = 1 << 3,
	HEARD_HTTP_OPTIONS = 1 << 4,
};

struct heard_route {
	const char *listener;		   /* its name in the config                         */
	const char *path;		   /* "/feedback"; a final "*" takes all below       */
	unsigned methods;		   /* others get 405 with Allow                      */
	int64_t max_body;		   /* longer ones get 413 as soon as that is known   */
	const struct heard_list *api_keys; /* hashes as `heard keygen --api` prints them; */
					   /* NULL or empty: open to all                     */
	void (*handle)(void *arg, struct heard_http *take_request); /* [home] */
	void *arg;
	bool is_shared; /* others that say so too may mount the same path: each is asked */
			/* in the order of the config until one does not pass; all with  */
			/* the same methods and max_body, and none with keys             */
};

/* In open(): claims the path; two on one path is a fault of the config.  The
 * route answers between start and stop; otherwise 503.  Copied.  [main] */
HEARD_API int heard_http_mount(struct heard_host *, const struct heard_route *,
			       struct heard_error *);

/* Is there a listener of that name?  [main] */
HEARD_API bool heard_http_has_listener(const struct heard_host *, const char *name);
/* On a shared path: not ours; the next is asked, after the last it is 404.  Headers set
 * so far are forgotten; the body must not have been taken.  [home] */
HEARD_API void heard_http_pass(struct heard_http *take);
/* Would nobody be asked after us?  Then a page of one's own may say that it is nowhere.
 * True on a path that is not shared; false while one of the others starts or stops.
 * [home] */
HEARD_API bool heard_http_is_last(const struct heard_http *);

/* All [home]; views live until the answer is given. */
HEARD_API enum heard_http_method heard_http_method(const struct heard_http *);
HEARD_API struct heard_str heard_http_path(
	const struct heard_http *); /* decoded, without query */
HEARD_API struct heard_str heard_http_query(const struct heard_http *); /* raw, without "?" */
HEARD_API struct heard_str heard_http_header(const struct heard_http *, const char *name);
HEARD_API struct heard_str heard_http_body(
	const struct heard_http *); /* as sent: maybe compressed */
/* The same bytes, now the caller's, to be freed with free_r(arg_r). */
HEARD_API struct heard_str heard_http_take_body(struct heard_http *, void (**free_r)(void *),
						void **arg_r);
HEARD_API struct heard_str heard_http_remote(
	const struct heard_http *); /* address behind trusted proxies */
HEARD_API struct heard_str heard_http_principal(
	const struct heard_http *); /* name of the API key, or empty */

/* For the answer, before reply. */
HEARD_API void heard_http_set_header(struct heard_http *, const char *name, const char *value);
/* The body is copied.  content_type NULL: no body. */
HEARD_API void heard_http_reply(struct heard_http *take, int status, const char *content_type,
				struct heard_str body);
/* An RFC 9457 problem document. */
HEARD_API void heard_http_problem(struct heard_http *take, int status, const char *format, ...)
	HEARD_PRINTF(3, 4);

/* Inflate gzip (RFC 1952) into memory of the batch.  0; -EFBIG past cap bytes
 * or past a ratio of 200 to 1; -EBADMSG.  [worker] */
struct heard_batch;
HEARD_API int heard_http_gunzip(struct heard_batch *, struct heard_str packed, size_t cap,
				struct heard_str *plain_r, struct heard_error *);

#endif
