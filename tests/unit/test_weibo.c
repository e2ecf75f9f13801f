/*
 * test_weibo.c - statuses and comments as records, walks, and what error codes mean.
 */
#include "input/weibo/weibo.c"

static struct weibo self = {.uid = "42",
			    .social = {.base_url = "https://w.test", .channel = "social"}};

#include "social_fixture.h"

static void statuses_and_comments_are_records(void **state)
{
	(void)state;
	decodes_as("{\"statuses\":[{\"id\":7,\"text\":\"@小店 "
		   "&lt;好&gt;\",\"created_at\":\"Wed Jun "
		   "01 "
		   "00:50:25 +0800 2011\",\"user\":{\"id\":5,\"screen_name\":\"n\"}}]}",
		   "", "s7|@小店 <好>|5\n");
	decodes_as("{\"comments\":[{\"idstr\":\"7\",\"text\":\"t\",\"status\":{},\"user\":{"
		   "\"id\":5}"
		   "}]}",
		   "comments", "c7|t|5\n");
	decodes_as(
		"{\"statuses\":[{\"id\":7,\"user\":{\"id\":42}},{\"id\":8},{\"id\":9,\"created_"
		"at\":"
		"\"x\",\"user\":{\"id\":5}},{},3]}",
		"", "dropped\ndead\n3 pieces\n");
	decodes_as("{\"statuses\":[{\"id\":7,\"deleted\":\"1\",\"text\":\"t\"}]}", "",
		   "s7|t|\n");
	decodes_as("[]", "", "refused: -71\n");
}

static void a_walk_goes_down_to_where_the_last_began(void **state)
{
	struct social_source s = {&self, lists[0].path};
	(void)state;
	reads_as(&s, "", "{\"statuses\":[{\"id\":8},{\"id\":9}]}", NULL,
		 "9 - -"); /* the first page is the only one */
	reads_as(&s, "9 - -", "{\"statuses\":[{\"id\":12},{\"id\":11}]}", NULL, "9 12 11 +");
	reads_as(&s, "9 12 11", "{\"statuses\":[{\"id\":11},{\"id\":10}]}", NULL, "9 12 10 +");
	reads_as(&s, "9 12 10", "{\"statuses\":[{\"id\":10}]}", NULL, "12 - -");
	reads_as(&s, "9 12 10", "[]", NULL, "12 - -");
	reads_as(&s, "", "[]", NULL, "0 - -");
	reads_as(&s, "9 - -", "{\"x\":1}", NULL, "the answer is no list that can be read");
}

static void error_codes_have_a_meaning(void **state)
{
	static const struct {
		const char *body;
		int code;
		int64_t after_ms;
	} cases[] = {{"{\"error_code\":21327}", -EACCES, 0},
		     {"{\"error_code\":10014}", -EACCES, 0},
		     {"{\"error_code\":10023}", -EAGAIN, LIMITED_MS},
		     {"{\"error_code\":10001}", -EAGAIN, 0},
		     {"{\"error_code\":20003}", -EPROTO, 0},
		     {"{\"error_code\":\"x\"}", 0, 0},
		     {"{}", 0, 0},
		     {"<html>", 0, 0}};
	struct heard_error err;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t after_ms = 0;
		assert_int_equal(judge(heard_str(cases[i].body), &after_ms, &err),
				 cases[i].code);
		assert_int_equal(after_ms, cases[i].after_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_and_comments_are_records),
		cmocka_unit_test(a_walk_goes_down_to_where_the_last_began),
		cmocka_unit_test(error_codes_have_a_meaning),
	};
	return cmocka_run_group_tests_name("weibo", tests, setup, teardown);
}
