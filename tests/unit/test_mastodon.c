/*
 * test_mastodon.c - statuses as records, pages upwards, and what becomes of an answer.
 */
#include "input/mastodon/mastodon.c"

#include "social_fixture.h"

static struct mastodon m = {.account = "shop",
			    .token = "t",
			    .social = {.base_url = "https://m.test", .channel = "social"},
			    .max_chars = 500};

static int setup(void **state)
{
	struct heard_error err;
	(void)state;
	return social_open(&m.social, &test_host, &network, &err);
}

static int teardown(void **state)
{
	(void)state;
	feed_destroy(m.social.feed);
	return 0;
}

static void check(const char *raw, const char *wanted)
{
	char out[512];
	decode_as(social_decode, &m, raw, "", out);
	assert_string_equal(out, wanted);
}

static void both_lists_make_one_record(void **state)
{
	(void)state;
	check("[{\"id\":\"9\",\"type\":\"mention\",\"status\":{\"id\":\"1\",\"content\":"
	      "\"<p>a &lt; b</p><p>二</p>\",\"spoiler_text\":\"cw\",\"account\":{\"acct\":\"x@y"
	      "\"}}}]",
	      "1|cw\na < b\n\n二|x@y\n");
	check("[{\"id\":\"1\",\"content\":\"<p>a &lt; b</p><p>二</p>\",\"spoiler_text\":\"cw\","
	      "\"account\":{\"acct\":\"x@y\"}}]",
	      "1|cw\na < b\n\n二|x@y\n");
	check("[{\"id\":\"1\",\"content\":\"\",\"account\":{\"acct\":\"x\"},\"media_"
	      "attachments\":"
	      "[{\"type\":\"image\",\"description\":\"破了\"}]}]",
	      "1|[image] 破了|x\n");
}

static void what_is_none_of_ours_is_dropped(void **state)
{
	(void)state;
	check("[{\"id\":\"1\",\"content\":\"x\",\"account\":{\"acct\":\"SHOP\"}},"
	      "{\"id\":\"9\",\"type\":\"favourite\",\"status\":{\"id\":\"1\",\"account\":{"
	      "\"acct\":\"x\"}}}]",
	      "dropped\ndropped\n");
}

static void what_cannot_be_read_is_dead(void **state)
{
	(void)state;
	check("[7,{},{\"id\":\"1\",\"content\":\"x\"},{\"id\":\"2\",\"created_at\":\"never\","
	      "\"account\":{\"acct\":\"x\"}}]",
	      "dead\n3 pieces\n");
	check("[]", "");
	check("{\"error\":1}", "refused: -71\n");
	check("[[", "refused: -74\n");
}

static void pages_are_read_upwards(void **state)
{
	static const char link[] = "<http://x/?min_id=3>; rel=\"prev\"";
	struct social_source s = {&m, NULL};
	char out[512];
	(void)state;
	read_as(&network.pull, &s, "2 -", "[{\"id\":\"3\"},{\"id\":\"10\"}]", link, out);
	assert_string_equal(out, "10 10 +");
	read_as(&network.pull, &s, "2 -", "[{\"id\":\"3\"}]", NULL, out);
	assert_string_equal(out, "3 -");
	read_as(&network.pull, &s, "10 10", "[]", NULL, out);
	assert_string_equal(out, "10 -");
	read_as(&network.pull, &s, "", "[{\"id\":\"3\"}]", link, out);
	assert_string_equal(out, "3 -");
	read_as(&network.pull, &s, "", "{}", NULL, out);
	assert_string_equal(out, "the answer is no list that can be read");
}

static void what_a_status_of_an_answer_means(void **state)
{
	static const struct {
		int status;
		enum respond_verdict verdict;
	} cases[] = {{200, RESPOND_SENT},    {401, RESPOND_LOGIN}, {404, RESPOND_REFUSED},
		     {422, RESPOND_REFUSED}, {429, RESPOND_AGAIN}, {503, RESPOND_AGAIN}};
	struct heard_error err;
	int64_t after_ms = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			social_judge(&m,
				     &(struct heard_fetch_answer){.status = cases[i].status},
				     &after_ms, &err),
			cases[i].verdict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_lists_make_one_record),
		cmocka_unit_test(what_is_none_of_ours_is_dropped),
		cmocka_unit_test(what_cannot_be_read_is_dead),
		cmocka_unit_test(pages_are_read_upwards),
		cmocka_unit_test(what_a_status_of_an_answer_means),
	};
	return cmocka_run_group_tests_name("mastodon", tests, setup, teardown);
}
