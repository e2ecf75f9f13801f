/*
 * test_page_hide.c - contacts go out of what is said at a follow-up link.
 */
#include "output/tickets/page_hide.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

static void check(const char *text, const char *wanted)
{
	struct heard_buf out;
	heard_buf_init(&out, 1 << 16);
	page_hide(&out, heard_str(text));
	assert_false(out.failed);
	assert_string_equal(out.ptr ? out.ptr : "", wanted);
	heard_buf_release(&out);
}

static void numbers_go_however_they_are_written(void **state)
{
	static const char *const numbers[] = {
		"13812345678",
		"138 1234 5678",
		"138-1234-5678",
		"138.1234.5678",
		"138\xc2\xa0"
		"1234\xe2\x80\x91"
		"5678",
		"0571) 8765-4321",
		"1 3 8 1 2 3 4 5 6 7 8",
		"138\n12345678",
		"１３８１２３４５６７８",
		"１３８　１２３４　５６７８",
		"①③⑧①②③④⑤⑥⑦⑧",
		"一三八一二三四五六七八",
		"幺三八零零一三八零零零",
		"壹叁捌壹贰叁肆伍陆柒捌",
		"١٣٨١٢٣٤",
		"𝟏𝟑𝟖𝟏𝟐𝟑𝟒",
		"1️⃣3️⃣8️⃣1️⃣2️⃣",
		"138\xe2\x80\x8b"
		"12345678",
		"138－1234－5678",
		"11010119900307001",
		"12345",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char text[128];
		check(numbers[i], "***");
		snprintf(text, sizeof(text), "请打%s谢谢", numbers[i]);
		check(text, "请打***谢谢");
	}
	check("+86 138 1234 5678, x", "+***, x");
	check("a13812345678b", "a***b");
	check("13812345678x87654321", "***x***");
}

static void short_numbers_stay(void **state)
{
	static const char *const texts[] = {
		"等了 3 天",	     "1234",	     "9 点到 18 点",
		"4 个，还差 2 个",   "三天四次五遍", "",
		"满分 10 分给 9 分", "24 小时",	     "1 - 2 - 3 - 4",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(texts[i], texts[i]);
	check("12     345", "12     345"); /* too far apart to be one */
}

static void words_with_an_at_go(void **state)
{
	(void)state;
	check("a@b", "***");
	check("写给 a.b-c+d@example.com 吧", "写给 *** 吧");
	check("写给a.b@example.com，谢谢", "***，谢谢");
	check("<mailto:a@b.c>", "<mailto:***>");
	check("a＠b.c or a﹫b.c", "*** or ***");
	check("张三@例子.中国 说", "*** 说");
	check("x @ y", "x *** y");
	check("@", "***");
	check("1234@5678 9", "*** 9");
	check("@@@ 12345", "*** ***");
}

static void broken_bytes_hurt_nobody(void **state)
{
	(void)state;
	check("\xff\xfe"
	      "12345\xc3",
	      "\xff\xfe***\xc3");
	check("\xe4\xb8", "\xe4\xb8");
	check("a\xf0@b c", "*** c");
}

static void a_long_text_is_done_at_once(void **state)
{
	enum { N = 24000 };
	struct heard_buf out;
	char *text = malloc(N);
	(void)state;
	assert_non_null(text);
	/* Digits that never make a number are looked at a few times, not N. */
	for (size_t i = 0; i < N; i++)
		text[i] = "1234 a"[i % 6];
	heard_buf_init(&out, 4 * N);
	page_hide(&out, heard_str_n(text, N));
	assert_int_equal(out.len, N);
	heard_buf_clear(&out);
	memset(text, '1', N);
	page_hide(&out, heard_str_n(text, N));
	assert_string_equal(out.ptr, "***");
	heard_buf_release(&out);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_go_however_they_are_written),
		cmocka_unit_test(short_numbers_stay),
		cmocka_unit_test(words_with_an_at_go),
		cmocka_unit_test(broken_bytes_hurt_nobody),
		cmocka_unit_test(a_long_text_is_done_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
