/* Buffers: growth, the cap, failing once and for all, the NUL. */
#include <heard/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void what_was_added_is_there_and_terminated(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	heard_buf_puts(&b, "one");
	heard_buf_str(&b, HEARD_STR_OF(" two"));
	heard_buf_printf(&b, " %d", 3);
	heard_buf_add(&b, NULL, 0);
	assert_string_equal(b.ptr, "one two 3");
	assert_true(heard_str_is(heard_buf_view(&b), "one two 3"));
	heard_buf_clear(&b);
	assert_string_equal(b.ptr, "");
	heard_buf_release(&b);
	assert_null(b.ptr);
}

static void it_grows_to_exactly_its_cap(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1000);
	for (int i = 0; i < 1000; i++)
		heard_buf_add(&b, "x", 1);
	assert_false(b.failed);
	assert_int_equal(b.len, 1000);
	assert_int_equal(b.ptr[1000], 0);
	heard_buf_add(&b, "x", 1);
	assert_true(b.failed);
	assert_int_equal(b.len, 1000);
	heard_buf_release(&b);
}

static void after_a_failure_nothing_is_added(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 4);
	heard_buf_puts(&b, "abc");
	heard_buf_puts(&b, "defgh");
	heard_buf_puts(&b, "i");
	heard_buf_printf(&b, "j");
	assert_null(heard_buf_room(&b, 1));
	assert_true(b.failed);
	assert_string_equal(b.ptr, "abc");
	heard_buf_clear(&b);
	heard_buf_puts(&b, "ok");
	assert_string_equal(b.ptr, "ok");
	heard_buf_release(&b);
}

static void printing_more_than_there_is_room_for_grows_or_fails(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 600);
	heard_buf_printf(&b, "%0500d", 1);
	assert_int_equal(b.len, 500);
	heard_buf_printf(&b, "%0500d", 1);
	assert_true(b.failed);
	assert_int_equal(b.len, 500);
	assert_int_equal(strlen(b.ptr), 500);
	heard_buf_release(&b);
}

static void room_can_be_filled_by_hand(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 16);
	char *p = heard_buf_room(&b, 1000);
	assert_non_null(p);
	memset(p, 'y', 1000);
	heard_buf_used(&b, 1000);
	assert_int_equal(strlen(b.ptr), 1000);
	assert_null(heard_buf_room(&b, SIZE_MAX));
	heard_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_there_and_terminated),
		cmocka_unit_test(it_grows_to_exactly_its_cap),
		cmocka_unit_test(after_a_failure_nothing_is_added),
		cmocka_unit_test(printing_more_than_there_is_room_for_grows_or_fails),
		cmocka_unit_test(room_can_be_filled_by_hand),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
