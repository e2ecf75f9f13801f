/*
 * Tests of answers.c and events.c: what waits in the store is offered until somebody says
 * what became of it, later and later, and not for ever.
 */
#include "store_fixture.h"

#include <heard/answer.h>
#include <heard/host.h>

#define MINUTE INT64_C(60000)

/* The daemon, as far as the outboxes see it. */
static struct {
	int64_t now;
	int offers;
	char keys[64][64], status[128], text[256];
	void (*done[64])(void *arg, enum heard_outcome, int64_t after_ms, const char *reason);
	void *arg[64];
	int emissions;
	char raw[1 << 16];
	void (*receipt)(void *arg, const struct heard_receipt *);
	void *receipt_arg;
	int logged;
	char line[512];
} world;

static void fake_answer(struct heard_host *host, struct heard_str source,
			const struct heard_answer *a,
			void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
				     const char *reason),
			void *arg)
{
	(void)host;
	assert_true(heard_str_is(source, "shop/http"));
	int i = world.offers++ % 64;
	snprintf(world.keys[i], sizeof(world.keys[i]), "%.*s", HEARD_ARG(a->key));
	snprintf(world.status, sizeof(world.status), "%.*s", HEARD_ARG(a->status));
	snprintf(world.text, sizeof(world.text), "%.*s", HEARD_ARG(a->text));
	world.done[i] = done;
	world.arg[i] = arg;
}

static void fake_emit(struct heard_host *host, const struct heard_emission *e)
{
	(void)host;
	world.emissions++;
	snprintf(world.raw, sizeof(world.raw), "%.*s", HEARD_ARG(e->raw));
	world.receipt = e->receipt;
	world.receipt_arg = e->arg;
}

static void fake_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	va_list args;
	(void)host;
	(void)level;
	va_start(args, format);
	vsnprintf(world.line, sizeof(world.line), format, args);
	va_end(args);
	world.logged++;
}

#define heard_answer(...)     fake_answer(__VA_ARGS__)
#define heard_emit(...)	      fake_emit(__VA_ARGS__)
#define heard_log(...)	      fake_log(__VA_ARGS__)
#define heard_now(host)	      world.now
#define heard_is_paused(host) false
#include "output/tickets/answers.c"
#include "output/tickets/events.c"

void beat_soon(struct beat *beat)
{
	(void)beat;
}

static struct rules rules;
static struct tickets tickets;

static int setup(void **state)
{
	if (fixture_open(state))
		return -1;
	struct fixture *f = *state;
	memset(&world, 0, sizeof(world));
	world.now = NOW;
	rules.store = store_default_rules;
	rules.store.events = true;
	rules.store.follow_up_after = 0;
	store_set_rules(f->store, &rules.store);
	tickets = (struct tickets){
		.store = f->store, .rules = &rules, .public_url = "https://shop.example"};
	return 0;
}

static int64_t reply(struct fixture *f, int64_t ticket)
{
	int64_t answer;
	struct store_act act = {.ticket = ticket, .at = world.now, .who = HEARD_STR("li")};
	if (store_ticket_reply(f->store, &act, HEARD_STR_OF("we are sorry"), HEARD_STR_OF(""),
			       &answer, &f->err))
		fail_msg("%s", f->err.text);
	return answer;
}

static void run_answers(struct fixture *f, struct answers *a)
{
	if (answers_run(a, &f->err))
		fail_msg("%s", f->err.text);
}

static void say(int offer, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	world.done[offer % 64](world.arg[offer % 64], outcome, after_ms, reason);
}

static void add_fate(void *arg, const struct store_said *said)
{
	if (said->kind == STORE_SAID_ANSWER)
		*(const char **)arg = said->fate;
}

static const char *fate(struct fixture *f, int64_t ticket)
{
	const char *text = "none";
	store_conversation(f->store, ticket, add_fate, &text, &f->err);
	return text;
}

/* ---- answers */

static void a_word_at_the_last_moment_is_noted(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	put(f, a_complaint(f, 2, "late too"));
	reply(f, 1);
	reply(f, 2);
	run_answers(f, a);
	assert_int_equal(world.offers, 2);
	say(0, HEARD_DELIVERED, 0, NULL);
	say(1, HEARD_RETRY, 0, "the daemon is stopping");
	answers_destroy(a);
	assert_string_equal(fate(f, 1), "sent");
	assert_string_equal(fate(f, 2), "waiting");
	a = answers_create(&tickets);
	run_answers(f, a);
	assert_int_equal(world.offers, 3);
	answers_destroy(a);
}

static void an_answer_is_offered_once_and_noted(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	reply(f, 1);
	run_answers(f, a);
	run_answers(f, a);
	assert_int_equal(world.offers, 1);
	assert_string_equal(world.keys[0], "ticket-1/answer-1");
	assert_string_equal(world.text, "we are sorry");
	assert_memory_equal(world.status, "https://shop.example/status/", 28);
	assert_string_equal(fate(f, 1), "waiting");
	say(0, HEARD_DELIVERED, 0, NULL);
	run_answers(f, a);
	assert_string_equal(fate(f, 1), "sent");
	world.now += 1000 * MINUTE;
	run_answers(f, a);
	assert_int_equal(world.offers, 1);
	answers_destroy(a);
}

static void a_carrier_that_fails_is_asked_later_and_later(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	int64_t last = NOW, pause = 0;
	put(f, a_complaint(f, 1, "late"));
	reply(f, 1);
	for (int i = 0; i < 6; i++) {
		while (world.offers == i) {
			run_answers(f, a);
			world.now += 1000;
		}
		assert_true(i == 0 || world.now - last >= pause + pause / 2);
		pause = i == 0 ? 0 : world.now - last;
		last = world.now;
		say(i, HEARD_RETRY, 0, "no line");
	}
	assert_true(pause > 2 * MINUTE);
	run_answers(f, a);
	assert_string_equal(fate(f, 1), "waiting");
	assert_int_equal(world.logged, 0);
	answers_destroy(a);
}

static void the_carriers_own_pause_counts_if_it_is_longer(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	reply(f, 1);
	run_answers(f, a);
	say(0, HEARD_RETRY, 30 * MINUTE, "busy");
	run_answers(f, a);
	world.now += 29 * MINUTE;
	run_answers(f, a);
	assert_int_equal(world.offers, 1);
	world.now += 2 * MINUTE;
	run_answers(f, a);
	assert_int_equal(world.offers, 2);
	answers_destroy(a);
}

static void after_three_days_it_is_refused_and_told_without_its_text(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	reply(f, 1);
	for (int i = 0; i < 200 && world.logged == 0; i++) {
		int before = world.offers;
		run_answers(f, a);
		if (world.offers > before)
			say(before, HEARD_RETRY, 0, "no line");
		world.now += 61 * MINUTE;
	}
	assert_string_equal(fate(f, 1), "refused");
	assert_true(world.now - NOW > 70 * 60 * MINUTE && world.now - NOW < 76 * 60 * MINUTE);
	assert_string_equal(world.line, "answer 1 of ticket 1 is not sent: no line");
	answers_destroy(a);
}

static void a_refusal_is_the_end(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	reply(f, 1);
	run_answers(f, a);
	say(0, HEARD_REFUSED, 0, "no such number");
	run_answers(f, a);
	assert_string_equal(fate(f, 1), "refused");
	assert_int_equal(world.logged, 1);
	answers_destroy(a);
}

static void a_slow_channel_does_not_hold_up_the_others(void **state)
{
	struct fixture *f = *state;
	struct answers *a = answers_create(&tickets);
	for (unsigned i = 1; i <= 12; i++) {
		char body[32];
		snprintf(body, sizeof(body), "matter %c", (char)('a' + i));
		put(f, a_complaint(f, i, body));
		reply(f, i);
	}
	run_answers(f, a);
	assert_int_equal(world.offers, 8);
	for (int i = 1; i < 8; i++)
		say(i, HEARD_DELIVERED, 0, NULL);
	run_answers(f, a);
	assert_int_equal(world.offers, 12); /* the first is still under way */
	assert_string_equal(world.keys[8], "ticket-9/answer-9");
	answers_destroy(a);
}

/* ---- events */

static void run_events(struct fixture *f, struct events *e)
{
	if (events_run(e, &f->err))
		fail_msg("%s", f->err.text);
}

static void receive(int code, int64_t after_ms)
{
	struct heard_receipt r = {.code = code, .error = "no", .after_ms = after_ms};
	world.receipt(world.receipt_arg, &r);
}

static void count_row(void *arg, int64_t n, struct heard_str line)
{
	(void)n;
	(void)line;
	++*(int *)arg;
}

static int outbox(struct fixture *f)
{
	int n = 0;
	store_events(f->store, 0, 0, count_row, &n, &f->err);
	return n;
}

static void events_leave_when_they_are_safe(void **state)
{
	struct fixture *f = *state;
	struct events *e = events_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	put(f, a_complaint(f, 2, "broken"));
	run_events(f, e);
	run_events(f, e);
	assert_int_equal(world.emissions, 1); /* one at a time */
	assert_non_null(strstr(world.raw, "\"source_id\":\"ticket/1/1\""));
	assert_non_null(strstr(world.raw, "}\n{\"source_id\":\"ticket/2/2\""));
	assert_int_equal(outbox(f), 2);
	receive(0, 0);
	run_events(f, e);
	assert_int_equal(outbox(f), 0);
	assert_int_equal(world.emissions, 1);
	events_destroy(e);
}

static void not_now_means_later_and_all_of_it(void **state)
{
	struct fixture *f = *state;
	struct events *e = events_create(&tickets);
	put(f, a_complaint(f, 1, "late"));
	run_events(f, e);
	receive(-EAGAIN, 5000);
	world.now += 4000;
	run_events(f, e);
	assert_int_equal(world.emissions, 1);
	world.now += 2000;
	run_events(f, e);
	assert_int_equal(world.emissions, 2);
	receive(-EAGAIN, 5000);
	world.now -= 365 * 24 * 60 * MINUTE; /* the clock was set */
	run_events(f, e);
	assert_int_equal(world.emissions, 3);
	events_destroy(e);
}

static void one_that_is_refused_is_found_and_given_up(void **state)
{
	struct fixture *f = *state;
	struct events *e = events_create(&tickets);
	for (unsigned i = 1; i <= 3; i++)
		put(f, a_complaint(f, i, i == 1 ? "late" : i == 2 ? "broken" : "wet"));
	run_events(f, e);
	receive(-EBADMSG, 0);
	for (int i = 0; i < 3; i++) {
		run_events(f, e);
		assert_null(strstr(world.raw, "}\n{"));
		receive(i == 1 ? -EBADMSG : 0, 0);
	}
	run_events(f, e);
	assert_int_equal(outbox(f), 0);
	assert_int_equal(world.emissions, 4);
	assert_int_equal(world.logged, 1);
	assert_string_equal(world.line, "event 2 is refused and given up: no");
	put(f, a_complaint(f, 4, "lost"));
	put(f, a_complaint(f, 5, "loud"));
	run_events(f, e);
	assert_non_null(strstr(world.raw, "}\n{")); /* together again */
	events_destroy(e);
}

static void links_have_our_address_before_them(void **state)
{
	struct fixture *f = *state;
	struct events *e = events_create(&tickets);
	struct store_act act = {.ticket = 1, .at = NOW, .who = HEARD_STR("li")};
	int64_t next;
	put(f, a_complaint(f, 1, "\\\"follow_up\\\":\\\"/x late"));
	store_ticket_move(f->store, &act, STORE_RESOLVED, &f->err);
	assert_int_equal(store_alarms(f->store, NOW + MINUTE, &next, &f->err), 0);
	run_events(f, e);
	assert_non_null(strstr(world.raw, "\"follow_up\":\"https://shop.example/follow-up/"));
	assert_non_null(strstr(world.raw, "\\\"follow_up\\\":\\\"/x late"));
	events_destroy(e);
}

#define OUTBOX(name) cmocka_unit_test_setup_teardown(name, setup, fixture_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OUTBOX(a_word_at_the_last_moment_is_noted),
		OUTBOX(an_answer_is_offered_once_and_noted),
		OUTBOX(a_carrier_that_fails_is_asked_later_and_later),
		OUTBOX(the_carriers_own_pause_counts_if_it_is_longer),
		OUTBOX(after_three_days_it_is_refused_and_told_without_its_text),
		OUTBOX(a_refusal_is_the_end),
		OUTBOX(a_slow_channel_does_not_hold_up_the_others),
		OUTBOX(events_leave_when_they_are_safe),
		OUTBOX(not_now_means_later_and_all_of_it),
		OUTBOX(one_that_is_refused_is_found_and_given_up),
		OUTBOX(links_have_our_address_before_them),
	};
	return cmocka_run_group_tests_name("tickets_outbox", tests, NULL, NULL);
}
