/*
 * test_mastodon.c - statuses as records, pages upwards, and what becomes of an answer.
 */
#include "input/mastodon/mastodon.c"

static struct mastodon self = {.account = "shop",
			       .token = "t",
			       .social = {.base_url = "https://m.test", .channel = "social"},
			       .max_chars = 500};

#include "social_fixture.h"

static void both_lists_make_one_record(void **state)
{
	(void)state;
	decodes_as("[{\"id\":\"9\",\"type\":\"mention\",\"status\":{\"id\":\"1\",\"content\":"
		   "\"<p>a &lt; "
		   "b</p><p>二</p>\",\"spoiler_text\":\"cw\",\"account\":{\"acct\":\"x@y"
		   "\"}}}]",
		   "", "1|cw\na < b\n\n二|x@y\n");
	decodes_as("[{\"id\":\"1\",\"content\":\"<p>a &lt; "
		   "b</p><p>二</p>\",\"spoiler_text\":\"cw\","
		   "\"account\":{\"acct\":\"x@y\"}}]",
		   "", "1|cw\na < b\n\n二|x@y\n");
	decodes_as("[{\"id\":\"1\",\"content\":\"\",\"account\":{\"acct\":\"x\"},\"media_"
		   "attachments\":"
		   "[{\"type\":\"image\",\"description\":\"破了\"}]}]",
		   "", "1|[image] 破了|x\n");
}

static void what_is_none_of_ours_is_dropped(void **state)
{
	(void)state;
	decodes_as("[{\"id\":\"1\",\"content\":\"x\",\"account\":{\"acct\":\"SHOP\"}},"
		   "{\"id\":\"9\",\"type\":\"favourite\",\"status\":{\"id\":\"1\",\"account\":{"
		   "\"acct\":\"x\"}}}]",
		   "", "dropped\ndropped\n");
}

static void what_cannot_be_read_is_dead(void **state)
{
	(void)state;
	decodes_as(
		"[7,{},{\"id\":\"1\",\"content\":\"x\"},{\"id\":\"2\",\"created_at\":\"never\","
		"\"account\":{\"acct\":\"x\"}}]",
		"", "dead\n3 pieces\n");
	decodes_as("[]", "", "");
	decodes_as("{\"error\":1}", "", "refused: -71\n");
	decodes_as("[[", "", "refused: -74\n");
}

static void pages_are_read_upwards(void **state)
{
	static const char link[] = "<http://x/?min_id=3>; rel=\"prev\"";
	struct social_source s = {&self, NULL};
	(void)state;
	reads_as(&s, "2 -", "[{\"id\":\"3\"},{\"id\":\"10\"}]", link, "10 10 +");
	reads_as(&s, "2 -", "[{\"id\":\"3\"}]", NULL, "3 -");
	reads_as(&s, "10 10", "[]", NULL, "10 -");
	reads_as(&s, "", "[{\"id\":\"3\"}]", link, "3 -");
	reads_as(&s, "", "{}", NULL, "the answer is no list that can be read");
}

static void what_a_status_of_an_answer_means(void **state)
{
	static const struct meaning cases[] = {
		{200, RESPOND_SENT, "", 0, 0},	  {401, RESPOND_LOGIN, "", 0, 0},
		{404, RESPOND_REFUSED, "", 0, 0}, {422, RESPOND_REFUSED, "", 0, 0},
		{429, RESPOND_AGAIN, "", 0, 0},	  {503, RESPOND_AGAIN, "", 0, 0}};
	(void)state;
	means(cases, sizeof(cases) / sizeof(cases[0]));
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
