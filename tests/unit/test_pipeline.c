/*
 * Tests of pipeline.c and daemon.c: pressure, a full journal, receipts after
 * delivery, starts that fail.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

/* ---- pressure */
static void inputs_are_paused_at_max_in_flight_and_go_on_at_half_of_it(void **state)
{
	(void)state;
	enum { N = 12 };
	struct receipt r[N] = {0};
	char *raw = malloc(101 << 10);
	memset(raw, ' ', 100 << 10);
	memcpy(raw, "{\"body\":\"hold\"}", 15);
	raw[100 << 10] = '\0';
	e.pipelines[0].max_in_flight = 1000 << 10;
	engine_start(&e);
	for (int i = 0; i < N; i++) {
		assert_int_equal(e.in[0].pauses, 0);
		engine_emit(&e, raw, &r[i]);
		if (i < 10)
			engine_turn(&e);
	}
	free(raw);
	engine_until(&e, e.in[0].pauses == 1);
	assert_true(heard_is_paused(e.in[0].host));
	for (int i = 0; i < N; i++)
		sem_post(&e.filter[0].go);
	for (int i = 0; i < N; i++)
		engine_until(&e, r[i].times == 1);
	engine_until(&e, e.in[0].resumes == 1);
	assert_int_equal(e.in[0].pauses, 1);
	assert_in_range(e.in[0].in_flight_then, 0, 500 << 10);
	assert_false(heard_is_paused(e.in[0].host));
	assert_int_equal(engine_pipeline(&e)->in_flight, 0);
}

/* The journal is full because no output drains it; then one does. */
static void a_full_journal_pauses_inputs_and_heals_when_outputs_catch_up(void **state)
{
	(void)state;
	struct receipt r = {0};
	char *raw = malloc(200 << 10);
	memset(raw, 'x', 200 << 10);
	memcpy(raw, "{\"body\":\"", 9);
	strcpy(raw + (200 << 10) - 3, "\"}");
	e.conf.journal.max_size = 1 << 20;
	e.conf.journal.segment_size = 256 << 10;
	e.out[0]->mode = e.out[1]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	for (int i = 0; i < 30 && r.code == 0; i++) {
		r.times = 0;
		engine_emit(&e, raw, &r);
		engine_until(&e, r.times > 0);
	}
	assert_int_equal(r.code, -EAGAIN);
	assert_non_null(strstr(r.error, "full"));
	assert_true(e.daemon->journal_full);
	engine_until(&e, e.in[0].pauses == 1);
	int64_t journaled = engine_gate(&e).journaled;
	assert_int_equal(engine_gate(&e).received, journaled);
	for (int i = 0; i < 2; i++) {
		e.out[i]->mode = OUTPUT_DELIVERS;
		while (e.out[i]->n_held > 0)
			heard_delivery_finish(e.out[i]->held[--e.out[i]->n_held],
					      HEARD_DELIVERED, 0, NULL);
	}
	engine_until(&e, e.in[0].resumes == 1);
	assert_false(e.daemon->journal_full);
	r.times = 0;
	engine_emit(&e, raw, &r);
	free(raw);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

/* ---- acknowledge = "delivered" */

static void a_receipt_may_wait_for_every_output(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.pipelines[0].acknowledge = ACKNOWLEDGE_DELIVERED;
	e.out[0]->mode = e.out[1]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"x\"}", &r);
	engine_until(&e, e.out[0]->n_held == 1 && e.out[1]->n_held == 1);
	engine_idle(&e, 20);
	assert_int_equal(r.times, 0);
	heard_delivery_finish(e.out[0]->held[0], HEARD_DELIVERED, 0, NULL);
	engine_idle(&e, 20);
	assert_int_equal(r.times, 0);
	heard_delivery_finish(e.out[1]->held[0], HEARD_DELIVERED, 0, NULL);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 1);
}

static void what_receipts_wait_for_is_never_deferred(void **state)
{
	(void)state;
	struct receipt r[3] = {0};
	e.pipelines[0].acknowledge = ACKNOWLEDGE_DELIVERED;
	e.out[0]->mode = OUTPUT_RETRIES;
	engine_start(&e);
	for (int i = 0; i < 3; i++) {
		engine_emit(&e, "{\"body\":\"x\"}", &r[i]);
		engine_turn(&e);
	}
	engine_until(&e, e.out[0]->writes >= 6);
	assert_int_equal(engine_pipeline(&e)->outputs[0].n_deferred, 0);
	assert_int_equal(r[0].times, 0);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_until(&e, r[0].times && r[1].times && r[2].times);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void a_duplicate_is_acknowledged_though_nothing_is_delivered(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0};
	e.pipelines[0].acknowledge = ACKNOWLEDGE_DELIVERED;
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"x\"}", "k", &a);
	engine_until(&e, a.times > 0);
	engine_emit_as(&e, "{\"body\":\"x\"}", "k", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, 0);
	assert_string_equal(a.ids[0], b.ids[0]);
}

static void without_outputs_a_commit_is_delivery(void **state)
{
	(void)state;
	e.pipelines[0].n_outputs = 0;
	e.pipelines[0].acknowledge = ACKNOWLEDGE_DELIVERED;
	engine_start(&e);
	assert_int_equal(engine_send(&e, "x").code, 0);
}

static void receipts_under_way_at_a_forced_end_are_no_leak(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.pipelines[0].acknowledge = ACKNOWLEDGE_DELIVERED;
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"x\"}", &r);
	engine_until(&e, e.out[0]->n_held == 1);
	engine_stop(&e);
	assert_int_equal(r.times, 0);
}

/* ---- starts that fail */

static int refuse_open(void *self, struct heard_host *host, struct heard_error *err)
{
	(void)self;
	(void)host;
	return heard_fail(err, EINVAL, "not like this");
}

static void every_instance_that_cannot_be_opened_is_a_fault(void **state)
{
	(void)state;
	struct faults faults;
	faults_init(&faults);
	engine_plugin(&e.inputs[0])->open = refuse_open;
	engine_plugin(&e.filters[0])->open = refuse_open;
	e.outputs[0].when = "this is ( no Lua";
	assert_null(daemon_open(&e.conf, &faults));
	assert_int_equal(faults.n, 3);
	assert_string_equal(faults.at[0].file, "test.conf");
	assert_non_null(strstr(faults.at[0].text, "filter \"f0\": not like this"));
	assert_non_null(strstr(faults.at[1].text, "output \"o0\": "));
	assert_non_null(strstr(faults.at[2].text, "input \"in\": not like this"));
	faults_release(&faults);
}

static void an_instance_that_cannot_start_ends_the_start(void **state)
{
	(void)state;
	e.in[0].start_code = ENETDOWN;
	assert_int_equal(engine_try_start(&e), -ENETDOWN);
	assert_string_equal(e.err.text, "input \"in\": told not to start");
	engine_stop(&e);
	e.in[0].start_code = 0;
	engine_start(&e);
	assert_int_equal(engine_send(&e, "x").code, 0);
}

static void an_instance_on_its_own_loop_that_cannot_start_ends_the_start(void **state)
{
	(void)state;
	engine_plugin(&e.inputs[0])->flags |= HEARD_OWN_LOOP;
	e.in[0].start_code = ENETDOWN;
	assert_int_equal(engine_try_start(&e), -ENETDOWN);
	engine_stop(&e);
}

static void a_second_daemon_cannot_start(void **state)
{
	(void)state;
	struct heard_error err = {0};
	engine_start(&e);
	assert_int_equal(state_dir_lock(e.folder, -1, &err), -EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inputs_are_paused_at_max_in_flight_and_go_on_at_half_of_it),
		TEST(a_full_journal_pauses_inputs_and_heals_when_outputs_catch_up),
		TEST(a_receipt_may_wait_for_every_output),
		TEST(what_receipts_wait_for_is_never_deferred),
		TEST(a_duplicate_is_acknowledged_though_nothing_is_delivered),
		TEST(without_outputs_a_commit_is_delivery),
		TEST(receipts_under_way_at_a_forced_end_are_no_leak),
		TEST(every_instance_that_cannot_be_opened_is_a_fault),
		TEST(an_instance_that_cannot_start_ends_the_start),
		TEST(an_instance_on_its_own_loop_that_cannot_start_ends_the_start),
		TEST(a_second_daemon_cannot_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
