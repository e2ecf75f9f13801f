/*
 * test_pool.c - segments: three ready, the oldest recycled when all are done with
 * it and not before.
 */
#include "journal_fixture.h"

#include <errno.h>

#define FIRST_SEGMENT "seg-0000000000000001"

static struct journal_figures figures(struct fixture *f)
{
	struct journal_figures x;

	journal_figures(f->journal, &x);
	return x;
}

static bool has_file(struct fixture *f, const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	return access(path, F_OK) == 0;
}

/* Records of 8 KB, so that eight of them fill a segment. */
static void put_many(struct fixture *f, int n)
{
	static char line[8192];

	memset(line, 'x', sizeof(line));
	memcpy(line + 8000, "\n", 2);
	for (int i = 0; i < n; i++)
		assert_int_equal(fixture_put(f, line, 0, 0, NULL), 0);
}

/* The mark moves on, and the thread looks around after it at least once. */
static void let_tend(struct fixture *f)
{
	journal_positions_sync(f->journal);
	put_many(f, 2);
}

static void wait_until_gone(struct fixture *f, const char *name)
{
	for (int i = 0; i < 6000 && has_file(f, name); i++) {
		usleep(5000);
		journal_positions_sync(f->journal);
	}
	assert_false(has_file(f, name));
}

static void three_segments_stand_ready(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	for (int i = 0; i < 6000 && figures(&f).spare < 3; i++)
		usleep(5000);
	assert_int_equal(figures(&f).spare, 3);
	assert_int_equal(figures(&f).segments, 1);
	assert_int_equal(figures(&f).bytes, 4 * f.options.segment_size);
	fixture_release(&f);
}

static void a_reader_keeps_its_segment(void **state)
{
	struct fixture f;
	struct journal_view v;
	uint64_t n = 0;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	put_many(&f, 1);
	struct journal_reader *r = journal_reader_create(f.journal, 0);
	assert_int_equal(journal_reader_next(r, &v, NULL), 1);
	put_many(&f, 60);
	let_tend(&f);
	assert_true(has_file(&f, FIRST_SEGMENT));
	for (n = v.n; journal_reader_next(r, &v, NULL) == 1; n += v.n)
		assert_false(v.damaged);
	assert_int_equal(n, journal_last_seq(f.journal));
	journal_reader_destroy(r);
	wait_until_gone(&f, FIRST_SEGMENT);
	fixture_release(&f);
}

static void an_output_keeps_what_it_has_not_read(void **state)
{
	struct fixture f;
	struct heard_error err;
	struct journal_position p = {0};
	unsigned slot;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	put_many(&f, 60);
	let_tend(&f);
	assert_true(has_file(&f, FIRST_SEGMENT));
	p.seq = journal_last_seq(f.journal);
	journal_position_set(f.journal, slot, &p);
	wait_until_gone(&f, FIRST_SEGMENT);
	fixture_release(&f);
}

static void drained_ones_stay_for_their_time(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	f.options.keep_ms = 1000;
	fixture_open(&f);
	put_many(&f, 60);
	let_tend(&f);
	let_tend(&f);
	assert_true(has_file(&f, FIRST_SEGMENT));
	atomic_fetch_add(&fixture_ms, 1001);
	wait_until_gone(&f, FIRST_SEGMENT);
	fixture_release(&f);
}

static void keeping_gives_way_to_taking_in(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	f.options.keep_ms = 1000;
	f.options.max_size = 6 * f.options.segment_size;
	fixture_open(&f);
	for (int i = 0; i < 20; i++) {
		put_many(&f, 8);
		journal_positions_sync(f.journal);
		assert_true(figures(&f).bytes <= f.options.max_size);
	}
	assert_false(journal_is_full(f.journal));
	assert_false(has_file(&f, FIRST_SEGMENT));
	fixture_release(&f);
}

static void a_group_larger_than_a_segment_makes_it_larger(void **state)
{
	enum { LARGE = 300 << 10 };
	struct fixture f;
	char *line = malloc(LARGE + 2);
	(void)state;
	memset(line, 'L', LARGE);
	memcpy(line + LARGE, "\n", 2);
	fixture_init(&f);
	fixture_open(&f);
	put_many(&f, 1);
	assert_int_equal(fixture_put(&f, line, 0, 0, NULL), 0);
	assert_int_equal(fixture_put(&f, "next\n", 0, 0, NULL), 0);
	for (int round = 0; round < 2; round++) {
		char *all = fixture_read(&f, 1);
		assert_int_equal(strlen(all), LARGE + 6);
		free(all);
		assert_true(figures(&f).bytes > LARGE + 3 * f.options.segment_size);
		fixture_close(&f);
		fixture_open(&f);
	}
	free(line);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_segments_stand_ready),
		cmocka_unit_test(a_reader_keeps_its_segment),
		cmocka_unit_test(an_output_keeps_what_it_has_not_read),
		cmocka_unit_test(drained_ones_stay_for_their_time),
		cmocka_unit_test(keeping_gives_way_to_taking_in),
		cmocka_unit_test(a_group_larger_than_a_segment_makes_it_larger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
