/*
 * Tests of http_route.c: which handler owns a path, and paths that several share.
 */
#include "http_fixture.h"

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

static void make_away_unready(struct server *s)
{
	http_set_ready(s->http, &s->away, false);
}

static void stopped_instance_answers_503(void **state)
{
	struct server *s = *state;
	on_loop(s, make_away_unready);
	expect_status(s, 503, "POST /away HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
}

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

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, start_plain, stop)
	const struct CMUnitTest tests[] = {
		PLAIN(routes_and_methods_are_told_apart),
		cmocka_unit_test(mounts_that_clash_are_refused),
		PLAIN(stopped_instance_answers_503),
		cmocka_unit_test_setup_teardown(shared_path_is_asked_in_turn_on_every_loop,
						start_shared, stop),
		cmocka_unit_test_setup_teardown(sharer_that_is_stopped_is_passed_over,
						start_shared, stop),
		cmocka_unit_test(sharing_needs_both_and_the_same_terms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
