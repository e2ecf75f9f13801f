/*
 * http_request.c - a request: may it pass, who handles it, what it is told.
 *
 * Whether a request may pass is decided when its head is complete, before the
 * body is read: rate, route, method, readiness, key, length.  A refused one
 * whose body is small is read to its end all the same, so that the connection
 * can be kept; otherwise it is answered at once and the connection closed.
 *
 * A request owns its head and its body, and knows its connection only by a
 * pointer that is cleared when the client leaves.  So it can be handed to a
 * handler on another loop as it stands: between the hand-over and the answer
 * only the handler touches it (but for `conn`, which is the main loop's), and
 * the answer comes back in the request itself.
 *
 * Bodies grow as they come.  What all of them hold is bounded, beyond a first piece
 * that each may have: who would go past the bound is told to come again, so that some
 * hundreds of slow uploads neither eat the memory nor keep short messages out.  A body
 * counts until its request is answered, also when its bytes were taken.
 */
#include "http_parts.h"

#include "host.h"

#include <heard/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SPARES = 256,		/* request objects kept for use again           */
	FIRST_BODY = 64 * 1024, /* allocated on the mere word of Content-Length */
	MAX_FIELDS = 16 * 1024, /* of header lines in an answer                 */
	BIG_ANSWER = 1024 * 1024,
};

static struct heard_http *request_take(struct http *h)
{
	struct heard_http *r = h->spare;
	if (r) {
		h->spare = r->next;
		h->n_spare--;
	} else {
		r = malloc(sizeof(*r));
	}
	if (r)
		h->n_requests++;
	return r;
}

void http_request_destroy(struct heard_http *r)
{
	struct http *h = r->http;
	if (r->head_text != r->head_inline)
		free(r->head_text);
	free(r->body);
	h->held -= r->held;
	heard_buf_release(&r->fields);
	heard_buf_release(&r->answer);
	h->n_requests--;
	if (h->n_spare < SPARES) {
		r->next = h->spare;
		h->spare = r;
		h->n_spare++;
	} else {
		free(r);
	}
	http_check_idle(h);
}

/* ---- may it pass? */

static void refuse(struct heard_http *r, int status, const char *why)
{
	r->refusal = status;
	r->why = why;
}

static void set_allow(struct heard_http *r, unsigned methods)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{HEARD_HTTP_GET, "GET, HEAD, "},
		{HEARD_HTTP_POST, "POST, "},
		{HEARD_HTTP_PUT, "PUT, "},
		{HEARD_HTTP_DELETE, "DELETE, "},
		{~0u, "OPTIONS"},
	};
	char value[64];
	size_t len = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (methods & names[i].bit)
			len += (size_t)snprintf(value + len, sizeof(value) - len, "%s",
						names[i].name);
	heard_http_set_header(r, "Allow", value);
}

static void set_retry_after(struct heard_http *r, int64_t ms)
{
	char value[24];
	snprintf(value, sizeof(value), "%lld", (long long)(ms + 999) / 1000);
	heard_http_set_header(r, "Retry-After", value);
}

/* The client's address, by our proxies' word if one of them speaks. */
static struct address find_remote(struct heard_http *r)
{
	struct address at = r->conn->peer;
	const struct proxy *trusted = &r->listener->trusted;
	if (!proxy_trusts(trusted, &at)) {
		memcpy(r->remote, r->conn->peer_text, sizeof(r->remote));
		return at;
	}
	for (size_t i = r->head.n; i-- > 0;) {
		const struct http_field *f = &r->head.fields[i];
		if (f->name.len == 15 && strncasecmp(f->name.ptr, "X-Forwarded-For", 15) == 0 &&
		    !proxy_walk(trusted, f->value, &at))
			break;
	}
	address_format(&at, r->remote);
	return at;
}

static bool has_rate(struct heard_http *r, const struct address *remote)
{
	struct http_listener *l = r->listener;
	int64_t wait_ms;
	if (l->rate == NULL || ratelimit_take(l->rate, remote, http_clock(), &wait_ms))
		return true;
	l->rejected[HTTP_REJECT_RATE]++;
	set_retry_after(r, wait_ms);
	refuse(r, 429, "too many requests from this address");
	return false;
}

static bool has_route(struct heard_http *r)
{
	r->route = http_route_find(r->http, r->listener, r->head.path);
	if (r->head.method == 0) {
		refuse(r, 501, "this method is not known here");
	} else if (r->route == NULL) {
		refuse(r, 404, "nothing is served under this path");
	} else if (!(r->route->route.methods & r->head.method)) {
		set_allow(r, r->route->route.methods);
		if (r->head.method == HEARD_HTTP_OPTIONS)
			refuse(r, 204, "");
		else
			refuse(r, 405, "this path takes other methods, see Allow");
	} else if (!r->route->is_ready) {
		set_retry_after(r, 1000);
		refuse(r, 503, "this part of the service is starting or stopping");
	}
	return r->refusal == 0;
}

static bool has_key(struct heard_http *r)
{
	/* A browser asks by OPTIONS whether it may send a key, and sends none. */
	if (r->route->keys.n == 0 || r->head.method == HEARD_HTTP_OPTIONS)
		return true;
	struct heard_str key = http_head_find(&r->head, "X-API-Key");
	struct heard_str bearer = http_head_find(&r->head, "Authorization");
	if (key.len == 0 && bearer.len > 7 && strncasecmp(bearer.ptr, "Bearer ", 7) == 0)
		key = heard_str_trim(heard_str_skip(bearer, 7));
	r->principal = apikeys_find(&r->route->keys, key);
	if (r->principal)
		return true;
	if (key.len) {
		refuse(r, 403, "the API key is not valid here");
	} else {
		heard_http_set_header(r, "WWW-Authenticate", "Bearer");
		refuse(r, 401, "send an API key: Authorization: Bearer <key>, or X-API-Key");
	}
	return false;
}

static void screen(struct heard_http *r)
{
	struct address remote = find_remote(r);
	if (has_rate(r, &remote) && has_route(r) && has_key(r) &&
	    r->head.length > r->route->route.max_body)
		refuse(r, 413, "the body is longer than this path takes");
}

struct heard_http *http_request_create(struct http_conn *c, const char *head, size_t len)
{
	struct http *h = c->listener->http;
	struct heard_http *r = request_take(h);
	if (r == NULL)
		return NULL;
	r->http = h;
	r->conn = c;
	r->listener = c->listener;
	r->route = NULL;
	r->body = NULL;
	r->body_len = r->body_size = r->held = 0;
	r->chunks = (struct http_chunks){0};
	r->principal = NULL;
	r->refusal = 0;
	r->why = NULL;
	r->close_after = false;
	r->head.n = 0;
	heard_buf_init(&r->fields, MAX_FIELDS);
	heard_buf_init(&r->answer, SIZE_MAX);
	r->head_text = len <= HTTP_HEAD_INLINE ? r->head_inline : malloc(len);
	if (r->head_text == NULL) {
		r->head_text = r->head_inline;
		http_request_destroy(r);
		return NULL;
	}
	memcpy(r->head_text, head, len);
	r->refusal = http_head_parse(r->head_text, len, &r->head, &r->why);
	if (r->refusal)
		r->close_after = true; /* who knows where the next request begins */
	else
		screen(r);
	return r;
}

/* ---- its body */

/* One that is alone may be as long as its path takes. */
static bool may_hold(const struct heard_http *r, size_t held)
{
	size_t others = r->http->held - r->held;
	return held == 0 || others == 0 || others + held <= r->http->most_held;
}

static bool grow(struct heard_http *r, size_t size)
{
	size_t held = size > FIRST_BODY ? size : 0;
	char *body = may_hold(r, held) ? realloc(r->body, size) : NULL;
	if (body == NULL)
		return false;
	r->http->held += held - r->held;
	r->held = held;
	r->body = body;
	r->body_size = size;
	return true;
}

char *http_request_room(struct heard_http *r, size_t *room)
{
	size_t length = (size_t)r->head.length;
	if (r->body_len == r->body_size) {
		size_t size = r->body_size ? r->body_size * 2 : FIRST_BODY;
		if (!grow(r, size < length ? size : length))
			return NULL;
	}
	*room = r->body_size - r->body_len;
	return r->body + r->body_len;
}

bool http_request_is_too_long(const struct heard_http *r, size_t more)
{
	return r->head.is_chunked && !r->refusal &&
	       r->body_len + more > (size_t)r->route->route.max_body;
}

bool http_request_add(struct heard_http *r, struct heard_str bytes)
{
	size_t len = r->body_len + bytes.len;
	if (!r->refusal && bytes.len) {
		if (http_request_is_too_long(r, bytes.len))
			return false;
		size_t size = r->body_size * 2 > FIRST_BODY ? r->body_size * 2 : FIRST_BODY;
		if (!r->head.is_chunked && size > (size_t)r->head.length)
			size = (size_t)r->head.length;
		if (len > r->body_size && !grow(r, len > size ? len : size))
			return false;
		memcpy(r->body + r->body_len, bytes.ptr, bytes.len);
	}
	r->body_len = len;
	return true;
}

/* ---- the answer */

static void answer(struct heard_http *r, int status, const char *content_type,
		   struct heard_str body)
{
	struct http_conn *c = r->conn;
	struct http *h = r->http;
	r->listener->answers[status]++;
	if (c == NULL) { /* the client has left */
		http_request_destroy(r);
		return;
	}
	struct http_answer a = {
		.status = status,
		.content_type = content_type,
		.body = body,
		.fields = heard_buf_view(&r->fields),
		.is_head = r->head.is_head,
		.close = r->close_after || !r->head.keep_alive || h->is_quiescing,
		.keep_alive = r->head.minor == 0,
	};
	struct heard_str bytes = http_compose(h, &a);
	c->request = NULL;
	http_request_destroy(r);
	if (h->out.failed) {
		http_conn_destroy(c);
		return;
	}
	http_conn_answer(c, bytes, a.close);
	if (h->out.size > BIG_ANSWER) {
		heard_buf_release(&h->out);
		heard_buf_init(&h->out, SIZE_MAX);
	}
}

static bool is_away(const struct heard_http *r)
{
	return r->route && r->route->host && r->route->host->own_loop && !r->refusal;
}

static void on_answer_back(struct loop_job *job)
{
	struct heard_http *r = (void *)((char *)job - offsetof(struct heard_http, job));
	answer(r, r->status, r->content_type[0] ? r->content_type : NULL,
	       heard_buf_view(&r->answer));
}

static void on_handle_away(struct loop_job *job)
{
	struct heard_http *r = (void *)((char *)job - offsetof(struct heard_http, job));
	r->route->route.handle(r->route->route.arg, r);
}

static bool is_last(const struct heard_http *r)
{
	return !r->route || !r->route->route.is_shared ||
	       (!http_route_next(r->http, r->route) && http_route_all_ready(r->http, r->route));
}

void http_request_run(struct heard_http *r)
{
	r->is_last = is_last(r);
	if (r->refusal) {
		http_refusal_answer(r);
	} else if (is_away(r)) {
		r->job.fn = on_handle_away;
		loop_post(r->route->host->loop, &r->job);
	} else {
		r->route->route.handle(r->route->route.arg, r);
	}
}

/* ---- a shared path */

/* The next that shares the path gets it as the first one did. */
static void pass_on(struct heard_http *r)
{
	const struct http_route *next = http_route_next(r->http, r->route);
	heard_buf_clear(&r->fields);
	if (next) {
		r->route = next;
	} else if (http_route_all_ready(r->http, r->route)) {
		refuse(r, 404, "nothing is served under this path");
	} else {
		set_retry_after(r, 1000);
		refuse(r, 503, "this part of the service is starting or stopping");
	}
	http_request_run(r);
}

static void on_passed_back(struct loop_job *job)
{
	pass_on((void *)((char *)job - offsetof(struct heard_http, job)));
}

void heard_http_pass(struct heard_http *take)
{
	if (!is_away(take)) {
		pass_on(take);
		return;
	}
	take->job.fn = on_passed_back;
	loop_post(take->http->loop, &take->job);
}

bool heard_http_is_last(const struct heard_http *r)
{
	return r->is_last;
}

/* ---- for handlers */

enum heard_http_method heard_http_method(const struct heard_http *r)
{
	return (enum heard_http_method)r->head.method;
}

struct heard_str heard_http_path(const struct heard_http *r)
{
	return r->head.path;
}

struct heard_str heard_http_query(const struct heard_http *r)
{
	return r->head.query;
}

struct heard_str heard_http_header(const struct heard_http *r, const char *name)
{
	return http_head_find(&r->head, name);
}

struct heard_str heard_http_body(const struct heard_http *r)
{
	return heard_str_n(r->body, r->body_len);
}

struct heard_str heard_http_take_body(struct heard_http *r, void (**free_r)(void *),
				      void **arg_r)
{
	struct heard_str body = heard_str_n(r->body, r->body_len);
	*free_r = free;
	*arg_r = r->body;
	r->body = NULL;
	r->body_len = r->body_size = 0;
	return body;
}

struct heard_str heard_http_remote(const struct heard_http *r)
{
	return heard_str(r->remote);
}

struct heard_str heard_http_principal(const struct heard_http *r)
{
	return heard_str(r->principal);
}

void heard_http_set_header(struct heard_http *r, const char *name, const char *value)
{
	/* A line break would begin a header of the value's own choice. */
	if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
		return;
	heard_buf_puts(&r->fields, name);
	heard_buf_add(&r->fields, ": ", 2);
	heard_buf_puts(&r->fields, value);
	heard_buf_add(&r->fields, "\r\n", 2);
}

void heard_http_reply(struct heard_http *take, int status, const char *content_type,
		      struct heard_str body)
{
	if (status < 200 || status >= HTTP_CODES)
		HEARD_BUG("an answer with status %d", status);
	if (!is_away(take)) {
		answer(take, status, content_type, body);
		return;
	}
	take->status = status;
	snprintf(take->content_type, sizeof(take->content_type), "%s",
		 content_type ? content_type : "");
	heard_buf_str(&take->answer, body);
	take->job.fn = on_answer_back;
	loop_post(take->http->loop, &take->job);
}

void heard_http_problem(struct heard_http *take, int status, const char *format, ...)
{
	struct heard_buf body;
	char detail[512];
	va_list ap;
	va_start(ap, format);
	vsnprintf(detail, sizeof(detail), format, ap);
	va_end(ap);
	heard_buf_init(&body, 8 * sizeof(detail));
	http_problem_body(&body, status, detail);
	heard_http_reply(take, status, "application/problem+json", heard_buf_view(&body));
	heard_buf_release(&body);
}
