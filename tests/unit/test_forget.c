/*
 * Tests of control_forget.c: an output that was taken out, and what waited for it.
 */
#include "engine_client.h"
#include "engine_emit.h"
#include "engine_look.h"

#define FORGET "{\"command\":\"forget\",\"name\":\"shop/o1\"}"

#define ENGINE_FILTERS 0
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct engine_client c;

static struct output *output(size_t i)
{
	return &engine_pipeline(&e)->outputs[i];
}

/* Two records deferred, and then o1 is taken out. */
static void take_out(void)
{
	e.out[1]->mode = OUTPUT_BY_WORD;
	engine_start(&e);
	engine_send_many(&e, 2, "retry me");
	engine_send(&e, "good");
	engine_until(&e, output(1)->n_deferred == 2 && engine_output(&e, 1).delivered == 1);
	engine_stop(&e);
	e.pipelines[0].n_outputs = 1;
	engine_start(&e);
}

static void what_waits_is_dropped_and_the_books_are_clean(void **state)
{
	(void)state;
	take_out();
	engine_ask(&e, &c, FORGET);
	assert_non_null(strstr(c.text, "{\"out\":{\"dropped\":2}}"));
	assert_non_null(strstr(c.text, "\"exit\":0"));
	engine_ask(&e, &c, FORGET);
	assert_non_null(strstr(c.text, "there is no such output waiting"));
	engine_stop(&e);
	e.pipelines[0].n_outputs = 2;
	engine_start(&e);
	engine_drain(&e);
	struct ledger_output l = engine_output(&e, 1);
	assert_int_equal(l.skipped, 3);
	assert_int_equal(l.delivered + l.deferred + l.pending, 0);
	assert_true(engine_balances(&e));
}

static void one_that_is_configured_is_not_forgotten(void **state)
{
	(void)state;
	engine_start(&e);
	engine_ask(&e, &c, FORGET);
	assert_non_null(strstr(c.text, "the configuration names it"));
	assert_non_null(strstr(c.text, "\"exit\":1"));
}

/* Whether it was forgotten then is open; that the next one is answered is not. */
static void who_leaves_while_it_is_counted_is_in_nobodys_way(void **state)
{
	(void)state;
	take_out();
	for (int turns = 0; turns < 4; turns++) {
		engine_connect(&e, &c, FORGET);
		for (int i = 0; i < turns; i++)
			engine_turn(&e);
		close(c.fd);
	}
	engine_ask(&e, &c, FORGET);
	assert_non_null(strstr(c.text, "\"exit\":"));
	engine_until(&e, (engine_ask(&e, &c, FORGET), strstr(c.text, "\"exit\":1") != NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_waits_is_dropped_and_the_books_are_clean),
		TEST(one_that_is_configured_is_not_forgotten),
		TEST(who_leaves_while_it_is_counted_is_in_nobodys_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
