/*
 * Tests of output.c: the pump, its window, positions, `when`.
 */
#include "engine_emit.h"
#include "engine_look.h"

#include <dirent.h>
#include <fcntl.h>

#define ENGINE_FILTERS 0
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct output *output(size_t i)
{
	return &engine_pipeline(&e)->outputs[i];
}

/* Every record of the first n was given to output i so often, and taken once. */
static void assert_each_taken_once(size_t i, unsigned n)
{
	for (unsigned seq = 1; seq <= n; seq++)
		assert_int_equal(e.out[i]->delivered[seq], 1);
	assert_int_equal(e.out[i]->records, n);
}

static void every_output_gets_every_record_once(void **state)
{
	(void)state;
	engine_start(&e);
	for (int i = 0; i < 10; i++)
		engine_send_many(&e, 20, "hello");
	engine_drain(&e);
	assert_each_taken_once(0, 200);
	assert_each_taken_once(1, 200);
	assert_true(engine_balances(&e));
}

static void deliveries_keep_to_the_window(void **state)
{
	(void)state;
	e.out[0]->batches = 2;
	e.out[0]->per_batch = 7;
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	engine_send_many(&e, 40, "hello");
	engine_until(&e, e.out[0]->n_held == 2);
	engine_idle(&e, 20);
	assert_int_equal(e.out[0]->n_held, 2);
	assert_int_equal(e.out[0]->last_n, 7);
	e.out[0]->mode = OUTPUT_DELIVERS;
	heard_delivery_finish(e.out[0]->held[0], HEARD_DELIVERED, 0, NULL);
	heard_delivery_finish(e.out[0]->held[1], HEARD_DELIVERED, 0, NULL);
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).delivered, 40);
}

static void the_position_moves_in_order_though_deliveries_do_not(void **state)
{
	(void)state;
	e.out[0]->batches = 3;
	e.out[0]->per_batch = 5;
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	uint64_t base = e.out[0]->base;
	engine_send_many(&e, 15, "hello");
	engine_until(&e, e.out[0]->n_held == 3);
	heard_delivery_finish(e.out[0]->held[2], HEARD_DELIVERED, 0, NULL);
	heard_delivery_finish(e.out[0]->held[1], HEARD_DELIVERED, 0, NULL);
	assert_int_equal(output(0)->seq, base);
	assert_int_equal(engine_output(&e, 0).pending, 15);
	assert_true(engine_balances(&e));
	heard_delivery_finish(e.out[0]->held[0], HEARD_DELIVERED, 0, NULL);
	assert_int_equal(output(0)->seq, base + 15);
	assert_int_equal(engine_output(&e, 0).delivered, 15);
	engine_drain(&e);
}

/* Many wait; when they are due each ends at once, and frees those before it. */
static void many_waiting_deliveries_that_end_at_once_are_all_retried(void **state)
{
	(void)state;
	e.out[0]->batches = 12;
	e.out[0]->per_batch = 1;
	e.out[0]->fail_next = 12;
	e.outputs[0].retry.first = 30;
	engine_start(&e);
	engine_send_many(&e, 12, "hello");
	engine_until(&e, e.out[0]->records == 12);
	engine_drain(&e);
	assert_each_taken_once(0, 12);
	assert_int_equal(e.out[0]->writes, 24);
	assert_true(engine_balances(&e));
}

static void a_slow_output_holds_up_no_other(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_until(&e, e.out[1]->records == 1 && e.out[0]->n_held == 1);
	assert_int_equal(engine_output(&e, 0).pending, 1);
	assert_int_equal(engine_output(&e, 1).pending, 0);
	assert_true(engine_balances(&e));
	heard_delivery_finish(e.out[0]->held[0], HEARD_DELIVERED, 0, NULL);
	engine_drain(&e);
}

static void when_skips_and_counts(void **state)
{
	(void)state;
	e.outputs[0].when = "channel == 'web'";
	engine_start(&e);
	struct receipt r = {0};
	engine_emit(
		&e,
		"{\"channel\":\"web\",\"body\":\"a\"}\n{\"channel\":\"email\",\"body\":\"b\"}",
		&r);
	engine_until(&e, r.times > 0);
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 1);
	assert_int_equal(e.out[1]->records, 2);
	assert_int_equal(engine_output(&e, 0).skipped, 1);
	assert_true(engine_balances(&e));
}

static void a_when_that_fails_is_false_and_counted(void **state)
{
	(void)state;
	e.outputs[0].when = "rating + body > 1";
	engine_start(&e);
	engine_send(&e, "x");
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).skipped, 1);
	assert_int_equal(output(0)->failed_conditions, 1);
}

static void an_output_on_its_own_loop_gets_everything_too(void **state)
{
	(void)state;
	engine_plugin(&e.outputs[0])->flags |= HEARD_OWN_LOOP;
	engine_start(&e);
	engine_send_many(&e, 100, "hello");
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 0).delivered, 100);
}

static void nothing_comes_twice_after_a_stop(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_many(&e, 50, "hello");
	engine_drain(&e);
	engine_stop(&e);
	engine_start(&e);
	engine_send_many(&e, 50, "again");
	engine_drain(&e);
	assert_each_taken_once(0, 100);
	assert_true(engine_balances(&e));
}

/* ---- crashes */
static void deliver_and_die(struct engine *x)
{
	engine_start(x);
	engine_send_many(x, 30, "hello");
	engine_drain(x);
}

static void deliver_half_and_die(struct engine *x)
{
	x->out[0]->per_batch = 10;
	x->out[0]->batches = 1;
	engine_start(x);
	x->out[0]->fail_next = 0;
	x->out[0]->stop_after = 10;
	engine_send_many(x, 30, "hello");
	engine_until(x, x->out[0]->mode == OUTPUT_HOLDS);
}

static void an_output_that_keeps_its_position_gets_nothing_twice_after_a_crash(void **state)
{
	(void)state;
	engine_keeps_position(&e, 0);
	assert_int_equal(engine_crash(&e, deliver_and_die), 0);
	assert_int_equal(engine_crash(&e, deliver_half_and_die), 0);
	assert_int_equal(e.out[0]->records, 40);
	e.out[0]->mode = OUTPUT_DELIVERS;
	assert_int_equal(engine_crash(&e, deliver_and_die), 0);
	engine_start(&e);
	engine_drain(&e);
	assert_each_taken_once(0, 90);
	assert_int_equal(engine_output(&e, 0).delivered, 90);
	assert_true(engine_balances(&e));
}

static void other_outputs_get_everything_at_least_once_after_a_crash(void **state)
{
	(void)state;
	assert_int_equal(engine_crash(&e, deliver_and_die), 0);
	assert_int_equal(engine_crash(&e, deliver_and_die), 0);
	engine_start(&e);
	engine_drain(&e);
	for (int seq = 1; seq <= 60; seq++)
		assert_true(e.out[0]->delivered[seq] >= 1);
	assert_int_equal(engine_output(&e, 0).delivered, 60);
	assert_true(engine_balances(&e));
}

static void refuse_and_die(struct engine *x)
{
	x->out[0]->mode = OUTPUT_REFUSES;
	engine_start(x);
	engine_send_many(x, 5, "hello");
	engine_until(x, engine_letters(x).n == 5);
}

static void what_was_refused_before_a_crash_is_not_given_again(void **state)
{
	(void)state;
	assert_int_equal(engine_crash(&e, refuse_and_die), 0);
	memset(e.out[0]->seen, 0, sizeof(e.out[0]->seen));
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 0);
	assert_int_equal(engine_output(&e, 0).dead, 5);
	assert_int_equal(engine_letters(&e).n, 5);
	assert_true(engine_balances(&e));
}

/* ---- outputs that come and go */

static void a_new_output_begins_behind_what_there_is(void **state)
{
	(void)state;
	e.pipelines[0].n_outputs = 1;
	engine_start(&e);
	engine_send_many(&e, 10, "old");
	engine_drain(&e);
	engine_stop(&e);
	e.pipelines[0].n_outputs = 2;
	engine_start(&e);
	engine_send_many(&e, 3, "new");
	engine_drain(&e);
	assert_int_equal(e.out[1]->records, 3);
	assert_int_equal(engine_output(&e, 1).skipped, 10);
	assert_true(engine_balances(&e));
}

static void begin_and_die(struct engine *x)
{
	x->out[0]->mode = x->out[1]->mode = OUTPUT_HOLDS;
	engine_start(x);
	engine_send(x, "new"); /* its group saves no position */
}

static void what_a_new_output_skipped_is_known_after_a_crash(void **state)
{
	(void)state;
	e.pipelines[0].n_outputs = 1;
	engine_start(&e);
	engine_send_many(&e, 10, "old");
	engine_drain(&e);
	engine_stop(&e);
	e.pipelines[0].n_outputs = 2;
	assert_int_equal(engine_crash(&e, begin_and_die), 0);
	e.out[0]->mode = e.out[1]->mode = OUTPUT_DELIVERS;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(engine_output(&e, 1).skipped, 10);
	assert_true(engine_balances(&e));
}

static void what_waits_for_an_output_that_was_taken_out_is_kept(void **state)
{
	(void)state;
	e.out[1]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	engine_send_many(&e, 10, "old");
	engine_until(&e, e.out[0]->records == 10);
	engine_stop(&e);
	e.pipelines[0].n_outputs = 1;
	engine_start(&e);
	engine_drain(&e);
	assert_true(engine_balances(&e));
	engine_stop(&e);
	e.out[1]->mode = OUTPUT_DELIVERS;
	e.pipelines[0].n_outputs = 2;
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[1]->records, 10);
	assert_true(engine_balances(&e));
}

/* ---- damage */

/* Spoil the bytes of a word in the journal's files. */
static void spoil(const char *word)
{
	char folder[128], path[400];
	struct dirent *f;
	snprintf(folder, sizeof(folder), "%s/journal", e.folder);
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	int spoiled = 0;
	while ((f = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, f->d_name);
		int fd = strncmp(f->d_name, "seg-", 4) == 0 ? open(path, O_RDWR) : -1;
		if (fd < 0)
			continue;
		char *bytes = malloc(2 << 20);
		ssize_t n = pread(fd, bytes, 2 << 20, 0);
		char *at = n > 0 ? memmem(bytes, (size_t)n, word, strlen(word)) : NULL;
		if (at != NULL)
			spoiled += pwrite(fd, "X", 1, at - bytes) == 1;
		free(bytes);
		close(fd);
	}
	closedir(dir);
	assert_int_equal(spoiled, 1);
}

static void second_pipeline(void)
{
	engine_instance(&e, &e.inputs[1], &test_input_plugin, "in2", &e.in[1]);
	e.pipelines[1] = (struct conf_pipeline){.name = "other",
						.inputs = &e.inputs[1],
						.n_inputs = 1,
						.max_in_flight = 1 << 20};
	e.conf.n_pipelines = 2;
}

static void emit_to_other(const char *raw)
{
	struct receipt r = {0};
	heard_emit(e.in[1].host, &(struct heard_emission){.raw = heard_str(raw),
							  .receipt = engine_receipt,
							  .arg = &r});
	engine_until(&e, r.times > 0);
}

/* Written while the output holds, so that it is read after a restart. */
static void write_to_be_spoiled(void)
{
	e.out[0]->mode = e.out[1]->mode = OUTPUT_HOLDS;
	engine_start(&e);
	engine_send(&e, "first");
	engine_send(&e, "spoil this");
	if (e.conf.n_pipelines == 2)
		emit_to_other("{\"body\":\"of another pipeline\"}");
	engine_send(&e, "last");
	engine_stop(&e);
	spoil("spoil this");
	e.out[0]->mode = e.out[1]->mode = OUTPUT_DELIVERS;
	memset(e.out[0]->seen, 0, sizeof(e.out[0]->seen));
}

static void a_damaged_frame_becomes_dead_letters(void **state)
{
	(void)state;
	write_to_be_spoiled();
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[0]->records, 2);
	assert_int_equal(e.out[0]->seen[2], 0);
	assert_int_equal(engine_output(&e, 0).dead, 1);
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 2); /* one for each output */
	assert_non_null(strstr(l.meta, "damaged"));
	assert_string_equal(l.body, "");
	assert_true(engine_balances(&e));
}

static void damage_before_another_pipelines_frame_reaches_no_plugin(void **state)
{
	(void)state;
	second_pipeline();
	write_to_be_spoiled();
	engine_start(&e);
	engine_drain(&e);
	assert_int_equal(e.out[0]->seen[2], 0);
	assert_int_equal(e.out[0]->records, 2);
	assert_int_equal(engine_output(&e, 0).dead, 1);
	assert_true(engine_balances(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_output_gets_every_record_once),
		TEST(deliveries_keep_to_the_window),
		TEST(the_position_moves_in_order_though_deliveries_do_not),
		TEST(many_waiting_deliveries_that_end_at_once_are_all_retried),
		TEST(a_slow_output_holds_up_no_other),
		TEST(when_skips_and_counts),
		TEST(a_when_that_fails_is_false_and_counted),
		TEST(an_output_on_its_own_loop_gets_everything_too),
		TEST(nothing_comes_twice_after_a_stop),
		TEST(an_output_that_keeps_its_position_gets_nothing_twice_after_a_crash),
		TEST(other_outputs_get_everything_at_least_once_after_a_crash),
		TEST(what_was_refused_before_a_crash_is_not_given_again),
		TEST(a_new_output_begins_behind_what_there_is),
		TEST(what_a_new_output_skipped_is_known_after_a_crash),
		TEST(what_waits_for_an_output_that_was_taken_out_is_kept),
		TEST(a_damaged_frame_becomes_dead_letters),
		TEST(damage_before_another_pipelines_frame_reaches_no_plugin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
