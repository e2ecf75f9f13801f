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
		cmocka_unit_test(broken_bytes_stay),
		cmocka_unit_test(the_first_is_found),
		cmocka_unit_test(every_form_has_three_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
