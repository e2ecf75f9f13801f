/*
 * Tests of http_request.c: which requests may pass, and bodies of every length.
 */
#include "http_fixture.h"

#include "apikey.h"

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

static void a_browser_reads_in_a_page_why_it_was_refused(void **state)
{
	char out[4096];
	int fd = dial(*state);
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nAccept: text/html,*/*;q=0.8\r\n"
		"Content-Length: 104857600\r\n\r\n";
	say(fd, head, sizeof(head) - 1);
	assert_int_equal(hear(fd, out, sizeof(out)), 413);
	assert_non_null(strstr(out, "Content-Type: text/html; charset=utf-8"));
	assert_non_null(strstr(out, "Cache-Control: no-store"));
	assert_non_null(strstr(out, "太大"));
	assert_non_null(strstr(out, "too large"));
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

static char partner_key[APIKEY_TEXT];

static void handle_who(void *arg, struct heard_http *take)
{
	(void)arg;
	heard_http_reply(take, 200, "text/plain", heard_http_principal(take));
}

static int start_guarded(void **state)
{
	static const char *lines[1];
	static const char *nets[] = {"127.0.0.0/8"};
	static struct heard_list keys = {lines, 1};
	static char line[APIKEY_LINE];
	struct heard_error err = {0};
	*state = &server;
	server_open(&server);
	assert_int_equal(apikey_make("partner", partner_key, line, NULL), 0);
	lines[0] = line;
	struct heard_route route = {.listener = "public",
				    .path = "/who",
				    .methods = HEARD_HTTP_GET,
				    .api_keys = &keys,
				    .handle = handle_who};
	assert_int_equal(http_mount(server.http, &server.host, &route, &err), 0);
	http_set_ready(server.http, &server.host, true);
	server.listener.trusted_proxies = (struct heard_list){nets, 1};
	server.listener.rate_limit = 1;
	server.listener.rate_burst = 4;
	server_start(&server);
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
		 partner_key);
	assert_int_equal(ask(s, text, out, sizeof(out)), 200);
	assert_non_null(strstr(out, "\r\n\r\npartner"));
}

static void rate_is_limited_by_the_address_behind_the_proxy(void **state)
{
	char out[4096], text[512];
	for (int client = 1; client <= 3; client++) {
		time_t from = time(NULL);
		int passed = 0;
		snprintf(text, sizeof(text),
			 "GET /echo HTTP/1.1\r\nHost: x\r\n"
			 "X-Forwarded-For: 10.9.9.9, 203.0.113.%d, 127.0.0.7\r\n\r\n",
			 client);
		int status = ask(*state, text, out, sizeof(out));
		assert_non_null(strstr(out, "X-Remote: 203.0.113."));
		for (; status == 200; passed++)
			status = ask(*state, text, out, sizeof(out));
		assert_int_equal(status, 429);
		/* the burst, and one for each second that a slow machine took */
		assert_in_range(passed, 4, 4 + time(NULL) - from + 1);
		assert_non_null(strstr(out, "Retry-After: 1\r\n"));
	}
}

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, start_plain, stop)
	const struct CMUnitTest tests[] = {
		PLAIN(large_body_arrives_whole),
		PLAIN(too_long_a_body_is_refused_before_it_is_sent),
		PLAIN(a_browser_reads_in_a_page_why_it_was_refused),
		PLAIN(client_that_sends_on_regardless_still_reads_the_refusal),
		PLAIN(chunks_past_the_limit_are_refused),
		PLAIN(many_large_bodies_are_told_to_come_again),
		PLAIN(expect_continue_is_answered_or_refused_at_once),
		PLAIN(smuggling_is_refused),
		PLAIN(flood_of_headers_is_refused),
		cmocka_unit_test_setup_teardown(key_is_asked_for_and_names_the_principal,
						start_guarded, stop),
		cmocka_unit_test_setup_teardown(rate_is_limited_by_the_address_behind_the_proxy,
						start_guarded, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
