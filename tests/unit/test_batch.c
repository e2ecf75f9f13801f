/* Batches: the cap, taking back, dead pieces, emissions, lines on the way out. */
#include "record.h"

#include <heard/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void records_are_appended_and_found(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(16 << 20);
	for (int i = 0; i < 1000; i++) {
		struct heard_record *r = heard_batch_add(b);
		assert_non_null(r);
		heard_set_int(r, HEARD_REVISION, i);
	}
	assert_int_equal(heard_batch_size(b), 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
			heard_get(heard_batch_at(b, (size_t)i), HEARD_REVISION).integer, i);
	assert_null(heard_batch_at(b, 1000));
	batch_destroy(b);
	batch_destroy(NULL);
}

static void at_the_cap_it_says_no_and_stays_whole(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	struct heard_error err;
	static const char json[] = "{\"body\":\"0123456789012345678901234567890123456789\","
				   "\"tags\":[\"a\",\"b\"],\"x\":{\"y\":[1,2,\"three\"]}}";
	size_t n = 0;
	while (heard_batch_add_json(b, heard_str(json), &err) == 0)
		n++;
	assert_int_equal(err.code, ENOMEM);
	assert_true(n > 500);
	assert_int_equal(heard_batch_size(b), n);
	while (heard_batch_alloc(b, 8))
		;
	while (heard_batch_copy(b, heard_str(json)).ptr)
		; /* text has pages of its own */
	assert_null(heard_batch_add(b));
	assert_int_equal(heard_batch_dead(b, heard_str(json), 1, "x"), -ENOMEM);
	assert_int_equal(heard_set_str(heard_batch_at(b, 0), HEARD_PRODUCT, heard_str(json)),
			 -ENOMEM);
	batch_clear(b);
	assert_int_equal(heard_batch_add_json(b, heard_str(json), &err), 0);
	batch_destroy(b);
}

static void a_bad_record_is_not_added(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	struct heard_error err;
	assert_int_equal(heard_batch_add_json(b, HEARD_STR_OF("{\"rating\":\"x\"}"), &err),
			 -EBADMSG);
	assert_string_equal(err.text, "rating must be a number");
	assert_int_equal(heard_batch_size(b), 0);
	batch_destroy(b);
}

static void decoded_and_added_are_told_apart(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	heard_batch_add(b);
	heard_batch_add(b);
	assert_int_equal(batch_decoded(b), 2);
	batch_end_decode(b);
	heard_batch_add(b);
	assert_int_equal(batch_decoded(b), 2);
	assert_int_equal(heard_batch_size(b), 3);
	batch_clear(b);
	assert_int_equal(batch_decoded(b), 0);
	assert_int_equal(heard_batch_size(b), 0);
	batch_destroy(b);
}

static void an_emission_can_be_taken_back(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	batch_set_emission(b, 0);
	heard_batch_add(b);
	heard_batch_dead(b, HEARD_STR_OF("bad"), 7, "not %s", "JSON");
	batch_set_emission(b, 1);
	heard_batch_add(b);
	heard_batch_dead(b, HEARD_STR_OF("worse"), 8, "no");
	assert_int_equal(record_emission(heard_batch_at(b, 1)), 1);
	assert_int_equal(batch_dead_at(b, 1)->emission, 1);
	batch_truncate(b, 1, 1);
	assert_int_equal(heard_batch_size(b), 1);
	assert_int_equal(batch_dead_count(b), 1);
	const struct batch_dead *dead = batch_dead_at(b, 0);
	assert_true(heard_str_is(dead->piece, "bad"));
	assert_string_equal(dead->reason, "not JSON");
	assert_int_equal(dead->line, 7);
	assert_null(batch_dead_at(b, 1));
	batch_destroy(b);
}

static void many_dead_pieces_are_kept(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(4 << 20);
	for (int i = 0; i < 100; i++)
		assert_int_equal(heard_batch_dead(b, HEARD_STR_OF(""), i, "line %d", i), 0);
	assert_string_equal(batch_dead_at(b, 99)->reason, "line 99");
	batch_destroy(b);
}

static void clearing_reuses_the_memory(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 200; i++) {
			struct heard_record *r = heard_batch_add(b);
			assert_non_null(r);
			assert_int_equal(heard_set_str(r, HEARD_BODY, HEARD_STR_OF("text")), 0);
		}
		batch_clear(b);
	}
	batch_destroy(b);
}

static const char lines[] = "{\"id\":\"a\",\"rating\":1}\n{\"id\":\"b\"}\nbroken\n";
static const uint32_t ends[] = {22, 33, 40};
static const uint64_t seqs[] = {7, 8, 12};

static void lines_are_records_when_asked_for(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	batch_set_lines(b, heard_str_n(lines, 33), ends, seqs, 2, true);
	assert_int_equal(heard_batch_size(b), 2);
	assert_true(heard_str_is(heard_batch_line(b, 0), "{\"id\":\"a\",\"rating\":1}"));
	assert_true(heard_str_is(heard_batch_line(b, 1), "{\"id\":\"b\"}"));
	assert_null(heard_batch_line(b, 2).ptr);
	assert_int_equal(heard_batch_lines(b).len, 33);
	assert_int_equal(heard_batch_seq(b, 1), 8);
	assert_true(heard_batch_is_retry(b));
	struct heard_record *r = heard_batch_at(b, 1);
	assert_true(heard_str_is(heard_get_str(r, HEARD_ID), "b"));
	assert_ptr_equal(heard_batch_at(b, 1), r);
	assert_true(heard_get_number(heard_batch_at(b, 0), HEARD_RATING, 0) == 1);
	assert_null(heard_batch_at(b, 2));
	batch_destroy(b);
}

static void a_line_that_cannot_be_read_is_an_empty_record(void **state)
{
	(void)state;
	struct heard_batch *b = batch_create(1 << 20);
	batch_set_lines(b, heard_str(lines), ends, seqs, 3, false);
	struct heard_record *r = heard_batch_at(b, 2);
	assert_non_null(r);
	assert_false(heard_has(r, HEARD_ID));
	batch_destroy(b);
	b = batch_create(0); /* no memory at all */
	batch_set_lines(b, heard_str(lines), ends, seqs, 3, false);
	assert_non_null(heard_batch_at(b, 0));
	assert_true(heard_str_is(heard_batch_line(b, 1), "{\"id\":\"b\"}"));
	batch_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_appended_and_found),
		cmocka_unit_test(at_the_cap_it_says_no_and_stays_whole),
		cmocka_unit_test(a_bad_record_is_not_added),
		cmocka_unit_test(decoded_and_added_are_told_apart),
		cmocka_unit_test(an_emission_can_be_taken_back),
		cmocka_unit_test(many_dead_pieces_are_kept),
		cmocka_unit_test(clearing_reuses_the_memory),
		cmocka_unit_test(lines_are_records_when_asked_for),
		cmocka_unit_test(a_line_that_cannot_be_read_is_an_empty_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
