/*
 * test_page_board.c - published issues, each a card.
 */
#include "output/tickets/page_board.c"

#include "pages_fixture.h"

static void issue_shows_what_was_published_and_no_more(void **state)
{
	struct page p;
	struct store_issue issue = {.ticket = 4711,
				    .since = NOW,
				    .resolved_at = HEARD_TIME_NONE,
				    .reach = 40,
				    .state = STORE_OPENED,
				    .title = HEARD_STR("支付 " EVIL),
				    .category = HEARD_STR("platform"),
				    .product = HEARD_STR("a customer's word")};
	(void)state;
	begin_page(&p, PAGE_ZH);
	page_board_put(&p, &issue, shanghai);
	must_be_harmless(&p);
	must_show(&p, "<h3>支付 &quot;&gt;");
	must_show(&p, "40 位顾客反映");
	must_show(&p, "<span>平台</span>");
	must_show(&p, "2026年1月2日 11:04");
	must_not_show(&p, "4711");
	must_not_show(&p, "word");
	page_release(&p);
}

static void solved_issue_says_when(void **state)
{
	struct page p;
	struct store_issue issue = {.since = NOW,
				    .resolved_at = NOW + 24 * HOUR,
				    .reach = 1,
				    .state = STORE_RESOLVED,
				    .title = HEARD_STR("Lamps"),
				    .category = HEARD_STR("<b>own</b>")};
	(void)state;
	begin_page(&p, PAGE_EN);
	page_board_put(&p, &issue, NULL);
	must_show(&p, "pill good\">Solved");
	must_show(&p, "3 Jan 2026, 03:04");
	must_show(&p, "1 customer<");
	must_show(&p, "<span>&lt;b&gt;own&lt;/b&gt;</span>");
	page_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(issue_shows_what_was_published_and_no_more),
		cmocka_unit_test(solved_issue_says_when),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
