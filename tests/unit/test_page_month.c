/*
 * test_page_month.c - last month's figures on the page of promises.
 */
#include "zone_fixture.h"

#include "output/tickets/page_month.c"

#include "pages_fixture.h"

static void put(struct page *p, enum page_lang lang, const struct pages *pages)
{
	begin_page(p, lang);
	page_html(p, " ");
	page_month_put(p, pages);
}

static void figures_of_last_month_are_shown_once_there_are_some(void **state)
{
	struct page p;
	struct pages pages = {.figures = {.asked_at = HEARD_TIME_NONE}};
	(void)state;
	pages.figures = (struct page_figures){
		.asked_at = NOW,
		.from = heard_time_parse(HEARD_STR_OF("2025-12-01"), shanghai),
		.tickets = 1234,
		.answered = 0.98765,
		.on_time = 1,
		.resolved = NAN};
	put(&p, PAGE_ZH, &pages);
	must_show(&p, "2025年12月");
	must_show(&p, "<b>1234</b>");
	must_show(&p, "<b>98.8%</b>");
	must_show(&p, "<b>100%</b>");
	must_not_show(&p, "<span>已解决</span>");
	page_release(&p);
	pages.figures.tickets = 0;
	put(&p, PAGE_EN, &pages);
	must_not_show(&p, "last month");
	page_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_last_month_are_shown_once_there_are_some),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
