/*
 * fetch.c - asynchronous HTTP requests: what is asked, and what came of it.
 *
 * `done` is called from the loop only (fetch_client.c), never from within
 * heard_fetch().
 *
 * The address guard sits at two places.  When libcurl opens a socket, the
 * resolved address is judged and the socket refused, so not even a connect
 * leaves the machine, whatever the name said a moment ago (DNS rebinding).  And
 * before a request is sent over a connection that was kept from an earlier one,
 * which may have been made for a request that was allowed more.  A proxy from
 * the environment is an address like any other: a private one needs
 * allow_private.
 */
#include <heard/fetch.h>

#include "fetch_private.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MAX_URL = 8192,
	CONNECT_MS = 10000,
	STREAM_ROOM = 1 << 20, /* bytes of a stream that libcurl reads in one turn */
};

/* ---- the guard */

static bool is_allowed(struct heard_fetch *f, const struct address *a)
{
	if (f->allow_private || !address_is_special(a))
		return true;
	f->is_refused = true;
	address_format(a, f->refused);
	return false;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct heard_fetch *f = arg;
	struct address a;
	(void)purpose;
	if (!address_from_sockaddr(&to->addr, &a) || !is_allowed(f, &a))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static int on_before_request(void *arg, char *primary_ip, char *local_ip, int primary_port,
			     int local_port)
{
	struct heard_fetch *f = arg;
	struct address a;
	(void)local_ip, (void)primary_port, (void)local_port;
	if (address_parse(heard_str(primary_ip), &a) && is_allowed(f, &a))
		return CURL_PREREQFUNC_OK;
	return CURL_PREREQFUNC_ABORT;
}

/* ---- the answer */

void fetch_set_silence(struct heard_fetch *f)
{
	struct timeval tv = {.tv_sec = f->silence_ms / 1000,
			     .tv_usec = f->silence_ms % 1000 * 1000};
	event_add(f->silence, &tv);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct heard_fetch *f = arg;
	if (f->silence)
		fetch_set_silence(f);
	return fetch_head_line(&f->head, heard_str_n(bytes, size * n)) ? size * n : 0;
}

static bool is_streaming(const struct heard_fetch *f)
{
	long status = 0;
	return f->bytes != NULL &&
	       curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
	       status == 200;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct heard_fetch *f = arg;
	size_t len = size * n, room = f->answer.cap - f->answer.len;
	heard_buf_add(&f->answer, bytes, len < room ? len : room);
	if (f->answer.failed || len > room) {
		/* Without memory there is no answer: what is here ends anywhere. */
		f->is_truncated = !f->answer.failed;
		return CURL_WRITEFUNC_ERROR; /* nobody reads the rest */
	}
	if (!f->is_fresh && is_streaming(f)) {
		f->is_fresh = true;
		f->client->n_fresh++;
	}
	return len;
}

static int errno_of(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT: return ETIMEDOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY: return EHOSTUNREACH;
	case CURLE_COULDNT_CONNECT: return ECONNREFUSED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE: return EPROTO;
	case CURLE_OUT_OF_MEMORY: return ENOMEM;
	default: return ECONNRESET;
	}
}

void fetch_destroy(struct heard_fetch *f)
{
	curl_multi_remove_handle(f->client->multi, f->easy);
	curl_easy_cleanup(f->easy);
	curl_slist_free_all(f->headers);
	heard_buf_release(&f->answer);
	fetch_head_release(&f->head);
	if (f->silence)
		event_free(f->silence);
	f->client->n_fresh -= f->is_fresh;
	*f->link = f->next;
	if (f->next)
		f->next->link = f->link;
	free(f);
}

/* Why there is no answer. */
static void explain(const struct heard_fetch *f, CURLcode code, char *text, size_t size,
		    struct heard_fetch_answer *a)
{
	if (f->is_refused) { /* and no other address of that name answered */
		a->error_code = -EACCES;
		snprintf(text, size,
			 "%s is not a public address; set allow_private if it is meant",
			 f->refused);
	} else {
		a->error_code = -errno_of(code);
		snprintf(text, size, "%s", f->error[0] ? f->error : curl_easy_strerror(code));
	}
	a->error = text;
}

void fetch_finish(struct heard_fetch *f, CURLcode code)
{
	char text[CURL_ERROR_SIZE + 160];
	struct heard_fetch_answer a = {.retry_after_ms = -1};
	long status = 0;
	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	bool is_answer = code == CURLE_OK || (f->is_truncated && status > 0);
	if (is_answer && fetch_head_read(&f->head, heard_now(f->client->host), &a) < 0) {
		code = CURLE_OUT_OF_MEMORY;
		is_answer = false;
	}
	if (is_answer) {
		a.status = (int)status;
		a.body = heard_buf_view(&f->answer);
	} else {
		explain(f, code, text, sizeof(text), &a);
	}
	/* done() may begin a new request, but finds this one gone from curl. */
	curl_multi_remove_handle(f->client->multi, f->easy);
	f->done(f->arg, &a);
	fetch_destroy(f);
}

static void on_silence(evutil_socket_t fd, short what, void *arg)
{
	struct heard_fetch *f = arg;
	(void)fd, (void)what;
	snprintf(f->error, sizeof(f->error), "nothing came for %lld ms",
		 (long long)f->silence_ms);
	fetch_finish(f, CURLE_OPERATION_TIMEDOUT);
}

/* ---- a request */

/* What libcurl would split, or take for a command of its own, is none. */
bool heard_fetch_is_header(const char *line)
{
	size_t name = strcspn(line, ":");
	if (name == 0 || line[name] != ':' || strpbrk(line, "\r\n") ||
	    strcspn(line, " \t") < name)
		return false;
	return line[name + 1 + strspn(line + name + 1, " \t")] != '\0';
}

static bool add_header(struct heard_fetch *f, const char *line)
{
	struct curl_slist *longer = curl_slist_append(f->headers, line);
	if (longer)
		f->headers = longer;
	return longer != NULL;
}

static int add_headers(struct heard_fetch *f, const struct heard_fetch_request *q,
		       struct heard_error *err)
{
	/* No 100-continue: it costs a second with servers that do not know it. */
	bool ok = add_header(f, "Expect:");
	for (size_t i = 0; q->headers && q->headers[i]; i++) {
		if (!heard_fetch_is_header(q->headers[i]))
			return heard_fail(err, EINVAL,
					  "header %zu is not of the form \"Name: value\"",
					  i + 1);
		ok = ok && add_header(f, q->headers[i]);
	}
	return ok ? 0 : heard_fail(err, ENOMEM, "out of memory");
}

static void set_method(struct heard_fetch *f, const struct heard_fetch_request *q)
{
	const char *method = q->method ? q->method : "GET";
	if (q->body.len || strcmp(method, "POST") == 0) {
		curl_easy_setopt(f->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
		curl_easy_setopt(f->easy, CURLOPT_POSTFIELDS, q->body.len ? q->body.ptr : "");
	} else if (strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(f->easy, CURLOPT_NOBODY, 1L);
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
	    strcmp(method, "POST") != 0)
		curl_easy_setopt(f->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_options(struct heard_fetch *f, const struct heard_fetch_request *q)
{
	CURL *e = f->easy;
	curl_easy_setopt(e, CURLOPT_PRIVATE, (char *)f);
	curl_easy_setopt(e, CURLOPT_URL, q->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	/* One answer a connection at a time: max_connections then says it all. */
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, f->bytes ? 0L : (long)q->timeout_ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(q->timeout_ms < CONNECT_MS ? q->timeout_ms : CONNECT_MS));
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, f->error);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "heard");
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, f->headers);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, f);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, f);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_before_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, f);
	set_method(f, q);
}

static void fetch_link(struct heard_fetch *f)
{
	f->next = f->client->running;
	f->link = &f->client->running;
	if (f->next)
		f->next->link = &f->next;
	f->client->running = f;
}

/* What a stream needs beside what each request has. */
static bool set_stream(struct heard_fetch *f, const struct heard_fetch_request *q,
		       void (*bytes)(void *arg, struct heard_str))
{
	f->bytes = bytes;
	if (bytes == NULL)
		return true;
	f->silence_ms = q->timeout_ms;
	f->silence = event_new(f->client->base, -1, 0, on_silence, f);
	if (f->silence)
		fetch_set_silence(f);
	return f->silence != NULL;
}

static struct heard_fetch *fetch_create(struct heard_fetch_client *c,
					const struct heard_fetch_request *q, size_t max_answer)
{
	struct heard_fetch *f = calloc(1, sizeof(*f));
	if (f == NULL || (f->easy = curl_easy_init()) == NULL) {
		free(f);
		return NULL;
	}
	f->client = c;
	f->done = q->done;
	f->arg = q->arg;
	f->allow_private = q->allow_private;
	fetch_head_init(&f->head);
	heard_buf_init(&f->answer, max_answer);
	fetch_link(f);
	return f;
}

static struct heard_fetch *fetch_begin(struct heard_fetch_client *c,
				       const struct heard_fetch_request *q,
				       void (*bytes)(void *arg, struct heard_str),
				       struct heard_error *err)
{
	size_t room = bytes && q->max_answer < STREAM_ROOM ? STREAM_ROOM : q->max_answer;
	if (heard_fetch_check_url(q->url, err) < 0)
		return NULL;
	struct heard_fetch *f = fetch_create(c, q, room);
	if (f == NULL || !set_stream(f, q, bytes)) {
		heard_fail(err, ENOMEM, "out of memory");
	} else if (add_headers(f, q, err) == 0) {
		set_options(f, q);
		if (curl_multi_add_handle(c->multi, f->easy) == CURLM_OK)
			return f;
		heard_fail(err, ENOMEM, "libcurl takes no more requests");
	}
	if (f)
		fetch_destroy(f);
	return NULL;
}

struct heard_fetch *heard_fetch(struct heard_fetch_client *c,
				const struct heard_fetch_request *q, struct heard_error *err)
{
	return fetch_begin(c, q, NULL, err);
}

struct heard_fetch *heard_fetch_stream(struct heard_fetch_client *c,
				       const struct heard_fetch_request *q,
				       void (*bytes)(void *arg, struct heard_str),
				       struct heard_error *err)
{
	return fetch_begin(c, q, bytes, err);
}

void heard_fetch_cancel(struct heard_fetch *f)
{
	fetch_destroy(f);
}

int heard_fetch_check_url(const char *url, struct heard_error *err)
{
	char *scheme = NULL, *host = NULL;
	CURLU *u = curl_url();
	int result = 0;
	/* The URL itself is not told: it may hold a password. */
	if (u == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	if (strlen(url) > MAX_URL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || host[0] == '\0')
		result = heard_fail(err, EINVAL, "url is not of the form https://host/path");
	else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		result = heard_fail(err, EINVAL,
				    "url must begin with https:// or http://, not %s://",
				    scheme);
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return result;
}
