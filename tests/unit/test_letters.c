/*
 * test_letters.c - the index of live dead letters and deferrals.
 */
#include "letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct letter letter(unsigned i)
{
	struct letter l = {.output = i % 2,
			   .seq = i,
			   .segment = i / 100,
			   .offset = i * 64ull,
			   .time_ms = 100000 - i,
			   .size = 64};
	memcpy(l.id, &i, sizeof(i));
	return l;
}

static void letters_come_and_go(void **state)
{
	enum { N = 5000 };
	struct letters *l = letters_create();
	struct letter at = {.order = 0};
	(void)state;
	for (unsigned i = 0; i < N; i++) {
		struct letter x = letter(i);
		assert_int_equal(letters_add(l, &x), 0);
		if (i >= 10 && i % 10) {
			x = letter(i - 10);
			assert_true(letters_remove(l, x.id) || (i - 10) % 10 == 0);
			assert_false(letters_remove(l, x.id));
		}
	}
	size_t n = 0;
	unsigned last = 0;
	while (letters_next(l, at.order, &at)) {
		assert_true(n == 0 || at.seq > last);
		last = (unsigned)at.seq;
		struct letter same;
		assert_true(letters_get(l, at.id, &same));
		assert_int_equal(same.offset, at.offset);
		assert_int_equal(letters_known(l, 1, at.seq), at.output == 1);
		n++;
	}
	assert_int_equal(n, letters_count(l));
	assert_int_equal(letters_bytes(l), 64 * n);
	letters_destroy(l);
}

static void a_known_letter_only_moves(void **state)
{
	struct letters *l = letters_create();
	struct letter x = letter(1), got;
	(void)state;
	assert_int_equal(letters_add(l, &x), 0);
	x.segment = 99;
	x.size = 128;
	assert_int_equal(letters_add(l, &x), 0);
	assert_int_equal(letters_count(l), 1);
	assert_int_equal(letters_bytes(l), 128);
	assert_true(letters_get(l, x.id, &got));
	assert_int_equal(got.segment, 99);
	letters_destroy(l);
}

static void sorting_puts_the_oldest_first(void **state)
{
	struct letters *l = letters_create();
	struct letter at = {.order = 0};
	int64_t before = 0;
	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct letter x = letter(i);
		assert_int_equal(letters_add(l, &x), 0);
	}
	letters_sort(l);
	while (letters_next(l, at.order, &at)) {
		struct letter same;
		assert_true(at.time_ms > before);
		assert_true(letters_get(l, at.id, &same));
		assert_int_equal(same.order, at.order);
		before = at.time_ms;
	}
	assert_int_equal(before, 100000);
	letters_destroy(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_come_and_go),
		cmocka_unit_test(a_known_letter_only_moves),
		cmocka_unit_test(sorting_puts_the_oldest_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
