/*
 * test_state.c - counters and values: prepared, committed, taken back, encoded.
 */
#include "state.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int64_t received(struct state *s, const char *name)
{
	int64_t by[JOURNAL_COUNTS];

	state_count(s, name, by);
	return by[JOURNAL_RECEIVED];
}

static void a_group_taken_back_leaves_counters_as_they_were(void **state)
{
	struct state *s = state_create();
	(void)state;
	state_next(s, "a")[JOURNAL_RECEIVED] += 5;
	assert_int_equal(received(s, "a"), 0);
	state_commit(s);
	assert_int_equal(received(s, "a"), 5);
	state_next(s, "a")[JOURNAL_RECEIVED] += 5;
	state_rollback(s);
	assert_int_equal(received(s, "a"), 5);
	state_next(s, "a")[JOURNAL_RECEIVED] += 1;
	state_commit(s);
	assert_int_equal(received(s, "a"), 6);
	state_destroy(s);
}

static void all_of_it_survives_encoding(void **state)
{
	struct state *s = state_create(), *t = state_create();
	struct heard_buf b;
	char name[32];
	size_t len;
	(void)state;
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(name, sizeof(name), "stream/%d", i);
		assert_int_equal(state_set(s, heard_str_n(name, (size_t)n), heard_str(name)),
				 0);
	}
	assert_int_equal(state_set(s, HEARD_STR_OF("stream/7"), heard_str_n(NULL, 0)), 0);
	state_next(s, "stream/9")[JOURNAL_RECEIVED] = 9;
	state_commit(s);
	heard_buf_init(&b, 1 << 20);
	state_encode_all(s, &b);
	assert_true(b.len <= state_size(s));
	assert_int_equal(state_apply(t, heard_buf_view(&b)), 0);
	assert_null(state_get(t, HEARD_STR_OF("stream/7"), &len));
	char *v = state_get(t, HEARD_STR_OF("stream/999"), &len);
	assert_string_equal(v, "stream/999");
	free(v);
	assert_int_equal(received(t, "stream/9"), 9);
	for (size_t cut = 0; cut < b.len; cut += 13)
		assert_int_equal(state_apply(t, heard_str_n(b.ptr, cut)), -EBADMSG);
	heard_buf_release(&b);
	state_destroy(s);
	state_destroy(t);
}

static void changes_are_absolute(void **state)
{
	struct state *s = state_create(), *t = state_create();
	struct journal_state v = {HEARD_STR("token"), HEARD_STR("9")};
	const struct journal_state *values[] = {&v};
	struct heard_buf b;
	size_t len;
	(void)state;
	heard_buf_init(&b, 1 << 16);
	for (int i = 0; i < 3; i++) {
		heard_buf_clear(&b);
		state_next(s, "a")[JOURNAL_RECEIVED] += 2;
		state_encode_changes(s, values, 1, &b);
		state_commit(s);
	}
	assert_int_equal(state_apply(t, heard_buf_view(&b)), 0);
	assert_int_equal(received(t, "a"), 6);
	char *token = state_get(t, HEARD_STR_OF("token"), &len);
	assert_string_equal(token, "9");
	free(token);
	heard_buf_release(&b);
	state_destroy(s);
	state_destroy(t);
}

/* All memory is taken before: what was prepared shows with the commit, in order,
 * and not at all when the group failed. */
static void prepared_values_show_with_the_commit(void **state)
{
	struct state *s = state_create();
	size_t len;
	char *v;
	(void)state;
	assert_int_equal(state_set(s, HEARD_STR_OF("kept"), HEARD_STR_OF("old")), 0);
	assert_int_equal(state_prepare(s, HEARD_STR_OF("kept"), HEARD_STR_OF("no")), 0);
	state_rollback(s);
	size_t size = state_size(s);
	assert_int_equal(state_prepare(s, HEARD_STR_OF("kept"), HEARD_STR_OF("newer")), 0);
	assert_int_equal(state_prepare(s, HEARD_STR_OF("kept"), HEARD_STR_OF("new")), 0);
	assert_int_equal(state_prepare(s, HEARD_STR_OF("gone"), HEARD_STR_OF("x")), 0);
	assert_int_equal(state_prepare(s, HEARD_STR_OF("gone"), heard_str_n(NULL, 0)), 0);
	v = state_get(s, HEARD_STR_OF("kept"), &len);
	assert_string_equal(v, "old");
	free(v);
	state_commit(s);
	v = state_get(s, HEARD_STR_OF("kept"), &len);
	assert_string_equal(v, "new");
	free(v);
	assert_null(state_get(s, HEARD_STR_OF("gone"), &len));
	assert_int_equal(state_size(s), size);
	assert_int_equal(state_prepare(s, HEARD_STR_OF("left"), HEARD_STR_OF("over")), 0);
	state_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_taken_back_leaves_counters_as_they_were),
		cmocka_unit_test(all_of_it_survives_encoding),
		cmocka_unit_test(changes_are_absolute),
		cmocka_unit_test(prepared_values_show_with_the_commit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
