/* Traditional characters and their simplified ones. */
#include <text/hanzi.h>
#include <text/utf8.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char *simple(const char *text)
{
	static char copy[100];

	snprintf(copy, sizeof(copy), "%s", text);
	hanzi_simplify(copy, strlen(copy));
	return copy;
}

static void traditional_becomes_simplified(void **state)
{
	(void)state;
	assert_string_equal(simple("充電寶發熱"), "充电宝发热");
	assert_string_equal(simple("充电宝发热"), "充电宝发热");
	assert_string_equal(simple("a龍b"), "a龙b");
	assert_string_equal(simple("ひらがな émigré 😀"), "ひらがな émigré 😀");
	assert_string_equal(simple(""), "");
}

/* Of each pair one text is found in the other: they become the same. */
static void what_a_word_decides_is_one(void **state)
{
	static const char *const pairs[][2] = {
		{"客服沒有回覆", "客服没有回复"},
		{"找藉口", "找借口"},
		{"請瞭解一下", "请了解一下"},
		{"項鍊斷了", "项链断了"},
		{"鍛鍊", "锻炼"},
		{"計畫", "计划"},
		{"傢俱", "家具"},
		{"揹包", "背包"},
		{"彷彿", "仿佛"},
		{"沈重", "沉重"},
		{"孩子睡著了", "孩子睡着了"},
		{"衞生", "卫生"},
		{"枱燈", "台灯"},
		{"化粧品", "化妆品"},
		{"妳們為甚麼", "你们为什么"},
		{"頭髮發現", "头发发现"},
		{"乾隆幹部乾燥", "乾隆干部干燥"},
		{"諮詢", "咨询"},
		{"鐘錶", "钟表"},
		{"後面皇后", "后面皇后"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		char first[100];
		snprintf(first, sizeof(first), "%s", simple(pairs[i][0]));
		assert_string_equal(first, simple(pairs[i][1]));
	}
}

/* For showing, and what was learned by it. */
static void a_simple_one_is_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(hanzi_simple(0x5beb), 0x5199); /* 寫 写 */
	assert_int_equal(hanzi_simple(0x8986), 0x8986); /* 覆 */
	assert_int_equal(hanzi_same(0x8986), 0x590d);	/* 复 */
	assert_int_equal(hanzi_same(0x590d), 0x590d);
	for (uint32_t c = HANZI_FIRST; c <= HANZI_LAST; c++) {
		assert_int_equal(hanzi_same(hanzi_same(c)), hanzi_same(c));
		assert_int_equal(hanzi_same(hanzi_simple(c)), hanzi_same(c));
	}
}

static void broken_bytes_stay(void **state)
{
	(void)state;
	assert_string_equal(simple("\xe9\x9b"), "\xe9\x9b");
	assert_string_equal(simple("\xe9\x9b\xe9\x9b\xbb"), "\xe9\x9b\xe7\x94\xb5");
	assert_string_equal(simple("\x9b\xbb\xff"), "\x9b\xbb\xff");
}

static void the_first_is_found(void **state)
{
	(void)state;
	assert_int_equal(hanzi_find(HEARD_STR_OF("abc充電")), 6);
	assert_int_equal(hanzi_find(HEARD_STR_OF("abc充电")), 9);
	assert_int_equal(hanzi_find(heard_str(NULL)), 0);
}

/* What hanzi_simplify() and the places of matches rely on. */
static void every_form_has_three_bytes(void **state)
{
	unsigned other = 0;

	(void)state;
	for (uint32_t c = HANZI_FIRST; c <= HANZI_LAST; c++) {
		uint32_t s = hanzi_simple(c);
		char bytes[4];

		assert_int_equal(text_encode(s, bytes), 3);
		assert_int_equal(text_encode(hanzi_same(c), bytes), 3);
		other += s != c;
	}
	assert_true(other > 2500);
	/* ends of ranges in patterns */
	assert_int_equal(hanzi_simple(0x4e00), 0x4e00);
	assert_int_equal(hanzi_simple(0x9fa5), 0x9fa5);
	assert_int_equal(hanzi_simple(0x9fff), 0x9fff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traditional_becomes_simplified),
		cmocka_unit_test(what_a_word_decides_is_one),
		cmocka_unit_test(a_simple_one_is_as_it_was),
		cmocka_unit_test(broken_bytes_stay),
		cmocka_unit_test(the_first_is_found),
		cmocka_unit_test(every_form_has_three_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
