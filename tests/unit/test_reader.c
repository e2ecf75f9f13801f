/*
 * test_reader.c - committed records in order, from any seq on, and what a
 * reader is told where the file is damaged.
 */
#include "journal_fixture.h"

#include "journal_io.h"

#include "frame.h"
#include "hash.h"
#include "segment.h"

#include <errno.h>

/* Lines "a", "b", ... as one transaction. */
static void put_lines(struct fixture *f, const char *pipeline, const char *only, unsigned n)
{
	static char lines[64];
	struct journal_record r[26];
	struct journal_txn t = {.pipeline = pipeline,
				.only_output = only,
				.lines = {lines, 2 * n},
				.records = r,
				.n_records = n};
	for (unsigned i = 0; i < n; i++) {
		lines[2 * i] = (char)('a' + i);
		lines[2 * i + 1] = '\n';
		r[i] = fixture_record("x\n", 0, 0);
		r[i].end = 2 * (i + 1);
		r[i].unit = i;
	}
	assert_int_equal(fixture_commit(f, &t), 0);
}

static void it_begins_with_the_frame_that_holds_the_seq(void **state)
{
	struct fixture f;
	struct journal_view v;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	put_lines(&f, "shop", NULL, 5);
	put_lines(&f, "shop", NULL, 3);
	for (uint64_t after = 0; after < 8; after++) {
		struct journal_reader *r = journal_reader_create(f.journal, after);
		assert_int_equal(journal_reader_next(r, &v, NULL), 1);
		assert_int_equal(v.first_seq, after < 5 ? 1 : 6);
		assert_int_equal(v.n, after < 5 ? 5 : 3);
		journal_reader_destroy(r);
	}
	struct journal_reader *r = journal_reader_create(f.journal, 8);
	assert_int_equal(journal_reader_next(r, &v, NULL), 0);
	journal_reader_destroy(r);
	fixture_release(&f);
}

static void a_view_tells_whose_lines_they_are(void **state)
{
	struct fixture f;
	struct journal_view v;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	put_lines(&f, "shop", NULL, 2);
	put_lines(&f, "shop", "shop/file", 3);
	struct journal_reader *r = journal_reader_create(f.journal, 0);
	assert_int_equal(journal_reader_next(r, &v, NULL), 1);
	assert_int_equal(v.pipeline, hash_name("shop"));
	assert_int_equal(v.only_output, 0);
	assert_int_equal(v.committed_ms, fixture_now());
	assert_int_equal(journal_reader_next(r, &v, NULL), 1);
	assert_int_equal(v.only_output, hash_name("shop/file"));
	assert_true(heard_str_eq(v.lines, HEARD_STR_OF("a\nb\nc\n")));
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(v.ends[i], 2 * (i + 1));
	journal_reader_destroy(r);
	fixture_release(&f);
}

static void what_is_committed_later_is_read_later(void **state)
{
	struct fixture f;
	struct journal_view v;
	(void)state;
	fixture_init(&f);
	f.options.keep_ms = 3600000; /* nobody else waits for them */
	fixture_open(&f);
	struct journal_reader *r = journal_reader_create(f.journal, 0);
	for (unsigned i = 0; i < 200; i++) {
		assert_int_equal(journal_reader_next(r, &v, NULL), 0);
		put_lines(&f, "shop", NULL, 26);
		assert_int_equal(journal_reader_next(r, &v, NULL), 1);
		assert_int_equal(v.first_seq, i * 26 + 1);
		assert_int_equal(v.n, 26);
	}
	journal_reader_destroy(r);
	assert_int_equal(journal_walk(f.journal, 26, hash_name("shop"), 0), 199 * 26);
	assert_int_equal(journal_walk(f.journal, 30, hash_name("shop"), 0), 199 * 26 - 4);
	fixture_release(&f);
}

/* ---- damage under a running journal */

/* Offsets of the frames of the first segment. */
static size_t frames_of(int fd, off_t at[], enum frame_type type[], size_t size)
{
	unsigned char head[FRAME_HEADER];
	struct frame f;
	off_t place = 0;
	size_t n = 0;

	while (n < size && pread(fd, head, sizeof(head), place) == FRAME_HEADER &&
	       frame_decode(&f, head, 1)) {
		at[n] = place;
		type[n++] = f.type;
		place += (off_t)frame_size(&f);
	}
	return n;
}

static void flip(int fd, off_t at)
{
	unsigned char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 4;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

/* Of three groups of two records, the second one's frames are flipped at
 * `in_records` and `in_commit` (-1: not). */
static void read_damaged(off_t in_records, off_t in_commit, const char *expected,
			 bool has_pipeline)
{
	struct fixture f;
	struct journal_view v;
	off_t at[16];
	enum frame_type type[16];
	fixture_init(&f);
	fixture_open(&f);
	for (int i = 0; i < 3; i++)
		put_lines(&f, "shop", NULL, 2);
	int folder = open(f.folder, O_RDONLY | O_DIRECTORY), fd = segment_open(folder, 1);
	size_t n = frames_of(fd, at, type, 16), records = 0;
	for (size_t i = 0; i < n; i++) {
		records += type[i] == FRAME_RECORDS;
		if (records == 2 && type[i] == FRAME_RECORDS && in_records >= 0)
			flip(fd, at[i] + in_records);
		if (records == 2 && type[i] == FRAME_COMMIT && in_commit >= 0)
			flip(fd, at[i] + in_commit);
	}
	close(fd);
	close(folder);
	fixture_expect(&f, 0, expected);
	struct journal_reader *r = journal_reader_create(f.journal, 2);
	assert_int_equal(journal_reader_next(r, &v, NULL), 1);
	assert_int_equal(v.pipeline, has_pipeline ? hash_name("shop") : 0);
	assert_int_equal(v.n, 2);
	journal_reader_destroy(r);
	fixture_release(&f);
}

static void a_damaged_payload_leaves_its_place(void **state)
{
	(void)state;
	read_damaged(FRAME_HEADER + 3, -1, "a\nb\n[3+2]a\nb\n", true);
}

static void a_damaged_header_is_looked_up_in_the_directory(void **state)
{
	(void)state;
	read_damaged(30, -1, "a\nb\n[3+2]a\nb\n", true);
}

static void without_a_directory_the_gap_tells(void **state)
{
	(void)state;
	read_damaged(30, FRAME_HEADER + 10, "a\nb\n[3+2]a\nb\n", false);
}

static void a_damaged_commit_costs_a_reader_nothing(void **state)
{
	(void)state;
	read_damaged(-1, 30, "a\nb\na\nb\na\nb\n", true);
}

/* ---- reads that fail for the moment */

static _Atomic int reads_left;

static ssize_t failing_pread(int fd, void *bytes, size_t n, off_t at)
{
	if (atomic_fetch_sub(&reads_left, 1) == 1) {
		errno = EIO;
		return -1;
	}
	return pread(fd, bytes, n, at);
}

static void a_read_that_fails_is_told_and_made_again(void **state)
{
	struct fixture f;
	struct journal_io io = journal_io_real;
	bool has_failed = true;
	(void)state;
	io.pread = failing_pread;
	fixture_init(&f);
	f.options.io = &io;
	fixture_open(&f);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fixture_put(&f, "a line\n", 0, 0, NULL), 0);
	for (int k = 1; has_failed; k++) {
		struct journal_reader *r = journal_reader_create(f.journal, 0);
		struct journal_view v;
		struct heard_error err = {0};
		uint64_t n = 0;
		int e, n_failed = 0;
		atomic_store(&reads_left, k);
		while ((e = journal_reader_next(r, &v, &err)) != 0) {
			n_failed += e < 0;
			if (e < 0)
				assert_int_equal(e, -EIO);
			else
				assert_true(!v.damaged && v.first_seq == ++n && v.n == 1);
		}
		assert_int_equal(n, 3);
		has_failed = n_failed > 0;
		assert_int_equal(has_failed, atomic_exchange(&reads_left, 0) <= 0);
		journal_reader_destroy(r);
	}
	struct journal_figures figures;
	journal_figures(f.journal, &figures);
	assert_int_equal(figures.damaged_frames, 0);
	fixture_release(&f);
}

static bool count_whole(void *arg, const struct journal_dead *d)
{
	int *n = arg;
	*n += d->body.len > 0 ? 1 : 1000;
	return true;
}

static void a_letter_that_cannot_be_read_now_is_not_damaged(void **state)
{
	struct fixture f;
	struct journal_io io = journal_io_real;
	struct journal_dead d = {.id = {1}, .meta = HEARD_STR("{}"), .body = HEARD_STR("body")};
	struct journal_txn t = {.dead = &d, .n_dead = 1};
	int n = 0;
	(void)state;
	io.pread = failing_pread;
	fixture_init(&f);
	f.options.io = &io;
	fixture_open(&f);
	assert_int_equal(fixture_commit(&f, &t), 0);
	atomic_store(&reads_left, 1);
	assert_int_equal(journal_dead_each(f.journal, true, count_whole, &n), -EIO);
	assert_int_equal(n, 0);
	assert_int_equal(journal_dead_each(f.journal, true, count_whole, &n), 0);
	assert_int_equal(n, 1);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_with_the_frame_that_holds_the_seq),
		cmocka_unit_test(a_view_tells_whose_lines_they_are),
		cmocka_unit_test(what_is_committed_later_is_read_later),
		cmocka_unit_test(a_damaged_payload_leaves_its_place),
		cmocka_unit_test(a_damaged_header_is_looked_up_in_the_directory),
		cmocka_unit_test(without_a_directory_the_gap_tells),
		cmocka_unit_test(a_damaged_commit_costs_a_reader_nothing),
		cmocka_unit_test(a_read_that_fails_is_told_and_made_again),
		cmocka_unit_test(a_letter_that_cannot_be_read_now_is_not_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
