/* Errors: the code, the sentence, prefixes, and cutting. */
#include <heard/error.h>

#include "utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void failing_fills_and_returns_the_code(void **state)
{
	(void)state;
	struct heard_error err = {.line = 7, .file = "old"};
	assert_int_equal(heard_fail(&err, EINVAL, "%s has no words", "x"), -EINVAL);
	assert_int_equal(err.code, EINVAL);
	assert_int_equal(err.line, 0);
	assert_string_equal(err.file, "");
	assert_string_equal(err.text, "x has no words");
	assert_int_equal(heard_fail(NULL, ENOENT, "nobody listens"), -ENOENT);
}

static void a_prefix_keeps_code_and_place(void **state)
{
	(void)state;
	struct heard_error err;
	heard_fail(&err, EIO, "disk gone");
	err.line = 3;
	assert_int_equal(heard_error_wrap(&err, "segment %d", 4), -EIO);
	assert_string_equal(err.text, "segment 4: disk gone");
	assert_int_equal(err.line, 3);
}

static void arguments_may_come_from_the_error_itself(void **state)
{
	(void)state;
	struct heard_error err;
	heard_fail(&err, EIO, "inner");
	heard_fail(&err, EINVAL, "outer (%s)", err.text);
	assert_string_equal(err.text, "outer (inner)");
	heard_error_wrap(&err, "%s", err.text);
	assert_string_equal(err.text, "outer (inner): outer (inner)");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	(void)state;
	for (int shift = 0; shift < 4; shift++) {
		char text[2000];
		memset(text, 'a', (size_t)shift);
		for (size_t i = (size_t)shift; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "\xE6\x83\xB3", 4);
		struct heard_error err;
		heard_fail(&err, EINVAL, "%s", text);
		assert_true(strlen(err.text) > sizeof err.text - 8);
		assert_true(utf8_is_valid(heard_str(err.text)));
		heard_error_wrap(&err, "%s", text);
		assert_true(strlen(err.text) > sizeof err.text - 8);
		assert_true(utf8_is_valid(heard_str(err.text)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_fills_and_returns_the_code),
		cmocka_unit_test(a_prefix_keeps_code_and_place),
		cmocka_unit_test(arguments_may_come_from_the_error_itself),
		cmocka_unit_test(a_long_sentence_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
