/*
 * test_page_promise.c - what is promised is what the store works by.
 */
#include "zone_fixture.h"

#include "output/tickets/page_promise.c"

#include "pages_fixture.h"

void page_month_count(struct pages *pages)
{
	(void)pages;
}

void page_month_put(struct page *p, const struct pages *pages)
{
	(void)p, (void)pages;
}

static const char *channels[] = {"网页 " EVIL, "电话"};

static struct pages some_pages(void)
{
	return (struct pages){.promise = {.channels = {channels, 2}, .contact = "care " EVIL},
			      .figures = {.asked_at = HEARD_TIME_NONE}};
}

static void put(struct page *p, enum page_lang lang, const struct pages *pages)
{
	begin_page(p, lang);
	page_promise_put(p, pages);
	must_be_harmless(p);
}

static void defaults_are_those_of_the_store(void **state)
{
	struct page p;
	struct pages pages = some_pages();
	(void)state;
	put(&p, PAGE_ZH, &pages);
	must_show(&p, "<li>网页 &quot;&gt;");
	must_show(&p, "30 分钟，全天候");
	must_show(&p, "4 小时，全天候");
	must_show(&p, "48 小时，全天候");
	must_show(&p, "有 5 位以上顾客");
	must_show(&p, "售后问题无论何时都在 24 小时内答复");
	must_not_show(&p, "工作时间：");
	page_release(&p);
	pages.promise.channels.n = 0;
	pages.promise.contact = "";
	put(&p, PAGE_EN, &pages);
	must_not_show(&p, "How to reach us");
	page_release(&p);
}

static void rows_and_calendar_are_told(void **state)
{
	struct page p;
	struct sla *sla;
	struct calendar *calendar;
	struct heard_error err;
	struct sla_row row = {.name = "quick",
			      .priority = "medium",
			      .department = "",
			      .channel = "",
			      .intent = "",
			      .first_response = "90m",
			      .next_response = "10d",
			      .resolution = "none",
			      .calendar = "",
			      .warn = 80};
	struct heard_rows rows = {&row, 1};
	struct calendar_options options = {.hours = "09:00-12:00,13:00-18:00",
					   .days = "mon-fri,sun",
					   .folder = "",
					   .timezone = "Europe/Berlin"};
	struct pages pages = some_pages();
	struct store_rules rules = store_default_rules;
	(void)state;
	assert_int_equal(calendar_create(&calendar, &options, "UTC", NULL, &err), 0);
	assert_int_equal(sla_create(&sla, &rows, calendar, &err), 0);
	rules.sla = sla;
	rules.reach_raises = 7;
	rules.contacts_escalate = 4;
	pages.rules = &rules;
	pages.calendar = &options;
	put(&p, PAGE_EN, &pages);
	must_show(&p, "90 minutes of working time");
	must_show(&p, "10 days of working time");
	must_show(&p, "30 minutes, day and night");
	must_show(&p, "Mon–Fri, Sun 09:00–12:00, 13:00–18:00 (Europe/Berlin)");
	must_show(&p, "What 7 customers or more");
	must_show(&p, "number 4 about");
	page_release(&p);
	options.timezone = "";
	put(&p, PAGE_ZH, &pages);
	must_show(&p, "周一至周五、周日 09:00–12:00、13:00–18:00（Asia/Shanghai 时间）");
	page_release(&p);
	sla_destroy(sla);
	calendar_destroy(calendar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_store),
		cmocka_unit_test(rows_and_calendar_are_told),
	};
	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
