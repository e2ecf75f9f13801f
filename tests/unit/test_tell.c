/*
 * Tests of tell.c: what an output tells passes by the filters and reaches only those
 * who know events, once, however often it is told.  Output "o0" tells; "o1" has a
 * `when` that names `event`, "o2" none, "o3" one that does not.
 */
#include "engine_emit.h"
#include "engine_look.h"

#include "metrics.h"
#include "seal.h"
#include "tell.h"

static struct engine e;

static int setup(void **state)
{
	(void)state;
	engine_init(&e, 1, 4);
	engine_plugin(&e.outputs[0])->flags |= HEARD_TELLS;
	e.outputs[1].when = "event ~= nil";
	e.outputs[3].when = "category ~= \"event\"";
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	engine_release(&e);
	return 0;
}

static struct heard_host *teller(void)
{
	return &engine_pipeline(&e)->outputs[0].host;
}

static void tell_as(const char *raw, struct receipt *r)
{
	heard_emit(teller(), &(struct heard_emission){.raw = heard_str(raw),
						      .receipt = engine_receipt,
						      .arg = r});
}

static struct receipt tell(const char *raw)
{
	struct receipt r = {0};
	tell_as(raw, &r);
	engine_until(&e, r.times > 0);
	return r;
}

#define CREATED                                                               \
	"{\"event\":\"created\",\"source_id\":\"17/1\",\"thread\":\"17\","    \
	"\"body\":\"quarantine\",\"priority\":\"high\",\"sentiment\":"        \
	"{\"label\":\"negative\"},\"author\":{\"key\":\"0123456789abcdef\"}}" \
	"\n"

/* ---- where they go */

static void they_pass_by_filters_and_reach_who_names_event(void **state)
{
	(void)state;
	engine_start(&e);
	struct receipt r = tell(CREATED);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 1);
	engine_drain(&e);
	assert_int_equal(e.filter[0].calls, 0);
	assert_int_equal(e.out[0]->records, 0);
	assert_int_equal(e.out[1]->records, 1);
	assert_int_equal(e.out[2]->records, 0);
	assert_int_equal(e.out[3]->records, 0);
	const char *line = e.out[1]->last_line;
	assert_non_null(strstr(line, "\"source\":\"shop/o0\",\"source_id\":\"17/1\","
				     "\"event\":\"created\""));
	assert_non_null(strstr(line, "\"author\":{\"key\":\"0123456789abcdef\"}"));
	assert_non_null(strstr(line, "\"sentiment\":{\"label\":\"negative\"}"));
	assert_non_null(strstr(line, r.ids[0]));
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(engine_output(&e, i).skipped, i != 1);
	assert_true(engine_balances(&e));
}

static void the_ledger_counts_them_as_added(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "hello");
	assert_int_equal(tell(CREATED "not json\n"
				      "{\"event\":\"resolved\",\"source_id\":\"17/2\"}\n")
				 .dead,
			 1);
	engine_drain(&e);
	struct ledger_gate g = engine_gate(&e);
	assert_int_equal(g.received, 1);
	assert_int_equal(g.added, 3);
	assert_int_equal(g.journaled, 3);
	assert_int_equal(g.dead, 1);
	assert_true(g.balanced);
	assert_true(engine_balances(&e));
	assert_int_equal(e.out[1]->records, 2);
	assert_int_equal(e.out[2]->records, 1);
	assert_int_equal(engine_output(&e, 0).skipped, 2);
}

static void the_teller_gets_them_if_it_names_event(void **state)
{
	(void)state;
	e.outputs[0].when = "not event or event == \"created\"";
	engine_start(&e);
	tell(CREATED);
	engine_send(&e, "hello");
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 2);
}

static void nobody_else_can_say_event(void **state)
{
	(void)state;
	struct receipt r = {0};
	engine_start(&e);
	engine_emit(&e, "{\"event\":\"created\",\"body\":\"hello\"}", &r);
	engine_until(&e, r.times > 0);
	r = (struct receipt){0};
	engine_emit(
		&e,
		"{\"body\":\",\\\"event\\\":\\\"\",\"attributes\":{\"a\":1,\"event\":\"x\"}}",
		&r);
	engine_until(&e, r.times > 0);
	engine_drain(&e);
	assert_false(engine_journal_has(&e, "created\""));
	assert_true(engine_journal_has(&e, ",\"event\":\"x\""));
	assert_int_equal(e.out[1]->records, 0);
	assert_int_equal(e.out[2]->records, 2);
	assert_int_equal(e.out[3]->records, 2);
}

static void a_line_is_an_event_by_its_own_field_alone(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool is_event;
	} lines[] = {
		{"{\"id\":\"1\",\"source\":\"a/"
		 "b\",\"event\":\"created\",\"received_at\":\"x\"}",
		 true},
		{"{\"id\":\"1\",\"source\":\"a/b\",\"source_id\":\",\\\"event\\\":\\\"\","
		 "\"received_at\":\"x\"}",
		 false},
		{"{\"id\":\"1\",\"received_at\":\"x\",\"attributes\":{\"a\":\"b\",\"event\":"
		 "\"x\"}}",
		 false},
		{"{\"id\":\"1\",\"received_at\":\"x\",\"body\":\"event\"}", false},
		{"{}\n", false},
		{"", false},
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(tell_is_event(heard_str(lines[i].line)), lines[i].is_event);
}

static void one_without_an_event_is_a_dead_letter(void **state)
{
	(void)state;
	engine_start(&e);
	struct receipt r = tell("{\"body\":\"hello\",\"source_id\":\"17/3\"}\n");
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 0);
	engine_drain(&e);
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 1);
	assert_non_null(strstr(l.meta, "\"instance\":\"o0\""));
	assert_non_null(strstr(l.meta, "it has no field `event`"));
	assert_int_equal(e.out[2]->records, 0);
	assert_true(engine_balances(&e));
}

/* ---- told again */

static void they_are_recognised_after_a_restart(void **state)
{
	(void)state;
	engine_start(&e);
	struct receipt first = tell(CREATED);
	engine_drain(&e);
	engine_stop(&e);
	engine_start(&e);
	struct receipt again = tell(CREATED);
	assert_int_equal(again.code, 0);
	assert_int_equal(again.n, 1);
	assert_string_equal(again.ids[0], first.ids[0]);
	assert_int_equal(tell("{\"event\":\"reopened\",\"source_id\":\"17/1\"}").code, -EEXIST);
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).duplicate, 1);
	assert_int_equal(engine_gate(&e).conflict, 1);
	assert_int_equal(e.out[1]->records, 1);
	assert_true(engine_balances(&e));
}

static void an_input_of_that_name_shares_no_id_with_it(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.inputs[0].name = "o0";
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"mine\",\"source_id\":\"17/1\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	r = tell(CREATED);
	assert_int_equal(r.code, 0);
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).journaled, 2);
}

/* ---- contacts */

static void sealed_contacts_stay_and_others_are_sealed(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct heard_buf sealed;
	struct sealer sealer;
	struct seal_public to;
	char keys[] = "/tmp/heard-tell-XXXXXX", pub[64], raw[1024];
	heard_buf_init(&sealed, 4096);
	assert_non_null(mkdtemp(keys));
	assert_int_equal(seal_keygen(keys, &err), 0);
	snprintf(pub, sizeof(pub), "%s/heard.pub", keys);
	assert_int_equal(seal_public_load(pub, &to, &err), 0);
	sealer_init(&sealer, &to);
	sealer_seal(&sealer, HEARD_STR_OF("13812345678"), 1, &sealed);
	sealer_release(&sealer);
	e.conf.privacy.public_key = pub;
	engine_start(&e);
	heard_buf_puts(&sealed, "");
	snprintf(raw, sizeof(raw),
		 "{\"event\":\"answered\",\"author\":{\"phone\":\"%.*s\",\"name\":\"Li\","
		 "\"key\":\"00ff\"}}\n",
		 (int)sealed.len, sealed.ptr);
	assert_int_equal(tell(raw).code, 0);
	engine_drain(&e);
	snprintf(raw, sizeof(raw), "\"phone\":\"%.*s\"", (int)sealed.len, sealed.ptr);
	assert_non_null(strstr(e.out[1]->last_line, raw));
	assert_non_null(strstr(e.out[1]->last_line, "\"name\":\"sealed:"));
	assert_non_null(strstr(e.out[1]->last_line, "\"key\":\"00ff\""));
	heard_buf_release(&sealed);
	snprintf(raw, sizeof(raw), "rm -r '%s'", keys);
	assert_int_equal(system(raw), 0);
}

/* ---- receipts */

static void a_receipt_does_not_wait_for_the_teller(void **state)
{
	(void)state;
	e.pipelines[0].acknowledge = ACKNOWLEDGE_DELIVERED;
	e.out[0]->mode = e.out[1]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	struct receipt r = {0};
	engine_emit(&e, "{\"body\":\"hello\"}", &r);
	engine_until(&e, e.out[0]->n_held == 1);
	assert_int_equal(tell(CREATED).code, 0);
	assert_int_equal(r.times, 0);
	heard_delivery_finish(e.out[0]->held[0], HEARD_DELIVERED, 0, NULL);
	engine_until(&e, e.out[1]->n_held == 1);
	heard_delivery_finish(e.out[1]->held[0], HEARD_DELIVERED, 0, NULL);
	engine_until(&e, r.times > 0);
	engine_drain(&e);
}

static struct {
	_Atomic int times;
	pthread_t thread;
	int code, stops_then;
} told;

static void told_receipt(void *arg, const struct heard_receipt *r)
{
	(void)arg;
	told.thread = pthread_self();
	told.code = r->code;
	told.stops_then = e.out[0]->stops;
	told.times++;
}

static void tell_from_home(void *arg)
{
	(void)arg;
	heard_emit(teller(), &(struct heard_emission){.raw = HEARD_STR(CREATED),
						      .receipt = told_receipt});
}

static void receipts_come_to_the_tellers_home(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	engine_plugin(&e.outputs[0])->flags |= HEARD_OWN_LOOP;
	engine_start_with_life(&e);
	heard_post(teller(), tell_from_home, NULL);
	engine_until(&e, told.times > 0);
	assert_int_equal(told.code, 0);
	assert_false(pthread_equal(told.thread, pthread_self()));
	engine_until(&e, e.out[1]->records == 1);
	engine_stop_orderly(&e);
}

/* The one on its way is waited for; a later one is refused, and told at the next start. */
static void a_stop_waits_for_the_receipt(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	engine_start_with_life(&e);
	life_stop(e.daemon);
	while (e.daemon->state < DAEMON_STOPPING_OUTPUTS)
		engine_turn(&e);
	struct output *o = &engine_pipeline(&e)->outputs[0];
	assert_false(o->is_stopping); /* it is told in the next turn */
	tell_from_home(NULL);
	engine_until(&e, o->is_stopping);
	struct receipt r = {0};
	tell_as(CREATED, &r);
	assert_int_equal(r.times, 1);
	assert_int_equal(r.code, -EAGAIN);
	assert_non_null(strstr(r.error, "stopping"));
	assert_int_equal(loop_run(e.daemon->main), 0);
	assert_int_equal(life_exit_code(e.daemon->life), 0);
	assert_int_equal(e.out[0]->stops, 1);
	assert_int_equal(engine_pipeline(&e)->jobs, 0);
	assert_int_equal(told.times, 1);
	assert_int_equal(told.code, 0);
	assert_int_equal(told.stops_then, 0);
	engine_stop(&e);
	engine_start(&e);
	tell(CREATED);
	engine_drain(&e);
	assert_int_equal(e.out[1]->records, 1);
	assert_true(engine_balances(&e));
}

/* ---- is it worth while? */

static void it_is_known_whether_anybody_wants_them(void **state)
{
	(void)state;
	engine_start(&e);
	assert_true(heard_events_wanted(teller()));
	engine_stop(&e);
	const struct heard_host command = {.conf = &e.conf, .pipeline_name = "shop"};
	assert_true(heard_events_wanted(&command));
	e.outputs[1].when = "order == \"event\"";
	assert_false(heard_events_wanted(&command));
	engine_start(&e);
	assert_false(heard_events_wanted(teller()));
}

static void pressure_is_seen_and_they_are_on_the_metrics(void **state)
{
	(void)state;
	struct heard_buf page;
	engine_start(&e);
	assert_false(heard_is_paused(teller()));
	e.daemon->journal_full = true;
	pipeline_tell_inputs(engine_pipeline(&e));
	engine_until(&e, heard_is_paused(teller()));
	e.daemon->journal_full = false;
	pipeline_tell_inputs(engine_pipeline(&e));
	engine_until(&e, !heard_is_paused(teller()));
	tell(CREATED);
	engine_drain(&e);
	heard_buf_init(&page, 16 << 20);
	metrics_write(e.daemon, &page);
	heard_buf_puts(&page, "");
	assert_non_null(strstr(page.ptr,
			       "heard_events_told_total{pipeline=\"shop\",output=\"o0\"} 1\n"));
	assert_non_null(strstr(page.ptr, "instance=\"o0\",reason=\"event\"} 0\n"));
	heard_buf_release(&page);
}

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLAIN(they_pass_by_filters_and_reach_who_names_event),
		PLAIN(the_ledger_counts_them_as_added),
		PLAIN(the_teller_gets_them_if_it_names_event),
		PLAIN(nobody_else_can_say_event),
		PLAIN(a_line_is_an_event_by_its_own_field_alone),
		PLAIN(one_without_an_event_is_a_dead_letter),
		PLAIN(they_are_recognised_after_a_restart),
		PLAIN(an_input_of_that_name_shares_no_id_with_it),
		PLAIN(sealed_contacts_stay_and_others_are_sealed),
		PLAIN(a_receipt_does_not_wait_for_the_teller),
		PLAIN(receipts_come_to_the_tellers_home),
		PLAIN(a_stop_waits_for_the_receipt),
		PLAIN(it_is_known_whether_anybody_wants_them),
		PLAIN(pressure_is_seen_and_they_are_on_the_metrics),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
