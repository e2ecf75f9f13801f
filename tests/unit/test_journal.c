/*
 * test_journal.c - the journal as its users see it.
 */
#include "journal_fixture.h"

#include "hash.h"

static void what_is_committed_is_read_back(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "{\"a\":1}\n", 0, 0, NULL), 0);
	assert_int_equal(fixture_put(&f, "{\"b\":2}\n", 0, 0, NULL), 0);
	assert_int_equal(journal_last_seq(f.journal), 2);
	fixture_expect(&f, 0, "{\"a\":1}\n{\"b\":2}\n");
	fixture_expect(&f, 1, "{\"b\":2}\n");
	assert_int_equal(journal_walk(f.journal, 0, hash_name("shop"), 0), 2);
	assert_int_equal(journal_walk(f.journal, 1, hash_name("shop"), 0), 1);
	assert_int_equal(journal_walk(f.journal, 0, hash_name("other"), 0), 0);
	fixture_close(&f);
	fixture_open(&f);
	fixture_expect(&f, 0, "{\"a\":1}\n{\"b\":2}\n");
	assert_int_equal(journal_last_seq(f.journal), 2);
	assert_int_equal(fixture_put(&f, "{\"c\":3}\n", 0, 0, NULL), 0);
	fixture_expect(&f, 1, "{\"b\":2}\n{\"c\":3}\n");
	fixture_release(&f);
}

static void many_segments_are_walked_through(void **state)
{
	struct fixture f;
	char line[1024], *all;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 300; i++) {
		snprintf(line, 8, "%06d", i);
		line[6] = 'x';
		memcpy(line + 1000, "\n", 2);
		assert_int_equal(fixture_put(&f, line, (unsigned)i + 1, 1, NULL), 0);
	}
	for (int round = 0; round < 2; round++) {
		all = fixture_read(&f, 0);
		assert_int_equal(strlen(all), 300 * 1001);
		for (int i = 0; i < 300; i++)
			assert_int_equal(atoi(all + i * 1001), i);
		free(all);
		struct journal_figures figures;
		journal_figures(f.journal, &figures);
		assert_true(figures.segments > 4);
		assert_int_equal(figures.damaged_frames, 0);
		assert_int_equal(journal_walk(f.journal, 100, hash_name("shop"), 0), 200);
		struct journal_record r;
		assert_int_equal(fixture_put(&f, line, 17, 1, &r), 0);
		assert_int_equal(r.fate, JOURNAL_SAME);
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_committed_is_read_back),
		cmocka_unit_test(many_segments_are_walked_through),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
