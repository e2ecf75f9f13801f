/* Service levels: which one a ticket has, and what its clocks show. */
#include <heard/error.h>
#include <heard/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sla/sla.h>

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static const char *const files[] = {"2026.json"};

static int64_t at(const char *shanghai)
{
	static const int64_t offset = 8 * HOUR;
	int64_t ms = heard_time_parse(heard_str(shanghai), NULL);
	if (ms == HEARD_TIME_NONE)
		fail_msg("%s is no time", shanghai);
	return ms - offset;
}

/* Every time here is Shanghai's, which has had no summer time since 1991. */
static void assert_time(int64_t is, const char *shanghai)
{
	char text[HEARD_TIME_SIZE];
	if (is == at(shanghai))
		return;
	heard_time_format(is + 8 * HOUR, text);
	fail_msg("%s and not %s", is == HEARD_TIME_NONE ? "never" : text, shanghai);
}

static int make_calendar(void **state)
{
	struct calendar_options options = {.hours = "09:00-12:00,13:00-18:00",
					   .days = "mon-fri",
					   .holidays = {files, 1},
					   .folder = "etc/holidays"};
	struct heard_error err = {0};
	struct calendar *c;
	if (calendar_create(&c, &options, "Asia/Shanghai", NULL, &err) != 0)
		fail_msg("%s", err.text);
	*state = c;
	return 0;
}

static int destroy_calendar(void **state)
{
	calendar_destroy(*state);
	return 0;
}

/* As the core would fill it in from sla_table. */
static struct sla_row empty_row(void)
{
	return (struct sla_row){"", "", "", "", "", "", "", "", "", 75};
}

static struct sla *make_sla(const struct sla_row *rows, size_t n, const struct calendar *c)
{
	struct sla *sla;
	struct heard_error err = {0};
	struct heard_rows all = {rows, n};
	if (sla_create(&sla, &all, c, &err) != 0)
		fail_msg("%s", err.text);
	return sla;
}

static struct sla_subject subject(const char *priority, const char *department,
				  const char *channel, const char *intent)
{
	return (struct sla_subject){heard_str(priority), heard_str(department),
				    heard_str(channel), heard_str(intent)};
}

/* ---- policy */

static void defaults_are_those_that_are_promised(void **state)
{
	static const struct {
		const char *priority, *department, *intent;
		int64_t response, resolution;
		bool is_business; /* where there is a calendar */
	} rows[] = {
		{"high", "quality", "complaint", 30, 48 * 60, false},
		{"high", "quality", "question", 30, -1, false},
		{"medium", "quality", "complaint", 240, 48 * 60, true},
		{"medium", "quality", "question", 240, -1, true},
		{"low", "tech", "suggestion", 24 * 60, -1, true},
		{"low", "aftersales", "praise", 24 * 60, -1, true},
		{"", "", "", 240, -1, true},
	};
	struct sla *sla = make_sla(NULL, 0, *state);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sla_subject s = subject(rows[i].priority, rows[i].department, "web",
					       rows[i].intent);
		struct sla_level first = sla_level(sla, SLA_FIRST_RESPONSE, &s);
		struct sla_level next = sla_level(sla, SLA_NEXT_RESPONSE, &s);
		struct sla_level end = sla_level(sla, SLA_RESOLUTION, &s);
		struct sla_level bare = sla_level(NULL, SLA_FIRST_RESPONSE, &s);
		bool has_end = rows[i].resolution >= 0;
		assert_int_equal(first.span, rows[i].response * MINUTE);
		assert_int_equal(first.warn_span, first.span * 3 / 4);
		assert_ptr_equal(first.calendar, rows[i].is_business ? *state : NULL);
		assert_string_equal(first.policy, "default");
		assert_int_equal(next.span, first.span);
		assert_ptr_equal(next.calendar, first.calendar);
		assert_int_equal(end.span, has_end ? rows[i].resolution * MINUTE : -1);
		assert_int_equal(bare.span, first.span);
		assert_null(bare.calendar);
	}
	sla_destroy(sla);
}

static void high_is_due_in_1800_seconds_by_night_and_on_holidays(void **state)
{
	struct sla *sla = make_sla(NULL, 0, *state);
	struct sla_subject s = subject("high", "quality", "web", "complaint");
	struct sla_level level = sla_level(sla, SLA_FIRST_RESPONSE, &s);
	assert_time(sla_clock_start(&level, at("2026-02-17 03:00")).due, "2026-02-17 03:30");
	sla_destroy(sla);
}

static void the_first_row_that_matches_wins_for_each_clock_it_sets(void **state)
{
	struct sla_row rows[5];
	for (size_t i = 0; i < 5; i++)
		rows[i] = empty_row();
	rows[0].priority = "low";
	rows[0].channel = "email";
	rows[0].first_response = "48h";
	rows[0].calendar = "24h";
	rows[1].intent = "complaint";
	rows[1].resolution = "1.5h";
	rows[1].name = "complaints";
	rows[1].warn = 50;
	rows[2].channel = "email";
	rows[2].first_response = "2h";
	rows[2].next_response = "30m";
	rows[2].resolution = "2d";
	rows[3].department = "finance";
	rows[3].first_response = "none";
	rows[4].priority = "high";
	rows[4].first_response = "10m";
	rows[4].calendar = "business";
	struct sla *sla = make_sla(rows, 5, *state);

	struct sla_subject s = subject("low", "tech", "email", "complaint");
	struct sla_level level = sla_level(sla, SLA_FIRST_RESPONSE, &s);
	assert_int_equal(level.span, 48 * HOUR);
	assert_null(level.calendar);
	assert_string_equal(level.policy, "row 1");
	level = sla_level(sla, SLA_NEXT_RESPONSE, &s);
	assert_int_equal(level.span, 30 * MINUTE);
	assert_ptr_equal(level.calendar, *state);
	assert_string_equal(level.policy, "row 3");
	level = sla_level(sla, SLA_RESOLUTION, &s);
	assert_int_equal(level.span, 90 * MINUTE);
	assert_int_equal(level.warn_span, 45 * MINUTE);
	assert_string_equal(level.policy, "complaints");

	s = subject("medium", "finance", "web", "question");
	assert_int_equal(sla_level(sla, SLA_FIRST_RESPONSE, &s).span, -1);
	assert_int_equal(sla_level(sla, SLA_NEXT_RESPONSE, &s).span, -1); /* as the first */
	assert_int_equal(sla_level(sla, SLA_RESOLUTION, &s).span, -1);

	s = subject("high", "tech", "web", "question");
	level = sla_level(sla, SLA_NEXT_RESPONSE, &s);
	assert_int_equal(level.span, 10 * MINUTE);
	assert_ptr_equal(level.calendar, *state);
	sla_destroy(sla);
}

static void after_sales_never_waits_longer_than_a_day(void **state)
{
	struct sla_row rows[2] = {empty_row(), empty_row()};
	rows[0].priority = "low";
	rows[0].first_response = "72h";
	rows[1].priority = "high";
	rows[1].department = "aftersales";
	rows[1].first_response = "30h";
	struct sla *sla = make_sla(rows, 2, *state);

	/* Within working hours it is as everywhere. */
	struct sla_subject s = subject("medium", "aftersales", "web", "complaint");
	struct sla_level level = sla_level(sla, SLA_FIRST_RESPONSE, &s);
	assert_int_equal(level.within, 24 * HOUR);
	assert_time(sla_clock_start(&level, at("2026-06-01 10:00")).due, "2026-06-01 15:00");
	/* A weekend, and a week of holidays, do not make it wait. */
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-05 17:00"));
	assert_time(clock.due, "2026-06-06 17:00");
	assert_time(sla_clock_warn_at(&level, clock), "2026-06-06 16:00");
	assert_time(sla_clock_start(&level, at("2026-09-30 18:00")).due, "2026-10-01 18:00");
	/* A pause moves it by its own length. */
	clock = sla_clock_stop(&level, clock, at("2026-06-06 11:00"));
	assert_int_equal(clock.left, 6 * HOUR);
	clock = sla_clock_go_on(&level, clock, at("2026-06-07 10:00"));
	assert_time(clock.due, "2026-06-07 16:00");
	assert_int_equal(sla_pause(&level, at("2026-06-06 11:00"), at("2026-06-07 10:00")),
			 23 * HOUR);

	s = subject("low", "aftersales", "web", "praise");
	level = sla_level(sla, SLA_NEXT_RESPONSE, &s);
	assert_int_equal(level.span, 24 * HOUR); /* the row does not name the department */
	assert_int_equal(level.within, 24 * HOUR);
	s = subject("high", "aftersales", "web", "praise");
	level = sla_level(sla, SLA_FIRST_RESPONSE, &s);
	assert_int_equal(level.span, 30 * HOUR); /* the row does, so it may */
	assert_int_equal(level.within, 0);
	s = subject("medium", "aftersales", "web", "complaint");
	assert_int_equal(sla_level(sla, SLA_RESOLUTION, &s).within, 0);
	sla_destroy(sla);
}

static void wrong_rows_are_refused_with_their_name(void **state)
{
	struct sla_row wrong[9];
	static const char *const sentences[9] = {
		"sla: row 2: priority: \"urgent\" must be high, medium or low",
		"sla: row 2: first_response: \"soon\" must be a duration such as",
		"sla: row 2: next_response: \"90\" must be a duration",
		"sla: row 2: resolution: \"-1h\" must be a duration",
		"sla: row 2: resolution: \"0\" leaves no time",
		"sla: row 2: calendar: \"weekend\" must be \"business\" or \"24h\"",
		"sla: row 2: resolution: \"36500d\" of working time take over 20 years",
		"sla: row 2: sets none of first_response",
		"sla: 投诉: first_response: \"\xe5\xa4\xa9\" must be",
	};
	for (size_t i = 0; i < 9; i++) {
		wrong[i] = empty_row();
		wrong[i].first_response = "1h";
	}
	wrong[0].priority = "urgent";
	wrong[1].first_response = "soon";
	wrong[2].next_response = "90";
	wrong[3].resolution = "-1h";
	wrong[4].resolution = "0";
	wrong[5].calendar = "weekend";
	wrong[6].resolution = "36500d";
	wrong[7].first_response = "";
	wrong[8].name = "投诉";
	wrong[8].first_response = "天";
	for (size_t i = 0; i < 9; i++) {
		struct sla_row rows[2] = {empty_row(), wrong[i]};
		struct heard_rows all = {rows, 2};
		struct heard_error err = {0};
		struct sla *sla = (struct sla *)1;
		rows[0].resolution = "none";
		int code = sla_create(&sla, &all, *state, &err);
		assert_int_equal(code, -err.code);
		assert_int_not_equal(code, 0);
		assert_null(sla);
		if (strncmp(err.text, sentences[i], strlen(sentences[i])) != 0)
			fail_msg("\"%s\" is not \"%s\"", err.text, sentences[i]);
		assert_int_not_equal(sla_create(&sla, &all, *state, NULL), 0);
	}
	struct sla_row business = empty_row();
	struct heard_rows all = {&business, 1};
	struct heard_error err = {0};
	struct sla *sla;
	business.first_response = "1h";
	business.calendar = "business";
	assert_int_not_equal(sla_create(&sla, &all, NULL, &err), 0);
	assert_non_null(strstr(err.text, "\"business\" needs a `calendar`"));
}

static void kinds_have_the_names_of_the_config(void **state)
{
	(void)state;
	assert_string_equal(sla_kind_name(SLA_FIRST_RESPONSE), "first_response");
	assert_string_equal(sla_kind_name(SLA_NEXT_RESPONSE), "next_response");
	assert_string_equal(sla_kind_name(SLA_RESOLUTION), "resolution");
}

/* ---- clocks; lunch is from 12 to 13, 2026-06-05 is a Friday */

static struct sla_level level_of(const struct calendar *c, int64_t minutes)
{
	return (struct sla_level){.span = minutes * MINUTE,
				  .calendar = c,
				  .warn_span = minutes * MINUTE * 3 / 4,
				  .policy = "test"};
}

static void a_clock_that_runs_knows_when_it_is_due_and_when_to_warn(void **state)
{
	struct sla_level level = level_of(*state, 240);
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-05 17:00"));
	assert_time(clock.due, "2026-06-08 12:00");
	assert_int_equal(clock.left, SLA_NO_TIME_LEFT);
	assert_time(sla_clock_warn_at(&level, clock), "2026-06-08 11:00");
	clock = sla_clock_start(&level, at("2026-06-05 11:00"));
	assert_time(clock.due, "2026-06-05 16:00");
	assert_time(sla_clock_warn_at(&level, clock), "2026-06-05 15:00");
}

static void a_level_without_a_span_has_no_clock(void **state)
{
	struct sla_level level = {.span = -1, .calendar = *state};
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-05 17:00"));
	assert_int_equal(clock.due, HEARD_TIME_NONE);
	assert_int_equal(clock.left, SLA_NO_TIME_LEFT);
	assert_int_equal(sla_clock_warn_at(&level, clock), HEARD_TIME_NONE);
	level = level_of(*state, INT64_C(60) * 24 * 366 * 20);
	assert_int_equal(sla_clock_start(&level, at("2026-06-05 17:00")).due, HEARD_TIME_NONE);
}

static void an_absent_clock_stays_absent(void **state)
{
	struct sla_level level = level_of(*state, 60);
	struct sla_clock none = SLA_CLOCK_NONE;
	int64_t now = at("2026-06-01 10:00");
	struct sla_clock turned[] = {sla_clock_stop(&level, none, now),
				     sla_clock_go_on(&level, none, now),
				     sla_clock_change(&level, none, now, 0, now)};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(turned[i].due, HEARD_TIME_NONE);
		assert_int_equal(turned[i].left, SLA_NO_TIME_LEFT);
	}
}

/* Stopped and gone on; what is left is in minutes. */
static void a_pause_costs_no_working_time(void **state)
{
	static const struct {
		const char *start;
		int64_t span;
		const char *stop;
		int64_t left;
		const char *go_on, *due;
	} rows[] = {
		{"2026-06-01 09:00", 240, "2026-06-01 10:00", 180, "2026-06-01 11:00",
		 "2026-06-01 15:00"},
		{"2026-06-01 09:00", 240, "2026-06-01 10:00", 180, "2026-06-01 10:00",
		 "2026-06-01 14:00"},
		{"2026-06-01 09:00", 240, "2026-06-01 12:30", 60, "2026-06-03 17:30",
		 "2026-06-04 09:30"},
		/* Over nights and weekends nothing is lost by stopping. */
		{"2026-06-05 17:00", 240, "2026-06-05 22:00", 180, "2026-06-07 22:00",
		 "2026-06-08 12:00"},
		/* Over the holidays of spring; the 28th, a Saturday, is worked. */
		{"2026-02-14 17:00", 480, "2026-02-20 12:00", 420, "2026-02-28 17:00",
		 "2026-03-02 16:00"},
		/* At the deadline to the minute, and beyond it. */
		{"2026-06-01 09:00", 60, "2026-06-01 10:00", 0, "2026-06-02 10:00",
		 "2026-06-02 10:00"},
		{"2026-06-01 09:00", 60, "2026-06-01 10:01", -1, "2026-06-02 10:00",
		 "2026-06-02 09:59"},
		{"2026-06-01 09:00", 60, "2026-06-02 10:00", -480, "2026-06-03 10:00",
		 "2026-06-02 10:00"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sla_level level = level_of(*state, rows[i].span);
		struct sla_clock clock = sla_clock_start(&level, at(rows[i].start));
		clock = sla_clock_stop(&level, clock, at(rows[i].stop));
		assert_int_equal(clock.due, HEARD_TIME_NONE);
		assert_int_equal(clock.left, rows[i].left * MINUTE);
		assert_int_equal(sla_clock_warn_at(&level, clock), HEARD_TIME_NONE);
		clock = sla_clock_go_on(&level, clock, at(rows[i].go_on));
		assert_time(clock.due, rows[i].due);
		assert_int_equal(clock.left, SLA_NO_TIME_LEFT);
	}
}

/* A negative remainder of a millisecond is one, and no sentinel. */
static void a_clock_that_is_a_millisecond_late_is_stopped_all_the_same(void **state)
{
	struct sla_level level = level_of(*state, 60);
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-01 09:00"));
	clock = sla_clock_stop(&level, clock, at("2026-06-01 10:00") + 1);
	assert_int_equal(clock.left, -1);
	clock = sla_clock_go_on(&level, clock, at("2026-06-01 11:00"));
	assert_int_equal(clock.due, at("2026-06-01 11:00") - 1);
}

static void stopping_twice_is_stopping_once(void **state)
{
	struct sla_level level = level_of(*state, 240);
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-01 09:00"));
	clock = sla_clock_stop(&level, clock, at("2026-06-01 10:00"));
	clock = sla_clock_stop(&level, clock, at("2026-06-01 11:00"));
	assert_int_equal(clock.left, 180 * MINUTE);
	clock = sla_clock_go_on(&level, clock, at("2026-06-01 11:00"));
	clock = sla_clock_go_on(&level, clock, at("2026-06-01 16:00"));
	assert_time(clock.due, "2026-06-01 15:00");
}

static void several_pauses_add_up(void **state)
{
	struct sla_level level = level_of(*state, 480);
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-01 09:00"));
	int64_t paused = 0;
	for (int day = 1; day <= 4; day++) { /* worked from 9 to 10, then stopped */
		int64_t ten = at("2026-06-01 10:00") + (day - 1) * 24 * HOUR;
		clock = sla_clock_stop(&level, clock, ten);
		assert_int_equal(clock.left, (480 - day * 60) * MINUTE);
		clock = sla_clock_go_on(&level, clock, ten + 23 * HOUR);
		paused += sla_pause(&level, ten, ten + 23 * HOUR);
	}
	assert_int_equal(paused, 4 * 420 * MINUTE);
	assert_time(clock.due, "2026-06-05 14:00");
	/* Started at the same time and changed with these pauses it is the same. */
	struct sla_clock same = sla_clock_change(&level, clock, at("2026-06-01 09:00"), paused,
						 at("2026-06-05 09:00"));
	assert_time(same.due, "2026-06-05 14:00");
}

/* What is reopened has a round of its own: a new clock from then on. */
static void reopening_starts_anew(void **state)
{
	struct sla_level level = level_of(*state, 240);
	struct sla_clock clock = sla_clock_start(&level, at("2026-06-01 09:00"));
	clock = sla_clock_stop(&level, clock, at("2026-06-01 10:00"));
	clock = sla_clock_start(&level, at("2026-06-06 20:00"));
	assert_time(clock.due, "2026-06-08 14:00");
}

/* ---- another policy */

static void another_policy_holds_from_the_beginning(void **state)
{
	static const struct {
		int64_t old, new;
		const char *began, *at, *due;
	} rows[] = {
		/* longer, shorter, the same */
		{240, 480, "2026-06-01 09:00", "2026-06-01 10:00", "2026-06-01 18:00"},
		{480, 240, "2026-06-01 09:00", "2026-06-01 10:00", "2026-06-01 14:00"},
		{240, 240, "2026-06-05 17:00", "2026-06-06 10:00", "2026-06-08 12:00"},
		/* It would have been due already, or all but: a tenth of it is given. */
		{480, 60, "2026-06-01 09:00", "2026-06-01 11:00", "2026-06-01 11:06"},
		{480, 120, "2026-06-01 09:00", "2026-06-01 10:50", "2026-06-01 11:02"},
		{480, 120, "2026-06-01 09:00", "2026-06-01 10:48", "2026-06-01 11:00"},
		{480, 60, "2026-06-01 09:00", "2026-06-05 17:58", "2026-06-08 09:04"},
		/* Less is left than a tenth: then that is left, at every change. */
		{240, 240, "2026-06-01 09:00", "2026-06-01 13:50", "2026-06-01 14:00"},
		{240, 200, "2026-06-01 09:00", "2026-06-01 13:50", "2026-06-01 14:00"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sla_level old = level_of(*state, rows[i].old);
		struct sla_level new = level_of(*state, rows[i].new);
		int64_t began = at(rows[i].began), now = at(rows[i].at);
		struct sla_clock clock = sla_clock_start(&old, began);
		clock = sla_clock_change(&new, clock, began, 0, now);
		assert_time(clock.due, rows[i].due);
	}
}

static void another_calendar_counts_from_the_beginning_too(void **state)
{
	struct sla_level office = level_of(*state, 240), always = level_of(NULL, 30);
	int64_t began = at("2026-06-05 17:00"), now = at("2026-06-05 17:10");
	struct sla_clock clock = sla_clock_start(&office, began);
	assert_time(sla_clock_change(&always, clock, began, 0, now).due, "2026-06-05 17:30");
	/* Raised on Sunday: long past, so a tenth of the half hour is left. */
	now = at("2026-06-07 12:00");
	clock = sla_clock_change(&always, clock, began, 0, now);
	assert_time(clock.due, "2026-06-07 12:03");
	/* And back: only the hour of Friday has been used up. */
	clock = sla_clock_change(&office, clock, began, 0, now);
	assert_time(clock.due, "2026-06-08 12:00");
}

static void a_stopped_clock_is_changed_and_stays_stopped(void **state)
{
	struct sla_level old = level_of(*state, 240), new = level_of(*state, 480);
	int64_t began = at("2026-06-01 09:00"), stopped = at("2026-06-01 10:00");
	int64_t now = at("2026-06-01 16:00");
	struct sla_clock clock = sla_clock_stop(&old, sla_clock_start(&old, began), stopped);
	int64_t paused = sla_pause(&new, stopped, now);
	clock = sla_clock_change(&new, clock, began, paused, now);
	assert_int_equal(clock.due, HEARD_TIME_NONE);
	assert_int_equal(clock.left, 420 * MINUTE);
	new = level_of(*state, 50);
	clock = sla_clock_change(&new, clock, began, paused, now);
	assert_int_equal(clock.left, 5 * MINUTE);
}

static void a_policy_without_that_clock_takes_it_away(void **state)
{
	struct sla_level level = level_of(*state, 240), none = {.span = -1};
	int64_t began = at("2026-06-01 09:00");
	struct sla_clock clock = sla_clock_start(&level, began);
	clock = sla_clock_change(&none, clock, began, 0, began);
	assert_int_equal(clock.due, HEARD_TIME_NONE);
	assert_int_equal(clock.left, SLA_NO_TIME_LEFT);
}

#define WITH_CALENDAR(f) cmocka_unit_test_setup_teardown(f, make_calendar, destroy_calendar)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CALENDAR(defaults_are_those_that_are_promised),
		WITH_CALENDAR(high_is_due_in_1800_seconds_by_night_and_on_holidays),
		WITH_CALENDAR(the_first_row_that_matches_wins_for_each_clock_it_sets),
		WITH_CALENDAR(after_sales_never_waits_longer_than_a_day),
		WITH_CALENDAR(wrong_rows_are_refused_with_their_name),
		cmocka_unit_test(kinds_have_the_names_of_the_config),
		WITH_CALENDAR(a_clock_that_runs_knows_when_it_is_due_and_when_to_warn),
		WITH_CALENDAR(a_level_without_a_span_has_no_clock),
		WITH_CALENDAR(an_absent_clock_stays_absent),
		WITH_CALENDAR(a_pause_costs_no_working_time),
		WITH_CALENDAR(a_clock_that_is_a_millisecond_late_is_stopped_all_the_same),
		WITH_CALENDAR(stopping_twice_is_stopping_once),
		WITH_CALENDAR(several_pauses_add_up),
		WITH_CALENDAR(reopening_starts_anew),
		WITH_CALENDAR(another_policy_holds_from_the_beginning),
		WITH_CALENDAR(another_calendar_counts_from_the_beginning_too),
		WITH_CALENDAR(a_stopped_clock_is_changed_and_stays_stopped),
		WITH_CALENDAR(a_policy_without_that_clock_takes_it_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
