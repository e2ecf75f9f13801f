/* What the filter authentic counts and reads: plugins/filter/authentic. */
#include "../../plugins/filter/authentic/pace.c"
#include "../../plugins/filter/authentic/wording.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { HOUR = 3600000 };

/* ---- pace */

static void many_of_one_within_the_window_are_seen(void **state)
{
	(void)state;
	struct pace *p = pace_create(HOUR);
	for (int i = 1; i <= 20; i++)
		assert_float_equal(pace_count(p, 7, 0, 1000).lately, i, 0.001);
	assert_float_equal(pace_count(p, 8, 0, 1000).lately, 1, 0.001);
	/* a day later they have faded */
	assert_float_equal(pace_count(p, 7, 0, 1000 + DAY_MS).lately, 1, 0.001);
	pace_destroy(p);
}

static void what_is_usual_is_known_after_a_day(void **state)
{
	(void)state;
	struct pace *p = pace_create(HOUR);
	struct pace_seen seen = {.usual = 0};
	int64_t at = 0;
	for (; at < 20 * (int64_t)DAY_MS; at += HOUR / 2) { /* two an hour */
		seen = pace_count(p, 7, 0, at);
		if (at < DAY_MS - HOUR)
			assert_true(seen.usual < 0);
	}
	assert_in_range((int)(seen.usual * 100), 180, 220);
	assert_in_range((int)(seen.lately * 100), 180, 280);
	for (int i = 0; i < 30; i++)
		seen = pace_count(p, 7, 0, at + i * 1000);
	assert_true(seen.lately > 25);
	assert_true(seen.usual < 2.2); /* the burst is not what is usual */
	pace_destroy(p);
}

static void times_in_no_order_do_no_harm(void **state)
{
	(void)state;
	struct pace *p = pace_create(HOUR);
	static const int64_t times[] = {5 * HOUR, 0, 9 * HOUR, -HOUR, INT64_MIN / 4, 9 * HOUR};
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct pace_seen seen = pace_count(p, 7, 0, times[i]);
		assert_true(isfinite(seen.lately) && seen.lately >= 1 && seen.lately < 7);
		assert_true(isfinite(seen.usual));
	}
	pace_destroy(p);
}

static void another_matter_is_noticed(void **state)
{
	(void)state;
	struct pace *p = pace_create(HOUR);
	assert_false(pace_count(p, 7, 1, 0).was_other);
	assert_false(pace_count(p, 7, 1, 0).was_other);
	assert_false(pace_count(p, 7, 0, 0).was_other);
	assert_true(pace_count(p, 7, 2, 0).was_other);
	pace_destroy(p);
}

static void to_look_is_not_to_count(void **state)
{
	(void)state;
	struct pace *p = pace_create(HOUR);
	for (int i = 1; i <= 3; i++)
		pace_count(p, 7, 1, 1000);
	for (int i = 0; i < 100; i++)
		assert_float_equal(pace_look(p, 7, 1, 1000).lately, 3, 0.001);
	assert_true(pace_look(p, 7, 2, 1000).was_other);
	assert_float_equal(pace_count(p, 7, 1, 1000).lately, 4, 0.001);
	/* counted once, but another took its place since */
	assert_float_equal(pace_look(p, 8, 1, 1000).lately, 1, 0.001);
	assert_float_equal(pace_look(p, 8, 1, 1000).lately, 1, 0.001);
	pace_destroy(p);
}

static void more_keys_than_room(void **state)
{
	(void)state;
	struct pace *p = pace_create(HOUR);
	for (uint64_t key = 1; key < 200000; key++)
		pace_count(p, key * 0x9e3779b97f4a7c15u, 0, (int64_t)key);
	assert_float_equal(pace_count(p, 199999 * 0x9e3779b97f4a7c15u, 0, 200000).lately, 2,
			   0.001);
	pace_destroy(p);
}

/* ---- wording */

static struct wording read_text(const char *text)
{
	static struct wording_lane lane;
	const struct heard_list own = {.at = (const char *const[]){"杠杠滴"}, .n = 1};
	struct phrases *p = phrases_create(&own, NULL);
	struct wording w;
	assert_non_null(p);
	assert_true(p->n > 250 && p->n < PHRASES);
	wording_read(&w, &lane, p, heard_str(text));
	assert_true(w.covered <= w.letters);
	phrases_destroy(p);
	return w;
}

/* Cut, it would be found where the operator did not mean it. */
static void a_phrase_that_is_too_long_is_refused(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct heard_list own = {
		.at =
			(const char *const[]){
				"好好好买买买赞赞赞好好好买买买赞赞赞好好好买买买赞赞赞"
				"好好好买买买赞赞赞"},
		.n = 1};
	assert_null(phrases_create(&own, &err));
	assert_non_null(strstr(err.text, "a phrase has at most 32 characters"));
	static const char *many[PHRASES];
	for (size_t i = 0; i < PHRASES; i++)
		many[i] = "不错哦";
	own = (struct heard_list){.at = many, .n = PHRASES};
	assert_null(phrases_create(&own, &err));
}

static void praise_covers_what_it_covers(void **state)
{
	(void)state;
	struct wording w = read_text("质量很好，物流很快！");
	assert_int_equal(w.letters, 8);
	assert_int_equal(w.covered, 8);
	assert_int_equal(w.praises, 2);
	w = read_text("很好很好很好"); /* one, however often */
	assert_int_equal(w.praises, 1);
	w = read_text("杠杠滴");
	assert_int_equal(w.praises, 1);
	w = read_text("屏幕右下角有一条亮线");
	assert_int_equal(w.praises, 0);
	w = read_text("Great product!! 5 stars. HIGHLY  RECOMMENDED");
	assert_int_equal(w.praises, 3);
	assert_int_equal(w.covered, w.letters);
}

static void words_end_where_they_end(void **state)
{
	(void)state;
	assert_int_equal(read_text("goodness bestow niceties").praises, 0);
	assert_int_equal(read_text("a good one").praises, 1);
	assert_int_equal(read_text("真的good，推荐").praises, 2);
}

static void what_is_denied_is_no_praise(void **state)
{
	(void)state;
	static const char *const texts[] = {"不满意",	"不好",	      "没推荐",
					    "not good", "isn't good", "is no good"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (read_text(texts[i]).praises != 0)
			fail_msg("%s", texts[i]);
}

static void repetition_is_measured(void **state)
{
	(void)state;
	assert_true(read_text("好用好用好用好用好用好用好用好用好用好用").variety < 0.2);
	assert_true(read_text("外壳有点容易留指纹，其他的还没有发现什么问题").variety > 0.95);
	assert_true(read_text("").variety >= 1);
	assert_int_equal(read_text("?!").letters, 0);
	assert_int_equal(read_text("\xff\xc3").letters, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_of_one_within_the_window_are_seen),
		cmocka_unit_test(what_is_usual_is_known_after_a_day),
		cmocka_unit_test(times_in_no_order_do_no_harm),
		cmocka_unit_test(another_matter_is_noticed),
		cmocka_unit_test(to_look_is_not_to_count),
		cmocka_unit_test(more_keys_than_room),
		cmocka_unit_test(a_phrase_that_is_too_long_is_refused),
		cmocka_unit_test(praise_covers_what_it_covers),
		cmocka_unit_test(words_end_where_they_end),
		cmocka_unit_test(what_is_denied_is_no_praise),
		cmocka_unit_test(repetition_is_measured),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
