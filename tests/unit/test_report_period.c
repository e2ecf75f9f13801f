/*
 * test_report_period.c - days, weeks, months, quarters and years of a zone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/output/report/period.c"

#define HOURS(n) (INT64_C(3600000) * (n))

static int64_t at(const char *text)
{
	return heard_time_parse(heard_str(text), NULL);
}

static void period_is(const struct period *p, const char *name, const char *from,
		      const char *to)
{
	char a[HEARD_TIME_SIZE], b[HEARD_TIME_SIZE];
	heard_time_format(p->from, a);
	heard_time_format(p->to, b);
	assert_string_equal(p->name, name);
	assert_string_equal(a, from);
	assert_string_equal(b, to);
	assert_int_equal(p->edges[0], p->from);
	assert_int_equal(p->edges[p->n_parts], p->to);
	for (size_t i = 0; i < p->n_parts; i++)
		assert_true(p->edges[i] < p->edges[i + 1]);
}

/* A Monday, half an hour after midnight in Shanghai: in UTC it is still Sunday. */
#define MONDAY "2026-03-01T16:30:00Z"

static void the_last_complete_one_by_the_zones_own_midnight(void **state)
{
	struct heard_zone *zone = heard_zone_create("Asia/Shanghai");
	struct period p;
	(void)state;
	period_last(&p, PERIOD_DAY, at(MONDAY), zone);
	period_is(&p, "2026-03-01", "2026-02-28T16:00:00.000Z", "2026-03-01T16:00:00.000Z");
	assert_int_equal(p.n_parts, 24);
	period_last(&p, PERIOD_DAY, at("2026-03-01T15:59:59.999Z"), zone);
	period_is(&p, "2026-02-28", "2026-02-27T16:00:00.000Z", "2026-02-28T16:00:00.000Z");
	period_last(&p, PERIOD_WEEK, at(MONDAY), zone);
	period_is(&p, "2026-W09", "2026-02-22T16:00:00.000Z", "2026-03-01T16:00:00.000Z");
	assert_int_equal(p.n_parts, 7);
	period_last(&p, PERIOD_MONTH, at(MONDAY), zone);
	period_is(&p, "2026-02", "2026-01-31T16:00:00.000Z", "2026-02-28T16:00:00.000Z");
	assert_int_equal(p.n_parts, 28);
	period_last(&p, PERIOD_QUARTER, at(MONDAY), zone);
	period_is(&p, "2025-Q4", "2025-09-30T16:00:00.000Z", "2025-12-31T16:00:00.000Z");
	period_last(&p, PERIOD_YEAR, at(MONDAY), zone);
	period_is(&p, "2025", "2024-12-31T16:00:00.000Z", "2025-12-31T16:00:00.000Z");
	assert_int_equal(p.n_parts, 12);
	heard_zone_destroy(zone);
}

static void today_goes_to_the_end_of_this_quarter_of_an_hour(void **state)
{
	struct heard_zone *zone = heard_zone_create("Asia/Shanghai");
	struct period p, before;
	(void)state;
	period_last(&p, PERIOD_TODAY, at("2026-03-02T02:20:00Z"), zone);
	period_is(&p, "2026-03-02", "2026-03-01T16:00:00.000Z", "2026-03-02T02:30:00.000Z");
	period_before(&p, &before, zone);
	period_is(&before, "2026-03-01", "2026-02-28T16:00:00.000Z",
		  "2026-03-01T02:30:00.000Z");
	heard_zone_destroy(zone);
}

static void a_day_has_as_many_hours_as_it_has(void **state)
{
	struct heard_zone *zone = heard_zone_create("Europe/Berlin");
	struct period p;
	(void)state;
	assert_int_equal(period_parse(&p, "2026-03-29", 0, zone, NULL), 0);
	period_is(&p, "2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z");
	assert_int_equal(p.n_parts, 23);
	assert_int_equal(period_parse(&p, "2026-10-25", 0, zone, NULL), 0);
	assert_int_equal(p.n_parts, 25);
	assert_int_equal(period_due(&p, 8 * 60, zone), at("2026-10-26T07:00:00Z"));
	heard_zone_destroy(zone);
}

static void the_one_before(void **state)
{
	static const struct {
		const char *name, *before;
	} cases[] = {
		{"2026-03-01", "2026-02-28"},
		{"2024-03-01", "2024-02-29"},
		{"2026-W01", "2025-W52"},
		{"2021-W01", "2020-W53"}, /* the week of 31 December 2020 */
		{"2026-01", "2025-12"},
		{"2026-Q1", "2025-Q4"},
		{"2026", "2025"},
		{"2026-03-01..2026-03-07", "2026-02-22..2026-02-28"},
		{"2026-05-05..2026-05-05", "2026-05-04..2026-05-04"},
	};
	struct period p, before;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct heard_error err;
		if (period_parse(&p, cases[i].name, 0, NULL, &err))
			fail_msg("%s", err.text);
		assert_string_equal(p.name, cases[i].name);
		period_before(&p, &before, NULL);
		assert_string_equal(before.name, cases[i].before);
		assert_int_equal(before.to, p.from);
	}
}

static void long_ones_have_few_parts(void **state)
{
	struct period p;
	(void)state;
	assert_int_equal(period_parse(&p, "2026-Q2", 0, NULL, NULL), 0);
	assert_int_equal(p.n_parts, 14); /* 1 April is a Wednesday: 5 days, 12 weeks, 2 days */
	assert_int_equal(period_parse(&p, "2026-01-01..2026-02-14", 0, NULL, NULL), 0);
	assert_int_equal(p.n_parts, 45);
	assert_int_equal(period_parse(&p, "2017-01-01..2026-12-31", 0, NULL, NULL), 0);
	assert_int_equal(p.n_parts, 120);
}

static void what_is_no_period_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"fortnight",
		"2026-13",
		"2026-02-30",
		"2026-W54",
		"2025-W53",
		"2026-Q5",
		"2026-Q",
		"1800",
		"2026-1x",
		"99999",
		"2026-03-",
		"2026-03-05..2026-03-04",
		"2000-01-01..2026-01-01",
		"..",
		"2026-02-28x",
		"-2026",
		"2026-00",
		"2026-03-05..",
	};
	struct period p;
	struct heard_error err;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (period_parse(&p, cases[i], 0, NULL, &err) != -EINVAL)
			fail_msg("\"%s\" was taken for a period", cases[i]);
}

static void every_day_has_its_number(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 60000; day++) {
		struct period_date d = period_date_of(day);
		assert_int_equal(day_of(d.year, d.month, d.day), day);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_complete_one_by_the_zones_own_midnight),
		cmocka_unit_test(today_goes_to_the_end_of_this_quarter_of_an_hour),
		cmocka_unit_test(a_day_has_as_many_hours_as_it_has),
		cmocka_unit_test(the_one_before),
		cmocka_unit_test(long_ones_have_few_parts),
		cmocka_unit_test(what_is_no_period_is_refused),
		cmocka_unit_test(every_day_has_its_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
