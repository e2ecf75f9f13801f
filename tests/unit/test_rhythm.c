/*
 * Tests of rhythm.c: what is learned, and who is silent, over weeks of a made-up clock
 * in Shanghai (eight hours ahead, no summer time).
 */
#include "rhythm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE ((int64_t)60 * 1000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define SHIFT  (8 * HOUR)
#define MONDAY (20605 * DAY - SHIFT) /* 2026-06-01 00:00 in Shanghai */

static struct rhythm r;
static int64_t listening;

static int setup(void **state)
{
	(void)state;
	r = (struct rhythm){.first = 0};
	listening = MONDAY;
	return 0;
}

static struct moment at(int64_t ms)
{
	return (struct moment){ms, ms + SHIFT};
}

static void hear(int64_t ms)
{
	rhythm_heard(&r, at(ms), listening);
}

static struct rhythm_silence why;

/* As the daemon does now and then; the state is then as judged. */
static enum rhythm_state look(int64_t ms)
{
	enum rhythm_state state = rhythm_judge(&r, at(ms), listening, &why);
	if (state != r.state)
		rhythm_set(&r, state, at(ms));
	return state;
}

/* The first look, every five minutes, at which it is in that state; 0: never. */
static int64_t first(enum rhythm_state state, int64_t from, int64_t to)
{
	for (int64_t ms = from; ms <= to; ms += 5 * MINUTE)
		if (look(ms) == state)
			return ms;
	return 0;
}

/* Every ten minutes from nine to six, Monday to Friday, `days` from the first Monday. */
static int64_t office(int days)
{
	int64_t last = 0;
	for (int d = 0; d < days; d++)
		for (int64_t t = 9 * HOUR; t < 18 * HOUR && d % 7 < 5; t += 10 * MINUTE) {
			last = MONDAY + d * DAY + t;
			assert_int_equal(first(RHYTHM_SILENT, last - 5 * MINUTE, last), 0);
			hear(last);
		}
	return last;
}

static void hours_of_the_week_are_learned_from_active_minutes(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) /* an import is one minute */
		hear(MONDAY + 2 * HOUR + i);
	hear(MONDAY + 2 * HOUR + MINUTE);
	hear(MONDAY + 9 * HOUR);
	assert_int_equal(r.minutes, 3);
	hear(MONDAY + 10 * HOUR);
	/* 1970-01-01 was a Thursday */
	int64_t monday = (MONDAY + SHIFT) / HOUR % RHYTHM_HOURS;
	assert_int_equal(monday, 4 * 24);
	assert_true(r.usual[monday + 2] == 2 && r.usual[monday + 9] == 1);
	assert_true(r.usual[monday + 3] == 0 && r.seen[monday + 3] == 1);
	hear(MONDAY + 7 * DAY + 10 * HOUR); /* a week without */
	assert_true(r.usual[monday + 2] == 1 && r.seen[monday + 2] == 2);
	hear(MONDAY + 5 * 7 * DAY);
	assert_true(r.usual[monday + 2] < 0.4 && r.seen[monday + 2] == RHYTHM_WEEKS);
}

static void nights_and_weekends_are_no_silence(void **state)
{
	(void)state;
	int64_t last = office(4 * 7 + 1);
	assert_int_equal(first(RHYTHM_SILENT, last, last + 15 * HOUR + 10 * MINUTE), 0);
}

static void missing_minutes_are_silence(void **state)
{
	(void)state;
	int64_t friday = office(4 * 7 + 5); /* 17:50 of the fifth Friday */
	/* Monday at nine nobody speaks; six active minutes an hour are usual */
	int64_t seen = first(RHYTHM_SILENT, friday, friday + 10 * DAY);
	int64_t monday = MONDAY + 35 * DAY;
	assert_true(seen >= monday + 12 * HOUR && seen <= monday + 12 * HOUR + 30 * MINUTE);
	assert_false(why.is_by_gap);
	assert_true(why.expected >= 20 && why.expected < 21);
}

static void a_long_gap_is_silence(void **state)
{
	(void)state;
	int64_t t = MONDAY;
	for (int i = 0; i < 20; i++, t += 12 * HOUR) /* twice a day */
		hear(t);
	t -= 12 * HOUR;
	int64_t seen = first(RHYTHM_SILENT, t, t + 5 * DAY);
	assert_int_equal(seen, t + 24 * HOUR + 5 * MINUTE);
	assert_true(why.is_by_gap);
	assert_int_equal(why.longest, 12 * HOUR);
	assert_int_equal(why.quiet, 24 * HOUR + 5 * MINUTE);
}

static void silence_begins_once_and_ends_with_a_word(void **state)
{
	(void)state;
	int64_t t = MONDAY;
	for (int i = 0; i < 20; i++, t += 12 * HOUR)
		hear(t);
	int64_t seen = first(RHYTHM_SILENT, t, t + 5 * DAY);
	assert_true(seen > 0);
	for (int64_t ms = seen; ms < seen + 2 * DAY; ms += HOUR)
		assert_int_equal(look(ms), RHYTHM_SILENT);
	hear(seen + 2 * DAY);
	assert_int_equal(look(seen + 2 * DAY + 1), RHYTHM_SPEAKS);
	/* and the gap was learned */
	assert_int_equal(r.gaps[r.week % RHYTHM_WEEKS], seen + 2 * DAY - r.since);
}

static void who_is_silent_for_weeks_is_given_up(void **state)
{
	(void)state;
	int64_t t = MONDAY;
	for (int i = 0; i < 20; i++, t += 12 * HOUR)
		hear(t);
	int64_t seen = first(RHYTHM_SILENT, t, t + 5 * DAY);
	assert_int_equal(first(RHYTHM_GIVEN_UP, seen, seen + 40 * DAY), seen + 28 * DAY);
	assert_int_equal(look(seen + 200 * DAY), RHYTHM_GIVEN_UP);
	hear(seen + 201 * DAY);
	assert_int_equal(look(seen + 201 * DAY), RHYTHM_SPEAKS);
}

static void a_new_one_is_not_judged(void **state)
{
	(void)state;
	for (int i = 0; i < 60; i++)
		hear(MONDAY + i * MINUTE); /* somebody tries it out */
	assert_int_equal(first(RHYTHM_SILENT, MONDAY + HOUR, MONDAY + 30 * DAY), 0);
}

static void the_first_weekend_is_no_silence(void **state)
{
	(void)state;
	int64_t friday = office(5), monday = MONDAY + 7 * DAY;
	assert_int_equal(first(RHYTHM_SILENT, friday, monday + 12 * HOUR), 0);
	assert_int_equal(first(RHYTHM_SILENT, friday, monday + 18 * HOUR),
			 monday + 12 * HOUR + 20 * MINUTE);
	assert_false(why.is_by_gap);
}

static void few_minutes_are_no_habit(void **state)
{
	(void)state;
	for (int i = 0; i < 9; i++)
		hear(MONDAY + i * DAY);
	assert_int_equal(first(RHYTHM_SILENT, MONDAY + 8 * DAY, MONDAY + 20 * DAY), 0);
}

static void time_without_a_process_is_nobodys_silence(void **state)
{
	(void)state;
	int64_t t = MONDAY;
	for (int i = 0; i < 20; i++, t += 12 * HOUR)
		hear(t);
	t -= 12 * HOUR;
	double usual[RHYTHM_HOURS];
	memcpy(usual, r.usual, sizeof(usual));
	listening = t + 10 * DAY; /* it was down for ten days */
	assert_int_equal(look(listening), RHYTHM_SPEAKS);
	assert_int_equal(first(RHYTHM_SILENT, listening, listening + 24 * HOUR), 0);
	assert_int_equal(look(listening + 24 * HOUR + MINUTE), RHYTHM_SILENT);
	hear(listening + 25 * HOUR);
	int taught = 0;
	for (int i = 0; i < RHYTHM_HOURS; i++)
		taught += usual[i] != r.usual[i];
	assert_int_equal(taught, 3); /* at the last words and 12 hours later: not by ten days */
	assert_int_equal(r.gaps[r.week % RHYTHM_WEEKS], 25 * HOUR);
}

static void a_restart_does_not_say_it_again(void **state)
{
	(void)state;
	int64_t t = MONDAY;
	for (int i = 0; i < 20; i++, t += 12 * HOUR)
		hear(t);
	listening = first(RHYTHM_SILENT, t, t + 5 * DAY) + HOUR;
	assert_int_equal(look(listening), RHYTHM_SILENT);
	assert_int_equal(look(listening + MINUTE), RHYTHM_SILENT);
}

static void half_an_hour_is_the_least(void **state)
{
	(void)state;
	int64_t t = MONDAY;
	for (; t < MONDAY + 15 * DAY; t += MINUTE) /* without pause */
		hear(t);
	t -= MINUTE;
	assert_int_equal(first(RHYTHM_SILENT, t, t + HOUR), t + 30 * MINUTE);
}

static void a_clock_that_jumps_breaks_nothing(void **state)
{
	(void)state;
	office(8);
	look(MONDAY + 4000 * DAY);
	assert_int_equal(look(MONDAY + 8 * DAY), RHYTHM_SPEAKS + (r.state == RHYTHM_SILENT));
	hear(MONDAY + 9 * DAY);
	hear(MONDAY + 2 * DAY);
	assert_int_equal(look(MONDAY + 2 * DAY), RHYTHM_SPEAKS);
	for (int i = 0; i < RHYTHM_HOURS; i++)
		assert_true(r.usual[i] >= 0 && r.usual[i] <= 60);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(hours_of_the_week_are_learned_from_active_minutes),
		TEST(nights_and_weekends_are_no_silence),
		TEST(missing_minutes_are_silence),
		TEST(a_long_gap_is_silence),
		TEST(silence_begins_once_and_ends_with_a_word),
		TEST(who_is_silent_for_weeks_is_given_up),
		TEST(a_new_one_is_not_judged),
		TEST(the_first_weekend_is_no_silence),
		TEST(few_minutes_are_no_habit),
		TEST(time_without_a_process_is_nobodys_silence),
		TEST(a_restart_does_not_say_it_again),
		TEST(half_an_hour_is_the_least),
		TEST(a_clock_that_jumps_breaks_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
