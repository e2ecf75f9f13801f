/*
 * Tests of input.c and job.c: emissions, batches, order, receipts, tokens.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

static void receipt_comes_after_the_commit(void **state)
{
	(void)state;
	struct receipt r = {0};
	engine_start(&e);
	uint64_t before = journal_last_seq(e.daemon->journal);
	r.daemon = e.daemon;
	engine_emit(&e, "{\"body\":\"one\"}\n{\"body\":\"two\"}", &r);
	assert_int_equal(r.times, 0);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.times, 1);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.last_seq - before, 2);
	assert_string_not_equal(r.ids[0], r.ids[1]);
	assert_true(engine_journal_has(&e, r.ids[0]));
	assert_true(engine_journal_has(&e, r.ids[1]));
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void emissions_of_one_turn_share_a_batch(void **state)
{
	(void)state;
	struct receipt r[20] = {0};
	engine_start(&e);
	for (int i = 0; i < 20; i++)
		engine_emit(&e, "{\"body\":\"x\"}", &r[i]);
	engine_until(&e, r[19].times > 0);
	assert_int_equal(e.filter[0].calls, 1);
	assert_int_equal(e.filter[0].records, 20);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(r[i].code, 0);
		assert_int_equal(r[i].n, 1);
		assert_int_equal(r[i].order - r[0].order, i);
	}
}

static void a_batch_that_grew_large_does_not_wait_for_the_turn_to_end(void **state)
{
	(void)state;
	struct receipt r[3] = {0};
	char *big = malloc(300 << 10);
	memset(big, 'x', 300 << 10);
	memcpy(big, "{\"body\":\"", 9);
	memcpy(big + (300 << 10) - 3, "\"}", 3);
	engine_start(&e);
	for (int i = 0; i < 3; i++)
		engine_emit(&e, big, &r[i]);
	free(big);
	engine_until(&e, r[0].times && r[1].times && r[2].times);
	assert_int_equal(e.filter[0].calls, 3);
}

static void decode_error_refuses_only_its_own_emission(void **state)
{
	(void)state;
	struct receipt good = {0}, bad = {0}, also = {0};
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"good\"}", &good);
	engine_emit(&e, "!bad", &bad);
	engine_emit(&e, "{\"body\":\"also\"}", &also);
	engine_until(&e, also.times > 0);
	assert_int_equal(good.code, 0);
	assert_int_equal(also.code, 0);
	assert_int_equal(also.n, 1);
	assert_int_equal(bad.code, -EBADMSG);
	assert_int_equal(bad.line, 7);
	assert_int_equal(bad.n, 0);
	assert_string_equal(bad.error, "not what was agreed");
	assert_int_equal(engine_gate(&e).received, 2);
	engine_drain(&e);
	assert_int_equal(engine_letters(&e).n, 0);
	assert_true(engine_balances(&e));
}

static void decode_error_in_a_stream_is_a_dead_letter_and_the_stream_goes_on(void **state)
{
	(void)state;
	struct receipt bad = {0}, good = {0};
	engine_start(&e);
	engine_stream(&e, "!bad", "1", &bad);
	engine_stream(&e, "{\"body\":\"good\"}", "2", &good);
	engine_until(&e, good.times > 0);
	assert_int_equal(bad.code, 0);
	assert_int_equal(bad.n, 0);
	assert_int_equal(bad.dead, 1);
	assert_int_equal(good.n, 1);
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 1);
	assert_non_null(strstr(l.meta, "not what was agreed"));
	assert_non_null(strstr(l.meta, "\"line\":7"));
	assert_non_null(strstr(l.meta, "\"source\":\"shop/in\""));
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).received, 2);
	assert_int_equal(engine_gate(&e).dead, 1);
	assert_true(engine_balances(&e));
}

static void an_emission_without_bytes_moves_its_token(void **state)
{
	(void)state;
	struct receipt r = {0};
	struct heard_str token;
	engine_start(&e);
	assert_false(heard_resume_token(e.in[0].host, HEARD_STR_OF("a stream"), &token));
	engine_stream(&e, "", "offset 9", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 0);
	assert_true(heard_resume_token(e.in[0].host, HEARD_STR_OF("a stream"), &token));
	assert_true(heard_str_is(token, "offset 9"));
}

static void note_stream(void *arg, struct heard_str stream, struct heard_str token)
{
	struct heard_buf *b = arg;
	heard_buf_printf(b, "%.*s=%.*s;", HEARD_ARG(stream), HEARD_ARG(token));
}

static void tokens_survive_a_restart(void **state)
{
	(void)state;
	struct receipt r = {0};
	struct heard_buf b;
	heard_buf_init(&b, 1024);
	engine_start(&e);
	engine_stream(&e, "{\"body\":\"x\"}", "first", NULL);
	engine_stream(&e, "{\"body\":\"y\"}", "second", &r);
	engine_until(&e, r.times > 0);
	engine_stop(&e);
	engine_start(&e);
	heard_resume_each(e.in[0].host, note_stream, &b);
	assert_string_equal(b.ptr, "a stream=second;");
	heard_buf_release(&b);
}

static void same_key_and_content_is_a_duplicate_with_the_first_id(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0}, c = {0};
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"one\"}\n{\"body\":\"two\"}", "order-1", &a);
	engine_until(&e, a.times > 0);
	engine_emit_as(&e, "{\"body\":\"one\"}\n{\"body\":\"two\"}", "order-1", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, 0);
	assert_int_equal(b.n, 2);
	assert_string_equal(a.ids[0], b.ids[0]);
	assert_string_equal(a.ids[1], b.ids[1]);
	engine_stop(&e);
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"one\"}\n{\"body\":\"two\"}", "order-1", &c);
	engine_until(&e, c.times > 0);
	assert_string_equal(a.ids[1], c.ids[1]);
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).journaled, 2);
	assert_int_equal(engine_gate(&e).duplicate, 4);
	assert_int_equal(engine_output(&e, 0).delivered, 2);
	assert_true(engine_balances(&e));
}

static void same_key_in_one_batch_is_a_duplicate_too(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0};
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"one\"}", "k", &a);
	engine_emit_as(&e, "{\"body\":\"one\"}", "k", &b);
	engine_until(&e, b.times > 0);
	assert_string_equal(a.ids[0], b.ids[0]);
	assert_int_equal(engine_gate(&e).journaled, 1);
}

static void same_key_with_other_content_is_refused(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0};
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"one\"}", "k", &a);
	engine_until(&e, a.times > 0);
	engine_emit_as(&e, "{\"body\":\"other\"}", "k", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, -EEXIST);
	assert_int_equal(b.n, 0);
	assert_true(b.error[0] != '\0');
	assert_int_equal(b.line, 0); /* all of it */
	engine_drain(&e);
	assert_false(engine_journal_has(&e, "other"));
	assert_int_equal(engine_gate(&e).conflict, 1);
	assert_true(engine_balances(&e));
}

static void a_conflict_tells_which_record(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0};
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"one\",\"source_id\":\"7\"}", &a);
	engine_until(&e, a.times > 0);
	engine_emit(&e,
		    "{\"body\":\"new\",\"source_id\":\"6\"}\n"
		    "{\"body\":\"other\",\"source_id\":\"7\"}\n"
		    "{\"body\":\"last\",\"source_id\":\"8\"}",
		    &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, -EEXIST);
	assert_int_equal(b.line, 2);
	assert_int_equal(b.n, 0);
}

static void what_is_the_same_is_told_by_the_records_not_by_the_bytes(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0}, c = {0};
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"one\"}\n{\"body\":\"two\"}", "k", &a);
	engine_until(&e, a.times > 0);
	engine_emit_as(&e, "{\"body\":\"one\"}\n\n  {\"body\":\"two\"}\n", "k", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, 0);
	assert_int_equal(b.n, 2);
	assert_string_equal(a.ids[1], b.ids[1]);
	engine_emit_as(&e, "{\"body\":\"one\"}", "k", &c); /* a part of it is not the same */
	engine_until(&e, c.times > 0);
	assert_int_equal(c.code, -EEXIST);
}

static void an_edit_in_a_stream_is_kept_as_a_new_record(void **state)
{
	(void)state;
	struct receipt r[3] = {0};
	engine_start(&e);
	engine_stream(&e, "{\"source_id\":\"7\",\"body\":\"one\"}", "1", &r[0]);
	engine_stream(&e, "{\"source_id\":\"7\",\"body\":\"edited\"}", "2", &r[1]);
	engine_stream(&e, "{\"source_id\":\"7\",\"body\":\"one\"}", "3", &r[2]);
	engine_until(&e, r[2].times > 0);
	assert_int_equal(r[1].code, 0);
	assert_int_equal(r[1].n, 1);
	assert_string_equal(r[0].ids[0], r[2].ids[0]);
	assert_true(engine_journal_has(&e, "edited"));
	assert_int_equal(engine_gate(&e).journaled, 2);
	assert_int_equal(engine_gate(&e).duplicate, 1);
	assert_int_equal(engine_gate(&e).conflict, 0);
}

static void a_stream_is_never_refused_for_a_key_of_the_whole_emission(void **state)
{
	(void)state;
	struct receipt r[2] = {0};
	engine_start(&e);
	for (int i = 0; i < 2; i++)
		heard_emit(e.in[0].host,
			   &(struct heard_emission){.raw = heard_str(i ? "{\"body\":\"new\"}"
								       : "{\"body\":\"old\"}"),
						    .source_id = HEARD_STR("mail-1"),
						    .stream = HEARD_STR("a stream"),
						    .token = HEARD_STR("t"),
						    .receipt = engine_receipt,
						    .arg = &r[i]});
	engine_until(&e, r[1].times > 0);
	assert_int_equal(r[0].code, 0);
	assert_int_equal(r[1].code, 0);
	assert_true(engine_journal_has(&e, "new"));
}

static void without_dedupe_nothing_is_a_duplicate(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0};
	e.pipelines[1] = (struct conf_pipeline){
		.name = "other", .dedupe = 3600000, .max_in_flight = 1 << 20};
	e.conf.n_pipelines = 2;
	e.pipelines[0].dedupe = 0;
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"one\"}", "k", &a);
	engine_until(&e, a.times > 0);
	engine_emit_as(&e, "{\"body\":\"two\"}", "k", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, 0);
	assert_string_not_equal(a.ids[0], b.ids[0]);
}

/* ---- order */
/* The first job is held in the filter, the second overtakes it there. */
static void jobs_of_a_stream_commit_in_order_though_workers_finish_out_of_order(void **state)
{
	(void)state;
	struct receipt r[2] = {0};
	engine_plugin(&e.filters[0])->flags |= HEARD_PARALLEL;
	engine_start(&e);
	uint64_t before = journal_last_seq(e.daemon->journal);
	engine_stream(&e, "{\"body\":\"hold this\"}", "1", &r[0]);
	engine_until(&e, e.filter[0].waiting == 1);
	engine_stream(&e, "{\"body\":\"quick\"}", "2", &r[1]);
	engine_until(&e, e.filter[0].calls == 2);
	engine_idle(&e, 30);
	assert_int_equal(r[1].times, 0);
	assert_int_equal(journal_last_seq(e.daemon->journal), before);
	sem_post(&e.filter[0].go);
	engine_until(&e, r[1].times > 0);
	assert_true(r[0].order < r[1].order);
	struct heard_buf b;
	engine_lines(&e, &b);
	assert_true(strstr(b.ptr, "hold this") < strstr(b.ptr, "quick"));
	heard_buf_release(&b);
}

/* When job 1 fails, job 2 (already through) and job 3 (made before the input saw
 * the refusal) must not commit; a job made after it may. */
static void emit_again(void *arg)
{
	engine_stream(&e, "{\"body\":\"again\"}", "again", arg);
}

static void fail_if_told(struct test_filter *f, struct heard_record *r)
{
	f->fails = body_has(r, "hold this");
}

static void after_a_refusal_no_later_token_commits_before_the_input_saw_it(void **state)
{
	(void)state;
	struct receipt again = {0}, r[3] = {{.then = emit_again, .arg = &again}};
	struct heard_str token;
	e.filter[0].each = fail_if_told;
	engine_start(&e);
	engine_stream(&e, "{\"body\":\"hold this\"}", "1", &r[0]);
	engine_until(&e, e.filter[0].waiting == 1);
	engine_stream(&e, "{\"body\":\"second\"}", "2", &r[1]);
	engine_idle(&e, 5);
	engine_stream(&e, "{\"body\":\"third\"}", "3", &r[2]);
	engine_idle(&e, 5);
	sem_post(&e.filter[0].go);
	engine_until(&e, again.times > 0 && r[2].times > 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(r[i].code, -EAGAIN);
	assert_int_equal(again.code, 0);
	assert_true(heard_resume_token(e.in[0].host, HEARD_STR_OF("a stream"), &token));
	assert_true(heard_str_is(token, "again"));
	assert_false(engine_journal_has(&e, "second"));
	assert_false(engine_journal_has(&e, "third"));
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).received, 1);
	assert_true(engine_balances(&e));
}

static void a_refused_batch_counts_nothing_and_says_why(void **state)
{
	(void)state;
	struct receipt r = {0};
	engine_start(&e);
	e.filter[0].fails = true;
	engine_emit(&e, "{\"body\":\"quarantine\"}", &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.code, -EAGAIN);
	assert_int_equal(r.dead, 0);
	assert_string_equal(r.error, "the dictionary is gone");
	assert_int_equal(engine_gate(&e).received, 0);
	assert_int_equal(engine_letters(&e).n, 0);
}

/* ---- what filters add */

static void added_records_are_nobodys_receipt(void **state)
{
	(void)state;
	struct receipt a = {0}, b = {0};
	engine_start(&e);
	engine_emit(&e, "{\"body\":\"add one\"}", &a);
	engine_emit(&e, "{\"body\":\"x\"}", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(a.n, 1);
	assert_int_equal(b.n, 1);
	assert_int_equal(engine_gate(&e).added, 1);
	assert_int_equal(engine_gate(&e).journaled, 3);
	engine_drain(&e);
	assert_true(engine_balances(&e));
}

static void a_conflict_takes_no_added_record_with_it(void **state)
{
	(void)state;
	struct receipt first = {0}, a = {0}, b = {0};
	engine_start(&e);
	engine_emit_as(&e, "{\"body\":\"x\"}", "k", &first);
	engine_until(&e, first.times > 0);
	engine_emit(&e, "{\"body\":\"add one\"}", &a);
	engine_emit_as(&e, "{\"body\":\"y\"}", "k", &b);
	engine_until(&e, b.times > 0);
	assert_int_equal(b.code, -EEXIST);
	assert_true(engine_journal_has(&e, "made here"));
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).received, 2);
	assert_true(engine_balances(&e));
}

static void dropped_records_are_counted_and_acknowledged(void **state)
{
	(void)state;
	engine_start(&e);
	struct receipt r = engine_send(&e, "drop me");
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n, 0);
	assert_int_equal(engine_gate(&e).dropped, 1);
	assert_int_equal(engine_gate(&e).journaled, 0);
	assert_true(engine_balances(&e));
}

/* ---- memory that is handed over */

static void note_free(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
}

static void bytes_handed_over_are_freed_once(void **state)
{
	(void)state;
	struct receipt r = {0};
	_Atomic int freed = 0;
	static const char raw[] = "{\"body\":\"mine\"}";
	engine_start(&e);
	heard_emit(e.in[0].host, &(struct heard_emission){.raw = {raw, sizeof(raw) - 1},
							  .free_raw = note_free,
							  .free_arg = &freed,
							  .receipt = engine_receipt,
							  .arg = &r});
	engine_until(&e, r.times > 0);
	assert_int_equal(freed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(receipt_comes_after_the_commit),
		TEST(emissions_of_one_turn_share_a_batch),
		TEST(a_batch_that_grew_large_does_not_wait_for_the_turn_to_end),
		TEST(decode_error_refuses_only_its_own_emission),
		TEST(decode_error_in_a_stream_is_a_dead_letter_and_the_stream_goes_on),
		TEST(an_emission_without_bytes_moves_its_token),
		TEST(tokens_survive_a_restart),
		TEST(same_key_and_content_is_a_duplicate_with_the_first_id),
		TEST(same_key_in_one_batch_is_a_duplicate_too),
		TEST(same_key_with_other_content_is_refused),
		TEST(a_conflict_tells_which_record),
		TEST(what_is_the_same_is_told_by_the_records_not_by_the_bytes),
		TEST(an_edit_in_a_stream_is_kept_as_a_new_record),
		TEST(a_stream_is_never_refused_for_a_key_of_the_whole_emission),
		TEST(without_dedupe_nothing_is_a_duplicate),
		TEST(jobs_of_a_stream_commit_in_order_though_workers_finish_out_of_order),
		TEST(after_a_refusal_no_later_token_commits_before_the_input_saw_it),
		TEST(a_refused_batch_counts_nothing_and_says_why),
		TEST(added_records_are_nobodys_receipt),
		TEST(a_conflict_takes_no_added_record_with_it),
		TEST(dropped_records_are_counted_and_acknowledged),
		TEST(bytes_handed_over_are_freed_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
