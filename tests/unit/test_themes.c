/*
 * test_themes.c - what people talk about: sets small enough to be counted by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <topics/lexis.h>
#include <topics/theme.h>

static int64_t next_ticket;

static int setup(void **state)
{
	next_ticket = 1;
	*state = themes_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	themes_destroy(*state);
	return 0;
}

/* "充电宝 发烫" as the words of one record. */
static void say_as(struct themes *t, const char *text, struct theme_said said)
{
	struct heard_str words[40];
	size_t n = 0;
	for (const char *at = text; *at && n < 40; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		words[n++] = heard_str_n(at, len);
		at += len;
	}
	said.words = words;
	said.n_words = n;
	assert_true(themes_add(t, &said));
}

static void complain(struct themes *t, const char *text, bool is_before, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		say_as(t, text,
		       (struct theme_said){.is_complaint = true,
					   .is_before = is_before,
					   .ticket = next_ticket++,
					   .part = (uint16_t)i});
}

static const struct theme *theme_of(const struct theme_list *list, const char *word)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->at[i].n_words; k++)
			if (strcmp(list->at[i].words[k], word) == 0)
				return &list->at[i];
	return NULL;
}

static void nothing_said_is_no_theme(void **state)
{
	struct theme_list list;
	struct theme_words words;
	assert_true(themes_find(*state, true, &list));
	assert_int_equal(list.n, 0);
	assert_int_equal(list.now, 0);
	assert_true(themes_words(*state, 10, &words));
	assert_int_equal(words.n, 0);
	themes_words_release(&words);
	themes_release(&list);
}

/* Three themes in two languages, one of them new; what nobody else says is in none. */
static void complaints_are_grouped_counted_and_named(void **state)
{
	struct theme_list list;
	complain(*state, "快递 物流 客服", true, 6);
	complain(*state, "快递 物流 慢", false, 7);
	complain(*state, "app crash orders", true, 4);
	complain(*state, "app crash login", false, 4);
	complain(*state, "充电宝 发烫 鼓包", false, 15);
	complain(*state, "发票 抬头", false, 1);
	say_as(*state, "充电宝 很好", (struct theme_said){.ticket = 99}); /* no complaint */
	complain(*state, "", false, 1);
	assert_true(themes_find(*state, true, &list));
	assert_int_equal(list.n, 3);
	assert_int_equal(list.now, 28);
	assert_int_equal(list.before, 10);
	assert_int_equal(list.rest_now, 2);
	assert_int_equal(list.wordless, 1);
	const struct theme *hot = theme_of(&list, "充电宝"), *slow = theme_of(&list, "物流"),
			   *app = theme_of(&list, "app");
	assert_ptr_equal(hot, &list.at[0]); /* the largest comes first */
	assert_int_equal(hot->now, 15);
	assert_int_equal(hot->before, 0);
	assert_true(hot->is_hot);
	assert_int_equal(slow->now, 7);
	assert_int_equal(slow->before, 6);
	assert_false(slow->is_hot);
	assert_int_equal(app->now, 4);
	assert_int_equal(app->before, 4);
	assert_int_equal(hot->course[0], 1);
	assert_int_equal(hot->course[14], 1);
	assert_int_equal(hot->course[15], 0);
	themes_release(&list);
}

static void without_a_period_before_nothing_is_hot(void **state)
{
	struct theme_list list;
	complain(*state, "充电宝 发烫", false, 20);
	assert_true(themes_find(*state, false, &list));
	assert_int_equal(list.n, 1);
	assert_false(list.at[0].is_hot);
	themes_release(&list);
}

static void samples_are_of_other_tickets_and_the_most_telling(void **state)
{
	struct theme_list list;
	complain(*state, "充电宝 发烫 颜色", false, 1); /* ticket 1: of others, too */
	complain(*state, "充电宝 发烫", false, 2);	/* 2, 3 */
	next_ticket = 3;
	complain(*state, "充电宝 发烫", false, 1); /* 3 again */
	next_ticket = 7;
	complain(*state, "充电宝 发烫", false, 1);
	complain(*state, "颜色 尺码", false, 4);
	assert_true(themes_find(*state, false, &list));
	const struct theme *theme = theme_of(&list, "充电宝");
	assert_non_null(theme);
	assert_int_equal(theme->now, 5);
	assert_int_equal(theme->n_samples, 3);
	assert_int_equal(theme->samples[0].ticket, 7); /* of equals the newest */
	assert_int_equal(theme->samples[1].ticket, 3);
	assert_int_equal(theme->samples[2].ticket, 2);
	themes_release(&list);
}

static void a_name_says_nothing_twice(void **state)
{
	struct theme_list list;
	complain(*state, "服务态度 态度 服务", false, 5);
	complain(*state, "屏幕 划痕", false, 5);
	assert_true(themes_find(*state, false, &list));
	const struct theme *theme = theme_of(&list, "服务态度");
	assert_non_null(theme);
	for (size_t i = 0; i < theme->n_words; i++)
		for (size_t k = 0; k < i; k++)
			assert_null(strstr(theme->words[k], theme->words[i]));
	themes_release(&list);
}

static void a_plural_is_its_singular_if_that_was_said(void **state)
{
	struct theme_list list;
	complain(*state, "cards fees", false, 3);
	complain(*state, "card fee", false, 3);
	complain(*state, "card cards fee", false, 1);
	complain(*state, "glasses boxes countries", false, 3);
	complain(*state, "box country", false, 2);
	assert_true(themes_find(*state, false, &list));
	const struct theme *card = theme_of(&list, "card"), *box = theme_of(&list, "box");
	assert_int_equal(list.n, 2);
	assert_non_null(card);
	assert_int_equal(card->now, 7);
	assert_non_null(box);
	assert_int_equal(box->now, 5);
	assert_non_null(theme_of(&list, "country"));
	assert_null(theme_of(&list, "cards"));
	assert_non_null(theme_of(&list, "glasses"));
	themes_release(&list);
}

/* One says 物流信息, another 物流 and 信息; one "app crash", another both words. */
static void a_word_is_also_what_it_is_made_of(void **state)
{
	struct theme_list list;
	complain(*state, "物流信息 更新", false, 3);
	complain(*state, "物流 信息", false, 3);
	complain(*state, "app crash", true, 3);
	say_as(*state, "", (struct theme_said){.ticket = 50});
	for (int i = 0; i < 3; i++) {
		const struct heard_str words[] = {HEARD_STR_OF("app crash")};
		assert_true(themes_add(*state, &(struct theme_said){.words = words,
								    .n_words = 1,
								    .is_complaint = true,
								    .ticket = next_ticket++}));
	}
	assert_true(themes_find(*state, false, &list));
	assert_int_equal(list.n, 2);
	/* The whole is said, and its parts are not. */
	const struct theme *parcels = theme_of(&list, "物流信息"),
			   *app = theme_of(&list, "app crash");
	assert_non_null(parcels);
	assert_int_equal(parcels->now, 6);
	assert_null(theme_of(&list, "物流"));
	assert_null(theme_of(&list, "信息"));
	assert_non_null(app);
	assert_int_equal(app->now, 3);
	assert_int_equal(app->before, 3);
	themes_release(&list);
}

/* The same records in the same order: the same themes, to the last sample. */
static void the_same_is_found_again(void **state)
{
	static const char *const words[] = {"快递", "物流", "退款", "客服", "发票",
					    "屏幕", "电池", "app",  "card", "price"};
	struct theme_list a, b;
	uint32_t random = 7;
	for (int i = 0; i < 3000; i++) {
		char text[128] = "";
		for (int k = 0; k < 4; k++) {
			random = random * 1664525 + 1013904223;
			strcat(strcat(text, " "), words[random >> 16 & 7]);
		}
		complain(*state, text + 1, random >> 30 & 1, 1);
	}
	assert_true(themes_find(*state, true, &a));
	assert_true(themes_find(*state, true, &b));
	assert_int_equal(a.n, b.n);
	assert_true(a.n > 0);
	assert_memory_equal(a.at, b.at, a.n * sizeof(*a.at));
	themes_release(&a);
	themes_release(&b);
}

static void counts_add_up(void **state)
{
	struct theme_list list;
	int64_t now = 0, before = 0;
	uint32_t random = 1;
	for (int i = 0; i < 5000; i++) {
		char text[128];
		random = random * 1664525 + 1013904223;
		snprintf(text, sizeof(text), "w%u w%u w%u", random >> 24 & 63,
			 random >> 16 & 63, random >> 8 & 31);
		complain(*state, text, i % 3 == 0, 1);
	}
	assert_true(themes_find(*state, true, &list));
	for (size_t i = 0; i < list.n; i++) {
		int64_t course = 0;
		for (size_t k = 0; k < THEME_PARTS; k++)
			course += list.at[i].course[k];
		assert_int_equal(course, list.at[i].now);
		now += list.at[i].now;
		before += list.at[i].before;
	}
	assert_int_equal(now + list.rest_now, list.now);
	assert_int_equal(before + list.rest_before, list.before);
	assert_int_equal(list.now + list.before, 5000);
	themes_release(&list);
}

/* By hand: 9 against 0 scatter by 3, which is three of it; 13 against 0 by 3.6. */
static void hot_is_what_is_no_chance(void **state)
{
	(void)state;
	assert_false(theme_is_hot(4, 0, 1)); /* too few */
	assert_false(theme_is_hot(9, 0, 1));
	assert_true(theme_is_hot(13, 0, 1));
	assert_false(theme_is_hot(140, 100, 1)); /* not half as many again */
	assert_true(theme_is_hot(180, 100, 1));
	assert_false(theme_is_hot(180, 100, 1.5)); /* all complaints grew so */
	assert_false(theme_is_hot(1000, 0, 0));	   /* nothing to compare with */
}

static void rate(struct themes *t, const char *text, enum theme_mark mark, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		say_as(t, text, (struct theme_said){.mark = mark, .ticket = next_ticket++});
}

/* 异味: 12 low and 1 high of 60 low and 240 high; 包装: 6 and 24, as all; 划痕: 4 low. */
static void words_come_with_low_ratings(void **state)
{
	struct theme_words words;
	rate(*state, "异味", THEME_LOW, 12);
	rate(*state, "异味", THEME_HIGH, 1);
	rate(*state, "异味", THEME_MIDDLE, 2);
	rate(*state, "包装", THEME_LOW, 6);
	rate(*state, "包装", THEME_HIGH, 24);
	rate(*state, "划痕", THEME_LOW, 4);
	rate(*state, "", THEME_LOW, 38);
	rate(*state, "", THEME_HIGH, 215);
	rate(*state, "没有分", THEME_UNMARKED, 50);
	assert_true(themes_words(*state, 10, &words));
	assert_int_equal(words.low, 60);
	assert_int_equal(words.rated, 302);
	assert_int_equal(words.n, 1);
	assert_string_equal(words.at[0].word, "异味");
	assert_int_equal(words.at[0].low, 12);
	assert_int_equal(words.at[0].rated, 15);
	/* The prior of 20 records has 13.5 / 301 of the word: .897.  So
	 * ln(12.897 / 67.103) - ln(1.897 / 258.103) = 3.264 over sqrt(1/12.897 + 1/1.897). */
	assert_true(fabs(words.at[0].score - 3.264 / 0.7776) < 0.01);
	themes_words_release(&words);
}

static void of_a_word_and_its_part_the_whole_is_told(void **state)
{
	struct theme_words words;
	rate(*state, "充电", THEME_LOW, 1);
	rate(*state, "充电宝 充电", THEME_LOW, 20);
	rate(*state, "很好", THEME_HIGH, 60);
	assert_true(themes_words(*state, 10, &words));
	assert_int_equal(words.n, 1);
	assert_string_equal(words.at[0].word, "充电宝");
	assert_int_equal(words.at[0].low, 20);
	themes_words_release(&words);
}

static void the_period_before_has_no_say_in_ratings(void **state)
{
	struct theme_words words;
	for (int i = 0; i < 20; i++)
		say_as(*state, "异味",
		       (struct theme_said){.mark = THEME_LOW, .is_before = true});
	rate(*state, "包装", THEME_HIGH, 20);
	assert_true(themes_words(*state, 10, &words));
	assert_int_equal(words.low, 0);
	assert_int_equal(words.n, 0);
	themes_words_release(&words);
}

static void many_words_and_long_ones_are_bounded(void **state)
{
	struct theme_list list;
	char text[40 * 12] = "", longest[LEXIS_BYTES + 2];
	for (int i = 0; i < 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%sw%d",
			 i ? " " : "", i);
	complain(*state, text, false, 3); /* the first 32 count */
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	complain(*state, longest, false, 3);
	assert_true(themes_find(*state, false, &list));
	assert_int_equal(list.n, 1);
	assert_int_equal(list.wordless, 3);
	assert_null(theme_of(&list, "w32"));
	themes_release(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_said_is_no_theme),
		TEST(complaints_are_grouped_counted_and_named),
		TEST(without_a_period_before_nothing_is_hot),
		TEST(samples_are_of_other_tickets_and_the_most_telling),
		TEST(a_name_says_nothing_twice),
		TEST(a_plural_is_its_singular_if_that_was_said),
		TEST(a_word_is_also_what_it_is_made_of),
		TEST(the_same_is_found_again),
		TEST(counts_add_up),
		TEST(hot_is_what_is_no_chance),
		TEST(words_come_with_low_ratings),
		TEST(of_a_word_and_its_part_the_whole_is_told),
		TEST(the_period_before_has_no_say_in_ratings),
		TEST(many_words_and_long_ones_are_bounded),
	};
	return cmocka_run_group_tests_name("themes", tests, NULL, NULL);
}
