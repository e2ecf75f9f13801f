/*
 * test_respond.c - the way of an answer: to whom, in which order, what is said of it, stops.
 */
#include "respond_fixture.h"

/* ---- the way there */

static void an_answer_is_sent_to_the_address_of_the_record(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:openid-7");
	assert_string_equal(t.url, "POST https://x.test/");
	assert_string_equal(t.body, "openid-7|m1|th|We send it again.\n\nStatus: "
				    "https://shop.test/status/tok|We send it again.");
	assert_int_equal(strlen(t.header), strlen("Idempotency-Key: ") + 32);
	assert_int_equal(t.words[1].times, 0);
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
}

static void what_was_sent_is_a_duplicate_after_a_restart_too(void **state)
{
	char first[256];
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	snprintf(first, sizeof(first), "%s", t.header);
	comes_back(200, 0);
	reply(1, "sealed:a");
	is_word(1, HEARD_DUPLICATE, 0, "");
	restart();
	reply(1, "sealed:a");
	is_word(1, HEARD_DUPLICATE, 0, "");
	assert_int_equal(t.n_requests, 1);
	reply(2, "sealed:a");
	assert_string_not_equal(first, t.header);
}

static void what_was_not_sent_goes_under_the_same_id(void **state)
{
	char first[256];
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	snprintf(first, sizeof(first), "%s", t.header);
	comes_back(0, -ECONNREFUSED);
	is_word(1, HEARD_RETRY, 0, "no route");
	restart();
	reply(1, "sealed:a");
	assert_string_equal(first, t.header);
}

static void one_person_is_told_one_thing_after_the_other(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	reply(2, "sealed:a");
	reply(3, "sealed:b");
	reply(2, "sealed:a"); /* offered twice: known when its turn comes */
	assert_int_equal(t.n_under_way, 2);
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	assert_int_equal(t.n_requests, 3);
	assert_memory_equal(t.body, "a|", 2);
	comes_back(200, 0);
	is_word(3, HEARD_DELIVERED, 0, "");
	comes_back(200, 0);
	assert_int_equal(t.words[2].times, 2);
	assert_int_equal(t.words[2].outcome, HEARD_DUPLICATE);
	assert_int_equal(t.n_requests, 3);
}

static void who_cannot_be_answered_is_said(void **state)
{
	struct heard_answer a = {.key = HEARD_STR("k"), .record = HEARD_STR("{\"body\":1}")};
	(void)state;
	start_with(&hooks);
	reply(1, "clear");
	is_word(1, HEARD_REFUSED, 0, "there is no privacy.private_key");
	respond_reply(t.r, &a, (struct heard_reply *)&t.words[2]);
	is_word(2, HEARD_REFUSED, 0, "does not say who wrote");
	a.record = HEARD_STR_OF("no JSON");
	respond_reply(t.r, &a, (struct heard_reply *)&t.words[3]);
	is_word(3, HEARD_REFUSED, 0, "not there any more");
	reply(4, "sealed:bad");
	is_word(4, HEARD_REFUSED, 0, "the request cannot be made");
	t.ask_result = -EINVAL;
	reply(5, "sealed:a");
	is_word(5, HEARD_REFUSED, 0, "the channel cannot");
	assert_int_equal(t.n_requests, 0);
}

static void a_key_is_waited_for(void **state)
{
	(void)state;
	start_with(&hooks);
	t.ask_result = -EAGAIN;
	reply(1, "sealed:a");
	reply(2, "sealed:a");
	t.on_key(t.key_arg);
	assert_int_equal(t.n_asked, 2);
	t.ask_result = 0;
	t.on_key(t.key_arg);
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	comes_back(200, 0);
	is_word(2, HEARD_DELIVERED, 0, "");
	t.ask_result = -EAGAIN;
	reply(3, "sealed:a");
	for (int i = 0; i < SOON_TIMES; i++)
		t.on_key(t.key_arg);
	is_word(3, HEARD_RETRY, 0, "the channel cannot");
	reply(4, "sealed:a");
	respond_stop(t.r, on_stopped, NULL);
	is_word(4, HEARD_RETRY, 0, "stopping");
	assert_int_equal(t.n_stopped, 1);
}

/* ---- what is said of it */

static void verdicts(void **state)
{
	(void)state;
	start_with(&hooks);
	t.verdict = RESPOND_REFUSED;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_REFUSED, 0, "the service says 200");
	t.verdict = RESPOND_AGAIN;
	t.after_ms = 5000;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_RETRY, 5000, "the service says 200");
}

static void a_key_that_ran_out_is_asked_for_once(void **state)
{
	(void)state;
	start_with(&hooks);
	t.verdict = RESPOND_LOGIN;
	reply(1, "sealed:a");
	comes_back(200, 0);
	assert_int_equal(t.n_asked, 2);
	assert_int_equal(t.words[1].times, 0);
	comes_back(200, 0);
	is_word(1, HEARD_RETRY, 0, "the service says 200");
	reply(1, "sealed:a");
	comes_back(200, 0);
	comes_back(200, 0);
	assert_int_equal(t.n_logged, 1); /* said once */
	reply(1, "sealed:a");
	comes_back(200, 0);
	t.verdict = RESPOND_SENT;
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
}

static void a_status_is_a_verdict(void **state)
{
	static const struct {
		int status;
		enum respond_verdict verdict;
	} cases[] = {{200, RESPOND_SENT},    {204, RESPOND_SENT},    {401, RESPOND_LOGIN},
		     {403, RESPOND_LOGIN},   {408, RESPOND_AGAIN},   {503, RESPOND_AGAIN},
		     {302, RESPOND_REFUSED}, {404, RESPOND_REFUSED}, {422, RESPOND_REFUSED}};
	struct heard_error err;
	int64_t after = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_fetch_answer a = {.status = cases[i].status, .retry_after_ms = -1};
		assert_int_equal(respond_judge(&a, NULL, &after, &err), cases[i].verdict);
	}
	assert_int_equal(after, 0);
	static const struct respond_meaning list[] = {
		{404, RESPOND_AGAIN, 5000, "it comes later"}, {.text = NULL}};
	struct heard_fetch_answer a = {.status = 404};
	assert_int_equal(respond_judge(&a, list, &after, &err), RESPOND_AGAIN);
	assert_int_equal(after, 5000);
	assert_string_equal(err.text, "it comes later");
	a.status = 410;
	assert_int_equal(respond_judge(&a, list, &after, &err), RESPOND_REFUSED);
	start_with(&(struct respond_hooks){.ask = ask});
	reply(1, "sealed:a");
	comes_back(429, 0);
	is_word(1, HEARD_RETRY, 7000, "HTTP 429");
}

/* ---- stopping */

static void a_stop_waits_for_what_is_under_way(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	reply(2, "sealed:a");
	respond_stop(t.r, on_stopped, NULL);
	is_word(2, HEARD_RETRY, 0, "stopping");
	assert_int_equal(t.n_stopped, 0);
	reply(3, "sealed:b");
	is_word(3, HEARD_RETRY, 0, "stopping");
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	assert_int_equal(t.n_stopped, 1);
}

static void a_forced_end_cancels(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	respond_destroy(t.r);
	t.r = NULL;
	assert_int_equal(t.n_cancelled, 1);
	assert_int_equal(t.words[1].times, 0); /* the core says it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(an_answer_is_sent_to_the_address_of_the_record),
		WITH(what_was_sent_is_a_duplicate_after_a_restart_too),
		WITH(what_was_not_sent_goes_under_the_same_id),
		WITH(one_person_is_told_one_thing_after_the_other),
		WITH(who_cannot_be_answered_is_said),
		WITH(a_key_is_waited_for),
		WITH(verdicts),
		WITH(a_key_that_ran_out_is_asked_for_once),
		WITH(a_status_is_a_verdict),
		WITH(a_stop_waits_for_what_is_under_way),
		WITH(a_forced_end_cancels),
	};
	return cmocka_run_group_tests_name("respond", tests, NULL, NULL);
}
