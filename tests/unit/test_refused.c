/* Tests of refused.c: ids for those who come again. */
#include "refused.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void an_id_is_given_away_once(void **state)
{
	(void)state;
	struct refused *a = refused_create();
	const unsigned char one[16] = {1}, two[16] = {2};
	unsigned char id[16];
	assert_false(refused_take(a, 7, id));
	refused_note(a, 7, one);
	refused_note(a, 7, two); /* refused once more */
	assert_false(refused_take(a, 0, id));
	assert_false(refused_take(a, 9, id)); /* its place is another's */
	assert_true(refused_take(a, 7, id));
	assert_memory_equal(id, two, 16);
	assert_false(refused_take(a, 7, id));
	refused_destroy(a);
}

static void of_too_many_the_newer_are_known(void **state)
{
	(void)state;
	enum { MANY = 200000 };
	struct refused *a = refused_create();
	unsigned char id[16] = {0};
	unsigned known = 0;
	for (uint64_t i = 1; i <= MANY; i++)
		refused_note(a, i * UINT64_C(0x9e3779b97f4a7c15), id);
	for (uint64_t i = MANY; i > MANY - 1000; i--)
		known += refused_take(a, i * UINT64_C(0x9e3779b97f4a7c15), id);
	assert_true(known > 900);
	refused_destroy(a);
	refused_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_given_away_once),
		cmocka_unit_test(of_too_many_the_newer_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
