/* test_claim.c - two instances must not write to one place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim.h"
#include "daemon.h"

#include <heard/error.h>

#include <errno.h>

static void a_second_claim_is_refused_and_names_the_first(void **state)
{
	struct daemon d = {.claims = NULL};
	struct heard_host one = {.daemon = &d, .full_name = (char *)(uintptr_t) "shop/a"};
	struct heard_host two = {.daemon = &d, .full_name = (char *)(uintptr_t) "shop/b"};
	struct heard_error err = {0};
	(void)state;
	assert_int_equal(heard_claim(&one, "/tmp/x/out", &err), 0);
	assert_int_equal(heard_claim(&one, "/tmp/x/out", &err), 0);
	assert_int_equal(heard_claim(&two, "/tmp/other", &err), 0);
	assert_int_equal(heard_claim(&two, "/tmp/x/out", &err), -EBUSY);
	assert_non_null(strstr(err.text, "shop/a"));
	claims_free(d.claims);
}

static void one_place_by_two_names_is_one_place(void **state)
{
	struct daemon d = {.claims = NULL};
	struct heard_host one = {.daemon = &d, .full_name = (char *)(uintptr_t) "shop/a"};
	struct heard_host two = {.daemon = &d, .full_name = (char *)(uintptr_t) "shop/b"};
	(void)state;
	assert_int_equal(heard_claim(&one, "/tmp/out", NULL), 0);
	assert_int_equal(heard_claim(&two, "/tmp/../tmp/./out", NULL), -EBUSY);
	claims_free(d.claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_claim_is_refused_and_names_the_first),
		cmocka_unit_test(one_place_by_two_names_is_one_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
