/*
 * fetch.c - asynchronous HTTP requests: libcurl's multi interface on libevent.
 *
 * libcurl says which sockets and which deadline it waits for; we turn these
 * into events and tell it what happened.  `done` is called from the loop only,
 * never from within heard_fetch().
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

#include "address.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MAX_HEADER = 256 * 1024, /* bytes of an answer's head                  */
	MAX_URL = 8192,
	CONNECT_MS = 10000,
};

struct heard_fetch_client {
	struct heard_host *host;
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct heard_fetch *running;
};

struct heard_fetch {
	struct heard_fetch *next, **link; /* in client->running */
	struct heard_fetch_client *client;
	CURL *easy;
	struct curl_slist *headers;
	struct heard_buf answer;
	void (*done)(void *arg, const struct heard_fetch_answer *);
	void *arg;
	size_t header_bytes;
	int64_t retry_after_ms;
	char content_type[128];
	char error[CURL_ERROR_SIZE];
	bool allow_private;
	bool is_refused;   /* by the address guard                            */
	bool is_truncated; /* the answer was longer than its cap              */
	char refused[ADDRESS_TEXT];
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

/* RFC 9110 10.2.3: seconds, or a date. */
static int64_t parse_retry_after(const struct heard_fetch *f, const char *text)
{
	char *end;
	errno = 0;
	long long seconds = strtoll(text, &end, 10);
	if (end != text && *end == '\0' && seconds >= 0 && errno == 0)
		return seconds > INT32_MAX ? INT32_MAX * (int64_t)1000 : seconds * 1000;
	time_t at = curl_getdate(text, NULL);
	if (at < 0)
		return -1;
	int64_t ms = (int64_t)at * 1000 - heard_now(f->client->host);
	return ms > 0 ? ms : 0;
}

static void note_header(struct heard_fetch *f, struct heard_str line)
{
	static const char retry_after[] = "Retry-After:", content_type[] = "Content-Type:";
	char value[128];
	struct heard_str v;
	bool is_retry = line.len > 12 && strncasecmp(line.ptr, retry_after, 12) == 0;
	bool is_type = line.len > 13 && strncasecmp(line.ptr, content_type, 13) == 0;
	if (!is_retry && !is_type)
		return;
	v = heard_str_trim(heard_str_skip(line, is_retry ? 12 : 13));
	if (v.len >= sizeof(value))
		return;
	memcpy(value, v.ptr, v.len);
	value[v.len] = '\0';
	if (is_retry)
		f->retry_after_ms = parse_retry_after(f, value);
	else
		memcpy(f->content_type, value, v.len + 1);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct heard_fetch *f = arg;
	size_t len = size * n;
	f->header_bytes += len;
	if (f->header_bytes > MAX_HEADER)
		return 0;
	if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0) { /* of the final answer, not of a 100 */
		f->retry_after_ms = -1;
		f->content_type[0] = '\0';
	}
	note_header(f, heard_str_n(bytes, len));
	return len;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct heard_fetch *f = arg;
	size_t len = size * n, room = f->answer.cap - f->answer.len;
	heard_buf_add(&f->answer, bytes, len < room ? len : room);
	if (f->answer.failed || len > room) {
		f->is_truncated = true;
		return CURL_WRITEFUNC_ERROR; /* nobody reads the rest */
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

static void fetch_destroy(struct heard_fetch *f)
{
	curl_multi_remove_handle(f->client->multi, f->easy);
	curl_easy_cleanup(f->easy);
	curl_slist_free_all(f->headers);
	heard_buf_release(&f->answer);
	*f->link = f->next;
	if (f->next)
		f->next->link = f->link;
	free(f);
}

static void finish(struct heard_fetch *f, CURLcode code)
{
	char text[CURL_ERROR_SIZE + 160];
	struct heard_fetch_answer a = {.retry_after_ms = -1};
	long status = 0;
	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK || (f->is_truncated && status > 0)) {
		a.status = (int)status;
		a.retry_after_ms = f->retry_after_ms;
		a.body = heard_buf_view(&f->answer);
		a.content_type = heard_str(f->content_type);
	} else if (f->is_refused) { /* and no other address of that name answered */
		a.error_code = -EACCES;
		snprintf(text, sizeof(text),
			 "%s is not a public address; set allow_private if it is meant",
			 f->refused);
	} else {
		a.error_code = -errno_of(code);
		snprintf(text, sizeof(text), "%s",
			 f->error[0] ? f->error : curl_easy_strerror(code));
	}
	if (a.error_code)
		a.error = text;
	/* done() may begin a new request, but finds this one gone from curl. */
	curl_multi_remove_handle(f->client->multi, f->easy);
	f->done(f->arg, &a);
	fetch_destroy(f);
}

static void collect(struct heard_fetch_client *c)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
		struct heard_fetch *f = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		finish(f, code);
	}
}

/* ---- libcurl's waits as events */

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct heard_fetch_client *c = arg;
	int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) |
		    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;
	curl_multi_socket_action(c->multi, fd, flags, &running);
	collect(c);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct heard_fetch_client *c = arg;
	int running;
	(void)fd, (void)what;
	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(c);
}

static int want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct heard_fetch_client *c = arg;
	(void)multi;
	if (timeout_ms < 0)
		return event_del(c->timer);
	struct timeval after = {.tv_sec = timeout_ms / 1000,
				.tv_usec = timeout_ms % 1000 * 1000};
	return event_add(c->timer, &after);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *fd_arg)
{
	struct heard_fetch_client *c = arg;
	struct event *event = fd_arg;
	(void)easy;
	if (event)
		event_free(event);
	if (what == CURL_POLL_REMOVE)
		return curl_multi_assign(c->multi, fd, NULL) == CURLM_OK ? 0 : -1;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	event = event_new(c->base, fd, wanted, on_socket, c);
	if (event == NULL || event_add(event, NULL) < 0)
		return -1;
	return curl_multi_assign(c->multi, fd, event) == CURLM_OK ? 0 : -1;
}

struct heard_fetch_client *heard_fetch_client_create(struct heard_host *host,
						     unsigned max_connections,
						     struct heard_error *err)
{
	struct heard_fetch_client *c = calloc(1, sizeof(*c));
	if (c == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(c);
		heard_fail(err, ENOMEM, "cannot set up libcurl");
		return NULL;
	}
	c->host = host;
	c->base = heard_loop(host);
	c->multi = curl_multi_init();
	c->timer = event_new(c->base, -1, 0, on_timer, c);
	if (c->multi == NULL || c->timer == NULL) {
		heard_fetch_client_destroy(c);
		heard_fail(err, ENOMEM, "cannot set up libcurl");
		return NULL;
	}
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)max_connections);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)max_connections);
	return c;
}

void heard_fetch_client_destroy(struct heard_fetch_client *c)
{
	if (c == NULL)
		return;
	for (struct heard_fetch *f = c->running, *next; f; f = next) {
		next = f->next;
		fetch_destroy(f);
	}
	if (c->multi)
		curl_multi_cleanup(c->multi);
	if (c->timer)
		event_free(c->timer);
	free(c);
	curl_global_cleanup();
}

/* ---- a request */

/* A header that libcurl would split, or take for a command of its own. */
static bool header_is_good(const char *line)
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
		if (!header_is_good(q->headers[i]))
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
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)q->timeout_ms);
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

struct heard_fetch *heard_fetch(struct heard_fetch_client *c,
				const struct heard_fetch_request *q, struct heard_error *err)
{
	if (heard_fetch_check_url(q->url, err) < 0)
		return NULL;
	struct heard_fetch *f = calloc(1, sizeof(*f));
	if (f == NULL || (f->easy = curl_easy_init()) == NULL) {
		free(f);
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	f->client = c;
	f->done = q->done;
	f->arg = q->arg;
	f->allow_private = q->allow_private;
	f->retry_after_ms = -1;
	heard_buf_init(&f->answer, q->max_answer);
	fetch_link(f);
	if (add_headers(f, q, err) < 0) {
		fetch_destroy(f);
		return NULL;
	}
	set_options(f, q);
	if (curl_multi_add_handle(c->multi, f->easy) != CURLM_OK) {
		fetch_destroy(f);
		heard_fail(err, ENOMEM, "libcurl takes no more requests");
		return NULL;
	}
	return f;
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
