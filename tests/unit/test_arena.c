/* Arenas: alignment, the cap, large pieces, reuse. */
#include "arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void pieces_are_aligned_and_apart(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 1 << 20);
	char *before = NULL;
	for (size_t size = 0; size < 200; size++) {
		char *p = arena_alloc(&a, size);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 8, 0);
		assert_ptr_not_equal(p, before);
		memset(p, 0xA5, size);
		before = p;
	}
	arena_release(&a);
}

static void the_cap_holds(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 1 << 20);
	size_t got = 0;
	while (arena_alloc(&a, 1000))
		got += 1000;
	assert_true(got > 900 * 1024 && got <= 1 << 20);
	assert_true(a.used <= a.cap);
	arena_release(&a);
}

static void a_small_cap_still_gives_what_it_says(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 4096);
	assert_non_null(arena_alloc(&a, 3000));
	assert_null(arena_alloc(&a, 3000));
	arena_release(&a);
	arena_init(&a, 0);
	assert_null(arena_alloc(&a, 1));
	arena_release(&a);
}

static void absurd_sizes_are_refused(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, SIZE_MAX);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 7));
	assert_null(arena_zstr(&a, heard_str_n("", SIZE_MAX)));
	arena_release(&a);
}

static void a_large_piece_leaves_the_rest_of_the_chunk_usable(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 16 << 20);
	char *small = arena_alloc(&a, 8);
	size_t used = a.used;
	char *large = arena_alloc(&a, 1 << 20);
	memset(large, 1, 1 << 20);
	size_t with_large = a.used;
	char *next = arena_alloc(&a, 8);
	assert_true(next > small && next - small < 64);
	assert_int_equal(a.used, with_large);
	assert_true(with_large > used + (1 << 20) - 1);
	arena_release(&a);
}

static void clearing_keeps_one_chunk_and_its_memory(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 16 << 20);
	char *first = arena_alloc(&a, 100);
	size_t one = a.used;
	arena_clear(&a);
	assert_ptr_equal(arena_alloc(&a, 100), first);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&a, 50000));
	arena_clear(&a);
	assert_int_equal(a.used, one);
	assert_non_null(arena_alloc(&a, 100));
	arena_release(&a);
	assert_null(a.chunks);
}

static void clearing_a_large_first_piece_keeps_the_cap(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 4 << 20);
	assert_non_null(arena_alloc(&a, 2 << 20));
	arena_clear(&a);
	assert_int_equal(a.used, 0);
	assert_non_null(arena_alloc(&a, 3 << 20));
	arena_release(&a);
}

static void copies_are_equal_and_terminated(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 1 << 20);
	struct heard_str copy = arena_copy(&a, HEARD_STR_OF("kettle"));
	assert_true(heard_str_is(copy, "kettle"));
	assert_string_equal(arena_zstr(&a, HEARD_STR_OF("lid")), "lid");
	assert_non_null(arena_copy(&a, heard_str_n(NULL, 0)).ptr);
	char *zero = arena_zalloc(&a, 64);
	for (int i = 0; i < 64; i++)
		assert_int_equal(zero[i], 0);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_apart),
		cmocka_unit_test(the_cap_holds),
		cmocka_unit_test(a_small_cap_still_gives_what_it_says),
		cmocka_unit_test(absurd_sizes_are_refused),
		cmocka_unit_test(a_large_piece_leaves_the_rest_of_the_chunk_usable),
		cmocka_unit_test(clearing_keeps_one_chunk_and_its_memory),
		cmocka_unit_test(clearing_a_large_first_piece_keeps_the_cap),
		cmocka_unit_test(copies_are_equal_and_terminated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
