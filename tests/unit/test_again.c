/* Tests of again.c: ids for those who come again. */
#include "again.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void an_id_is_given_away_once(void **state)
{
	(void)state;
	struct again *a = again_create();
	const unsigned char one[16] = {1}, two[16] = {2};
	unsigned char id[16];
	assert_false(again_take(a, 7, id));
	again_note(a, 7, one);
	again_note(a, 7, two); /* refused once more */
	assert_false(again_take(a, 0, id));
	assert_false(again_take(a, 9, id)); /* its place is another's */
	assert_true(again_take(a, 7, id));
	assert_memory_equal(id, two, 16);
	assert_false(again_take(a, 7, id));
	again_destroy(a);
}

static void of_too_many_the_newer_are_known(void **state)
{
	(void)state;
	enum { MANY = 200000 };
	struct again *a = again_create();
	unsigned char id[16] = {0};
	unsigned known = 0;
	for (uint64_t i = 1; i <= MANY; i++)
		again_note(a, i * UINT64_C(0x9e3779b97f4a7c15), id);
	for (uint64_t i = MANY; i > MANY - 1000; i--)
		known += again_take(a, i * UINT64_C(0x9e3779b97f4a7c15), id);
	assert_true(known > 900);
	again_destroy(a);
	again_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_given_away_once),
		cmocka_unit_test(of_too_many_the_newer_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
