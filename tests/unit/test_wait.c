/*
 * Tests of wait.c: a filter asks somebody, and its batch waits without holding anybody up.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 2
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

static void keep_promise(void)
{
	struct heard_wait *wait = e.filter[0].asked;
	e.filter[0].asked = NULL;
	heard_wait_done(wait, &e);
}

static void others_pass_while_a_batch_waits(bool own_loop)
{
	struct receipt waits = {0}, r = {0};
	if (own_loop)
		engine_plugin(&e.filters[0])->flags |= HEARD_OWN_LOOP;
	e.filter[1].deaf = true;
	e.conf.workers = 1;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"ask\"}", &waits);
	engine_until(&e, e.filter[0].asked != NULL);
	engine_emit(&e, "{\"body\":\"x\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(waits.times, 0);
	keep_promise();
	engine_until(&e, waits.times > 0);
	assert_int_equal(waits.code, 0);
	assert_ptr_equal(e.filter[0].found, &e);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void a_batch_that_waits_holds_nobody_up(void **state)
{
	(void)state;
	e.filters[1].when = "body ~= 'ask'";
	others_pass_while_a_batch_waits(false);
}

static void nor_in_a_filter_with_its_own_loop(void **state)
{
	(void)state;
	e.filters[1].when = "body ~= 'ask'";
	others_pass_while_a_batch_waits(true);
}

static void what_is_found_at_once_is_found(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filter[0].finds_at_once = e.filter[1].finds_at_once = true;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"ask\"}\n{\"body\":\"x\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.n, 2);
	assert_int_equal(e.filter[0].shown_again, 2);
	assert_int_equal(e.filter[1].shown_again, 2); /* each filter may wait */
	assert_int_equal(e.filter[0].cannot_wait, 0);
}

/* The condition is not asked again: who asked about two gets those two. */
static void the_same_records_come_again(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filters[0].when = "channel == 'web'";
	e.filter[0].finds_at_once = e.filter[1].finds_at_once = true;
	engine_start(&e);
	engine_emit(&e,
		    "{\"channel\":\"email\",\"body\":\"x\"}\n{\"channel\":\"web\",\"body\":"
		    "\"ask drop\"}\n{\"channel\":\"web\",\"body\":\"ask\"}",
		    &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(e.filter[0].shown_again, 2);
	assert_int_equal(e.filter[1].shown_again,
			 2); /* one is gone, one was not shown before */
	assert_int_equal(engine_gate(&e).dropped, 1);
	assert_true(engine_balances(&e));
}

static void send_killer(struct engine *x)
{
	engine_start(x);
	engine_emit(x, "{\"body\":\"kaboom ask\"}", NULL);
	engine_idle(x, ENGINE_SECONDS * 1000);
}

static void a_suspect_is_not_waited_for(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filter[1].crash_word = "kaboom";
	e.filter[0].finds_at_once = e.filter[1].finds_at_once = true;
	e.filters[0].when = "false";
	e.filter[1].finds_at_once = true;
	assert_int_equal(engine_crash(&e, send_killer), 128 + SIGABRT);
	e.filter[1].crash_word = NULL;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"kaboom ask\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.n, 1);
	assert_int_equal(e.filter[1].cannot_wait, 1);
}

static void a_daemon_that_stops_waits_for_the_answer(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filters[1].when = "false";
	engine_start_with_life(&e);
	engine_emit(&e, "{\"body\":\"ask\"}", &r);
	engine_until(&e, e.filter[0].asked != NULL);
	life_stop(e.daemon);
	engine_idle(&e, 50);
	assert_int_equal(r.times, 0);
	keep_promise();
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 1);
}

static void what_waits_at_a_forced_end_is_no_leak(void **state)
{
	(void)state;
	struct receipt waits[3] = {{0}}, busy = {0};
	e.filter[1].deaf = true;
	e.conf.workers = 1;
	engine_start(&e);
	for (int i = 0; i < 3; i++) {
		engine_emit(&e, "{\"body\":\"ask\"}", &waits[i]);
		engine_until(&e, e.filter[0].asked != NULL);
		e.filter[0].asked = NULL;
	}
	heard_emit(e.in[0].host, &(struct heard_emission){.raw = HEARD_STR("{\"body\":\"x\"}"),
							  .receipt = engine_receipt,
							  .arg = &busy});
	engine_stop(&e);
	for (int i = 0; i < 3; i++)
		assert_int_equal(waits[i].times, 0);
	assert_int_equal(busy.times, 0);
}

/* ---- where a filter stands */

static void only_a_filter_behind_an_unconditional_mask_is_masked(void **state)
{
	(void)state;
	engine_plugin(&e.filters[0])->flags |= HEARD_MASKS;
	engine_start(&e);
	assert_false(heard_is_masked(e.filter[0].host));
	assert_true(heard_is_masked(e.filter[1].host));
}

static void a_mask_with_a_condition_does_not_count(void **state)
{
	(void)state;
	engine_plugin(&e.filters[0])->flags |= HEARD_MASKS;
	e.filters[0].when = "channel == 'web'";
	engine_start(&e);
	assert_false(heard_is_masked(e.filter[1].host));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_batch_that_waits_holds_nobody_up),
		TEST(nor_in_a_filter_with_its_own_loop),
		TEST(what_is_found_at_once_is_found),
		TEST(the_same_records_come_again),
		TEST(a_suspect_is_not_waited_for),
		TEST(a_daemon_that_stops_waits_for_the_answer),
		TEST(what_waits_at_a_forced_end_is_no_leak),
		TEST(only_a_filter_behind_an_unconditional_mask_is_masked),
		TEST(a_mask_with_a_condition_does_not_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
