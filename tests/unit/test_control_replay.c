/*
 * Tests of control_replay.c: records that are in the journal are delivered again.
 */
#include "engine_client.h"
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct engine_client c;

static void a_replay_goes_to_the_outputs_asked_for(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_many(&e, 20, "hello");
	engine_drain(&e);
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\","
		   "\"output\":\"o1\"}");
	assert_non_null(strstr(c.text, "{\"replayed\":20}"));
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 20);
	assert_int_equal(e.out[1]->records, 40);
	assert_int_equal(engine_output(&e, 1).replayed, 20);
	assert_true(engine_balances(&e));
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\"}");
	assert_non_null(strstr(c.text, "{\"replayed\":40}")); /* a replay is not replayed */
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 40);
	assert_true(engine_balances(&e));
}

static void a_replay_keeps_to_the_time_asked_for(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\","
		   "\"to\":\"2020-01-02\"}");
	assert_non_null(strstr(c.text, "{\"replayed\":0}"));
	assert_non_null(strstr(c.text, "\"exit\":0"));
}

static void a_replay_of_nonsense_is_refused(void **state)
{
	(void)state;
	engine_start(&e);
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"x\",\"from\":\"2020-01-01\"}");
	assert_non_null(strstr(c.text, "there is no pipeline"));
	engine_ask(&e, &c, "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"soon\"}");
	assert_non_null(strstr(c.text, "are times such as"));
	engine_ask(&e, &c,
		   "{\"command\":\"replay\",\"pipeline\":\"shop\",\"from\":\"2020-01-01\","
		   "\"output\":\"x\"}");
	assert_non_null(strstr(c.text, "has no output"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_replay_goes_to_the_outputs_asked_for),
		TEST(a_replay_keeps_to_the_time_asked_for),
		TEST(a_replay_of_nonsense_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
