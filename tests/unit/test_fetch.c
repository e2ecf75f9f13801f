/*
 * test_fetch.c - the HTTP client against a server that misbehaves.
 */
#include "daemon.h"
#include "endpoint.h"
#include "host.h"

#include <heard/error.h>
#include <heard/fetch.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	struct loop *loop;
	struct event_base *base;
	struct endpoint endpoint;
	struct heard_host host;
	struct heard_fetch_client *client;
	int n_done;
	struct heard_fetch_answer answer; /* the last, without its views */
	char error[256], body[64];
	size_t body_len;
} t;

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.loop = loop_create("test", NULL);
	t.base = loop_base(t.loop);
	t.host = (struct heard_host){.full_name = (char *)"test/fetch", .loop = t.loop};
	endpoint_open(&t.endpoint, t.base);
	t.client = heard_fetch_client_create(&t.host, 4, NULL);
	return t.client ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	heard_fetch_client_destroy(t.client);
	endpoint_close(&t.endpoint);
	loop_destroy(t.loop);
	return 0;
}

static void on_done(void *arg, const struct heard_fetch_answer *a)
{
	(void)arg;
	t.n_done++;
	t.answer = *a;
	snprintf(t.error, sizeof(t.error), "%s", a->error ? a->error : "");
	t.body_len = a->body.len;
	snprintf(t.body, sizeof(t.body), "%.*s", HEARD_ARG(a->body));
}

static struct heard_fetch *begin(const char *path, int64_t timeout_ms, bool allow_private)
{
	char url[256];
	struct heard_error err = {0};
	snprintf(url, sizeof(url), path[0] == '/' ? "http://127.0.0.1:%d%s" : "%.0d%s",
		 path[0] == '/' ? t.endpoint.port : 0, path);
	struct heard_fetch_request q = {.method = "POST",
					.url = url,
					.body = HEARD_STR("{}"),
					.timeout_ms = timeout_ms,
					.max_answer = 1000,
					.allow_private = allow_private,
					.done = on_done};
	struct heard_fetch *f = heard_fetch(t.client, &q, &err);
	if (f == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(err.code, 0);
	return f;
}

static void wait_done(int wanted)
{
	time_t deadline = time(NULL) + 20;
	while (t.n_done < wanted && time(NULL) < deadline)
		event_base_loop(t.base, EVLOOP_ONCE);
	assert_int_equal(t.n_done, wanted);
}

static void get(const char *path)
{
	int n = t.n_done;
	begin(path, 10000, true);
	assert_int_equal(t.n_done, n); /* never from within heard_fetch */
	wait_done(n + 1);
}

static void answer_is_handed_over(void **state)
{
	(void)state;
	get("/200");
	assert_int_equal(t.answer.error_code, 0);
	assert_int_equal(t.answer.status, 200);
	assert_string_equal(t.body, "ok");
	assert_non_null(strstr(t.endpoint.request, "POST /200 HTTP/1.1\r\n"));
	assert_null(strstr(t.endpoint.request, "Expect"));
	get("/500");
	assert_int_equal(t.answer.status, 500);
	assert_int_equal(t.endpoint.n_accepted, 1); /* kept alive */
}

static void retry_after_is_read_as_seconds_and_as_date(void **state)
{
	(void)state;
	get("/after/7");
	assert_int_equal(t.answer.retry_after_ms, 7000);
	get("/date");
	assert_in_range(t.answer.retry_after_ms, 90000, 101000);
	get("/200");
	assert_int_equal(t.answer.retry_after_ms, -1);
}

static void on_headers(void *arg, const struct heard_fetch_answer *a)
{
	(void)arg;
	t.n_done++;
	assert_int_equal(a->n_headers, 6);
	assert_true(heard_str_is(heard_fetch_header(a, "etag"), "\"a:b\""));
	assert_true(
		heard_str_is(heard_fetch_header(a, "LINK"), "<http://x/?p=2>; rel=\"next\""));
	assert_true(heard_str_is(a->content_type, "text/x"));
	assert_int_equal(heard_fetch_header(a, "X-Empty").len, 0);
	assert_null(heard_fetch_header(a, "X-Early").ptr); /* of the 100 */
	assert_null(heard_fetch_header(a, "X-None").ptr);
	assert_int_equal(a->retry_after_ms, -1);
}

static void headers_are_those_of_the_final_answer(void **state)
{
	char url[64];
	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/headers", t.endpoint.port);
	struct heard_fetch_request q = {
		.url = url, .timeout_ms = 10000, .allow_private = true, .done = on_headers};
	assert_non_null(heard_fetch(t.client, &q, NULL));
	wait_done(1);
}

static void redirect_is_an_answer_and_not_followed(void **state)
{
	(void)state;
	get("/redirect");
	assert_int_equal(t.answer.error_code, 0);
	assert_int_equal(t.answer.status, 302);
	assert_int_equal(t.endpoint.n_requests, 1);
}

static void private_addresses_are_refused_before_a_connect(void **state)
{
	static const char *const urls[] = {
		"/200",
		"http://169.254.169.254/latest",
		"http://[::1]:1/",
		"http://0/",
		"http://2130706433/",
		"http://[::ffff:10.0.0.1]/",
		"http://[64:ff9b::a9fe:a9fe]/",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		begin(urls[i], 10000, false);
		wait_done((int)i + 1);
		assert_int_equal(t.answer.error_code, -EACCES);
		assert_non_null(strstr(t.error, "allow_private"));
	}
	assert_int_equal(t.endpoint.n_accepted, 0);
}

static void kept_connection_is_no_way_around_the_guard(void **state)
{
	(void)state;
	get("/200");
	begin("/200", 10000, false);
	wait_done(2);
	assert_int_equal(t.answer.error_code, -EACCES);
	assert_int_equal(t.endpoint.n_requests, 1);
}

static void reset_and_refusal_are_errors(void **state)
{
	(void)state;
	get("/reset");
	assert_int_equal(t.answer.error_code, -ECONNRESET);
	assert_true(t.error[0]);
	get("http://127.0.0.1:1/");
	assert_int_equal(t.answer.error_code, -ECONNREFUSED);
}

static void hang_and_drip_end_at_the_timeout(void **state)
{
	(void)state;
	begin("/hang", 300, true);
	begin("/drip", 300, true);
	wait_done(2);
	assert_int_equal(t.answer.error_code, -ETIMEDOUT);
}

static void oversized_answer_is_cut_at_the_cap(void **state)
{
	(void)state;
	get("/huge");
	assert_int_equal(t.answer.error_code, 0);
	assert_int_equal(t.answer.status, 200);
	assert_int_equal(t.body_len, 1000);
	get("/head");
	assert_true(t.answer.error_code < 0);
}

static void many_share_few_connections(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		begin("/200", 10000, true);
	wait_done(50);
	assert_in_range(t.endpoint.n_accepted, 1, 4);
	assert_int_equal(t.endpoint.n_requests, 50);
}

static void cancelled_and_destroyed_are_not_called_back(void **state)
{
	(void)state;
	struct heard_fetch *f = begin("/hang", 10000, true);
	begin("/hang", 10000, true);
	event_base_loop(t.base, EVLOOP_NONBLOCK);
	heard_fetch_cancel(f);
	heard_fetch_client_destroy(t.client);
	t.client = NULL;
	assert_int_equal(t.n_done, 0);
}

static void urls_and_headers_are_checked(void **state)
{
	static const char *const bad[] = {
		"",	   "example.org", "ftp://example.org/", "file:///etc/passwd",
		"http://", "gopher://x/"};
	static const char *const headers[][2] = {
		{"X", NULL}, {"X: y\r\nZ: a", NULL}, {": x", NULL}};
	struct heard_error err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (heard_fetch_check_url(bad[i], &err) == 0)
			fail_msg("\"%s\" is taken", bad[i]);
	assert_int_equal(heard_fetch_check_url("https://example.org:8443/a?b", &err), 0);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct heard_fetch_request q = {
			.method = "GET", .url = "http://127.0.0.1/", .headers = headers[i]};
		assert_null(heard_fetch(t.client, &q, &err));
	}
}

static void a_header_that_is_none_is_told(void **state)
{
	static const char *const bad[] = {
		"", "X-Key", ": x", "X Key: x", "X-Key:", "X-Key: ", "X-Key: a\r\nHost: b"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(heard_fetch_is_header(bad[i]));
	assert_true(heard_fetch_is_header("X-Key: a b"));
	assert_true(heard_fetch_is_header("X-Key:a"));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(answer_is_handed_over),
		WITH(retry_after_is_read_as_seconds_and_as_date),
		WITH(headers_are_those_of_the_final_answer),
		WITH(redirect_is_an_answer_and_not_followed),
		WITH(private_addresses_are_refused_before_a_connect),
		WITH(kept_connection_is_no_way_around_the_guard),
		WITH(reset_and_refusal_are_errors),
		WITH(hang_and_drip_end_at_the_timeout),
		WITH(oversized_answer_is_cut_at_the_cap),
		WITH(many_share_few_connections),
		WITH(cancelled_and_destroyed_are_not_called_back),
		WITH(urls_and_headers_are_checked),
		cmocka_unit_test(a_header_that_is_none_is_told),
	};
	/* A proxy of the machine's would be asked instead. */
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
