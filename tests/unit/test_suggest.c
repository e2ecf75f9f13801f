/* Did you mean: the nearest name, if one is near. */
#include "option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"mode", "kinds", "fields", "max_in_flight", "tls", NULL};

static void one_slip_of_each_kind_is_near(void **state)
{
	(void)state;
	assert_string_equal(suggest("mod", names), "mode");
	assert_string_equal(suggest("modeq", names), "mode");
	assert_string_equal(suggest("node", names), "mode");
	assert_string_equal(suggest("moed", names), "mode");
}

static void case_and_dashes_cost_nothing(void **state)
{
	(void)state;
	assert_string_equal(suggest("MAX-IN-FLIGHT", names), "max_in_flight");
	assert_string_equal(suggest("Kinds", names), "kinds");
}

static void what_is_far_is_not_suggested(void **state)
{
	(void)state;
	assert_null(suggest("address", names));
	assert_null(suggest("x", names));
	assert_null(suggest("", names));
	assert_null(suggest("abc", names));
}

static void the_nearest_wins_and_the_first_of_two(void **state)
{
	(void)state;
	const char *const words[] = {"classify", "clarify", NULL};
	assert_string_equal(suggest("classfy", words), "classify");
	const char *const twins[] = {"cat", "bat", NULL};
	assert_string_equal(suggest("hat", twins), "cat");
}

static void very_long_words_are_left_alone(void **state)
{
	(void)state;
	char word[4096];
	memset(word, 'm', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	assert_null(suggest(word, names));
	const char *const long_names[] = {word, "mode", NULL};
	assert_string_equal(suggest("mode", long_names), "mode");
	word[63] = '\0';
	assert_string_equal(suggest(word, long_names), word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_slip_of_each_kind_is_near),
		cmocka_unit_test(case_and_dashes_cost_nothing),
		cmocka_unit_test(what_is_far_is_not_suggested),
		cmocka_unit_test(the_nearest_wins_and_the_first_of_two),
		cmocka_unit_test(very_long_words_are_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
