/*
 * Tests of delivery.c and deferred.c: outcomes, backoff, deferral, giving up.
 */
#include "engine_emit.h"
#include "engine_look.h"

#include "delivery.h"

#define ENGINE_FILTERS 0
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

static struct output *output(void)
{
	return &engine_pipeline(&e)->outputs[0];
}

static void outcomes_are_counted_record_by_record(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	struct receipt r = {0};
	engine_emit(&e,
		    "{\"body\":\"good\"}\n{\"body\":\"refuse me\"}\n{\"body\":\"twice\"}\n"
		    "{\"body\":\"good\"}",
		    &r);
	engine_until(&e, r.times > 0);
	engine_drain(&e);
	struct ledger_output l = engine_output(&e, 0);
	assert_int_equal(l.delivered, 2);
	assert_int_equal(l.duplicate, 1);
	assert_int_equal(l.dead, 1);
	assert_int_equal(l.pending, 0);
	struct engine_letter letter = engine_letters(&e);
	assert_int_equal(letter.n, 1);
	assert_non_null(strstr(letter.meta, "\"reason\":\"not in my house\""));
	assert_non_null(strstr(letter.meta, "\"instance\":\"o0\""));
	assert_non_null(strstr(letter.body, "refuse me"));
	assert_true(engine_balances(&e));
}

static void a_failure_is_tried_again_and_only_what_failed(void **state)
{
	(void)state;
	e.out[0]->fail_next = 2;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_drain(&e);
	assert_int_equal(e.out[0]->writes, 3);
	assert_int_equal(e.out[0]->retries, 2);
	assert_int_equal(e.out[0]->records, 1);
	assert_int_equal(output()->retries, 2);
	assert_int_equal(engine_output(&e, 0).delivered, 1);
	assert_true(engine_balances(&e));
}

static void pauses_grow_up_to_the_longest(void **state)
{
	(void)state;
	e.outputs[0].retry.first = 1000;
	e.outputs[0].retry.max = 5000;
	engine_start(&e);
	for (unsigned attempts = 1; attempts < 70; attempts++) {
		int64_t want = attempts == 1   ? 1000
			       : attempts == 2 ? 2000
			       : attempts == 3 ? 4000
					       : 5000;
		int64_t got = output_backoff(output(), attempts);
		assert_in_range(got, want * 3 / 4, want * 5 / 4);
	}
}

static void what_the_receiver_asks_for_is_waited_for(void **state)
{
	(void)state;
	e.out[0]->fail_next = 1;
	e.out[0]->after_ms = 150;
	engine_start(&e);
	int64_t from = engine_clock();
	engine_send(&e, "hello");
	engine_drain(&e);
	assert_true(engine_clock() - from >= 145);
	assert_int_equal(e.out[0]->writes, 2);
}

static void after_three_failures_a_record_steps_aside_and_later_ones_go_on(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send(&e, "retry me");
	engine_send(&e, "good");
	engine_until(&e, e.out[0]->records == 1 && output()->n_deferred == 1);
	struct ledger_output l = engine_output(&e, 0);
	assert_int_equal(l.deferred, 1);
	assert_int_equal(l.pending, 1);
	assert_int_equal(l.delivered, 1);
	assert_true(engine_balances(&e));
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, output()->n_deferred == 0 && engine_output(&e, 0).delivered == 2);
	assert_int_equal(engine_output(&e, 0).pending, 0);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void the_deferred_survive_a_restart(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send(&e, "retry me");
	engine_until(&e, output()->n_deferred == 1);
	engine_stop(&e);
	engine_start(&e);
	assert_int_equal(output()->n_deferred, 1);
	assert_true(engine_balances(&e));
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, output()->n_deferred == 0);
	assert_int_equal(engine_output(&e, 0).delivered, 1);
	engine_stop(&e);
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 1);
	assert_true(engine_balances(&e));
}

static void defer_and_die(struct engine *x)
{
	x->out[0]->mode = OUTPUT_BY_WORD;
	engine_start(x);
	engine_send(x, "retry me");
	engine_send(x, "good");
	engine_until(x, engine_pipeline(x)->outputs[0].n_deferred == 1);
}

static void a_crash_doubles_no_deferral(void **state)
{
	(void)state;
	assert_int_equal(engine_crash(&e, defer_and_die), 0);
	engine_start(&e);
	assert_true(engine_balances(&e));
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, engine_output(&e, 0).pending == 0);
	assert_int_equal(e.out[0]->delivered[1], 1);
	assert_int_equal(engine_output(&e, 0).delivered, 2);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void given_up_in_the_deferred_queue_is_a_dead_letter(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_BY_WORD;
	e.outputs[0].retry.give_up = 1500; /* long enough to be deferred on a slow machine */
	engine_start(&e);
	engine_send(&e, "retry me");
	engine_until(&e, output()->n_deferred == 1);
	engine_until(&e, output()->n_deferred == 0);
	engine_until(&e, engine_letters(&e).n == 1);
	assert_non_null(strstr(engine_letters(&e).meta, "gave up after retrying"));
	assert_non_null(strstr(engine_letters(&e).meta, "come back later"));
	assert_int_equal(engine_output(&e, 0).dead, 1);
	assert_int_equal(engine_output(&e, 0).pending, 0);
	assert_true(engine_balances(&e));
}

static void a_full_queue_pauses_this_output(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_RETRIES;
	e.out[0]->per_batch = 1;
	e.out[0]->batches = 1;
	e.outputs[0].deferred_max = 2;
	engine_start(&e);
	engine_send_many(&e, 5, "hello");
	engine_until(&e, output()->n_deferred == 2);
	engine_idle(&e, 150);
	assert_int_equal(output()->n_deferred, 2);
	assert_int_equal(engine_letters(&e).n, 0);
	assert_true(output()->is_failing);
	assert_int_equal(engine_output(&e, 0).pending, 5);
	assert_true(engine_balances(&e));
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, engine_output(&e, 0).delivered == 5);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void a_full_queue_may_dead_letter_instead(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_RETRIES;
	e.outputs[0].deferred_max = 2;
	e.out[0]->per_batch = 1;
	e.out[0]->batches = 1;
	e.outputs[0].on_full = ON_FULL_DEAD_LETTER;
	engine_start(&e);
	engine_send_many(&e, 5, "hello");
	engine_until(&e, engine_letters(&e).n == 3);
	assert_non_null(strstr(engine_letters(&e).meta, "the deferred queue is full"));
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).dead, 3);
	assert_int_equal(engine_output(&e, 0).deferred, 2);
	assert_true(engine_balances(&e));
}

static void an_output_that_keeps_its_position_never_defers(void **state)
{
	(void)state;
	engine_keeps_position(&e, 0);
	e.out[0]->mode = OUTPUT_RETRIES;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_until(&e, e.out[0]->writes >= 6);
	assert_int_equal(output()->n_deferred, 0);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 1);
	assert_true(engine_balances(&e));
}

/* The deferral's frame is spoiled while the daemon is down. */
static void a_damaged_deferral_becomes_a_dead_letter(void **state)
{
	(void)state;
	char command[256];
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send(&e, "retry me");
	engine_until(&e, output()->n_deferred == 1);
	engine_until(&e, journal_position_durable(e.daemon->journal, output()->slot) ==
				 journal_last_seq(e.daemon->journal));
	engine_stop(&e);
	snprintf(command, sizeof(command), "sed -i 's/retry me/retry mX/g' '%s'/journal/seg-*",
		 e.folder);
	assert_int_equal(system(command), 0);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_until(&e, engine_letters(&e).n == 1);
	assert_non_null(strstr(engine_letters(&e).meta, "damaged"));
	assert_int_equal(e.out[0]->records, 0);
	engine_until(&e, engine_output(&e, 0).pending == 0);
	assert_true(engine_balances(&e));
}

static void a_late_delivery_under_way_at_the_end_is_no_leak(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_RETRIES;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_until(&e, output()->n_deferred == 1);
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_until(&e, e.out[0]->n_held == 1);
	engine_stop(&e);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_until(&e, engine_output(&e, 0).delivered == 1);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

/* The date is of the wall clock, which may have been set since. */
static void giving_up_waits_no_longer_than_give_up_whatever_the_date(void **state)
{
	(void)state;
	enum { DAY = 86400000, HOUR = 3600000 };
	int64_t before = daemon_clock();
	int64_t ahead = deferred_give_up(daemon_now() + 30LL * DAY, DAY),
		half = deferred_give_up(daemon_now() - DAY / 2, DAY),
		late = deferred_give_up(daemon_now() - 30LL * DAY, DAY);
	assert_in_range(ahead - before, DAY, DAY + HOUR);
	assert_in_range(half - before, DAY / 2 - HOUR, DAY / 2 + HOUR);
	assert_in_range(late - before, 0, HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outcomes_are_counted_record_by_record),
		TEST(a_failure_is_tried_again_and_only_what_failed),
		TEST(pauses_grow_up_to_the_longest),
		TEST(what_the_receiver_asks_for_is_waited_for),
		TEST(after_three_failures_a_record_steps_aside_and_later_ones_go_on),
		TEST(the_deferred_survive_a_restart),
		TEST(a_crash_doubles_no_deferral),
		TEST(given_up_in_the_deferred_queue_is_a_dead_letter),
		TEST(a_full_queue_pauses_this_output),
		TEST(a_full_queue_may_dead_letter_instead),
		TEST(an_output_that_keeps_its_position_never_defers),
		TEST(a_damaged_deferral_becomes_a_dead_letter),
		TEST(giving_up_waits_no_longer_than_give_up_whatever_the_date),
		TEST(a_late_delivery_under_way_at_the_end_is_no_leak),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
