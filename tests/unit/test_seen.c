/* Tests of lib/seen: what comes again is known, and what is another is not. */
#include "batch.h"
#include "record.h"

#include <seen/seen.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
	struct heard_batch *batch;
	struct seen *seen;
};

static int begin(void **state)
{
	static struct fixture f;
	f = (struct fixture){.batch = batch_create(1 << 20), .seen = seen_create()};
	*state = &f;
	return f.batch && f.seen ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	batch_destroy(f->batch);
	seen_destroy(f->seen);
	return 0;
}

static bool again(struct fixture *f, uint64_t origin, const char *body)
{
	struct heard_record *r = heard_batch_add(f->batch);
	r->origin = origin;
	heard_set_str(r, HEARD_BODY, heard_str(body));
	bool was_here = seen_again(f->seen, r);
	batch_clear(f->batch);
	return was_here;
}

static void what_comes_again_was_here(void **state)
{
	assert_false(again(*state, 7, "太慢了"));
	assert_true(again(*state, 7, "太慢了"));
	assert_true(again(*state, 7, "太慢了"));
	assert_false(again(*state, 9, "太慢了"));
	assert_false(again(*state, 11, ""));
	assert_true(again(*state, 11, ""));
}

static void an_edit_is_another(void **state)
{
	assert_false(again(*state, 7, "太慢了"));
	assert_false(again(*state, 7, "还是太慢了"));
	assert_true(again(*state, 7, "太慢了"));
}

static void what_has_no_name_is_always_new(void **state)
{
	assert_false(again(*state, 0, "太慢了"));
	assert_false(again(*state, 0, "太慢了"));
}

/* A batch of as many as can be in flight is known as a whole. */
static void thousands_are_known_and_the_oldest_forgotten(void **state)
{
	enum { MANY = 10000, TOO_MANY = 1000000 };
	unsigned known = 0;
	for (uint64_t i = 1; i <= MANY; i++)
		assert_false(again(*state, i, "x"));
	for (uint64_t i = 1; i <= MANY; i++)
		known += again(*state, i, "x");
	assert_true(known > MANY - 10);
	for (uint64_t i = MANY + 1; i <= TOO_MANY; i++)
		again(*state, i, "x");
	assert_false(again(*state, 1, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_comes_again_was_here, begin, end),
		cmocka_unit_test_setup_teardown(an_edit_is_another, begin, end),
		cmocka_unit_test_setup_teardown(what_has_no_name_is_always_new, begin, end),
		cmocka_unit_test_setup_teardown(thousands_are_known_and_the_oldest_forgotten,
						begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
