/* Tests of lib/ask: how long a service that fails rests, and what a round asks of it. */
#include "../../plugins/lib/ask/rest.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_service_rests_after_failures_in_a_row(void **state)
{
	struct rest r = {0};
	(void)state;
	rest_failed(&r, 1000, -1);
	rest_failed(&r, 1000, -1);
	assert_true(rest_allows(&r, 1000, 3));
	rest_failed(&r, 1000, -1);
	assert_false(rest_allows(&r, 1999, 0));
	assert_true(rest_allows(&r, 2000, 0)); /* one tries */
	assert_false(rest_allows(&r, 2000, 1));
	rest_failed(&r, 2000, -1);
	assert_false(rest_allows(&r, 3999, 0));
	assert_true(rest_allows(&r, 4000, 0));
	rest_answered(&r);
	assert_true(rest_allows(&r, 4000, 7));
}

static void pauses_grow_to_five_minutes(void **state)
{
	struct rest r = {0};
	int64_t now = 1;
	(void)state;
	for (int i = 0; i < 40; i++) {
		rest_failed(&r, now, -1);
		now = r.until > now ? r.until : now;
	}
	assert_int_equal(r.pause, LONGEST);
}

static void it_rests_at_once_for_as_long_as_it_says(void **state)
{
	struct rest r = {0};
	(void)state;
	rest_failed(&r, 1000, 30000);
	assert_false(rest_allows(&r, 30999, 0));
	assert_true(rest_allows(&r, 31000, 0));
	rest_answered(&r);
	rest_failed(&r, 1000, INT64_C(1) << 60); /* a year is not believed */
	assert_true(rest_allows(&r, 1000 + ASKED_LONGEST, 0));
}

static void what_had_begun_before_says_nothing_new(void **state)
{
	struct rest r = {0};
	(void)state;
	for (int i = 0; i < 10; i++)
		rest_failed(&r, 1000, -1);
	assert_int_equal(r.pause, FIRST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_rests_after_failures_in_a_row),
		cmocka_unit_test(pauses_grow_to_five_minutes),
		cmocka_unit_test(it_rests_at_once_for_as_long_as_it_says),
		cmocka_unit_test(what_had_begun_before_says_nothing_new),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
