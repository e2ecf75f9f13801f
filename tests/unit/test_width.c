/* How wide characters are, and which are not shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <text/width.h>

static void letters_are_one_column_and_ideographs_two(void **state)
{
	static const uint32_t one[] = {' ', 'a', '~', 0xa0, 0xe9, 0x416, 0x2026, 0xff61},
			      two[] = {0x4e2d, 0x3002, 0xff0c, 0xac00, 0x1f600, 0x20000};
	(void)state;
	for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++)
		assert_int_equal(text_width(one[i]), 1);
	for (size_t i = 0; i < sizeof(two) / sizeof(*two); i++)
		assert_int_equal(text_width(two[i]), 2);
}

static void marks_on_a_letter_take_no_room(void **state)
{
	(void)state;
	assert_int_equal(text_width(0x301), 0);
	assert_int_equal(text_width(0xfe0f), 0);
}

static void what_hides_or_turns_text_is_not_shown(void **state)
{
	static const uint32_t silent[] = {0,	  0x1b,	  0x7f,	  0x9b,	  0x61c,  0x200b,
					  0x200e, 0x202e, 0x2066, 0xfeff, 0xfff9, 0xe0041};
	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
		assert_int_equal(text_width(silent[i]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_are_one_column_and_ideographs_two),
		cmocka_unit_test(marks_on_a_letter_take_no_room),
		cmocka_unit_test(what_hides_or_turns_text_is_not_shown),
	};
	return cmocka_run_group_tests_name("width", tests, NULL, NULL);
}
