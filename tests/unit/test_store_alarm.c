/*
 * test_store_alarm.c - what happens by the clock: in time, late, and never twice.
 */
#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

static int with_events(void **state)
{
	if (fixture_open(state))
		return -1;
	struct fixture *f = *state;
	f->rules.events = true;
	return 0;
}

static void put_one(struct fixture *f)
{
	put(f, a_word(f, 1, "p", "x", NOW));
	forget_events(f);
}

static void warned_then_breached_then_escalated(void **state)
{
	struct fixture *f = *state;
	put_one(f);
	assert_int_equal(ring(f, NOW), NOW + HOURS(3));
	assert_int_equal(ring(f, NOW + HOURS(3) - 1), NOW + HOURS(3));
	assert_string_equal(events_of(f), "");
	assert_int_equal(ring(f, NOW + HOURS(3)), NOW + HOURS(4));
	assert_string_equal(events_of(f), "warned#1:first_response;");
	forget_events(f);
	assert_int_equal(ring(f, NOW + HOURS(4)), NOW + HOURS(8));
	assert_string_equal(events_of(f), "breached#1:first_response;");
	forget_events(f);
	assert_int_equal(ring(f, NOW + HOURS(8)), NOW + HOURS(36));
	assert_string_equal(events_of(f), "escalated#1:first_response;");
	assert_int_equal(look(f, 1).is.escalation, 1);
	assert_string_equal(history_of(f, 1), "created >new;warned >first_response;"
					      "breached >first_response;"
					      "escalated >first_response;");
}

static void an_answer_in_time_silences_its_clock(void **state)
{
	struct fixture *f = *state;
	put_one(f);
	answer_it(f, 1, "a", NOW + HOURS(1));
	forget_events(f);
	assert_int_equal(ring(f, NOW + HOURS(35)), NOW + HOURS(36));
	assert_string_equal(events_of(f), "");
}

static void nothing_comes_twice_over_restarts(void **state)
{
	struct fixture *f = *state;
	put_one(f);
	for (int hour = 0; hour <= 120; hour++) {
		open_again(f);
		ring(f, NOW + HOURS(hour));
		ring(f, NOW + HOURS(hour) - MINUTES(90)); /* the clock was set back */
	}
	assert_string_equal(events_of(f), "warned#1:first_response;breached#1:first_response;"
					  "escalated#1:first_response;warned#1:resolution;"
					  "breached#1:resolution;escalated#1:resolution;");
	assert_int_equal(number_of(f, "SELECT count(*) FROM level"), 2);
}

static void a_jump_of_a_year_does_everything_once_and_late(void **state)
{
	struct fixture *f = *state;
	put_one(f);
	put(f, a_word(f, 2, "q", "y", NOW));
	must_move(f, 2, STORE_RESOLVED, NOW + HOURS(1));
	forget_events(f);
	assert_true(ring(f, NOW + DAYS(365)) == HEARD_TIME_NONE);
	assert_string_equal(events_of(f),
			    "closed#2;breached#1:first_response;escalated#1:first_response;"
			    "breached#1:resolution;escalated#1:resolution;");
	ring(f, NOW + DAYS(366));
	ring(f, NOW);
	assert_int_equal(number_of(f, "SELECT count(*) FROM event"), 5);
	assert_int_equal(look(f, 2).is.state, STORE_CLOSED);
}

static void afterwards_it_asks_looks_and_closes(void **state)
{
	struct fixture *f = *state;
	put_one(f);
	must_move(f, 1, STORE_RESOLVED, NOW);
	forget_events(f);
	assert_int_equal(ring(f, NOW + HOURS(1)), NOW + DAYS(7));
	assert_string_equal(events_of(f), "follow_up#1;");
	forget_events(f);
	assert_int_equal(ring(f, NOW + DAYS(7)), NOW + DAYS(30));
	assert_true(ring(f, NOW + DAYS(30)) == HEARD_TIME_NONE);
	assert_string_equal(events_of(f), "closed#1;");
	assert_int_equal(look(f, 1).is.state, STORE_CLOSED);
}

static void what_is_never_is_never(void **state)
{
	struct fixture *f = *state;
	f->rules.follow_up_after = f->rules.relapse_after = f->rules.close_after = -1;
	put_one(f);
	must_move(f, 1, STORE_RESOLVED, NOW);
	forget_events(f);
	assert_true(ring(f, NOW + DAYS(365)) == HEARD_TIME_NONE);
	assert_string_equal(events_of(f), "");
}

static struct store_record about(struct fixture *f, unsigned n, const char *body,
				 const char *product, int64_t at)
{
	struct store_record rec = a_word(f, n, "p", body, at);
	rec.category = HEARD_STR_OF("product");
	rec.product = heard_str(product);
	return rec;
}

static void the_same_matter_again_is_a_relapse(void **state)
{
	struct fixture *f = *state;
	put(f, about(f, 1, "it is broken", "PB-1", NOW));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(1));
	put(f, about(f, 2, "it is broken once more", "PB-1", NOW + DAYS(3)));
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	forget_events(f);
	open_again(f);
	ring(f, NOW + HOURS(1) + DAYS(7));
	assert_non_null(strstr(events_of(f), "relapsed#1;reopened#1;"));
	assert_int_equal(look(f, 1).is.round, 2);
	assert_non_null(strstr(history_of(f, 1), "returned >#2;"));
}

static void another_matter_is_none(void **state)
{
	struct fixture *f = *state;
	put(f, about(f, 1, "it is broken", "PB-1", NOW));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(1));
	put(f, about(f, 2, "where is it", "PB-2", NOW + DAYS(3)));
	ring(f, NOW + DAYS(8));
	assert_null(strstr(events_of(f), "relapsed"));
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
}

static void more_than_fit_at_once_are_all_done(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	char body[600];
	int64_t next;
	assert_int_equal(store_begin(f->store, &f->err), 0);
	for (unsigned n = 1; n <= 600; n++) {
		snprintf(body, sizeof(body), "%c%c", 'a' + (int)(n / 26), 'a' + (int)(n % 26));
		struct store_record rec = a_word(f, n, "p", body, NOW);
		assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	}
	assert_int_equal(store_commit(f->store, "shop/tickets", 600, &f->err), 0);
	assert_int_equal(store_alarms(f->store, NOW + HOURS(3), &next, &f->err), 0);
	assert_int_equal(next, NOW + HOURS(3));
	assert_int_equal(ring(f, NOW + HOURS(3)), NOW + HOURS(4));
	assert_int_equal(number_of(f, "SELECT count(*) FROM history WHERE what='warned'"), 600);
}

static void nobody_is_asked_who_was_erased(void **state)
{
	struct fixture *f = *state;
	struct store_act act = by_anna(0, NOW);
	int64_t n;
	put_one(f);
	must_move(f, 1, STORE_RESOLVED, NOW);
	assert_int_equal(store_erase(f->store, HEARD_STR_OF("p"), &act, &n, &f->err), 0);
	forget_events(f);
	assert_true(ring(f, NOW + DAYS(40)) == HEARD_TIME_NONE);
	assert_string_equal(events_of(f), "");
	put(f, a_word(f, 2, "p", "x", NOW + HOURS(2)));
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket"), 2);
}

static void working_time_is_what_counts(void **state)
{
	struct fixture *f = *state;
	static const struct calendar_options nine_to_six = {
		.hours = "09:00-12:00,13:00-18:00", .days = "mon-fri", .timezone = "UTC"};
	struct heard_rows none = {.n = 0};
	struct calendar *calendar;
	struct sla *sla;
	const int64_t monday = NOW - NOW % DAYS(1) + DAYS(3); /* NOW is a Friday, 03:04 */
	if (calendar_create(&calendar, &nine_to_six, "UTC", NULL, &f->err) ||
	    sla_create(&sla, &none, calendar, &f->err))
		fail_msg("%s", f->err.text);
	f->rules.sla = sla;
	put(f, a_word(f, 1, "p", "x", monday - DAYS(3) + HOURS(17)));
	assert_int_equal(look(f, 1).is.first_response_due, monday + HOURS(12));
	assert_int_equal(ring(f, monday), monday + HOURS(11)); /* 3 of 4 hours are gone */
	must_move(f, 1, STORE_WAITING, monday + HOURS(10));
	must_move(f, 1, STORE_OPENED, monday + HOURS(17));
	assert_int_equal(look(f, 1).is.first_response_due, monday + DAYS(1) + HOURS(10));
	assert_int_equal(ring(f, monday + DAYS(1) + HOURS(10)),
			 monday + DAYS(1) + HOURS(15)); /* the same span again */
	f->rules.sla = NULL;
	sla_destroy(sla);
	calendar_destroy(calendar);
}

static void ring_until_killed(struct fixture *f)
{
	if (store_open(&f->store, f->path, STORE_CREATE, &f->err))
		_exit(1);
	store_set_rules(f->store, &f->rules);
	for (int64_t minute = 0;; minute++)
		ring(f, NOW + MINUTES(minute));
}

/* Each ticket is warned of and breached once, however often the daemon dies. */
static void a_kill_in_between_repeats_nothing(void **state)
{
	struct fixture *f = *state;
	for (unsigned n = 1; n <= 200; n++) {
		char body[16];
		snprintf(body, sizeof(body), "%c%c", 'a' + (int)(n / 26), 'a' + (int)(n % 26));
		put(f, a_word(f, n, "p", body, NOW + (int64_t)n * 1000));
	}
	forget_events(f);
	for (unsigned round = 0; round < 10; round++) {
		pid_t pid = fork();
		if (pid == 0)
			ring_until_killed(f);
		usleep(2000 + round * 3100);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	ring(f, NOW + DAYS(10));
	assert_int_equal(number_of(f, "SELECT count(*) FROM history WHERE what='breached'"),
			 400);
	assert_int_equal(number_of(f, "SELECT count(*) FROM level"), 400);
	assert_int_equal(number_of(f, "SELECT count(*) FROM history WHERE what='escalated'"),
			 400);
	assert_int_equal(number_of(f, "SELECT count(*) FROM event"),
			 number_of(f, "SELECT count(*) FROM history WHERE what IN"
				      " ('warned','breached','escalated')"));
}

#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, with_events, fixture_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVENTS_TEST(warned_then_breached_then_escalated),
		EVENTS_TEST(an_answer_in_time_silences_its_clock),
		EVENTS_TEST(nothing_comes_twice_over_restarts),
		EVENTS_TEST(a_jump_of_a_year_does_everything_once_and_late),
		EVENTS_TEST(afterwards_it_asks_looks_and_closes),
		EVENTS_TEST(what_is_never_is_never),
		EVENTS_TEST(the_same_matter_again_is_a_relapse),
		EVENTS_TEST(another_matter_is_none),
		EVENTS_TEST(more_than_fit_at_once_are_all_done),
		EVENTS_TEST(nobody_is_asked_who_was_erased),
		EVENTS_TEST(working_time_is_what_counts),
		EVENTS_TEST(a_kill_in_between_repeats_nothing),
	};
	return cmocka_run_group_tests_name("store_alarm", tests, NULL, NULL);
}
