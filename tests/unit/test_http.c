/*
 * test_http.c - the HTTP server over real sockets on 127.0.0.1.
 *
 * The server runs on a loop with a thread of its own; the test is a blocking
 * client whose reads have a deadline.
 */
#include "apikey.h"
#include "daemon.h"
#include "host.h"
#include "http.h"
#include "http_parts.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct server {
	struct conf conf;
	struct conf_listener listener;
	struct loop *loop, *away_loop;
	struct http *http;
	struct daemon daemon;
	struct heard_host host, away;
	struct heard_http *held; /* by the route that answers later */
	_Atomic int n_held, n_idle, n_done;
	int port;
};

struct call {
	struct loop_job job;
	void (*fn)(struct server *);
	struct server *server;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
};

static void on_call(struct loop_job *job)
{
	struct call *c = (void *)job;
	c->fn(c->server);
	pthread_mutex_lock(&c->lock);
	c->is_done = true;
	pthread_cond_signal(&c->done);
	pthread_mutex_unlock(&c->lock);
}

/* Run fn on the server's loop and wait for it. */
static void on_loop(struct server *s, void (*fn)(struct server *))
{
	struct call c = {.job.fn = on_call, .fn = fn, .server = s};
	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.done, NULL);
	loop_post(s->loop, &c.job);
	pthread_mutex_lock(&c.lock);
	while (!c.is_done)
		pthread_cond_wait(&c.done, &c.lock);
	pthread_mutex_unlock(&c.lock);
	pthread_mutex_destroy(&c.lock);
	pthread_cond_destroy(&c.done);
}

static void handle_echo(void *arg, struct heard_http *take)
{
	(void)arg;
	heard_http_set_header(take, "X-Remote", heard_http_remote(take).ptr);
	heard_http_reply(take, 200, "text/plain", heard_http_body(take));
}

static void handle_who(void *arg, struct heard_http *take)
{
	(void)arg;
	heard_http_reply(take, 200, "text/plain", heard_http_principal(take));
}

static void handle_later(void *arg, struct heard_http *take)
{
	struct server *s = arg;
	s->held = take;
	atomic_fetch_add(&s->n_held, 1);
}

static void handle_take(void *arg, struct heard_http *take)
{
	void (*free_body)(void *);
	void *free_arg;
	struct heard_str body = heard_http_take_body(take, &free_body, &free_arg);
	(void)arg;
	assert_int_equal(heard_http_body(take).len, 0);
	heard_http_reply(take, 202, "text/plain", body);
	free_body(free_arg);
}

static void mount(struct server *s, struct heard_host *host, const char *path, unsigned methods,
		  void (*handle)(void *, struct heard_http *))
{
	struct heard_error err = {0};
	struct heard_route route = {.listener = "public",
				    .path = path,
				    .methods = methods,
				    .max_body = 100000,
				    .handle = handle,
				    .arg = s};
	if (http_mount(s->http, host, &route, &err) < 0)
		fail_msg("%s", err.text);
}

static void server_open(struct server *s)
{
	struct heard_error err = {0};
	*s = (struct server){
		.listener = {.name = "public",
			     .address = "127.0.0.1:0",
			     .max_connections = 100,
			     .header_timeout = 10000,
			     .body_timeout = 10000,
			     .idle_timeout = 10000,
			     .max_header = 8192},
	};
	s->conf.listeners = &s->listener;
	s->conf.n_listeners = 1;
	s->loop = loop_create("main", &err);
	s->away_loop = loop_create("away", &err);
	assert_non_null(s->loop);
	s->http = http_create(&s->conf, s->loop);
	assert_non_null(s->http);
	s->daemon.http = s->http;
	s->host = (struct heard_host){.full_name = (char *)"shop/http", .loop = s->loop};
	s->away = (struct heard_host){
		.full_name = (char *)"shop/away", .loop = s->away_loop, .own_loop = true};
	s->host.daemon = s->away.daemon = &s->daemon;
	mount(s, &s->host, "/echo", HEARD_HTTP_POST | HEARD_HTTP_GET, handle_echo);
	mount(s, &s->host, "/later", HEARD_HTTP_POST, handle_later);
	mount(s, &s->host, "/take", HEARD_HTTP_POST, handle_take);
	mount(s, &s->host, "/tree/*", HEARD_HTTP_GET, handle_echo);
	mount(s, &s->away, "/away", HEARD_HTTP_POST, handle_echo);
	http_set_ready(s->http, &s->host, true);
	http_set_ready(s->http, &s->away, true);
}

static void server_start(struct server *s)
{
	struct heard_error err = {0};
	if (http_listen(s->http, NULL, 0, &err) < 0)
		fail_msg("%s", err.text);
	s->port = http_port(s->http, "public");
	http_serve(s->http);
	assert_int_equal(loop_start(s->loop, &err), 0);
	assert_int_equal(loop_start(s->away_loop, &err), 0);
}

static void server_stop(struct server *s)
{
	loop_stop(s->away_loop);
	loop_join(s->away_loop);
	loop_stop(s->loop);
	loop_join(s->loop);
	http_destroy(s->http);
	loop_destroy(s->loop);
	loop_destroy(s->away_loop);
}

static int dial(const struct server *s)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->port)};
	struct timeval deadline = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void say(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
		if (n <= 0)
			return; /* refused meanwhile: the answer tells why */
		text += n;
		len -= (size_t)n;
	}
}

/* One answer from a connection that stays open; its status. */
static int hear(int fd, char *out, size_t size)
{
	size_t len = 0;
	for (;;) {
		out[len] = '\0';
		char *end = strstr(out, "\r\n\r\n");
		char *length = strstr(out, "Content-Length: ");
		if (end) {
			size_t body = length ? (size_t)atol(length + 16) : 0;
			if (len >= (size_t)(end - out) + 4 + body)
				break;
		}
		assert_true(len + 1 < size);
		ssize_t n = recv(fd, out + len, 1, 0);
		if (n <= 0)
			return -1;
		len += (size_t)n;
	}
	return atoi(out + 9);
}

static bool is_closed(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, 0);
	return n == 0 || (n < 0 && errno == ECONNRESET);
}

/* Ask on a connection of its own; the status. */
static int ask(const struct server *s, const char *request, char *out, size_t size)
{
	int fd = dial(s);
	say(fd, request, strlen(request));
	int status = hear(fd, out, size);
	close(fd);
	return status;
}

static void expect_status(const struct server *s, int status, const char *request)
{
	char out[4096];
	int got = ask(s, request, out, sizeof(out));
	if (got != status)
		fail_msg("wanted %d for <%s>, got %d: %s", status, request, got, out);
}

static struct server server; /* one at a time */

static int start_plain(void **state)
{
	*state = &server;
	server_open(&server);
	server_start(&server);
	return 0;
}

static int stop(void **state)
{
	server_stop(*state);
	return 0;
}

static void post_is_echoed_with_length_and_date(void **state)
{
	char out[4096];
	assert_int_equal(ask(*state,
			     "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
			     out, sizeof(out)),
			 200);
	assert_non_null(strstr(out, "\r\nContent-Length: 5\r\n"));
	assert_non_null(strstr(out, "\r\nDate: "));
	assert_non_null(strstr(out, "\r\nX-Remote: 127.0.0.1\r\n"));
	assert_non_null(strstr(out, "\r\n\r\nhello"));
}

static void connection_is_kept_and_pipelining_answers_in_order(void **state)
{
	static const char three[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
		"POST /away HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb"
		"\r\nPOST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nc";
	char out[4096];
	int fd = dial(*state);
	for (int round = 0; round < 3; round++) {
		say(fd, three, sizeof(three) - 1);
		for (char want = 'a'; want <= 'c'; want++) {
			assert_int_equal(hear(fd, out, sizeof(out)), want == 'c' ? 202 : 200);
			assert_int_equal(out[strlen(out) - 1], want);
		}
	}
	close(fd);
}

static void request_may_come_byte_by_byte(void **state)
{
	static const char text[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
	char out[4096];
	int fd = dial(*state);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			say(fd, text + i, 1);
		assert_int_equal(hear(fd, out, sizeof(out)), 200);
		assert_non_null(strstr(out, "\r\n\r\nabcde"));
	}
	close(fd);
}

static void large_body_arrives_whole(void **state)
{
	enum { N = 100000 };
	char *text = malloc(N + 200), *out = malloc(N + 1000);
	int head = sprintf(text, "POST /away HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
			   N);
	for (int i = 0; i < N; i++)
		text[head + i] = (char)('a' + i % 26);
	int fd = dial(*state);
	say(fd, text, (size_t)head + N);
	assert_int_equal(hear(fd, out, N + 1000), 200);
	assert_memory_equal(strstr(out, "\r\n\r\n") + 4, text + head, N);
	close(fd);
	free(text);
	free(out);
}

static void too_long_a_body_is_refused_before_it_is_sent(void **state)
{
	char out[4096];
	int fd = dial(*state);
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n";
	say(fd, head, sizeof(head) - 1);
	assert_int_equal(hear(fd, out, sizeof(out)), 413);
	assert_non_null(strstr(out, "application/problem+json"));
	assert_non_null(strstr(out, "Connection: close"));
	close(fd);
}

static void client_that_sends_on_regardless_still_reads_the_refusal(void **state)
{
	enum { N = 4 * 1024 * 1024 };
	char out[4096], *body = calloc(1, N);
	int fd = dial(*state);
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n";
	say(fd, head, sizeof(head) - 1);
	say(fd, body, N);
	assert_int_equal(hear(fd, out, sizeof(out)), 413);
	close(fd);
	free(body);
}

static void chunks_past_the_limit_are_refused(void **state)
{
	char out[4096], chunk[0x4000 + 16];
	int fd = dial(*state);
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
	say(fd, head, sizeof(head) - 1);
	memcpy(chunk, "4000\r\n", 6);
	memset(chunk + 6, 'x', 0x4000);
	memcpy(chunk + 6 + 0x4000, "\r\n", 2);
	for (int i = 0; i < 10; i++)
		say(fd, chunk, 6 + 0x4000 + 2);
	assert_int_equal(hear(fd, out, sizeof(out)), 413);
	close(fd);
}

static void allow_200_kib(struct server *s)
{
	s->http->most_held = 200 * 1024;
}

static void note_held(struct server *s)
{
	atomic_store(&s->n_done, (int)s->http->held);
}

/* What all bodies hold is bounded; short ones go by. */
static void many_large_bodies_are_told_to_come_again(void **state)
{
	enum { N = 100000, PART = 90000 };
	struct server *s = *state;
	char *text = malloc(N + 200), *out = malloc(N + 1000);
	int fd[2], n = sprintf(text,
			       "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
			       "\r\n",
			       N);
	memset(text + n, 'x', N);
	on_loop(s, allow_200_kib);
	for (int i = 0; i < 2; i++) {
		fd[i] = dial(s);
		say(fd[i], text, (size_t)n + PART);
	}
	for (int i = 0; i < 5000 && atomic_load(&s->n_done) < 2 * N; i++) {
		usleep(2000);
		on_loop(s, note_held);
	}
	assert_int_equal(atomic_load(&s->n_done), 2 * N);
	expect_status(s, 200,
		      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nshort");
	int third = dial(s);
	say(third, text, (size_t)n + PART);
	assert_int_equal(hear(third, out, N + 1000), 503);
	assert_non_null(strstr(out, "send it again"));
	close(third);
	for (int i = 0; i < 2; i++) {
		say(fd[i], text + n + PART, N - PART);
		assert_int_equal(hear(fd[i], out, N + 1000), 200);
		close(fd[i]);
	}
	third = dial(s);
	say(third, text, (size_t)n + N);
	assert_int_equal(hear(third, out, N + 1000), 200);
	close(third);
	free(text);
	free(out);
}

static void expect_continue_is_answered_or_refused_at_once(void **state)
{
	char out[4096];
	int fd = dial(*state);
	static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
				   "Expect: 100-continue\r\n\r\n";
	say(fd, head, sizeof(head) - 1);
	assert_int_equal(hear(fd, out, sizeof(out)), 100);
	say(fd, "ok", 2);
	assert_int_equal(hear(fd, out, sizeof(out)), 200);
	close(fd);
	expect_status(*state, 413,
		      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n"
		      "Expect: 100-continue\r\n\r\n");
}

static void routes_and_methods_are_told_apart(void **state)
{
	char out[4096];
	expect_status(*state, 404, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(*state, 404, "GET /tree HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(*state, 200, "GET /tree/leaf?q=1 HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(*state, 200, "GET /tr%65e/leaf HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(*state, 400, "GET /tree/../echo HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(*state, 501, "BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
		ask(*state, "DELETE /echo HTTP/1.1\r\nHost: x\r\n\r\n", out, sizeof(out)), 405);
	assert_non_null(strstr(out, "Allow: GET, HEAD, POST, OPTIONS\r\n"));
	assert_int_equal(
		ask(*state, "OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n", out, sizeof(out)),
		204);
	assert_non_null(strstr(out, "Allow: "));
}

static void head_has_the_length_and_no_body(void **state)
{
	char out[4096];
	int fd = dial(*state);
	static const char text[] =
		"HEAD /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	say(fd, text, sizeof(text) - 1);
	size_t len = 0;
	for (ssize_t n; (n = recv(fd, out + len, sizeof(out) - len - 1, 0)) > 0;)
		len += (size_t)n;
	out[len] = '\0';
	assert_non_null(strstr(out, "Content-Length: "));
	assert_string_equal(out + len - 4, "\r\n\r\n");
	close(fd);
}

static void http_1_0_closes_unless_asked_to_keep(void **state)
{
	char out[4096];
	int fd = dial(*state);
	say(fd, "GET /echo HTTP/1.0\r\n\r\n", 22);
	assert_int_equal(hear(fd, out, sizeof(out)), 200);
	assert_true(is_closed(fd));
	close(fd);
	fd = dial(*state);
	for (int i = 0; i < 2; i++) {
		static const char text[] =
			"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
		say(fd, text, sizeof(text) - 1);
		assert_int_equal(hear(fd, out, sizeof(out)), 200);
		assert_non_null(strstr(out, "Connection: keep-alive"));
	}
	close(fd);
}

static void smuggling_is_refused(void **state)
{
	expect_status(*state, 400,
		      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	expect_status(*state, 400,
		      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
		      "Content-Length: 1\r\n\r\na");
	expect_status(*state, 400,
		      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\na");
	expect_status(*state, 400, "GET /echo HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n");
	expect_status(*state, 400, "GET /echo HTTP/1.1\r\n\r\n");
	expect_status(
		*state, 501,
		"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
	expect_status(*state, 400,
		      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		      "-1\r\n");
}

static void flood_of_headers_is_refused(void **state)
{
	char out[4096], text[20000];
	size_t len = (size_t)sprintf(text, "GET /echo HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < 100; i++)
		len += (size_t)sprintf(text + len, "A%d: b\r\n", i);
	strcpy(text + len, "\r\n");
	assert_int_equal(ask(*state, text, out, sizeof(out)), 431);
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ask(*state, text, out, sizeof(out)), 431);
}

static void answer_held(struct server *s)
{
	heard_http_reply(s->held, 200, "text/plain", HEARD_STR_OF("late"));
	s->held = NULL;
}

static void wait_for(_Atomic int *value, int wanted)
{
	for (int i = 0; i < 2000 && atomic_load(value) < wanted; i++)
		usleep(5000);
	assert_int_equal(atomic_load(value), wanted);
}

static const char post_later[] = "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";

static void client_that_leaves_early_is_harmless(void **state)
{
	struct server *s = *state;
	char out[4096];
	int fd = dial(s);
	say(fd, post_later, sizeof(post_later) - 1);
	wait_for(&s->n_held, 1);
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	on_loop(s, answer_held);
	fd = dial(s);
	say(fd, post_later, sizeof(post_later) - 1);
	wait_for(&s->n_held, 2);
	on_loop(s, answer_held);
	assert_int_equal(hear(fd, out, sizeof(out)), 200);
	close(fd);
}

static void on_idle(void *arg)
{
	struct server *s = arg;
	atomic_fetch_add(&s->n_idle, 1);
}

static void quiesce(struct server *s)
{
	http_quiesce(s->http, on_idle, s);
}

static void quiesce_waits_for_the_last_answer_and_closes(void **state)
{
	struct server *s = *state;
	char out[4096];
	int idle = dial(s), busy = dial(s);
	say(busy, post_later, sizeof(post_later) - 1);
	wait_for(&s->n_held, 1);
	on_loop(s, quiesce);
	int queued = dial(s); /* the kernel accepts for the process after us */
	assert_true(is_closed(idle));
	assert_int_equal(atomic_load(&s->n_idle), 0);
	on_loop(s, answer_held);
	assert_int_equal(hear(busy, out, sizeof(out)), 200);
	assert_non_null(strstr(out, "Connection: close"));
	assert_true(is_closed(busy));
	wait_for(&s->n_idle, 1);

	struct http_socket sockets[4];
	assert_int_equal(http_sockets(s->http, sockets, 4), 1);
	assert_int_equal(fcntl(sockets[0].fd, F_GETFD) & FD_CLOEXEC, 0);
	struct http_socket handed = {"public", dup(sockets[0].fd)};
	struct conf_listener same = s->listener;
	struct conf conf = {.listeners = &same, .n_listeners = 1};
	char address[40];
	snprintf(address, sizeof(address), "127.0.0.1:%d", s->port);
	same.address = address;
	struct http *next = http_create(&conf, s->loop);
	assert_int_equal(http_listen(next, &handed, 1, NULL), 0);
	assert_int_equal(http_port(next, "public"), s->port);
	http_destroy(next);
	close(idle);
	close(busy);
	close(queued);
}

static int start_limited(void **state)
{
	*state = &server;
	server_open(&server);
	server.listener.max_connections_per_address = 2;
	server.listener.header_timeout = 300;
	server.listener.body_timeout = 300;
	server.listener.idle_timeout = 300;
	server_start(&server);
	return 0;
}

static void slow_clients_are_shown_out(void **state)
{
	char out[4096];
	int fd = dial(*state);
	say(fd, "POST /echo HT", 13);
	assert_int_equal(hear(fd, out, sizeof(out)), 408);
	close(fd);
	fd = dial(*state);
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab";
	say(fd, head, sizeof(head) - 1);
	assert_int_equal(hear(fd, out, sizeof(out)), 408);
	close(fd);
	fd = dial(*state); /* kept, and then idle */
	say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_int_equal(hear(fd, out, sizeof(out)), 200);
	assert_true(is_closed(fd));
	close(fd);
}

static void connections_of_one_address_are_capped(void **state)
{
	char out[4096];
	int first = dial(*state), second = dial(*state), third = dial(*state);
	say(third, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_true(is_closed(third));
	say(first, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_int_equal(hear(first, out, sizeof(out)), 200);
	assert_true(is_closed(first));
	close(first);
	close(second);
	close(third);
}

static int start_guarded(void **state)
{
	static const char *lines[1];
	static const char *nets[] = {"127.0.0.0/8"};
	static struct heard_list keys = {lines, 1};
	static char key[APIKEY_TEXT], line[APIKEY_LINE];
	struct heard_error err = {0};
	*state = &server;
	server_open(&server);
	assert_int_equal(apikey_make("partner", key, line, NULL), 0);
	lines[0] = line;
	struct heard_route route = {.listener = "public",
				    .path = "/who",
				    .methods = HEARD_HTTP_GET,
				    .api_keys = &keys,
				    .handle = handle_who,
				    .arg = key};
	assert_int_equal(http_mount(server.http, &server.host, &route, &err), 0);
	http_set_ready(server.http, &server.host, true);
	server.listener.trusted_proxies = (struct heard_list){nets, 1};
	server.listener.rate_limit = 1;
	server.listener.rate_burst = 4;
	server_start(&server);
	server.daemon.started_ms = (int64_t)(intptr_t)key;
	return 0;
}

static void key_is_asked_for_and_names_the_principal(void **state)
{
	struct server *s = *state;
	char out[4096], text[512];
	expect_status(s, 401, "GET /who HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(s, 403, "GET /who HTTP/1.1\r\nHost: x\r\nX-API-Key: heard_x\r\n\r\n");
	snprintf(text, sizeof(text),
		 "GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
		 (const char *)(intptr_t)s->daemon.started_ms);
	assert_int_equal(ask(s, text, out, sizeof(out)), 200);
	assert_non_null(strstr(out, "\r\n\r\npartner"));
}

static void rate_is_limited_by_the_address_behind_the_proxy(void **state)
{
	char out[4096], text[512];
	for (int client = 1; client <= 3; client++) {
		snprintf(text, sizeof(text),
			 "GET /echo HTTP/1.1\r\nHost: x\r\n"
			 "X-Forwarded-For: 10.9.9.9, 203.0.113.%d, 127.0.0.7\r\n\r\n",
			 client);
		for (int i = 0; i < 4; i++)
			assert_int_equal(ask(*state, text, out, sizeof(out)), 200);
		assert_non_null(strstr(out, "X-Remote: 203.0.113."));
		assert_int_equal(ask(*state, text, out, sizeof(out)), 429);
		assert_non_null(strstr(out, "Retry-After: 1\r\n"));
	}
}

static void mounts_that_clash_are_refused(void **state)
{
	struct server *s = &server;
	struct heard_error err = {0};
	struct heard_route route = {
		.listener = "public", .path = "/echo", .handle = handle_echo};
	(void)state;
	server_open(s);
	assert_int_equal(http_mount(s->http, &s->host, &route, &err), -EEXIST);
	assert_non_null(strstr(err.text, "shop/http"));
	route.listener = "pubic";
	assert_int_equal(http_mount(s->http, &s->host, &route, &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean \"public\""));
	route.listener = "public";
	route.path = "feedback";
	assert_int_equal(http_mount(s->http, &s->host, &route, &err), -EINVAL);
	http_destroy(s->http);
	loop_destroy(s->loop);
	loop_destroy(s->away_loop);
}

/* ---- a path that several share */

/* A sharer knows one path below it, as a store knows its own tickets. */
static void handle_mine(void *arg, struct heard_http *take)
{
	const char *mine = arg;
	heard_http_set_header(take, "X-Asked", mine);
	assert_int_equal(heard_http_is_last(take), strcmp(mine, "/status/c") == 0);
	if (heard_str_is(heard_http_path(take), mine))
		heard_http_reply(take, 200, "text/plain", heard_str(mine));
	else
		heard_http_pass(take);
}

static int share(struct server *s, struct heard_host *host, const char *mine,
		 struct heard_error *err)
{
	struct heard_route route = {.listener = "public",
				    .path = "/status/*",
				    .methods = HEARD_HTTP_GET | HEARD_HTTP_POST,
				    .max_body = 1000,
				    .is_shared = true,
				    .handle = handle_mine,
				    .arg = (void *)(uintptr_t)mine};
	return http_mount(s->http, host, &route, err);
}

static int start_shared(void **state)
{
	struct heard_error err = {0};
	*state = &server;
	server_open(&server);
	assert_int_equal(share(&server, &server.host, "/status/a", &err), 0);
	assert_int_equal(share(&server, &server.away, "/status/b", &err), 0);
	assert_int_equal(share(&server, &server.host, "/status/c", &err), 0);
	http_set_ready(server.http, &server.host, true);
	http_set_ready(server.http, &server.away, true);
	server_start(&server);
	return 0;
}

static void shared_path_is_asked_in_turn_on_every_loop(void **state)
{
	char out[4096], request[200];
	for (char who = 'a'; who <= 'c'; who++) {
		snprintf(request, sizeof(request),
			 "POST /status/%c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
			 who);
		assert_int_equal(ask(*state, request, out, sizeof(out)), 200);
		assert_int_equal(out[strlen(out) - 1], who);
		char *asked = strstr(out, "X-Asked: ");
		assert_non_null(asked);
		assert_null(strstr(asked + 1, "X-Asked: ")); /* of those who passed */
	}
	expect_status(*state, 404, "GET /status/d HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void make_away_unready(struct server *s)
{
	http_set_ready(s->http, &s->away, false);
}

static void make_host_unready(struct server *s)
{
	http_set_ready(s->http, &s->host, false);
}

static void sharer_that_is_stopped_is_passed_over(void **state)
{
	char out[4096];
	on_loop(*state, make_host_unready);
	expect_status(*state, 200, "GET /status/b HTTP/1.1\r\nHost: x\r\n\r\n");
	/* Who is not there could have known it. */
	assert_int_equal(
		ask(*state, "GET /status/c HTTP/1.1\r\nHost: x\r\n\r\n", out, sizeof(out)),
		503);
	assert_non_null(strstr(out, "Retry-After: 1\r\n"));
	on_loop(*state, make_away_unready);
	expect_status(*state, 503, "GET /status/b HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void sharing_needs_both_and_the_same_terms(void **state)
{
	struct server *s = &server;
	struct heard_error err = {0};
	const char *key = "any";
	struct heard_list keys = {&key, 1};
	(void)state;
	server_open(s);
	struct heard_route route = {.listener = "public",
				    .path = "/status/*",
				    .methods = HEARD_HTTP_GET | HEARD_HTTP_POST,
				    .max_body = 1000,
				    .handle = handle_echo};
	assert_int_equal(share(s, &s->host, "/status/a", &err), 0);
	assert_int_equal(http_mount(s->http, &s->away, &route, &err), -EEXIST);
	assert_non_null(strstr(err.text, "already taken by shop/http"));
	route.is_shared = true;
	route.max_body = 999;
	assert_int_equal(http_mount(s->http, &s->away, &route, &err), -EEXIST);
	route.max_body = 1000;
	route.api_keys = &keys;
	assert_int_equal(http_mount(s->http, &s->away, &route, &err), -EINVAL);
	route.path = "/echo"; /* whose owner does not share */
	route.api_keys = NULL;
	assert_int_equal(http_mount(s->http, &s->away, &route, &err), -EEXIST);
	assert_true(heard_http_has_listener(&s->host, "public"));
	assert_false(heard_http_has_listener(&s->host, "pubic"));
	http_destroy(s->http);
	loop_destroy(s->loop);
	loop_destroy(s->away_loop);
}

static void port_in_use_is_told(void **state)
{
	struct server *s = *state;
	char address[40];
	struct heard_error err = {0};
	struct conf_listener same = s->listener;
	struct conf conf = {.listeners = &same, .n_listeners = 1};
	snprintf(address, sizeof(address), "127.0.0.1:%d", s->port);
	same.address = address;
	struct http *next = http_create(&conf, s->loop);
	assert_int_equal(http_listen(next, NULL, 0, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, "in use"));
	http_destroy(next);
}

static void stopped_instance_answers_503(void **state)
{
	struct server *s = *state;
	on_loop(s, make_away_unready);
	expect_status(s, 503, "POST /away HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
}

static struct heard_buf metrics;

static void collect_metrics(struct server *s)
{
	http_metrics(s->http, &metrics);
}

static void metrics_count_answers_by_status(void **state)
{
	struct server *s = *state;
	expect_status(s, 200, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_status(s, 404, "GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
	heard_buf_init(&metrics, 10000);
	on_loop(s, collect_metrics);
	assert_non_null(
		strstr(metrics.ptr,
		       "heard_http_requests_total{listener=\"public\",code=\"200\"} 1\n"));
	assert_non_null(
		strstr(metrics.ptr,
		       "heard_http_requests_total{listener=\"public\",code=\"404\"} 1\n"));
	heard_buf_release(&metrics);
}

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, start_plain, stop)
	const struct CMUnitTest tests[] = {
		PLAIN(post_is_echoed_with_length_and_date),
		PLAIN(connection_is_kept_and_pipelining_answers_in_order),
		PLAIN(request_may_come_byte_by_byte),
		PLAIN(large_body_arrives_whole),
		PLAIN(too_long_a_body_is_refused_before_it_is_sent),
		PLAIN(client_that_sends_on_regardless_still_reads_the_refusal),
		PLAIN(chunks_past_the_limit_are_refused),
		PLAIN(many_large_bodies_are_told_to_come_again),
		PLAIN(expect_continue_is_answered_or_refused_at_once),
		PLAIN(routes_and_methods_are_told_apart),
		PLAIN(head_has_the_length_and_no_body),
		PLAIN(http_1_0_closes_unless_asked_to_keep),
		PLAIN(smuggling_is_refused),
		PLAIN(flood_of_headers_is_refused),
		PLAIN(client_that_leaves_early_is_harmless),
		PLAIN(quiesce_waits_for_the_last_answer_and_closes),
		PLAIN(port_in_use_is_told),
		PLAIN(stopped_instance_answers_503),
		PLAIN(metrics_count_answers_by_status),
		cmocka_unit_test_setup_teardown(slow_clients_are_shown_out, start_limited,
						stop),
		cmocka_unit_test_setup_teardown(connections_of_one_address_are_capped,
						start_limited, stop),
		cmocka_unit_test_setup_teardown(key_is_asked_for_and_names_the_principal,
						start_guarded, stop),
		cmocka_unit_test_setup_teardown(rate_is_limited_by_the_address_behind_the_proxy,
						start_guarded, stop),
		cmocka_unit_test(mounts_that_clash_are_refused),
		cmocka_unit_test_setup_teardown(shared_path_is_asked_in_turn_on_every_loop,
						start_shared, stop),
		cmocka_unit_test_setup_teardown(sharer_that_is_stopped_is_passed_over,
						start_shared, stop),
		cmocka_unit_test(sharing_needs_both_and_the_same_terms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
