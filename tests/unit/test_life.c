/*
 * Tests of life.c: how a daemon ends, and how it looks at a config before a reload.
 */
#include "engine_client.h"
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct engine_client c;

static struct output *output(size_t i)
{
	return &engine_pipeline(&e)->outputs[i];
}

static void a_stop_drains(void **state)
{
	(void)state;
	struct receipt r[50] = {0};
	e.filter[0].each = NULL;
	engine_start_with_life(&e);
	for (int i = 0; i < 50; i++)
		engine_emit(&e, "{\"body\":\"x\"}", &r[i]);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(e.daemon->state, DAEMON_DONE);
	assert_int_equal(life_exit_code(e.daemon->life), 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(r[i].code, 0);
	assert_int_equal(r[49].times, 1);
	assert_int_equal(e.out[0]->records, 50);
	assert_int_equal(e.out[1]->records, 50);
	assert_int_equal(e.in[0].stops, 1);
	assert_int_equal(e.out[0]->stops, 1);
}

static void a_stop_by_the_socket_is_answered(void **state)
{
	(void)state;
	engine_start_with_life(&e);
	engine_connect(&e, &c, "{\"command\":\"stop\"}");
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_true(engine_answered(&c));
	assert_non_null(strstr(c.text, "\"exit\":0"));
	close(c.fd);
	assert_int_equal(e.daemon->state, DAEMON_DONE);
}

static void a_failing_output_does_not_hold_a_stop_up(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_RETRIES;
	engine_keeps_position(&e, 0); /* never defers */
	engine_start_with_life(&e);
	engine_send(&e, "hello");
	engine_until(&e, output(0)->is_failing);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 0);
	engine_stop(&e);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 1);
	assert_true(engine_balances(&e));
}

static void an_output_that_hangs_is_left_after_the_drain_timeout(void **state)
{
	(void)state;
	e.conf.drain_timeout = 60;
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_start_with_life(&e);
	engine_send(&e, "hello");
	engine_until(&e, e.out[0]->n_held == 1);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 1);
	engine_stop(&e);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).delivered, 1);
	assert_true(engine_balances(&e));
}

static void told_twice_it_stops_at_once(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_start_with_life(&e);
	engine_send(&e, "hello");
	engine_until(&e, e.out[0]->n_held == 1);
	life_stop(e.daemon);
	life_stop(e.daemon);
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 1);
}

/* /proc/self/exe is this test: told "check", it says no (see main). */
static void a_reload_with_a_bad_config_changes_nothing(void **state)
{
	(void)state;
	engine_start_with_life(&e);
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	assert_non_null(strstr(c.text, "\"exit\":1"));
	assert_non_null(strstr(c.text, "test.conf:3: no such thing"));
	assert_int_equal(e.daemon->state, DAEMON_RUNNING);
	assert_false(life_wants_exec(e.daemon->life));
	assert_int_equal(engine_send(&e, "still here").code, 0);
}

static void a_check_that_hangs_is_killed_and_the_next_reload_is_heard(void **state)
{
	(void)state;
	e.conf.drain_timeout = 100;
	engine_start_with_life(&e);
	setenv("TEST_CHECK_HANGS", "1", 1);
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	unsetenv("TEST_CHECK_HANGS");
	assert_non_null(strstr(c.text, "did not end within drain_timeout"));
	assert_int_equal(e.daemon->state, DAEMON_RUNNING);
	e.conf.drain_timeout = 10000;
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	assert_non_null(strstr(c.text, "test.conf:3: no such thing"));
}

static void one_reload_at_a_time(void **state)
{
	(void)state;
	struct engine_client other;
	engine_start_with_life(&e);
	engine_connect(&e, &c, "{\"command\":\"reload\"}");
	engine_connect(&e, &other, "{\"command\":\"reload\"}");
	engine_until(&e, engine_answered(&c) && engine_answered(&other));
	assert_true((strstr(c.text, "under way already") != NULL) !=
		    (strstr(other.text, "under way already") != NULL));
	close(c.fd);
	close(other.fd);
}

/* Not while the check of an earlier one runs. */
static bool reload_begins(void)
{
	engine_ask(&e, &c, "{\"command\":\"reload\"}");
	return strstr(c.text, "under way already") == NULL;
}

static void who_leaves_during_a_reload_is_not_answered(void **state)
{
	(void)state;
	engine_start_with_life(&e);
	engine_connect(&e, &c, "{\"command\":\"reload\"}");
	engine_turn(&e);
	close(c.fd);
	engine_until(&e, reload_begins());
	assert_non_null(strstr(c.text, "no such thing"));
}

static void the_end_during_a_reload_is_no_leak(void **state)
{
	(void)state;
	engine_start_with_life(&e);
	engine_connect(&e, &c, "{\"command\":\"reload\"}");
	engine_turn(&e);
	engine_turn(&e);
	close(c.fd);
}

static void what_was_handed_over_is_found_by_name(void **state)
{
	(void)state;
	setenv("HEARD_INHERIT", "/lock=3 public=15 pub=7", 1);
	assert_int_equal(life_inherited("/lock"), 3);
	assert_int_equal(life_inherited("public"), 15);
	assert_int_equal(life_inherited("pub"), 7);
	assert_int_equal(life_inherited("lock"), -1);
	unsetenv("HEARD_INHERIT");
	assert_int_equal(life_inherited("/lock"), -1);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "check") == 0) {
		while (getenv("TEST_CHECK_HANGS") != NULL)
			pause();
		fputs("test.conf:3: no such thing\n", stderr);
		return 1;
	}
	const struct CMUnitTest tests[] = {
		TEST(a_stop_drains),
		TEST(a_stop_by_the_socket_is_answered),
		TEST(a_failing_output_does_not_hold_a_stop_up),
		TEST(an_output_that_hangs_is_left_after_the_drain_timeout),
		TEST(told_twice_it_stops_at_once),
		TEST(a_reload_with_a_bad_config_changes_nothing),
		TEST(a_check_that_hangs_is_killed_and_the_next_reload_is_heard),
		TEST(one_reload_at_a_time),
		TEST(who_leaves_during_a_reload_is_not_answered),
		TEST(the_end_during_a_reload_is_no_leak),
		TEST(what_was_handed_over_is_found_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
