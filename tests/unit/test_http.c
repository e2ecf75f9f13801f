/*
 * Tests of http.c, http_conn.c and http_answer.c: connections, answers, listeners that
 * are handed on, and metrics.
 */
#include "http_fixture.h"

#include <heard/buf.h>

#include <fcntl.h>

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

static void answer_held(struct server *s)
{
	heard_http_reply(s->held, 200, "text/plain", HEARD_STR_OF("late"));
	s->held = NULL;
}

static void wait_for(_Atomic int *value, int wanted)
{
	for (int i = 0; i < 6000 && atomic_load(value) < wanted; i++)
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
		PLAIN(head_has_the_length_and_no_body),
		PLAIN(http_1_0_closes_unless_asked_to_keep),
		PLAIN(client_that_leaves_early_is_harmless),
		PLAIN(quiesce_waits_for_the_last_answer_and_closes),
		PLAIN(port_in_use_is_told),
		PLAIN(metrics_count_answers_by_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
