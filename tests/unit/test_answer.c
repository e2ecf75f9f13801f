/*
 * Tests of answer.c and unseal.c: who carries an answer, the word back, and what
 * becomes of it when somebody stops.  The keeper is output "o0"; the carrier is output
 * "o1", which the input names in `reply`, or the input itself.
 */
#include "engine_emit.h"

#include "answer.h"
#include "seal.h"

#include <pthread.h>

#define ENGINE_FILTERS 0
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

/* ---- a carrier and a keeper */
enum carrier_mode { SENDS, REFUSES, HOLDS };

static struct {
	enum carrier_mode mode;
	struct heard_reply *held[4];
	_Atomic int n, n_held;
	pthread_t thread; /* of the last one */
	char key[64], text[128], record[128], ticket[16], status[64], lang[8];
	bool finishes_at_stop;
} carrier;

static void copy(char *to, size_t size, struct heard_str s)
{
	snprintf(to, size, "%.*s", HEARD_ARG(s));
}

static void carrier_reply(void *self, const struct heard_answer *a, struct heard_reply *r)
{
	(void)self;
	copy(carrier.key, sizeof(carrier.key), a->key);
	copy(carrier.text, sizeof(carrier.text), a->text);
	copy(carrier.record, sizeof(carrier.record), a->record);
	copy(carrier.ticket, sizeof(carrier.ticket), a->ticket);
	copy(carrier.status, sizeof(carrier.status), a->status);
	copy(carrier.lang, sizeof(carrier.lang), a->lang);
	carrier.thread = pthread_self();
	carrier.n++; /* before the word, which a test on another thread waits for */
	if (carrier.mode == HOLDS)
		carrier.held[carrier.n_held++] = r;
	else if (carrier.mode == SENDS)
		heard_reply_finish(r, HEARD_DELIVERED, 0, NULL);
	else
		heard_reply_finish(r, HEARD_REFUSED, 7, "no such customer");
}

static void carrier_stop(void *self, struct heard_done *done)
{
	((struct test_output *)self)->stops++;
	while (carrier.finishes_at_stop && carrier.n_held > 0)
		heard_reply_finish(carrier.held[--carrier.n_held], HEARD_DELIVERED, 0, NULL);
	heard_done(done);
}

struct word {
	_Atomic int times;
	enum heard_outcome outcome;
	int64_t after_ms;
	char reason[256];
	pthread_t thread;
	int keeper_stops; /* how often it had been stopped by then */
};

static void word_said(void *arg, enum heard_outcome outcome, int64_t after_ms,
		      const char *reason)
{
	struct word *w = arg;
	w->outcome = outcome;
	w->after_ms = after_ms;
	snprintf(w->reason, sizeof(w->reason), "%s", reason ? reason : "");
	w->thread = pthread_self();
	w->keeper_stops = e.out[0]->stops;
	w->times++;
}

static struct heard_host *host(size_t output)
{
	return &engine_pipeline(&e)->outputs[output].host;
}

static void ask(const char *source, struct word *w)
{
	char text[] = "已为您重新发货。"; /* gone when we return */
	const struct heard_answer a = {.key = HEARD_STR("ticket-17/answer-3"),
				       .record = HEARD_STR("{\"source_id\":\"m1\"}\n"),
				       .text = heard_str(text),
				       .ticket = HEARD_STR("17"),
				       .status = HEARD_STR("/status/abc"),
				       .lang = HEARD_STR("")};
	heard_answer(host(0), heard_str(source), &a, word_said, w);
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(w->times, 0); /* later, always */
}

static void with_carrier(enum carrier_mode mode)
{
	memset(&carrier, 0, sizeof(carrier));
	carrier.mode = mode;
	e.inputs[0].reply = "o1";
	engine_plugin(&e.outputs[1])->reply = carrier_reply;
	engine_plugin(&e.outputs[1])->stop = carrier_stop;
}

/* The input itself, which no output is named for. */
static void with_input_that_carries(enum carrier_mode mode)
{
	with_carrier(mode);
	e.inputs[0].reply = NULL;
	engine_plugin(&e.inputs[0])->reply = carrier_reply;
}

/* ---- the way */

static void an_answer_goes_to_the_output_that_the_input_names(void **state)
{
	(void)state;
	struct word w = {0};
	with_carrier(SENDS);
	engine_start(&e);
	ask("shop/in", &w);
	engine_until(&e, w.times > 0);
	assert_int_equal(w.outcome, HEARD_DELIVERED);
	assert_string_equal(w.reason, "");
	assert_string_equal(carrier.key, "ticket-17/answer-3");
	assert_string_equal(carrier.text, "已为您重新发货。");
	assert_string_equal(carrier.record, "{\"source_id\":\"m1\"}\n");
	assert_string_equal(carrier.ticket, "17");
	assert_string_equal(carrier.status, "/status/abc");
	assert_string_equal(carrier.lang, "");
	engine_idle(&e, 10);
	assert_int_equal(w.times, 1);
}

static void an_input_carries_its_own(void **state)
{
	(void)state;
	struct word w = {0};
	with_input_that_carries(REFUSES);
	engine_start(&e);
	ask("shop/in", &w);
	engine_until(&e, w.times > 0);
	assert_int_equal(w.outcome, HEARD_REFUSED);
	assert_int_equal(w.after_ms, 7);
	assert_string_equal(w.reason, "no such customer");
}

/* Each at its own home. */
static void it_finds_its_carrier_across_threads(void **state)
{
	(void)state;
	enum { N = 200 };
	static struct word w[N];
	memset(w, 0, sizeof(w));
	with_carrier(SENDS);
	engine_plugin(&e.outputs[1])->flags |= HEARD_OWN_LOOP;
	engine_start_with_life(&e);
	for (int i = 0; i < N; i++)
		ask("shop/in", &w[i]);
	for (int i = 0; i < N; i++)
		engine_until(&e, w[i].times > 0);
	for (int i = 0; i < N; i++)
		assert_int_equal(w[i].times, 1);
	assert_int_equal(carrier.n, N);
	assert_true(pthread_equal(w[0].thread, pthread_self()));
	assert_false(pthread_equal(carrier.thread, pthread_self()));
	engine_stop_orderly(&e);
}

static void ask_from_home(void *arg)
{
	static const struct heard_answer a = {.key = HEARD_STR("k"),
					      .text = HEARD_STR("hello")};
	heard_answer(host(0), HEARD_STR_OF("shop/in"), &a, word_said, arg);
}

static void the_word_comes_to_the_keepers_home(void **state)
{
	(void)state;
	static struct word w;
	memset(&w, 0, sizeof(w));
	with_carrier(SENDS);
	engine_plugin(&e.outputs[0])->flags |= HEARD_OWN_LOOP;
	engine_start_with_life(&e);
	heard_post(host(0), ask_from_home, &w);
	engine_until(&e, w.times > 0);
	assert_true(pthread_equal(carrier.thread, pthread_self()));
	assert_false(pthread_equal(w.thread, pthread_self()));
	engine_stop_orderly(&e);
	assert_int_equal(w.times, 1);
}

/* ---- nobody */

static void refused(const char *source, const char *why)
{
	struct word w = {0};
	ask(source, &w);
	engine_until(&e, w.times > 0);
	assert_int_equal(w.outcome, HEARD_REFUSED);
	assert_string_equal(w.reason, why);
}

static void without_a_carrier_it_is_refused(void **state)
{
	(void)state;
	engine_start(&e);
	refused("shop/in", "input shop/in has no way to answer: name an output in its `reply`");
	refused("shop/send",
		"input shop/send has no way to answer: name an output in its `reply`");
	refused("shop/gone", "there is no input shop/gone any more to answer by");
	refused("other/in", "there is no input other/in any more to answer by");
	refused("shop/o1", "there is no input shop/o1 any more to answer by");
	refused("in", "there is no input in any more to answer by");
	refused("", "there is no input  any more to answer by");
}

/* ---- starting and stopping */

static void one_that_does_not_run_yet_is_asked_again(void **state)
{
	(void)state;
	struct word w = {0};
	with_carrier(SENDS);
	engine_start(&e);
	host(1)->is_started = false;
	ask("shop/in", &w);
	engine_until(&e, w.times > 0);
	host(1)->is_started = true;
	assert_int_equal(w.outcome, HEARD_RETRY);
	assert_int_equal(w.after_ms, 1000);
	assert_string_equal(w.reason, "shop/o1 is not running yet");
	assert_int_equal(carrier.n, 0);
}

static void what_a_carrier_finishes_while_it_stops_is_told(void **state)
{
	(void)state;
	struct word w = {0};
	with_carrier(HOLDS);
	carrier.finishes_at_stop = true;
	engine_start_with_life(&e);
	ask("shop/in", &w);
	engine_until(&e, carrier.n == 1);
	engine_stop_orderly(&e);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.outcome, HEARD_DELIVERED);
	assert_int_equal(w.keeper_stops, 0); /* before the keeper ended */
	assert_int_equal(e.out[0]->stops, 1);
}

static void what_a_carrier_still_holds_at_its_end_is_tried_again(void **state)
{
	(void)state;
	struct word w[2] = {{0}};
	with_carrier(HOLDS);
	engine_plugin(&e.outputs[1])->flags |= HEARD_OWN_LOOP;
	engine_start_with_life(&e);
	ask("shop/in", &w[0]);
	ask("shop/in", &w[1]);
	engine_until(&e, carrier.n == 2);
	engine_stop_orderly(&e);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(w[i].times, 1);
		assert_int_equal(w[i].outcome, HEARD_RETRY);
		assert_string_equal(w[i].reason, "shop/o1 was stopped before it was sent");
		assert_int_equal(w[i].keeper_stops, 0);
	}
}

static void an_input_that_holds_one_does_not_hold_a_stop_up(void **state)
{
	(void)state;
	struct word w = {0};
	with_input_that_carries(HOLDS);
	engine_start_with_life(&e);
	ask("shop/in", &w);
	engine_until(&e, carrier.n == 1);
	engine_stop_orderly(&e);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.outcome, HEARD_RETRY);
}

/* It cannot wait for itself. */
static void a_keeper_that_is_its_own_carrier_can_stop(void **state)
{
	(void)state;
	struct word w = {0};
	with_carrier(HOLDS);
	e.inputs[0].reply = "o0";
	engine_plugin(&e.outputs[0])->reply = carrier_reply;
	engine_start_with_life(&e);
	ask("shop/in", &w);
	engine_until(&e, carrier.n == 1);
	engine_stop_orderly(&e);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.outcome, HEARD_RETRY);
	assert_string_equal(w.reason, "the daemon is stopping");
	assert_int_equal(w.keeper_stops, 0);
}

static struct word late;

static void ask_late(void *arg)
{
	(void)arg;
	ask("shop/in", &late);
}

static void what_is_asked_while_stopping_is_tried_again(void **state)
{
	(void)state;
	memset(&late, 0, sizeof(late));
	with_carrier(SENDS);
	e.out[0]->mode = OUTPUT_HOLDS; /* so that it cannot end at once */
	engine_start_with_life(&e);
	struct receipt r = {0};
	engine_emit(&e, "{\"body\":\"x\"}", &r);
	engine_until(&e, e.out[0]->n_held == 1);
	e.daemon->pipelines[0].outputs[0].is_stopping = true;
	ask_late(NULL);
	engine_until(&e, late.times > 0);
	e.daemon->pipelines[0].outputs[0].is_stopping = false;
	assert_int_equal(late.outcome, HEARD_RETRY);
	assert_string_equal(late.reason, "the daemon is stopping");
	assert_int_equal(carrier.n, 0);
	heard_delivery_finish(e.out[0]->held[0], HEARD_DELIVERED, 0, NULL);
	engine_drain(&e);
}

/* ---- contacts */

static void a_contact_is_opened_with_the_key_and_only_with_it(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct heard_buf sealed, plain;
	struct sealer sealer;
	struct seal_public to;
	char pub[128], key[128];
	heard_buf_init(&sealed, 4096);
	heard_buf_init(&plain, 4096);
	assert_int_equal(seal_keygen(e.folder, &err), 0);
	snprintf(pub, sizeof(pub), "%s/heard.pub", e.folder);
	snprintf(key, sizeof(key), "%s/heard.key", e.folder);
	assert_int_equal(seal_public_load(pub, &to, &err), 0);
	sealer_init(&sealer, &to);
	sealer_seal(&sealer, HEARD_STR_OF("138 1234 5678"), 1, &sealed);
	sealer_release(&sealer);

	struct heard_host h = {.conf = &e.conf};
	assert_int_equal(heard_unseal(&h, heard_buf_view(&sealed), &plain, &err), -ENOKEY);
	e.conf.privacy.private_key = pub; /* is there, and is none */
	assert_int_equal(heard_unseal(&h, heard_buf_view(&sealed), &plain, &err), -ENOKEY);
	assert_int_equal(plain.len, 0);
	e.conf.privacy.private_key = key;
	assert_int_equal(heard_unseal(&h, heard_buf_view(&sealed), &plain, &err), 0);
	assert_true(heard_str_is(heard_buf_view(&plain), "138 1234 5678"));
	assert_int_equal(heard_unseal(&h, HEARD_STR_OF("13812345678"), &plain, &err), -EBADMSG);
	sealed.ptr[sealed.len - 3] ^= 1;
	assert_int_equal(heard_unseal(&h, heard_buf_view(&sealed), &plain, &err), -EBADMSG);
	heard_buf_release(&sealed);
	heard_buf_release(&plain);
}

int main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLAIN(an_answer_goes_to_the_output_that_the_input_names),
		PLAIN(an_input_carries_its_own),
		PLAIN(it_finds_its_carrier_across_threads),
		PLAIN(the_word_comes_to_the_keepers_home),
		PLAIN(without_a_carrier_it_is_refused),
		PLAIN(one_that_does_not_run_yet_is_asked_again),
		PLAIN(what_a_carrier_finishes_while_it_stops_is_told),
		PLAIN(what_a_carrier_still_holds_at_its_end_is_tried_again),
		PLAIN(an_input_that_holds_one_does_not_hold_a_stop_up),
		PLAIN(a_keeper_that_is_its_own_carrier_can_stop),
		PLAIN(what_is_asked_while_stopping_is_tried_again),
		PLAIN(a_contact_is_opened_with_the_key_and_only_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
