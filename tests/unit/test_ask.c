/*
 * Tests of lib/ask: how long a service that fails rests, and what becomes of a round.
 *
 * The filter below asks for what the bodies of its records say, each a path of endpoint.h.
 */
#include "../../plugins/lib/ask/rest.c"

#include "endpoint.h"
#include "engine_emit.h"
#include "engine_look.h"

#include <ask/ask.h>
#include <heard/fetch.h>

#define ENGINE_FILTERS 0
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

/* ---- rest */

static void a_service_rests_after_failures_in_a_row(void **state)
{
	struct rest r = {0};
	(void)state;
	rest_failed(&r, 1000, -1);
	rest_failed(&r, 1000, -1);
	assert_true(rest_allows(&r, 1000, 3));
	rest_failed(&r, 1000, -1);
	assert_false(rest_allows(&r, 1999, 0));
	assert_true(rest_allows(&r, 2000, 0)); /* one tries */
	assert_false(rest_allows(&r, 2000, 1));
	rest_failed(&r, 2000, -1);
	assert_false(rest_allows(&r, 3999, 0));
	assert_true(rest_allows(&r, 4000, 0));
	rest_answered(&r);
	assert_true(rest_allows(&r, 4000, 7));
}

static void pauses_grow_to_five_minutes(void **state)
{
	struct rest r = {0};
	int64_t now = 1;
	(void)state;
	for (int i = 0; i < 40; i++) {
		rest_failed(&r, now, -1);
		now = r.until > now ? r.until : now;
	}
	assert_int_equal(r.pause, LONGEST);
}

static void it_rests_at_once_for_as_long_as_it_says(void **state)
{
	struct rest r = {0};
	(void)state;
	rest_failed(&r, 1000, 30000);
	assert_false(rest_allows(&r, 30999, 0));
	assert_true(rest_allows(&r, 31000, 0));
	rest_answered(&r);
	rest_failed(&r, 1000, INT64_C(1) << 60); /* a year is not believed */
	assert_true(rest_allows(&r, 1000 + ASKED_LONGEST, 0));
}

static void what_had_begun_before_says_nothing_new(void **state)
{
	struct rest r = {0};
	(void)state;
	for (int i = 0; i < 10; i++)
		rest_failed(&r, 1000, -1);
	assert_int_equal(r.pause, FIRST);
}

/* ---- a filter that asks */

enum { QUESTIONS = 8 };

struct asker {
	struct heard_host *host;
	struct ask_options options;
	struct ask *ask;
	struct endpoint endpoint;
	size_t bytes;		     /* of the answers that were taken      */
	bool is_useless;	     /* no answer can be used               */
	_Atomic int n[ASK_LEFT + 1]; /* what came of the questions */
	_Atomic int cannot_wait;
};

struct asked {
	struct ask_question question; /* first: see ask.h */
	char url[128];
};

static struct asker asker;

static int take_answer(void *arg, struct ask_question *q,
		       const struct heard_fetch_answer *answer, struct heard_error *err)
{
	struct asker *a = arg;
	(void)q;
	if (a->is_useless)
		return heard_fail(err, EPROTO, "nobody understands it");
	a->bytes += answer->body.len;
	return 0;
}

static int asker_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct asker *a = self;
	(void)err;
	a->host = host;
	a->ask = ask_create(host, &a->options);
	return a->ask != NULL ? 0 : -ENOMEM;
}

static int asker_start(void *self, struct heard_error *err)
{
	return ask_start(((struct asker *)self)->ask, err);
}

static void asker_close(void *self)
{
	ask_destroy(((struct asker *)self)->ask);
}

static struct asked *asked_create(struct asker *a, struct heard_batch *b, struct heard_str path)
{
	struct asked *q = heard_batch_alloc(b, sizeof(*q));
	assert_non_null(q);
	*q = (struct asked){.question = {.state = ASK_NEW}};
	if (path.ptr[0] == '/')
		snprintf(q->url, sizeof(q->url), "http://127.0.0.1:%d%.*s", a->endpoint.port,
			 HEARD_ARG(path));
	else
		snprintf(q->url, sizeof(q->url), "%.*s", HEARD_ARG(path));
	q->question.url = q->url;
	return q;
}

static int asker_process(void *self, void *lane, struct heard_batch *b, struct heard_error *err)
{
	struct asker *a = self;
	struct ask_question *first = heard_waited(b), **last = &first;
	(void)lane;
	(void)err;
	for (struct ask_question *q = first; q != NULL; q = q->next)
		a->n[q->state]++;
	if (first != NULL)
		return 0;
	for (size_t i = 0; i < heard_batch_size(b); i++) {
		struct asked *q = asked_create(a, b,
					       heard_get_str(heard_batch_at(b, i), HEARD_BODY));
		*last = &q->question;
		last = &q->question.next;
	}
	a->cannot_wait += !ask_round(a->ask, b, first, first);
	return 0;
}

static const struct heard_plugin asker_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.name = "asker",
	.version = "1",
	.summary = "asks what the bodies say",
	.options = test_filter_options,
	.self_size = sizeof(struct asker),
	.open = asker_open,
	.start = asker_start,
	.close = asker_close,
	.process = asker_process,
};

static int begin(void **state)
{
	setup(state);
	asker = (struct asker){.options = {.timeout = 2000,
					   .patience = 2000,
					   .max_answer = 1024,
					   .at_once = QUESTIONS,
					   .allow_private = true,
					   .answered = take_answer,
					   .arg = &asker}};
	engine_instance(&e, &e.filters[0], &asker_plugin, "asks", &asker);
	e.pipelines[0].n_filters = 1;
	return 0;
}

static void start(void)
{
	engine_start(&e);
	endpoint_open(&asker.endpoint, loop_base(e.daemon->main));
}

static int end(void **state)
{
	endpoint_close(&asker.endpoint);
	return teardown(state);
}

/* n questions, each the same, of one batch. */
static void emit(const char *path, unsigned n, struct receipt *r)
{
	char raw[QUESTIONS * 64] = "";
	for (unsigned i = 0; i < n; i++)
		snprintf(raw + strlen(raw), sizeof(raw) - strlen(raw), "{\"body\":\"%s\"}\n",
			 path);
	engine_emit(&e, raw, r);
}

static void ask(const char *path, unsigned n)
{
	struct receipt r = {0};
	emit(path, n, &r);
	engine_until(&e, r.times > 0);
	assert_int_equal(r.n, n); /* whatever came of it, the records go on */
}

static void expect(int answered, int failed, int left)
{
	assert_int_equal(asker.n[ASK_ANSWERED], answered);
	assert_int_equal(asker.n[ASK_FAILED], failed);
	assert_int_equal(asker.n[ASK_LEFT], left);
	assert_int_equal(asker.n[ASK_NEW], 0);
	assert_int_equal(ask_count(asker.ask, ASK_ANSWERED), answered);
	assert_int_equal(ask_count(asker.ask, ASK_FAILED), failed);
	assert_int_equal(ask_count(asker.ask, ASK_LEFT), left);
}

/* ---- rounds */

static void the_batch_comes_again_with_its_answers(void **state)
{
	(void)state;
	start();
	ask("/short", 3);
	assert_int_equal(asker.bytes, 15);
	ask("/404", 1); /* which is for the filter to understand */
	assert_int_equal(asker.bytes, 17);
	expect(4, 0, 0);
	assert_int_equal(asker.cannot_wait, 0);
}

static void a_secret_is_one_header_more(void **state)
{
	(void)state;
	static const char *const headers[] = {"X-A: 1", NULL};
	asker.options.headers = headers;
	asker.options.secret_name = "Authorization: Bearer ";
	asker.options.secret = "s3";
	start();
	ask("/short", 1);
	assert_non_null(strstr(asker.endpoint.request, "\r\nX-A: 1\r\n"));
	assert_non_null(strstr(asker.endpoint.request, "\r\nAuthorization: Bearer s3\r\n"));
}

static void so_many_are_under_way(void **state)
{
	(void)state;
	struct receipt r = {0};
	asker.options.at_once = 2;
	asker.options.timeout = 100;
	asker.options.patience = 50;
	start();
	emit("/hang", QUESTIONS, &r);
	engine_until(&e, asker.endpoint.n_requests == 2);
	engine_until(&e, r.times > 0);
	assert_int_equal(asker.endpoint.n_requests, 2); /* patience was over for the others */
	expect(0, 2, QUESTIONS - 2);
}

static void who_waits_for_his_turn_gets_it(void **state)
{
	(void)state;
	struct receipt r[4] = {{0}};
	asker.options.at_once = 1;
	start();
	for (int i = 0; i < 4; i++)
		emit("/short", 2, &r[i]);
	for (int i = 0; i < 4; i++)
		engine_until(&e, r[i].times > 0);
	expect(8, 0, 0);
}

static void a_service_that_failed_is_left_alone(void **state)
{
	(void)state;
	asker.options.at_once = 1;
	start();
	ask("/500", 2);
	ask("/short", 1); /* two are no three */
	ask("/500", 5);
	expect(1, 5, 2);
	ask("/short", 1);
	expect(1, 5, 3);
	assert_int_equal(asker.endpoint.n_requests, 6);
	engine_idle(&e, 1000);
	ask("/short", 2);
	expect(3, 5, 3);
}

static void it_is_left_alone_for_as_long_as_it_says(void **state)
{
	(void)state;
	start();
	ask("/after/60", 1);
	ask("/short", 1);
	expect(0, 1, 1);
}

static void an_answer_that_cannot_be_used_is_a_failure(void **state)
{
	(void)state;
	asker.options.max_answer = 5;
	start();
	ask("/short", 1); /* as long as may be */
	ask("/huge", 1);
	asker.is_useless = true;
	ask("/short", 1);
	expect(1, 2, 0);
}

/* A key of a customer's makes a bad URL, and it is not the service that failed. */
static void what_cannot_be_asked_says_nothing_of_the_service(void **state)
{
	(void)state;
	start();
	ask("gopher://127.0.0.1/", 5);
	expect(0, 5, 0);
	ask("/short", 1);
	expect(1, 5, 0);
}

static void a_forced_end_forgets_what_was_asked(void **state)
{
	(void)state;
	struct receipt r[2] = {{0}};
	asker.options.at_once = 2;
	start();
	emit("/hang", 4, &r[0]);
	engine_until(&e, asker.endpoint.n_requests == 2);
	emit("/hang", 4, &r[1]);
	engine_idle(&e, 20);
	endpoint_close(&asker.endpoint);
	engine_stop(&e);
	assert_int_equal(r[0].times + r[1].times, 0);
}

int main(void)
{
#define ASKS(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_rests_after_failures_in_a_row),
		cmocka_unit_test(pauses_grow_to_five_minutes),
		cmocka_unit_test(it_rests_at_once_for_as_long_as_it_says),
		cmocka_unit_test(what_had_begun_before_says_nothing_new),
		ASKS(the_batch_comes_again_with_its_answers),
		ASKS(a_secret_is_one_header_more),
		ASKS(so_many_are_under_way),
		ASKS(who_waits_for_his_turn_gets_it),
		ASKS(a_service_that_failed_is_left_alone),
		ASKS(it_is_left_alone_for_as_long_as_it_says),
		ASKS(an_answer_that_cannot_be_used_is_a_failure),
		ASKS(what_cannot_be_asked_says_nothing_of_the_service),
		cmocka_unit_test_setup_teardown(a_forced_end_forgets_what_was_asked, begin,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
