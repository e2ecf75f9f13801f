/*
 * test_journal_faults.c - writes and syncs that fail, each once: no acknowledged record
 * is lost, no refused one seen.
 */
#include "faulty_disk.h"
#include "journal_fixture.h"

enum { RECORDS = 60 };

/* "Full, try later" is an answer too, unless all calls fail. */
static bool put_patiently(struct fixture *f, const char *line, unsigned key)
{
	int r = fixture_put(f, line, key, 1, NULL);

	for (int i = 0; r == -ENOSPC && !atomic_load(&faulty.stays) && i < 5000; i++) {
		usleep(2000);
		r = fixture_put(f, line, key, 1, NULL);
	}
	return r == 0;
}

/* Put records of 4 KB, so that segments of 64 KB turn over; remember which were
 * acknowledged. */
static void put_some(struct fixture *f, bool acknowledged[RECORDS])
{
	static char line[4096];

	memset(line, 'x', sizeof(line));
	memcpy(line + 4000, "\n", 2);
	for (int i = 0; i < RECORDS; i++) {
		char number[16];
		snprintf(number, sizeof(number), "%06d", i);
		memcpy(line, number, 6);
		acknowledged[i] = put_patiently(f, line, (unsigned)i + 1);
	}
}

/* All that were acknowledged, in order; and `others` that were not. */
static void expect_just(struct fixture *f, const bool acknowledged[RECORDS], int others)
{
	char *all = fixture_read(f, 0), *at = all;

	for (int i = 0; i < RECORDS; i++) {
		bool is_here = *at && atoi(at) == i;
		others -= is_here && !acknowledged[i];
		assert_true(is_here || !acknowledged[i]);
		at += is_here ? 4001 : 0;
	}
	assert_int_equal(*at, 0);
	assert_true(others >= 0);
	free(all);
}

static void try_fault(long k, bool stays, bool *has_failed)
{
	struct fixture f;
	struct heard_error err;
	bool acknowledged[RECORDS] = {false};

	faulty_heal();
	fixture_init(&f);
	f.options.io = &faulty_io;
	atomic_store(&faulty.countdown, k);
	atomic_store(&faulty.stays, stays);
	int r = fixture_try_open(&f, &err);
	if (r == 0) {
		/* An output that reads nothing, so that nothing is recycled. */
		unsigned slot;
		if (journal_output(f.journal, "shop/file", &slot, &err) != 0 && !stays)
			assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err),
					 0);
		put_some(&f, acknowledged);
		expect_just(&f, acknowledged, 0);
		if (!stays)
			for (int i = 0; i < RECORDS; i++)
				assert_true(acknowledged[i]);
		fixture_close(&f);
	} else {
		assert_true(err.text[0] != '\0');
	}
	*has_failed = atomic_load(&faulty.countdown) <= 0;
	faulty_heal();
	fixture_open(&f);
	/* A disk that took the bytes, failed the sync, and then would not let us
	 * spoil them either: those may be found. */
	expect_just(&f, acknowledged, stays ? 1 : 0);
	struct journal_figures figures;
	journal_figures(f.journal, &figures);
	assert_int_equal(figures.damaged_frames, 0);
	fixture_release(&f);
}

static void each_call_may_fail_once(void **state)
{
	bool has_failed = true;
	(void)state;
	for (long k = 1; has_failed; k++)
		try_fault(k, false, &has_failed);
}

static void each_call_may_be_the_last_that_works(void **state)
{
	bool has_failed = true;
	(void)state;
	for (long k = 1; has_failed; k += k < 40 ? 1 : 7)
		try_fault(k, true, &has_failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_may_fail_once),
		cmocka_unit_test(each_call_may_be_the_last_that_works),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
