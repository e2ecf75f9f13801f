/*
 * Tests of channel.c: counts by day, over days, years and clocks that are wrong; and of
 * span.c, which says for how long.
 */
#include "channel.h"
#include "span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY ((int64_t)24 * 60 * 60 * 1000)

enum { TODAY = 20605 };
static struct channel c;

static int setup(void **state)
{
	(void)state;
	c = (struct channel){.day = 0};
	return 0;
}

static void hear(int64_t day, uint64_t received, uint64_t dead)
{
	int64_t ms = day * DAY + DAY / 2;
	channel_heard(&c, (struct moment){ms, ms}, 0, received, dead);
}

static uint64_t sum(int64_t from, int64_t to)
{
	return channel_sum(&c, from, to).received;
}

static void days_are_counted_and_summed(void **state)
{
	(void)state;
	hear(TODAY, 3, 1);
	hear(TODAY, 2, 0);
	hear(TODAY + 2, 10, 4);
	assert_int_equal(sum(TODAY, TODAY), 5);
	assert_int_equal(sum(TODAY + 1, TODAY + 1), 0);
	assert_int_equal(sum(TODAY - 30, TODAY + 30), 15);
	assert_int_equal(channel_sum(&c, TODAY, TODAY + 2).dead, 5);
	assert_int_equal(sum(TODAY + 3, TODAY + 9), 0);
	assert_int_equal(c.received, 15);
	assert_int_equal(c.dead, 5);
}

static void a_day_belongs_to_the_wall_clock(void **state)
{
	(void)state;
	int64_t eve = TODAY * DAY + 20 * DAY / 24; /* 20:00 UTC is 04:00 in Shanghai */
	channel_heard(&c, (struct moment){eve, eve + DAY / 3}, 0, 1, 0);
	assert_int_equal(sum(TODAY + 1, TODAY + 1), 1);
}

static void the_oldest_day_makes_room(void **state)
{
	(void)state;
	for (int64_t day = TODAY; day < TODAY + CHANNEL_DAYS; day++)
		hear(day, 1, 0);
	assert_int_equal(sum(0, TODAY * 2), CHANNEL_DAYS);
	hear(TODAY + CHANNEL_DAYS + 9, 1, 0);
	assert_int_equal(sum(0, TODAY * 2), CHANNEL_DAYS - 9);
	assert_int_equal(sum(TODAY, TODAY + 9), 0);
	assert_null(channel_day(&c, TODAY + 9));
	assert_non_null(channel_day(&c, TODAY + 10));
	hear(TODAY + 5 * CHANNEL_DAYS, 7, 0);
	assert_int_equal(sum(0, TODAY * 2), 7);
}

static void a_clock_that_was_ahead_leaves_no_days(void **state)
{
	(void)state;
	hear(TODAY, 1, 0);
	hear(TODAY + 100, 50, 0);
	hear(TODAY + 1, 2, 0);
	assert_int_equal(sum(0, TODAY * 2), 3);
	hear(TODAY + 2, 4, 0);
	hear(TODAY + 1, 8, 0); /* by midnight: that is nobody's mistake */
	assert_int_equal(sum(TODAY + 2, TODAY + 2), 12);
	assert_int_equal(sum(0, TODAY * 2), 15);
	hear(TODAY + 3 * CHANNEL_DAYS, 1, 0);
	hear(TODAY + 3, 5, 0);
	assert_int_equal(sum(0, TODAY * 2), 5);
}

static void names_are_cut_at_a_character(void **state)
{
	(void)state;
	char name[CHANNEL_NAME];
	channel_name(name, HEARD_STR_OF("微博"));
	assert_string_equal(name, "微博");
	channel_name(name, heard_str_n(NULL, 0));
	assert_string_equal(name, "");
	char longer[100];
	memset(longer, 'x', sizeof(longer));
	memcpy(longer + 62, "微", 3);
	channel_name(name, heard_str_n(longer, sizeof(longer)));
	assert_int_equal(strlen(name), 62);
}

static void spans_are_said_in_small_numbers(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *said;
	} cases[] = {{-5, "0 s"},	   {59999, "59 s"},
		     {100000, "1 min"},	   {99 * 60000, "99 min"},
		     {100 * 60000, "1 h"}, {47 * 3600000, "47 h"},
		     {2 * DAY, "2 d"},	   {400 * DAY, "400 d"}};
	char said[SPAN_SIZE];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		span_say(said, cases[i].ms);
		assert_string_equal(said, cases[i].said);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(days_are_counted_and_summed),  TEST(a_day_belongs_to_the_wall_clock),
		TEST(the_oldest_day_makes_room),    TEST(a_clock_that_was_ahead_leaves_no_days),
		TEST(names_are_cut_at_a_character), TEST(spans_are_said_in_small_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
