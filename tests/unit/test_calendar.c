/* Calendars: where working time ends, against a table; and their words. */
#include "calendar_fixture.h"

static const char *format(int64_t time, char out[HEARD_TIME_SIZE])
{
	heard_time_format(time, out);
	return time == HEARD_TIME_NONE ? "never" : out;
}

/* ---- the table */

enum files { NO_HOLIDAYS, CHINA };

static const struct place {
	const char *zone, *hours, *days;
	enum files files;
} office = {"Asia/Shanghai", "09:00-17:00", "mon-fri", NO_HOLIDAYS},
  lunch = {"Asia/Shanghai", "09:00-12:00,13:00-18:00", "mon-fri", NO_HOLIDAYS},
  china = {"Asia/Shanghai", "09:00-18:00", "mon-fri", CHINA},
  china_lunch = {"Asia/Shanghai", "09:00-12:00,13:00-18:00", "mon-fri", CHINA},
  china_daily = {"Asia/Shanghai", "24h", "mon-sun", CHINA},
  always = {"Asia/Shanghai", "24h", "mon-sun", NO_HOLIDAYS},
  market = {"Asia/Shanghai", "9:00-17:00", "mon,wed,sat", NO_HOLIDAYS},
  gulf = {"Asia/Riyadh", "08:00-16:00", "sun-thu", NO_HOLIDAYS},
  night = {"Europe/Berlin", "00:00-06:00,22:00-24:00", "mon-sun", NO_HOLIDAYS},
  berlin = {"Europe/Berlin", "24h", "mon-sun", NO_HOLIDAYS},
  berlin_day = {"Europe/Berlin", "09:00-17:00", "mon-fri", NO_HOLIDAYS},
  berlin_two = {"Europe/Berlin", "02:00-03:00", "mon-sun", NO_HOLIDAYS},
  new_york = {"America/New_York", "24h", "sun", NO_HOLIDAYS},
  new_york_night = {"America/New_York", "01:00-04:00", "mon-sun", NO_HOLIDAYS},
  lord_howe = {"Australia/Lord_Howe", "01:00-03:00", "mon-sun", NO_HOLIDAYS},
  kathmandu = {"Asia/Kathmandu", "09:00-17:00", "mon-fri", NO_HOLIDAYS};

/* Times are local unless they name an offset; spans are minutes. */
static const struct row {
	const struct place *at;
	const char *from;
	int64_t span;
	const char *due;
} rows[] = {
	/* A week without surprises; 2026-06-05 is a Friday. */
	{&office, "2026-06-05 16:30", 60, "2026-06-08 09:30"},
	{&office, "2026-06-01 10:00", 60, "2026-06-01 11:00"},
	{&office, "2026-06-01 09:00", 480, "2026-06-01 17:00"},
	{&office, "2026-06-01 09:00", 481, "2026-06-02 09:01"},
	{&office, "2026-06-01 17:00", 1, "2026-06-02 09:01"},
	{&office, "2026-06-01 16:59", 1, "2026-06-01 17:00"},
	{&office, "2026-06-01 08:59", 1, "2026-06-01 09:01"},
	{&office, "2026-06-01 00:00", 480, "2026-06-01 17:00"},
	{&office, "2026-06-06 12:00", 30, "2026-06-08 09:30"},
	{&office, "2026-06-07 23:59", 480, "2026-06-08 17:00"},
	{&office, "2026-06-05 17:00", 480, "2026-06-08 17:00"},
	{&office, "2026-06-01 09:00", 5 * 480, "2026-06-05 17:00"},
	{&office, "2026-06-01 09:00", 5 * 480 + 1, "2026-06-08 09:01"},
	{&office, "2026-01-01 09:00", 261 * 480, "2026-12-31 17:00"},
	/* A span of nothing ends where it begins, at work or not. */
	{&office, "2026-06-01 10:00", 0, "2026-06-01 10:00"},
	{&office, "2026-06-06 12:00", 0, "2026-06-06 12:00"},
	{&office, "2026-06-01 17:00", 0, "2026-06-01 17:00"},
	/* Back: what is left of a clock that was late already. */
	{&office, "2026-06-08 09:30", -60, "2026-06-05 16:30"},
	{&office, "2026-06-08 09:30", -30, "2026-06-05 17:00"},
	{&office, "2026-06-08 10:00", -30, "2026-06-08 09:30"},
	{&office, "2026-06-06 12:00", -480, "2026-06-04 17:00"},
	/* Breaks. */
	{&lunch, "2026-06-01 11:30", 30, "2026-06-01 12:00"},
	{&lunch, "2026-06-01 11:30", 31, "2026-06-01 13:01"},
	{&lunch, "2026-06-01 12:00", 1, "2026-06-01 13:01"},
	{&lunch, "2026-06-01 12:30", 60, "2026-06-01 14:00"},
	{&lunch, "2026-06-01 09:00", 240, "2026-06-01 14:00"},
	{&lunch, "2026-06-01 13:00", 300, "2026-06-01 18:00"},
	{&lunch, "2026-06-05 17:00", 300, "2026-06-08 14:00"},
	{&lunch, "2026-06-01 14:00", -120, "2026-06-01 11:00"},
	/* Other weeks. */
	{&market, "2026-06-01 16:00", 120, "2026-06-03 10:00"},
	{&market, "2026-06-03 16:00", 120, "2026-06-06 10:00"},
	{&market, "2026-06-06 16:00", 120, "2026-06-08 10:00"},
	{&gulf, "2026-06-04 15:00", 120, "2026-06-07 09:00"},
	{&gulf, "2026-06-06 12:00", 60, "2026-06-07 09:00"},
	{&night, "2026-06-01 05:00", 120, "2026-06-01 23:00"},
	{&night, "2026-06-01 23:00", 120, "2026-06-02 01:00"},
	{&kathmandu, "2026-06-05 16:45", 30, "2026-06-08 09:15"},
	{&always, "2026-06-05 16:30", 60, "2026-06-05 17:30"},
	{&always, "2026-12-31 23:30", 60, "2027-01-01 00:30"},
	{&always, "2024-02-28 12:00", 2880, "2024-03-01 12:00"},
	/* China's 2026: holidays. */
	{&china, "2026-01-01 10:00", 60, "2026-01-04 10:00"},
	{&china, "2025-12-31 17:30", 60, "2026-01-04 09:30"},
	{&china, "2026-02-14 17:30", 60, "2026-02-24 09:30"},
	{&china, "2026-02-20 12:00", 30, "2026-02-24 09:30"},
	{&china, "2026-04-03 17:30", 60, "2026-04-07 09:30"},
	{&china, "2026-04-30 17:30", 60, "2026-05-06 09:30"},
	{&china, "2026-06-18 17:30", 60, "2026-06-22 09:30"},
	{&china, "2026-09-24 17:30", 60, "2026-09-28 09:30"},
	{&china, "2026-09-30 17:30", 60, "2026-10-08 09:30"},
	{&china_daily, "2026-09-30 23:00", 120, "2026-10-08 01:00"},
	{&china_lunch, "2026-09-30 17:00", 300, "2026-10-08 14:00"},
	/* Its make-up workdays: Sat and Sun that are worked. */
	{&china, "2026-01-02 12:00", 540, "2026-01-04 18:00"},
	{&china, "2026-01-04 17:00", 120, "2026-01-05 10:00"},
	{&china, "2026-02-13 17:30", 60, "2026-02-14 09:30"},
	{&china, "2026-02-27 17:30", 60, "2026-02-28 09:30"},
	{&china, "2026-02-28 17:30", 60, "2026-03-02 09:30"},
	{&china, "2026-05-08 17:30", 60, "2026-05-09 09:30"},
	{&china, "2026-05-09 17:30", 60, "2026-05-11 09:30"},
	{&china, "2026-09-18 17:30", 60, "2026-09-20 09:30"},
	{&china, "2026-09-20 17:30", 60, "2026-09-21 09:30"},
	{&china, "2026-10-09 17:30", 60, "2026-10-10 09:30"},
	{&china, "2026-10-10 17:30", 60, "2026-10-12 09:30"},
	{&china_lunch, "2026-02-14 11:30", 60, "2026-02-14 13:30"},
	{&china, "2026-10-10 09:30", -60, "2026-10-09 17:30"},
	{&china, "2026-01-01 00:00", 248 * 540, "2026-12-31 18:00"},
	/* Clocks that go forward: 02:00 to 03:00 is not there. */
	{&berlin, "2026-03-29 01:30", 60, "2026-03-29 03:30"},
	{&berlin, "2026-03-28 12:00", 1440, "2026-03-29 13:00"},
	{&berlin_day, "2026-03-27 16:30", 60, "2026-03-30 09:30"},
	{&berlin_two, "2026-03-28 02:30", 60, "2026-03-30 02:30"},
	{&night, "2026-03-28 23:00", 360, "2026-03-29 06:00"},
	{&new_york, "2026-03-08 00:00", 1380, "2026-03-09 00:00"},
	{&new_york_night, "2026-03-08 01:00", 120, "2026-03-08 04:00"},
	{&lord_howe, "2026-10-04 01:00", 90, "2026-10-04 03:00"},
	/* Clocks that go back: 02:00 to 03:00 is there twice. */
	{&berlin, "2026-10-24 12:00", 1440, "2026-10-25 11:00"},
	{&berlin, "2026-10-25 02:30+02:00", 60, "2026-10-25 02:30+01:00"},
	{&berlin_day, "2026-10-23 16:30", 60, "2026-10-26 09:30"},
	{&berlin_two, "2026-10-25 00:00", 60, "2026-10-25 03:00+02:00"},
	{&berlin_two, "2026-10-25 00:00", 120, "2026-10-25 03:00+01:00"},
	{&berlin_two, "2026-10-25 00:00", 121, "2026-10-26 02:01"},
	{&new_york, "2026-11-01 00:00", 1500, "2026-11-02 00:00"},
	{&new_york_night, "2026-11-01 01:00-04:00", 240, "2026-11-01 04:00"},
	{&new_york_night, "2026-11-01 01:30-04:00", 60, "2026-11-01 01:30-05:00"},
	{&new_york_night, "2026-11-01 04:00", -240, "2026-10-31 04:00"},
	{&lord_howe, "2026-04-05 00:00", 150, "2026-04-05 03:00"},
	/* Where several of these meet. */
	{&lunch, "2026-06-05 12:30", 301, "2026-06-08 09:01"},
	{&lunch, "2026-06-08 09:00", -1, "2026-06-05 17:59"},
	{&china_lunch, "2026-02-14 18:00", 180, "2026-02-24 12:00"},
	{&china_lunch, "2026-02-27 18:00", 480 * 6 + 1, "2026-03-09 09:01"},
	{&china_daily, "2026-01-01 00:00", 1, "2026-01-04 00:01"},
	{&china_daily, "2026-05-09 23:59", 2, "2026-05-10 00:01"},
	{&berlin_day, "2026-10-23 09:00", 960, "2026-10-26 17:00"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void check_row(size_t i)
{
	const struct row *row = &rows[i];
	char is[HEARD_TIME_SIZE], wanted[HEARD_TIME_SIZE];
	const struct place *at = row->at;
	struct heard_zone *zone = heard_zone_create(at->zone);
	struct calendar *c = make_calendar(at->hours, at->days, file_2026, at->files == CHINA,
					   at->zone);
	int64_t from = parse(row->from, zone), due = parse(row->due, zone);
	int64_t got = calendar_add(c, from, row->span * MINUTE);
	if (got != due)
		fail_msg("row %zu, %s + %d min: %s and not %s", i, row->from, (int)row->span,
			 format(got, is), format(due, wanted));
	int64_t between = row->span < 0 ? -calendar_between(c, due, from)
					: calendar_between(c, from, due);
	if (between != row->span * MINUTE)
		fail_msg("row %zu: %d min and not %d lie between", i, (int)(between / MINUTE),
			 (int)row->span);
	if (row->span > 0 && calendar_between(c, from, due - 1) != row->span * MINUTE - 1)
		fail_msg("row %zu: %s is not the earliest", i, row->due);
	calendar_destroy(c);
	heard_zone_destroy(zone);
}

static void every_row_of_the_table_ends_where_it_says(void **state)
{
	(void)state;
	assert_true(ROWS >= 60);
	for (size_t i = 0; i < ROWS; i++)
		check_row(i);
}

static void the_border_of_a_slot_belongs_to_what_follows(void **state)
{
	(void)state;
	static const struct {
		const char *at;
		bool is_working;
	} borders[] = {
		{"2026-06-01T08:59:59.999+08:00", false}, {"2026-06-01 09:00+08:00", true},
		{"2026-06-01T11:59:59.999+08:00", true},  {"2026-06-01 12:00+08:00", false},
		{"2026-06-01 13:00+08:00", true},	  {"2026-06-01 18:00+08:00", false},
		{"2026-05-30 10:00+08:00", false},	  {"2026-05-09 10:00+08:00", true},
		{"2026-05-01 10:00+08:00", false},
	};
	struct calendar *c = make_calendar("09:00-12:00,13:00-18:00", "mon-fri", file_2026, 1,
					   "Asia/Shanghai");
	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++)
		if (calendar_is_working(c, parse(borders[i].at, NULL)) != borders[i].is_working)
			fail_msg("%s", borders[i].at);
	calendar_destroy(c);
}

static void milliseconds_are_kept(void **state)
{
	(void)state;
	struct calendar *c = make_calendar("09:00-17:00", "mon-fri", NULL, 0, "UTC");
	int64_t from = parse("2026-06-05T16:59:59.750Z", NULL);
	assert_int_equal(calendar_add(c, from, 1000), parse("2026-06-08T09:00:00.750Z", NULL));
	assert_int_equal(calendar_between(c, from, parse("2026-06-08T09:00:00.001Z", NULL)),
			 251);
	assert_int_equal(calendar_between(c, from, from), 0);
	assert_int_equal(calendar_between(c, from, from - 1), 0);
	calendar_destroy(c);
}

static void no_calendar_runs_round_the_clock(void **state)
{
	(void)state;
	int64_t at = parse("2026-02-17 03:00", NULL);
	assert_int_equal(calendar_add(NULL, at, 1800000), at + 1800000);
	assert_int_equal(calendar_between(NULL, at, at + 7), 7);
	assert_true(calendar_is_working(NULL, at));
	assert_true(calendar_knows_year(NULL, at));
}

static void what_is_too_far_is_never(void **state)
{
	(void)state;
	struct calendar *c = make_calendar("09:00-10:00", "mon", NULL, 0, "Europe/Berlin");
	int64_t at = parse("2026-06-01", NULL), year = 365 * DAY;
	assert_int_equal(calendar_add(c, at, 1000 * 60 * MINUTE),
			 parse("2045-07-24T08:00:00Z", NULL));
	assert_int_equal(calendar_add(c, at, 1100 * 60 * MINUTE), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(c, at, 21 * year), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(c, at, INT64_MAX), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(c, at, INT64_MIN), 0);
	assert_int_equal(calendar_add(c, at, -3000 * 60 * MINUTE), 0);
	assert_int_equal(calendar_add(NULL, at, 21 * year), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(NULL, at, INT64_MAX), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(NULL, at, INT64_MIN), 0);
	assert_int_equal(calendar_add(c, HEARD_TIME_NONE, 1), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(c, INT64_MAX, 1), HEARD_TIME_NONE);
	assert_int_equal(calendar_add(c, parse("9999-12-31T23:59:59.999Z", NULL), DAY),
			 HEARD_TIME_NONE);
	assert_int_equal(calendar_between(c, HEARD_TIME_NONE, 0), 0);
	assert_int_equal(calendar_between(NULL, INT64_MIN, INT64_MAX),
			 parse("9999-12-31T23:59:59.999Z", NULL) + 1);
	assert_true(calendar_between(c, INT64_MIN, INT64_MAX) > 0);
	assert_false(calendar_is_working(c, -1));
	assert_false(calendar_is_working(c, INT64_MAX));
	calendar_destroy(c);
}

static void a_year_is_known_by_its_own_file_only(void **state)
{
	(void)state;
	struct calendar *c = make_calendar("09:00-18:00", "mon-fri", file_2026, 1,
					   "Asia/Shanghai");
	assert_true(calendar_knows_year(c, parse("2026-01-01T00:00+08:00", NULL)));
	assert_true(calendar_knows_year(c, parse("2026-12-31T15:59:59Z", NULL)));
	assert_false(calendar_knows_year(c, parse("2026-12-31T16:00:00Z", NULL)));
	assert_false(calendar_knows_year(c, parse("2025-12-31T15:59:59Z", NULL)));
	assert_false(calendar_knows_year(c, INT64_MAX));
	calendar_destroy(c);
	c = make_calendar("09:00-18:00", "mon-fri", NULL, 0, "Asia/Shanghai");
	assert_true(calendar_knows_year(c, parse("2027-06-01", NULL)));
	calendar_destroy(c);
}

static void malformed_hours_days_and_zones_are_refused(void **state)
{
	(void)state;
	static const char *const hours[][2] = {
		{"", "must be times of day"},
		{"9", "must be times of day"},
		{"09:00", "must be times of day"},
		{"09:00-", "must be times of day"},
		{"09:00-12:00,", "must be times of day"},
		{"09:00-12:00;13:00-18:00", "must be times of day"},
		{"09:00-12:00 13:00-18:00", "must be times of day"},
		{"09:0-12:00", "must be times of day"},
		{"09:000-12:00", "must be times of day"},
		{"009:00-12:00", "must be times of day"},
		{"09:60-12:00", "must be times of day"},
		{"09:00-24:01", "must be times of day"},
		{"25:00-26:00", "must be times of day"},
		{"-1:00-12:00", "must be times of day"},
		{"24h,09:00-12:00", "must be times of day"},
		{"九点到六点", "hours: \"九点到六点\" must be times of day"},
		{"18:00-09:00", "hours: 18:00-09:00 ends before it begins; a night"},
		{"09:00-09:00", "ends before it begins"},
		{"09:00-13:00,12:00-18:00", "12:00-18:00 begins before the slot in front"},
		{"13:00-18:00,09:00-12:00", "09:00-12:00 begins before the slot in front"},
		{"0:00-0:01,0:02-0:03,0:04-0:05,0:06-0:07,0:08-0:09,0:10-0:11,0:12-0:13,"
		 "0:14-0:15,0:16-0:17,0:18-0:19,0:20-0:21,0:22-0:23,0:24-0:25,0:26-0:27,"
		 "0:28-0:29,0:30-0:31,0:32-0:33",
		 "at most 16 slots"},
	};
	static const char *const days[] = {
		"",	"mo",	"Monday",  "mon-",    "-fri",	  "mon--fri", "mon-fri-sat",
		"mon,", ",mon", "mon fri", "mon;fri", "weekdays", "周一",     "MON-FRI"};
	for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++)
		assert_says(hours[i][0], "mon-fri", NULL, 0, "UTC", hours[i][1]);
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
		assert_says("24h", days[i], NULL, 0, "UTC", "must name days like \"mon-fri\"");
	assert_says("24h", "mon-fri", NULL, 0, "Asia/Nowhere",
		    "timezone: \"Asia/Nowhere\" is no zone known here");
}

static void blanks_are_passed_over(void **state)
{
	(void)state;
	struct calendar *c = make_calendar(" 9:00 - 12:00 , 12:00-18:00 ", " mon - wed, fri ",
					   NULL, 0, "UTC");
	int64_t monday = parse("2026-06-01", NULL);
	assert_int_equal(calendar_between(c, monday, monday + 7 * DAY), 4 * 540 * MINUTE);
	calendar_destroy(c);
}

/* Samoa had no 2011-12-30; Havana's clocks go back at 01:00 to midnight. */
static void a_day_that_was_left_out_has_no_working_time(void **state)
{
	(void)state;
	struct calendar *c = make_calendar("09:00-17:00", "mon-fri", NULL, 0, "Pacific/Apia");
	struct heard_zone *zone = heard_zone_create("Pacific/Apia");
	assert_int_equal(calendar_add(c, parse("2011-12-29 16:30", zone), 60 * MINUTE),
			 parse("2012-01-02 09:30", zone));
	heard_zone_destroy(zone);
	calendar_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_table_ends_where_it_says),
		cmocka_unit_test(the_border_of_a_slot_belongs_to_what_follows),
		cmocka_unit_test(milliseconds_are_kept),
		cmocka_unit_test(no_calendar_runs_round_the_clock),
		cmocka_unit_test(what_is_too_far_is_never),
		cmocka_unit_test(a_year_is_known_by_its_own_file_only),
		cmocka_unit_test(malformed_hours_days_and_zones_are_refused),
		cmocka_unit_test(blanks_are_passed_over),
		cmocka_unit_test(a_day_that_was_left_out_has_no_working_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
