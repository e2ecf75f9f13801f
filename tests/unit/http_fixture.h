/*
 * http_fixture.h - the HTTP server over real sockets on 127.0.0.1, and a client.
 *
 * The server runs on a loop with a thread of its own; the test is a blocking client whose
 * reads have a deadline.  One instance lives on that loop, another on a loop of its own.
 */
#ifndef TEST_HTTP_FIXTURE_H
#define TEST_HTTP_FIXTURE_H

#include "daemon.h"
#include "host.h"
#include "http.h"
#include "http_parts.h"

#include <heard/error.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static inline void on_call(struct loop_job *job)
{
	struct call *c = (void *)job;
	c->fn(c->server);
	pthread_mutex_lock(&c->lock);
	c->is_done = true;
	pthread_cond_signal(&c->done);
	pthread_mutex_unlock(&c->lock);
}

/* Run fn on the server's loop and wait for it. */
static inline void on_loop(struct server *s, void (*fn)(struct server *))
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

static inline void handle_echo(void *arg, struct heard_http *take)
{
	(void)arg;
	heard_http_set_header(take, "X-Remote", heard_http_remote(take).ptr);
	heard_http_reply(take, 200, "text/plain", heard_http_body(take));
}

static inline void handle_later(void *arg, struct heard_http *take)
{
	struct server *s = arg;
	s->held = take;
	atomic_fetch_add(&s->n_held, 1);
}

static inline void handle_take(void *arg, struct heard_http *take)
{
	void (*free_body)(void *);
	void *free_arg;
	struct heard_str body = heard_http_take_body(take, &free_body, &free_arg);
	(void)arg;
	assert_int_equal(heard_http_body(take).len, 0);
	heard_http_reply(take, 202, "text/plain", body);
	free_body(free_arg);
}

static inline void mount(struct server *s, struct heard_host *host, const char *path,
			 unsigned methods, void (*handle)(void *, struct heard_http *))
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

static inline void server_open(struct server *s)
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

static inline void server_start(struct server *s)
{
	struct heard_error err = {0};
	if (http_listen(s->http, NULL, 0, &err) < 0)
		fail_msg("%s", err.text);
	s->port = http_port(s->http, "public");
	http_serve(s->http);
	assert_int_equal(loop_start(s->loop, &err), 0);
	assert_int_equal(loop_start(s->away_loop, &err), 0);
}

static inline void server_stop(struct server *s)
{
	loop_stop(s->away_loop);
	loop_join(s->away_loop);
	loop_stop(s->loop);
	loop_join(s->loop);
	http_destroy(s->http);
	loop_destroy(s->loop);
	loop_destroy(s->away_loop);
}

static inline int dial(const struct server *s)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->port)};
	struct timeval deadline = {.tv_sec = 30};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static inline void say(int fd, const char *text, size_t len)
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
static inline int hear(int fd, char *out, size_t size)
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

static inline bool is_closed(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, 0);
	return n == 0 || (n < 0 && errno == ECONNRESET);
}

/* Ask on a connection of its own; the status. */
static inline int ask(const struct server *s, const char *request, char *out, size_t size)
{
	int fd = dial(s);
	say(fd, request, strlen(request));
	int status = hear(fd, out, size);
	close(fd);
	return status;
}

static inline void expect_status(const struct server *s, int status, const char *request)
{
	char out[4096];
	int got = ask(s, request, out, sizeof(out));
	if (got != status)
		fail_msg("wanted %d for <%s>, got %d: %s", status, request, got, out);
}

static struct server server; /* one at a time */

static inline int start_plain(void **state)
{
	*state = &server;
	server_open(&server);
	server_start(&server);
	return 0;
}

static inline int stop(void **state)
{
	server_stop(*state);
	return 0;
}

#endif
