/*
 * test_page_status.c - where a ticket stands, in words; and that nothing else is said.
 */
#include "output/tickets/page_status.c"

#include "pages_fixture.h"

static const struct store_step way[] = {
	{NOW, "received"},
	{NOW + HOUR, "open"},
	{NOW + 2 * HOUR, "answered"},
	{NOW + 3 * HOUR, "waiting"},
	{NOW + 4 * HOUR, "resolved"},
	{NOW + 5 * HOUR, "reopened"},
	{NOW + 6 * HOUR, "answered"},
	{NOW + 7 * HOUR, "resolved"},
	{NOW + 8 * HOUR, "closed"},
	{NOW + 9 * HOUR, "abducted"},
};

static struct store_status a_status(enum store_state state, size_t n_steps)
{
	return (struct store_status){.state = state,
				     .received_at = NOW,
				     .expected_at = NOW + 30 * HOUR,
				     .resolved_at = HEARD_TIME_NONE,
				     .lang = HEARD_STR("zh"),
				     .steps = way,
				     .n_steps = n_steps};
}

static void put(struct page *p, enum page_lang lang, const struct store_status *s)
{
	struct page_view view = {
		.now = NOW + 20 * HOUR, .zone = shanghai, .contact = HEARD_STR("care " EVIL)};
	begin_page(p, lang);
	page_status_put(p, s, &view);
	must_be_harmless(p);
}

static void each_state_has_words_of_its_own(void **state)
{
	static const struct {
		enum store_state state;
		size_t n_steps;
		const char *zh, *en;
	} cases[] = {
		{STORE_NEW, 1, "已收到", "Received"},
		{STORE_OPENED, 2, "处理中", "Being handled"},
		{STORE_WAITING, 4, "等您回复", "Waiting for you"},
		{STORE_RESOLVED, 5, "已解决", "Resolved"},
		{STORE_CLOSED, 9, "已结束", "Closed"},
		{STORE_REOPENED, 6, "重新处理中", "Being handled again"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page p;
		char pill[64];
		struct store_status s = a_status(cases[i].state, cases[i].n_steps);
		put(&p, PAGE_ZH, &s);
		snprintf(pill, sizeof(pill), "\">%s</span>", cases[i].zh);
		must_show(&p, pill);
		page_release(&p);
		put(&p, PAGE_EN, &s);
		snprintf(pill, sizeof(pill), "\">%s</span>", cases[i].en);
		must_show(&p, pill);
		page_release(&p);
	}
}

static void spam_and_merged_look_like_new(void **state)
{
	static const enum store_state taken[] = {STORE_SPAM, STORE_MERGED};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct page p;
		struct heard_buf json;
		struct store_status s = a_status(taken[i], 1);
		put(&p, PAGE_EN, &s);
		must_show(&p, "somebody will look into it soon");
		must_not_show(&p, "pam");
		must_not_show(&p, "erged");
		page_release(&p);
		heard_buf_init(&json, 4096);
		page_status_json(&json, &s);
		assert_non_null(strstr(json.ptr, "\"state\":\"new\""));
		heard_buf_release(&json);
	}
}

static void spam_is_not_told_from_what_it_was_before(void **state)
{
	static const struct {
		enum store_state before;
		size_t n_steps;
	} cases[] = {
		{STORE_NEW, 1},	    {STORE_OPENED, 2},	 {STORE_OPENED, 3},
		{STORE_WAITING, 4}, {STORE_REOPENED, 6}, {STORE_REOPENED, 7},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int64_t due = NOW + 10 * HOUR; due <= NOW + 30 * HOUR; due += 20 * HOUR) {
			struct page before, after;
			struct heard_buf json_before, json_after;
			struct store_status s = a_status(cases[i].before, cases[i].n_steps);
			s.expected_at = due;
			heard_buf_init(&json_before, 4096);
			heard_buf_init(&json_after, 4096);
			put(&before, PAGE_ZH, &s);
			page_status_json(&json_before, &s);
			s.state = STORE_SPAM;
			put(&after, PAGE_ZH, &s);
			page_status_json(&json_after, &s);
			assert_string_equal(after.out.ptr, before.out.ptr);
			assert_string_equal(json_after.ptr, json_before.ptr);
			heard_buf_release(&json_before);
			heard_buf_release(&json_after);
			page_release(&before);
			page_release(&after);
		}
}

static void promise_is_of_the_next_thing(void **state)
{
	struct page p;
	struct store_status s = a_status(STORE_OPENED, 2);
	(void)state;
	put(&p, PAGE_EN, &s);
	must_show(&p, "Answer by</dt><dd><time datetime=\"2026-01-03T09:04:05.678Z\">"
		      "3 Jan 2026, 17:04</time>");
	must_not_show(&p, "later than we promised");
	page_release(&p);
	s.n_steps = 3; /* answered */
	put(&p, PAGE_EN, &s);
	must_show(&p, "Next news by");
	page_release(&p);
	s.n_steps = 6; /* reopened: the answer was of the first round */
	put(&p, PAGE_EN, &s);
	must_show(&p, "Answer by");
	page_release(&p);
	s.expected_at = NOW + 10 * HOUR;
	put(&p, PAGE_ZH, &s);
	must_show(&p, "我们超过了承诺的时间");
	page_release(&p);
	s.expected_at = HEARD_TIME_NONE;
	put(&p, PAGE_EN, &s);
	must_not_show(&p, "Answer by");
	page_release(&p);
	s = a_status(STORE_RESOLVED, 5);
	s.resolved_at = NOW + 4 * HOUR;
	put(&p, PAGE_EN, &s);
	must_not_show(&p, "Answer by");
	must_show(&p, "Resolved</dt><dd>");
	page_release(&p);
}

static size_t count(const struct page *p, const char *text)
{
	size_t n = 0;
	for (const char *at = p->out.ptr; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void way_shows_what_was_and_what_is_to_come(void **state)
{
	struct page p;
	struct store_status s = a_status(STORE_NEW, 1);
	(void)state;
	put(&p, PAGE_EN, &s);
	assert_int_equal(count(&p, "<li class=\"done now\">"), 1);
	assert_int_equal(count(&p, "<li>"), 3); /* handling, an answer, a solution */
	page_release(&p);
	s = a_status(STORE_OPENED, 3);
	put(&p, PAGE_EN, &s);
	assert_int_equal(count(&p, "<li class=done>"), 2);
	assert_int_equal(count(&p, "<li>"), 1);
	page_release(&p);
	s = a_status(STORE_CLOSED, 10); /* the last is a step of some other version */
	put(&p, PAGE_EN, &s);
	assert_int_equal(count(&p, "<li class=done>"), 9);
	assert_int_equal(count(&p, "<li>"), 0);
	must_not_show(&p, "abducted");
	must_show(&p, "Still not solved?");
	page_release(&p);
}

static void answers_are_text(void **state)
{
	struct page p;
	struct heard_buf json;
	struct store_said said[] = {
		{.kind = STORE_SAID_ANSWER,
		 .at = NOW,
		 .text = HEARD_STR("\n 第一行\r\n" EVIL "\n ")},
		{.kind = STORE_SAID_ANSWER, .at = NOW + HOUR, .text = HEARD_STR("")},
	};
	struct store_status s = a_status(STORE_OPENED, 3);
	(void)state;
	s.answers = said;
	s.n_answers = 2;
	put(&p, PAGE_ZH, &s);
	must_show(&p, "<blockquote>第一行<br>\n&quot;&gt;&lt;script&gt;");
	page_release(&p);
	heard_buf_init(&json, 4096);
	page_status_json(&json, &s);
	assert_false(json.failed);
	assert_non_null(strstr(json.ptr, "\"answers\":[{\"at\":\"2026-01-02T03:04:05.678Z\","
					 "\"text\":\"\\n 第一行"));
	assert_non_null(strstr(json.ptr, "\"resolved_at\":null"));
	assert_null(strchr(json.ptr, '\xff'));
	heard_buf_release(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_words_of_its_own),
		cmocka_unit_test(spam_and_merged_look_like_new),
		cmocka_unit_test(spam_is_not_told_from_what_it_was_before),
		cmocka_unit_test(promise_is_of_the_next_thing),
		cmocka_unit_test(way_shows_what_was_and_what_is_to_come),
		cmocka_unit_test(answers_are_text),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
