/*
 * test_page_month.c - last month's figures on the page of promises.
 */
#include "heard/host.h"

#define heard_zone(host) test_zone(host)
struct heard_zone *test_zone(struct heard_host *);
#include "output/tickets/page_month.c"

#include "pages_fixture.h"

#undef heard_zone

struct heard_zone *test_zone(struct heard_host *host)
{
	(void)host;
	return shanghai;
}

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
	pages.figures = (struct page_figures){.asked_at = NOW,
					      .from = month_start(NOW, 1, shanghai),
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

static void months_begin_at_local_midnight(void **state)
{
	char text[HEARD_TIME_SIZE];
	/* 2025-12-31T16:30Z is 2026 in Shanghai already. */
	int64_t eve = heard_time_parse(HEARD_STR_OF("2025-12-31T16:30:00Z"), NULL);
	(void)state;
	heard_time_format(month_start(eve, 0, shanghai), text);
	assert_string_equal(text, "2025-12-31T16:00:00.000Z");
	heard_time_format(month_start(eve, 1, shanghai), text);
	assert_string_equal(text, "2025-11-30T16:00:00.000Z");
	heard_time_format(month_start(eve, 1, NULL), text);
	assert_string_equal(text, "2025-11-01T00:00:00.000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_last_month_are_shown_once_there_are_some),
		cmocka_unit_test(months_begin_at_local_midnight),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
