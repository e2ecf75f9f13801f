/*
 * test_week_around.c - hours of the week, and days around an event, counted by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <topics/around.h>
#include <topics/week.h>

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

enum { MONDAY = 20759 }; /* 2026-11-02 */

/* Ten days from a Monday: two Mondays, Tuesdays and Wednesdays. */
static void hours_are_of_their_weekday(void **state)
{
	struct week w;
	(void)state;
	week_begin(&w, MONDAY, MONDAY + 10);
	assert_int_equal(w.days[0], 2);
	assert_int_equal(w.days[2], 2);
	assert_int_equal(w.days[3], 1);
	assert_int_equal(w.days[6], 1);
	week_add(&w, MONDAY * DAY, 3, 1);
	week_add(&w, MONDAY * DAY + 59 * 60000, 2, 0);
	week_add(&w, (MONDAY + 7) * DAY + HOUR - 1, 4, 2);
	week_add(&w, (MONDAY + 6) * DAY + 23 * HOUR, 7, 7);
	assert_int_equal(w.n[0][0], 9);
	assert_int_equal(w.complaints[0][0], 3);
	assert_true(week_mean(&w, 0, 0, false) == 4.5);
	assert_true(week_mean(&w, 0, 0, true) == 1.5);
	assert_true(week_mean(&w, 6, 23, false) == 7);
	assert_true(week_most(&w, false) == 7);
	assert_int_equal(w.total, 16);
	assert_int_equal(w.total_complaints, 10);
}

static void before_1970_too(void **state)
{
	struct week w;
	(void)state;
	week_begin(&w, -7, 0);
	week_add(&w, -1, 1, 0); /* 1969-12-31 23:59, a Wednesday */
	assert_int_equal(w.n[2][23], 1);
	week_begin(&w, 5, 5);
	assert_true(week_mean(&w, 0, 0, false) == 0);
}

static void days_of_one_name_are_one_event(void **state)
{
	static struct arounds all;
	(void)state;
	all.n = 0;
	arounds_add(&all, HEARD_STR_OF("国庆节"), 100, 100);
	arounds_add(&all, HEARD_STR_OF("国庆节"), 102, 102);
	arounds_add(&all, HEARD_STR_OF("中秋节"), 101, 101);
	assert_int_equal(all.n, 3);
	arounds_add(&all, HEARD_STR_OF("国庆节"), 101, 101); /* joins the two */
	arounds_add(&all, HEARD_STR_OF("国庆节"), 101, 101); /* said twice    */
	assert_int_equal(all.n, 2);
	assert_string_equal(all.at[0].name, "国庆节");
	assert_int_equal(all.at[0].first, 100);
	assert_int_equal(all.at[0].last, 102);
	arounds_add(&all, HEARD_STR_OF("nonsense"), 5, 4);
	assert_int_equal(all.n, 2);
}

static void an_event_counts_if_its_week_reaches_the_period(void **state)
{
	static struct arounds all;
	(void)state;
	all.n = 0;
	arounds_add(&all, HEARD_STR_OF("a"), 10, 12);
	arounds_add(&all, HEARD_STR_OF("b"), 30, 31);
	arounds_within(&all, 19, 30); /* a's week after ends on 19 */
	assert_int_equal(all.n, 1);
	assert_string_equal(all.at[0].name, "a");
	arounds_within(&all, 20, 30);
	assert_int_equal(all.n, 0);
}

/* Figures from day 5 to day 14: five days before, three during, two after. */
static void parts_have_the_days_there_are_figures_of(void **state)
{
	static struct arounds all;
	const struct around *e = &all.at[0];
	(void)state;
	all.n = 0;
	arounds_add(&all, HEARD_STR_OF("sale"), 10, 12);
	arounds_begin(&all, 5, 15);
	assert_int_equal(e->parts[AROUND_BEFORE].days, 5);
	assert_int_equal(e->parts[AROUND_DURING].days, 3);
	assert_int_equal(e->parts[AROUND_AFTER].days, 2);
	for (int64_t day = 5; day < 15; day++)
		arounds_count(&all, day, day < 10 ? 10 : day < 13 ? 40 : 20, day < 13 ? 4 : 10);
	assert_true(around_mean(&e->parts[AROUND_BEFORE]) == 10);
	assert_true(around_mean(&e->parts[AROUND_DURING]) == 40);
	assert_true(around_mean(&e->parts[AROUND_AFTER]) == 20);
	assert_true(around_complaints(&e->parts[AROUND_DURING]) == 0.1);
	assert_true(around_complaints(&e->parts[AROUND_AFTER]) == 0.5);
	arounds_begin(&all, 20, 20);
	assert_true(isnan(around_mean(&e->parts[AROUND_BEFORE])));
	assert_true(isnan(around_complaints(&e->parts[AROUND_BEFORE])));
}

static void there_is_an_end_to_events(void **state)
{
	static struct arounds all;
	char name[3 * AROUND_NAME] = "";
	(void)state;
	all.n = 0;
	for (int i = 0; i < 2 * AROUND_MOST; i++)
		arounds_add(&all, HEARD_STR_OF("day"), 10 * i, 10 * i);
	assert_int_equal(all.n, AROUND_MOST);
	all.n = 0;
	while (strlen(name) + 3 < sizeof(name))
		strcat(name, "节");
	arounds_add(&all, heard_str(name), 1, 1);
	assert_int_equal(strlen(all.at[0].name), 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_are_of_their_weekday),
		cmocka_unit_test(before_1970_too),
		cmocka_unit_test(days_of_one_name_are_one_event),
		cmocka_unit_test(an_event_counts_if_its_week_reaches_the_period),
		cmocka_unit_test(parts_have_the_days_there_are_figures_of),
		cmocka_unit_test(there_is_an_end_to_events),
	};
	return cmocka_run_group_tests_name("week_around", tests, NULL, NULL);
}
