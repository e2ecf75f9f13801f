/*
 * test_watch.c - charts, baseline, texts that are alike, and the life of an incident.
 */
#include "output/alert/words.c"

#include "watch_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <watch/chart.h>

#include <cmocka.h>

static const int64_t monday = 1767571200000; /* midnight, UTC */

static struct {
	struct watch *watch;
	int n[4], said;
	char text[2048];
	enum cause cause;
	enum kind kind;
	char name[NAME_SIZE];
	bool is_high;
} t;

static void on_notice(void *arg, const struct notice *n)
{
	struct heard_buf text;
	(void)arg;
	t.n[n->news]++;
	t.cause = n->incident->cause;
	t.kind = n->series->kind;
	t.is_high = n->is_high;
	snprintf(t.name, sizeof(t.name), "%s", n->series->name);
	heard_buf_init(&text, 4096);
	words_text(n, WORDS_EN, NULL, &text);
	if (getenv("HEARD_EVAL_VERBOSE"))
		printf("%lld %s\n", (long long)n->now, text.ptr);
	if (n->news == OPENED)
		snprintf(t.text, sizeof(t.text), "%s", text.ptr);
	assert_false(text.failed);
	heard_buf_clear(&text);
	words_text(n, WORDS_ZH, NULL, &text);
	assert_false(text.failed);
	heard_buf_release(&text);
}

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.watch = make_watch(on_notice, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	watch_destroy(t.watch);
	return 0;
}

static void say(int64_t at, const char *product, const char *text, bool is_bad, bool is_high)
{
	struct sighting r = {.product = heard_str(product),
			     .category = HEARD_STR_OF("product"),
			     .channel = HEARD_STR_OF("app"),
			     .text = heard_str(text),
			     .sample = heard_str(text),
			     .is_bad = is_bad,
			     .is_known = true,
			     .is_high = is_high};
	watch_add(t.watch, &r, at);
}

/* Twelve records an hour for each of `times`, of two products by turns, every fifth a
 * bad one. */
static int64_t pass(int64_t from, double hours, int times)
{
	for (int64_t at = from; at < from + (int64_t)(hours * HOUR_MS); at += SLOT_MS) {
		watch_tick(t.watch, at);
		for (int i = 0; i < times; i++, t.said++)
			say(at + 1000 + i, t.said % 2 ? "one" : "two", "", t.said % 5 == 0,
			    false);
	}
	return from + (int64_t)(hours * HOUR_MS);
}

static void charts_agree_with_poisson_and_sink_at_the_usual(void **state)
{
	(void)state;
	assert_true(fabs(chart_count(3, 2, 0, 2) - (3 * log(2) - 2)) < 1e-12);
	assert_true(fabs(chart_count(3, 2, 1e-5, 2) - chart_count(3, 2, 0, 2)) < 1e-3);
	assert_true(chart_count(2, 2, 0.05, 2) < 0);
	assert_true(chart_count(4, 2, 0.05, 2) > 0);
	assert_true(chart_share(2, 10, 0.2, 0, 2) < 0);
	assert_true(chart_share(5, 10, 0.2, 0, 2) > 0);
	assert_true(chart_share(5, 10, 0.2, 0.1, 2) < chart_share(5, 10, 0.2, 0, 2));
	assert_true(fabs(chart_silence(3, 0) - 3) < 1e-12);
	assert_true(chart_silence(3, 0.2) < 3);
}

static void baseline_learns_its_hours_and_is_not_poisoned(void **state)
{
	struct baseline b = {.n = 0};
	(void)state;
	for (int hour = 0; hour < 4 * WEEK_HOURS; hour++)
		baseline_learn(&b, NULL, hour % WEEK_HOURS, hour % 24 < 12 ? 4 : 40,
			       hour % 24 < 12 ? 1 : 10, 1, 6);
	struct usual night = baseline_usual(&b, NULL, 3), day = baseline_usual(&b, NULL, 20);
	assert_true(fabs(night.n - 4) < 0.5 && fabs(day.n - 40) < 4);
	assert_true(fabs(day.bad - 10) < 2);
	assert_true(day.bad_above > day.bad && day.n_below < day.n);
	assert_true(day.share_above > 0.25 && day.share_above < 0.35);
	baseline_learn(&b, NULL, 20, 4000, 4000, 1, 6);
	struct usual after = baseline_usual(&b, NULL, 20);
	assert_true(after.bad < 1.6 * day.bad);
}

static void a_small_series_leans_on_its_parent(void **state)
{
	struct baseline all = {.n = 0}, small = {.n = 0};
	(void)state;
	for (int hour = 0; hour < 4 * WEEK_HOURS; hour++) {
		int h = hour % WEEK_HOURS, n = h % 24 < 12 ? 4 : 40;
		baseline_learn(&all, NULL, h, n, n / 4, 1, 6);
		baseline_learn(&small, &all, h, h % 24 == 20 ? 2 : 0, 0, 1, 6);
	}
	struct usual night = baseline_usual(&small, &all, 3),
		     day = baseline_usual(&small, &all, 15);
	assert_true(night.n < day.n);
	assert_true(day.n < 0.3 && night.n < 0.05);
}

static void texts_are_alike_without_digits_case_and_signs(void **state)
{
	const struct likes *l = &t.watch->likes;
	(void)state;
	assert_true(likes_hash(l, HEARD_STR_OF("支付失败！订单 8812")) ==
		    likes_hash(l, HEARD_STR_OF(" 支付失败,订单99 ")));
	assert_true(likes_hash(l, HEARD_STR_OF("Payment FAILED 12")) ==
		    likes_hash(l, HEARD_STR_OF("payment failed.")));
	assert_true(likes_hash(l, HEARD_STR_OF("支付失败")) !=
		    likes_hash(l, HEARD_STR_OF("支付成功")));
	assert_int_equal(likes_hash(l, HEARD_STR_OF("!!! 123 ok")), 0);
	assert_int_equal(likes_hash(l, HEARD_STR_OF("\xff\xfe")), 0);
}

static void one_person_who_repeats_is_no_crowd(void **state)
{
	(void)state;
	struct likes *l = &t.watch->likes;
	for (int i = 0; i < 50; i++)
		assert_false(likes_add(l, 77, 5, monday + i));
	for (uint64_t i = 0; i < 8; i++)
		assert_false(likes_add(l, 77, 100 + i, monday + 100));
	assert_true(likes_add(l, 77, 999, monday + 100));
}

static void forty_alike_are_one_alert_and_one_recovery(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++) {
		char text[64];
		snprintf(text, sizeof(text), "支付失败，订单 %d", i);
		say(monday + i * 1000, "p", text, true, true);
	}
	watch_tick(t.watch, monday + 60000);
	assert_int_equal(t.n[OPENED], 1);
	assert_int_equal(t.cause, BY_LIKE);
	assert_true(t.is_high);
	assert_non_null(strstr(t.text, "支付失败"));
	for (int i = 0; i < 5; i++)
		watch_tick(t.watch, monday + 60000 + i * SLOT_MS);
	assert_int_equal(t.n[RECOVERED], 0);
	for (int i = 5; i < 10; i++)
		watch_tick(t.watch, monday + 60000 + i * SLOT_MS);
	assert_int_equal(t.n[RECOVERED], 1);
	assert_int_equal(t.n[OPENED] + t.n[WORSE], 1);
	assert_int_equal(watch_open(t.watch), 0);
}

static void praise_that_is_alike_is_no_alert(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		say(monday + i * 100, "p", "此用户没有填写评价", false, false);
	watch_tick(t.watch, monday + 60000);
	assert_int_equal(t.n[OPENED], 0);
}

static void a_product_that_turns_is_one_alert_until_it_recovers(void **state)
{
	int64_t at = pass(monday, 10 * 24, 1);
	(void)state;
	assert_int_equal(t.n[OPENED], 0);
	int64_t begin = at;
	for (; at < begin + 4 * HOUR_MS; at += SLOT_MS) {
		pass(at, 1.0 / 12, 1);
		say(at + 2000, "one", "broken", true, false);
		say(at + 3000, "one", "does not work", true, false);
	}
	assert_int_equal(t.n[OPENED], 1);
	assert_int_equal(t.kind, OF_PRODUCT);
	assert_string_equal(t.name, "one");
	assert_non_null(strstr(t.text, "product \"one\""));
	assert_non_null(strstr(t.text, "· "));
	assert_int_equal(t.n[RECOVERED], 0);
	pass(at, 12, 1);
	assert_int_equal(t.n[RECOVERED], 1);
	assert_int_equal(t.n[OPENED], 1);
}

static void it_is_told_again_when_it_grows(void **state)
{
	int64_t at = pass(monday, 10 * 24, 1), begin = at;
	(void)state;
	for (; at < begin + 4 * HOUR_MS; at += SLOT_MS) {
		pass(at, 1.0 / 12, 1);
		for (int i = 0; i < (at - begin < 2 * HOUR_MS ? 2 : 10); i++)
			say(at + 2000 + i, "one", "broken", true, false);
	}
	assert_int_equal(t.n[OPENED], 1 + (t.cause == BY_LIKE));
	assert_true(t.n[WORSE] >= 1 && t.n[WORSE] <= 2);
}

static void a_promotion_is_no_alert(void **state)
{
	int64_t at = pass(monday, 10 * 24, 1);
	(void)state;
	at = pass(at, 24, 6);
	pass(at, 24, 1);
	assert_int_equal(t.n[OPENED], 0);
}

static void a_silent_channel_is_told_and_its_return(void **state)
{
	int64_t at = pass(monday, 10 * 24, 1);
	(void)state;
	for (int i = 0; i < 12 * 6; i++)
		watch_tick(t.watch, at += SLOT_MS);
	assert_int_equal(t.n[OPENED], 1);
	assert_int_equal(t.cause, BY_SILENCE);
	say(at + 1, "one", "", false, false);
	assert_int_equal(t.n[RECOVERED], 1);
	assert_int_equal(watch_open(t.watch), 0);
}

static void our_own_absence_is_no_silence(void **state)
{
	int64_t at = pass(monday, 10 * 24, 1) + 24 * (int64_t)HOUR_MS;
	(void)state;
	watch_tick(t.watch, at);
	pass(at, 24, 1);
	assert_int_equal(t.n[OPENED], 0);
}

static void many_names_are_counted_together(void **state)
{
	char name[32];
	(void)state;
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "product %d", i);
		say(monday + i, name, "", false, false);
	}
	uint32_t n = 0;
	for (size_t i = FIRST_PRODUCT; i < SERIES; i++)
		n += t.watch->state->series[i].hour_n;
	assert_int_equal(n, 2000);
	assert_true(t.watch->state->series[FIRST_PRODUCT].hour_n > 1700);
}

static void a_clock_that_jumps_does_no_harm(void **state)
{
	int64_t at = pass(monday, 4 * 24, 1);
	(void)state;
	watch_tick(t.watch, at - 5LL * 24 * HOUR_MS);
	watch_tick(t.watch, at + 400LL * 24 * HOUR_MS);
	watch_tick(t.watch, 1);
	watch_tick(t.watch, at);
	pass(at, 24, 1);
	assert_int_equal(t.n[OPENED], 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(charts_agree_with_poisson_and_sink_at_the_usual),
		CASE(baseline_learns_its_hours_and_is_not_poisoned),
		CASE(a_small_series_leans_on_its_parent),
		CASE(texts_are_alike_without_digits_case_and_signs),
		CASE(one_person_who_repeats_is_no_crowd),
		CASE(forty_alike_are_one_alert_and_one_recovery),
		CASE(praise_that_is_alike_is_no_alert),
		CASE(a_product_that_turns_is_one_alert_until_it_recovers),
		CASE(it_is_told_again_when_it_grows),
		CASE(a_promotion_is_no_alert),
		CASE(a_silent_channel_is_told_and_its_return),
		CASE(our_own_absence_is_no_silence),
		CASE(many_names_are_counted_together),
		CASE(a_clock_that_jumps_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
