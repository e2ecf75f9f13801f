/*
 * Tests of deferred.c: records that were deferred at different times, tried together.
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

static void one_that_is_given_up_takes_no_other_with_it(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send_many(&e, 5, "retry me");
	engine_until(&e, output()->n_deferred == 5);
	output()->deferrals->next->give_up_ms = daemon_clock();
	engine_until(&e, engine_letters(&e).n == 1);
	int writes = e.out[0]->writes;
	engine_until(&e, e.out[0]->writes >= writes + 3);
	assert_int_equal(engine_letters(&e).n, 1);
	assert_int_equal(output()->n_deferred, 4);
	assert_int_equal(engine_output(&e, 0).dead, 1);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, output()->n_deferred == 0);
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).delivered, 4);
	assert_true(engine_balances(&e));
}

static void more_than_fit_one_delivery_need_no_other_turn(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_RETRIES;
	e.out[0]->per_batch = 2;
	e.out[0]->batches = 8;
	engine_start(&e);
	engine_send_many(&e, 8, "hello");
	engine_until(&e, output()->n_deferred == 8);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, output()->n_deferred == 0);
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).delivered, 8);
	assert_true(engine_balances(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_that_is_given_up_takes_no_other_with_it),
		TEST(more_than_fit_one_delivery_need_no_other_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
