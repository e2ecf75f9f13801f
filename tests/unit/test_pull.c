/*
 * test_pull.c - asking again and again: rounds, states, refusals, pauses, stops.
 */
#include "pull_fixture.h"

#include "pull/walk.h"

/* ---- rounds and states */

static void pages_are_asked_until_there_are_no_more(void **state)
{
	(void)state;
	t.n_items = 7;
	start_pull();
	engine_until(&t.e, t.n_requests == 4 && t.n_moved == 4);
	engine_idle(&t.e, 50); /* and then it rests */
	assert_int_equal(t.n_requests, 4);
	assert_string_equal(t.state, "7");
	assert_int_equal(received(), 7);
	assert_true(heard_str_is(pull_state(t.pull), "7"));
}

static void nothing_new_is_no_emission(void **state)
{
	(void)state;
	t.options.every = 5;
	t.body = "";
	start_pull();
	engine_until(&t.e, t.n_requests >= 5);
	assert_int_equal(received(), 0);
	assert_int_equal(t.n_moved, 1); /* that it was asked at all */
}

static void max_pages_ends_a_round_and_the_next_goes_on(void **state)
{
	(void)state;
	t.n_items = 9;
	t.options.max_pages = 2;
	start_pull();
	engine_until(&t.e, t.n_moved == 2);
	engine_idle(&t.e, 50);
	assert_int_equal(t.n_requests, 2);
	pull_poke(t.pull);
	engine_until(&t.e, received() == 8);
	engine_idle(&t.e, 50);
	assert_int_equal(t.n_requests, 4);
}

static void state_survives_a_restart(void **state)
{
	(void)state;
	t.n_items = 3;
	t.options.every = 20;
	start_pull();
	engine_until(&t.e, received() == 3);
	end();
	t.n_items = 5;
	t.n_moved = 0;
	begin();
	pull_start(t.pull);
	assert_int_equal(t.n_moved, 1); /* told before anything is asked */
	assert_string_equal(t.state, "3");
	engine_until(&t.e, strcmp(t.state, "5") == 0);
	engine_drain(&t.e);
	assert_int_equal(t.e.out[0]->records, 5);
}

static void crash_scenario(struct engine *e)
{
	t.n_items = 4;
	t.options.max_pages = 1;
	start_pull();
	engine_until(e, t.n_moved == 1);
	t.holds = true;
	pull_poke(t.pull);
	engine_until(e, t.held != NULL);
}

static void crash_goes_on_where_the_journal_stands(void **state)
{
	(void)state;
	assert_int_equal(engine_crash(&t.e, crash_scenario), 0);
	t.n_items = 4;
	begin();
	pull_start(t.pull);
	assert_string_equal(t.state, "2");
	pull_poke(t.pull);
	engine_until(&t.e, strcmp(t.state, "4") == 0);
	assert_int_equal(received(), 2);
}

/* ---- pages that are refused */

static void page_refused_now_is_asked_again(void **state)
{
	(void)state;
	t.n_items = 3;
	t.e.filter[0].fails = true;
	start_pull();
	engine_until(&t.e, t.n_requests >= 2); /* the core says: in a second */
	assert_int_equal(t.n_moved, 0);
	t.e.filter[0].fails = false;
	engine_until(&t.e, strcmp(t.state, "3") == 0);
	assert_int_equal(received(), 3);
}

static void page_refused_for_good_is_a_dead_letter_and_the_state_moves_on(void **state)
{
	(void)state;
	t.body = "!source_id\":\"8\"";
	start_pull();
	engine_until(&t.e, t.n_moved == 1);
	assert_string_equal(t.state, "8");
	assert_int_equal(atomic_load(&engine_pipeline(&t.e)->inputs[0].undecodable), 1);
	assert_int_equal(engine_letters(&t.e).n, 1);
	engine_drain(&t.e);
	assert_true(engine_balances(&t.e));
}

static void oversized_page_is_a_failure_and_nothing_is_left_behind(void **state)
{
	char large[20000];
	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	t.body = large;
	t.n_items = 1;
	start_pull();
	engine_until(&t.e, t.n_requests >= 3);
	assert_int_equal(t.n_moved, 0);
	t.body = NULL;
	engine_until(&t.e, received() == 1);
}

static void answer_that_makes_no_sense_is_asked_again(void **state)
{
	(void)state;
	t.read_code = -EPROTO;
	t.n_items = 1;
	start_pull();
	engine_until(&t.e, t.n_requests >= 3);
	t.read_code = 0;
	engine_until(&t.e, received() == 1);
}

/* ---- pauses */

static void unchanged_page_is_not_read_again(void **state)
{
	(void)state;
	t.n_items = 1;
	t.etag = "\"v1\"";
	t.options.every = 5;
	test_hooks.read = NULL; /* each 200 is one page, without a state: the URL stays */
	start_pull();
	engine_until(&t.e, t.n_conditional >= 3);
	test_hooks.read = test_read;
	assert_int_equal(received(), 1);
	t.n_items = 2;
	t.etag = "\"v2\"";
	engine_until(&t.e, t.e.out[0]->records == 2); /* and the first is known */
}

static void retry_after_is_honoured_even_if_poked(void **state)
{
	(void)state;
	t.n_items = 1;
	t.answers[0] = 429;
	t.retry_after = "1";
	start_pull();
	engine_until(&t.e, t.n_requests == 1);
	for (int i = 0; i < 5; i++) {
		engine_idle(&t.e, 50);
		pull_poke(t.pull);
	}
	assert_int_equal(t.n_requests, 1);
	engine_until(&t.e, received() == 1);
	assert_true(t.times[1] - t.times[0] >= 950);
}

static void reset_of_a_rate_limit_is_honoured(void **state)
{
	(void)state;
	t.n_items = 3;
	t.reset = "1";
	t.remaining = "0"; /* told beside a page */
	start_pull();
	engine_until(&t.e, t.n_requests == 2);
	assert_true(t.times[1] - t.times[0] >= 950);
}

static void wrong_key_waits_for_the_longest_pause(void **state)
{
	(void)state;
	t.n_items = 1;
	t.options.retry_max = 300;
	t.answers[0] = 401;
	t.answers[1] = 403;
	start_pull();
	engine_until(&t.e, received() == 1);
	assert_true(t.times[1] - t.times[0] >= 290);
	assert_true(t.times[2] - t.times[1] >= 290);
}

static int test_refused(void *arg, const struct heard_fetch_answer *a, int64_t *after_ms,
			struct heard_error *err)
{
	(void)arg, (void)a;
	*after_ms = 400;
	return heard_fail(err, EAGAIN, "too often, says its body");
}

static void channel_may_know_better_than_the_status(void **state)
{
	(void)state;
	t.n_items = 1;
	t.answers[0] = 403;
	t.options.retry_max = 100000;
	test_hooks.refused = test_refused;
	start_pull();
	engine_until(&t.e, received() == 1);
	test_hooks.refused = NULL;
	assert_true(t.times[1] - t.times[0] >= 390);
}

static void failures_back_off_and_end(void **state)
{
	(void)state;
	t.n_items = 1;
	t.options.retry_first = 40;
	t.options.retry_max = 160;
	for (int i = 0; i < 5; i++)
		t.answers[i] = i == 2 ? 301 : 500;
	start_pull();
	engine_until(&t.e, received() == 1);
	assert_int_equal(t.n_requests, 6);
	assert_true(t.times[1] - t.times[0] >= 19);
	assert_true(t.times[5] - t.times[4] >= 79);
}

static void rate_spaces_requests(void **state)
{
	(void)state;
	t.n_items = 5;
	t.options.rate = 600; /* 100 ms each */
	start_pull();
	engine_until(&t.e, received() == 5);
	assert_true(t.times[2] - t.times[0] >= 190);
}

/* ---- pokes, pauses, stops */

static void poke_during_a_request_asks_once_more(void **state)
{
	(void)state;
	t.holds = true;
	start_pull();
	engine_until(&t.e, t.held != NULL);
	pull_poke(t.pull);
	pull_poke(t.pull);
	release_request();
	engine_until(&t.e, t.n_requests == 2);
	engine_idle(&t.e, 50);
	assert_int_equal(t.n_requests, 2);
}

static void paused_it_asks_nothing(void **state)
{
	(void)state;
	t.n_items = 1;
	begin();
	pull_pause(t.pull);
	pull_start(t.pull);
	engine_idle(&t.e, 50);
	pull_poke(t.pull);
	engine_idle(&t.e, 20);
	assert_int_equal(t.n_requests, 0);
	pull_resume(t.pull);
	engine_until(&t.e, received() == 1);
}

static void stop_cancels_a_request_at_once(void **state)
{
	(void)state;
	t.holds = true;
	start_pull();
	engine_until(&t.e, t.held != NULL);
	pull_stop(t.pull, test_stopped, NULL);
	assert_int_equal(t.n_stopped, 1);
	release_request();
	engine_idle(&t.e, 50);
	assert_int_equal(t.n_requests, 1);
}

static void stop_waits_for_a_receipt(void **state)
{
	(void)state;
	t.body = "{\"source_id\":\"1\",\"body\":\"hold\"}\n";
	start_pull();
	engine_until(&t.e, t.e.filter[0].waiting == 1);
	pull_stop(t.pull, test_stopped, NULL);
	engine_idle(&t.e, 20);
	assert_int_equal(t.n_stopped, 0);
	sem_post(&t.e.filter[0].go);
	engine_until(&t.e, t.n_stopped == 1);
	assert_string_equal(t.state, "1");
	engine_idle(&t.e, 20);
	assert_int_equal(t.n_requests, 1);
}

/* ---- a page that waits for what goes with it */

static int n_held;
static bool is_released_at_once;

static void hold_it(void *arg, struct heard_str raw, struct heard_str context)
{
	(void)arg;
	assert_true(raw.len > 0 && context.len == 0);
	n_held++;
	if (is_released_at_once)
		pull_release(t.pull, heard_str("now"));
}

static void with_hold(bool at_once)
{
	n_held = 0;
	is_released_at_once = at_once;
	t.n_items = 3;
	test_hooks.hold = hold_it;
	start_pull();
}

static void a_page_is_held_until_it_is_released(void **state)
{
	(void)state;
	with_hold(false);
	engine_until(&t.e, n_held == 1);
	engine_idle(&t.e, 20);
	assert_int_equal(received(), 0);
	assert_int_equal(t.n_requests, 1);
	pull_release(t.pull, heard_str("later"));
	pull_release(t.pull, heard_str("twice"));
	engine_until(&t.e, n_held == 2);
	assert_int_equal(received(), 2);
	is_released_at_once = true;
	pull_release(t.pull, heard_str("later"));
	engine_until(&t.e, t.n_moved == 2);
	assert_int_equal(received(), 3);
	test_hooks.hold = NULL;
}

static void what_is_held_at_a_stop_is_asked_for_again(void **state)
{
	(void)state;
	with_hold(false);
	engine_until(&t.e, n_held == 1);
	pull_stop(t.pull, test_stopped, NULL);
	assert_int_equal(t.n_stopped, 1);
	pull_release(t.pull, heard_str("too late"));
	engine_idle(&t.e, 20);
	assert_int_equal(received(), 0);
	end();
	is_released_at_once = true;
	start_pull();
	engine_until(&t.e, received() == 3);
	test_hooks.hold = NULL;
}

/* ---- newest first */

static void page(struct walk *w, const char *newest, const char *oldest, bool is_last,
		 bool more, const char *expected)
{
	struct heard_buf b;
	struct walk again;
	assert_int_equal(walk_page(w, heard_str(newest), heard_str(oldest), is_last), more);
	heard_buf_init(&b, 1024);
	walk_format(w, &b);
	assert_string_equal(b.ptr, expected);
	assert_true(walk_parse(heard_buf_view(&b), &again));
	assert_memory_equal(again.since, w->since, strlen(w->since) + 1);
	assert_string_equal(again.top, w->top);
	assert_string_equal(again.below, w->below);
	heard_buf_release(&b);
}

static void walk_goes_down_and_moves_its_since_at_the_end(void **state)
{
	struct walk w;
	(void)state;
	assert_false(walk_parse(heard_str(""), &w));
	page(&w, "90", "81", false, true, "- 90 81");
	page(&w, "80", "71", false, true, "- 90 71");
	page(&w, "", "", false, false, "90 - -");
	page(&w, "", "", true, false, "90 - -");
	page(&w, "99", "95", false, true, "90 99 95");
	page(&w, "94", "91", true, false, "99 - -");
	page(&w, "105", "100", true, false, "105 - -");
	page(&w, "110", "110", false, true, "105 110 110");
	page(&w, "110", "110", false, false, "110 - -"); /* inclusive max_id */
	page(&w, "a b", "c", false, false, "110 - -");
	assert_false(walk_parse(heard_str("1 2"), &w));
	assert_false(walk_parse(heard_str("1 2 3 4"), &w));
	assert_string_equal(w.since, "");
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(pages_are_asked_until_there_are_no_more),
		WITH(nothing_new_is_no_emission),
		WITH(max_pages_ends_a_round_and_the_next_goes_on),
		WITH(state_survives_a_restart),
		WITH(crash_goes_on_where_the_journal_stands),
		WITH(page_refused_now_is_asked_again),
		WITH(page_refused_for_good_is_a_dead_letter_and_the_state_moves_on),
		WITH(oversized_page_is_a_failure_and_nothing_is_left_behind),
		WITH(answer_that_makes_no_sense_is_asked_again),
		WITH(unchanged_page_is_not_read_again),
		WITH(retry_after_is_honoured_even_if_poked),
		WITH(reset_of_a_rate_limit_is_honoured),
		WITH(wrong_key_waits_for_the_longest_pause),
		WITH(channel_may_know_better_than_the_status),
		WITH(failures_back_off_and_end),
		WITH(rate_spaces_requests),
		WITH(poke_during_a_request_asks_once_more),
		WITH(paused_it_asks_nothing),
		WITH(stop_cancels_a_request_at_once),
		WITH(stop_waits_for_a_receipt),
		WITH(a_page_is_held_until_it_is_released),
		WITH(what_is_held_at_a_stop_is_asked_for_again),
		cmocka_unit_test(walk_goes_down_and_moves_its_since_at_the_end),
	};
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
