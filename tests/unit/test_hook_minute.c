/*
 * test_hook_minute.c - so many messages a minute, then a digest.
 */
#include "hook_fixture.h"

static void twenty_a_minute_then_one_digest(void **state)
{
	char text[32];
	(void)state;
	start("dingtalk", "https://example.org/", "");
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		say_one(text);
		if (t.n_requests == i + 1)
			answer(200, "{\"errcode\":0}");
	}
	assert_int_equal(t.n_requests, 20);
	assert_int_equal(t.n_told, 20);
	assert_int_equal(t.timer_at, t.now + 60000);
	t.now = t.timer_at;
	t.on_timer(t.timer_arg);
	assert_int_equal(t.n_requests, 21);
	assert_non_null(strstr(t.body, "合并 20 条消息："));
	assert_non_null(strstr(t.body, "\\n· message 20\\n"));
	assert_non_null(strstr(t.body, "……另有 10 条"));
	answer(200, "{\"errcode\":0}");
	assert_int_equal(t.n_told, 40);
	assert_int_equal(t.outcome, HEARD_DELIVERED);
}

static void a_refused_digest_refuses_nobody(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("dingtalk", "https://example.org/", "");
	say_one("one");
	answer(200, "{\"errcode\":40035}");
	assert_int_equal(t.outcome, HEARD_REFUSED);
	say_one("two");
	say_one("three");
	t.now = t.timer_at;
	t.on_timer(t.timer_arg);
	answer(200, "{\"errcode\":40035}");
	assert_int_equal(t.n_told, 3);
	assert_int_equal(t.outcome, HEARD_RETRY);
	assert_string_equal(t.reason, "HTTP 200 with errcode 40035");
}

static void what_is_under_way_is_freed(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one("under way");
	say_one("waits");
	hook_destroy(t.hook);
	t.hook = NULL;
	assert_int_equal(t.n_told, 0);
}

static void what_waits_is_given_back_at_a_stop(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one("one");
	answer(200, "{\"errcode\":0}");
	say_one("two");
	assert_int_equal(t.n_told, 1);
	t.n_told = 0;
	hook_stop(t.hook, (void (*)(void *))(uintptr_t)test_client_destroy, NULL);
	assert_int_equal(t.n_told, 1);
	assert_int_equal(t.outcome, HEARD_RETRY);
}

static void clock_set_back_does_not_stop_a_robot(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one("one");
	answer(200, "{\"errcode\":0}");
	t.now -= 86400000;
	say_one("two");
	assert_int_equal(t.n_requests, 2);
	answer(200, "{\"errcode\":0}");
}

/* A robot takes some thousand bytes: what does not fit is cut, and not refused. */
static void a_body_of_any_length_is_said(void **state)
{
	enum { LENGTH = 200 * 1000 };
	(void)state;
	char *text = malloc(LENGTH + 1);
	assert_non_null(text);
	memset(text, 'x', LENGTH);
	text[LENGTH] = '\0';
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one(text);
	answer(200, "{\"errcode\":0}");
	say_one(text);
	t.now = t.timer_at;
	t.on_timer(t.timer_arg);
	assert_int_equal(t.n_requests, 2);
	answer(200, "{\"errcode\":0}");
	assert_int_equal(t.outcome, HEARD_DELIVERED);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(twenty_a_minute_then_one_digest),
		WITH(a_refused_digest_refuses_nobody),
		WITH(what_is_under_way_is_freed),
		WITH(what_waits_is_given_back_at_a_stop),
		WITH(clock_set_back_does_not_stop_a_robot),
		WITH(a_body_of_any_length_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
