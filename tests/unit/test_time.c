/* Time: RFC 3339 both ways, other spellings, zones and their odd days. */
#include <heard/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static int64_t parse(const char *text, struct heard_zone *zone)
{
	return heard_time_parse(heard_str(text), zone);
}

static void assert_reads(const char *text, const char *expected)
{
	char out[HEARD_TIME_SIZE];
	int64_t ms = parse(text, NULL);
	if (ms == HEARD_TIME_NONE)
		fail_msg("%s was refused", text);
	heard_time_format(ms, out);
	assert_string_equal(out, expected);
}

static void usual_spellings_are_read(void **state)
{
	(void)state;
	assert_reads("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z");
	assert_reads("2026-11-21T20:15:30.123456Z", "2026-11-21T20:15:30.123Z");
	assert_reads("2026-11-21t20:15:30.5z", "2026-11-21T20:15:30.500Z");
	assert_reads("2026-11-21 20:15:30", "2026-11-21T20:15:30.000Z");
	assert_reads("2026-11-21T20:15", "2026-11-21T20:15:00.000Z");
	assert_reads("2026-11-21", "2026-11-21T00:00:00.000Z");
	assert_reads("2026-11-21T20:15:30+08:00", "2026-11-21T12:15:30.000Z");
	assert_reads("2026-11-21T20:15:30-0530", "2026-11-22T01:45:30.000Z");
	assert_reads("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z");
	assert_reads("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z");
	assert_reads("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
}

static void digits_are_seconds_or_milliseconds(void **state)
{
	(void)state;
	assert_reads("1700000000", "2023-11-14T22:13:20.000Z");
	assert_reads("1700000000123", "2023-11-14T22:13:20.123Z");
	assert_reads("0", "1970-01-01T00:00:00.000Z");
	assert_int_equal(parse("9999999999999999", NULL), HEARD_TIME_NONE);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
					  "x",
					  "2026-13-01",
					  "2026-00-01",
					  "2026-02-29",
					  "2100-02-29",
					  "2026-04-31",
					  "2026-11-21T24:00:00Z",
					  "2026-1-1",
					  "2026-11-21T",
					  "2026-11-21T20",
					  "2026-11-21T20:60Z",
					  "2026-11-21T20:15:61Z",
					  "2026-11-21T20:15:30.",
					  "2026-11-21T20:15:30.Z",
					  "2026-11-21T20:15:30+",
					  "2026-11-21T20:15:30+8:00",
					  "2026-11-21T20:15:30Zx",
					  "2026-11-21T20:15:30 Z",
					  "1969-12-31T23:59:59Z",
					  "-1",
					  "2026-11-21T20:15:30+24:00",
					  "2026/11/21",
					  " 2026-11-21",
					  "1970-01-01T00:00:00+01:00",
					  "9999-12-31T23:59:59-01:00",
					  "20261121T201530Z"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (parse(bad[i], NULL) != HEARD_TIME_NONE)
			fail_msg("%s was taken", bad[i]);
}

static void every_day_is_the_one_libc_says(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 2932897; day += 13) {
		time_t t = (time_t)(day * 86400 + 3723);
		struct tm tm;
		char expected[HEARD_TIME_SIZE], out[HEARD_TIME_SIZE];
		gmtime_r(&t, &tm);
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.007Z", &tm);
		heard_time_format(t * 1000 + 7, out);
		assert_string_equal(out, expected);
		assert_int_equal(parse(out, NULL), t * 1000 + 7);
	}
}

static void a_time_out_of_range_is_written_as_the_nearest(void **state)
{
	(void)state;
	char out[HEARD_TIME_SIZE];
	heard_time_format(HEARD_TIME_NONE, out);
	assert_string_equal(out, "1970-01-01T00:00:00.000Z");
	heard_time_format(INT64_MAX, out);
	assert_string_equal(out, "9999-12-31T23:59:59.999Z");
}

static void unknown_zones_are_refused(void **state)
{
	(void)state;
	assert_null(heard_zone_create("Mars/Olympus"));
	assert_null(heard_zone_create(""));
	assert_null(heard_zone_create("Asia/Shanghai, or so"));
	heard_zone_destroy(NULL);
}

static void a_local_time_is_read_in_its_zone(void **state)
{
	(void)state;
	struct heard_zone *zone = heard_zone_create("Asia/Shanghai");
	assert_non_null(zone);
	assert_int_equal(heard_zone_offset(zone, parse("2026-06-01", NULL)), 8 * 3600000);
	assert_int_equal(parse("2026-11-21 20:15:30", zone),
			 parse("2026-11-21T12:15:30Z", NULL));
	assert_int_equal(parse("2026-11-21", zone), parse("2026-11-20T16:00:00Z", NULL));
	/* One that says its zone keeps it. */
	assert_int_equal(parse("2026-11-21T20:15:30Z", zone),
			 parse("2026-11-21T20:15:30Z", NULL));
	/* Summer time, as there was in 1988. */
	assert_int_equal(parse("1988-07-01 12:00", zone), parse("1988-07-01T03:00:00Z", NULL));
	heard_zone_destroy(zone);
}

static void an_hour_that_is_twice_is_the_first_and_a_skipped_one_moves_on(void **state)
{
	(void)state;
	struct heard_zone *zone = heard_zone_create("Europe/Berlin");
	assert_non_null(zone);
	assert_int_equal(parse("2026-10-25 02:30", zone), parse("2026-10-25T00:30:00Z", NULL));
	assert_int_equal(parse("2026-10-25 03:30", zone), parse("2026-10-25T02:30:00Z", NULL));
	assert_int_equal(parse("2026-03-29 02:30", zone), parse("2026-03-29T01:30:00Z", NULL));
	assert_int_equal(parse("2026-03-29 01:59", zone), parse("2026-03-29T00:59:00Z", NULL));
	assert_int_equal(parse("2026-03-29 03:00", zone), parse("2026-03-29T01:00:00Z", NULL));
	heard_zone_destroy(zone);
}

static void every_change_of_clocks_is_found(void **state)
{
	(void)state;
	struct heard_zone *zone = heard_zone_create("Europe/Berlin");
	assert_non_null(zone);
	assert_string_equal(heard_zone_name(zone), "Europe/Berlin");
	int64_t spring = parse("2026-03-29T01:00:00Z", NULL);
	int64_t autumn = parse("2026-10-25T01:00:00Z", NULL);
	assert_int_equal(heard_zone_next_change(zone, parse("2026-01-01", NULL)), spring);
	assert_int_equal(heard_zone_next_change(zone, spring - 1), spring);
	assert_int_equal(heard_zone_next_change(zone, spring), autumn);
	heard_zone_destroy(zone);
	zone = heard_zone_create("UTC");
	assert_int_equal(heard_zone_next_change(zone, 0), INT64_MAX);
	heard_zone_destroy(zone);
}

static void a_duration_in_a_text_is_read_as_in_the_config(void **state)
{
	(void)state;
	int64_t ms = -1;
	assert_true(heard_duration_parse("1.5h", &ms));
	assert_int_equal(ms, 5400000);
	assert_false(heard_duration_parse("90", &ms));
	assert_false(heard_duration_parse("", &ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_spellings_are_read),
		cmocka_unit_test(digits_are_seconds_or_milliseconds),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(every_day_is_the_one_libc_says),
		cmocka_unit_test(a_time_out_of_range_is_written_as_the_nearest),
		cmocka_unit_test(unknown_zones_are_refused),
		cmocka_unit_test(a_local_time_is_read_in_its_zone),
		cmocka_unit_test(an_hour_that_is_twice_is_the_first_and_a_skipped_one_moves_on),
		cmocka_unit_test(every_change_of_clocks_is_found),
		cmocka_unit_test(a_duration_in_a_text_is_read_as_in_the_config),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
