/*
 * test_recover.c - what a start makes of the files that it finds.
 *
 * Torn groups and flipped bytes are in test_journal_faults.c; here it is whole
 * segments: spare, begun, missing, and ended by the next one.
 */
#include "journal_fixture.h"

#include "frame.h"
#include "journal_io.h"

#include <errno.h>
#include <inttypes.h>

static void path_of(struct fixture *f, unsigned id, char path[400])
{
	snprintf(path, 400, "%s/seg-%016x", f->folder, id);
}

static ino_t inode(struct fixture *f, unsigned id)
{
	char path[400];
	struct stat st;

	path_of(f, id, path);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static char *slurp(struct fixture *f, unsigned id, size_t *n)
{
	char path[400];
	struct stat st;

	path_of(f, id, path);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	char *bytes = malloc((size_t)st.st_size);
	*n = (size_t)st.st_size;
	assert_int_equal(read(fd, bytes, *n), *n);
	close(fd);
	return bytes;
}

static void spill(struct fixture *f, unsigned id, const char *bytes, size_t n)
{
	char path[400];

	path_of(f, id, path);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void put_many(struct fixture *f, int n)
{
	static char line[8192];

	memset(line, 'x', sizeof(line));
	memcpy(line + 8000, "\n", 2);
	for (int i = 0; i < n; i++)
		assert_int_equal(fixture_put(f, line, 0, 0, NULL), 0);
}

static void a_new_journal_begins_where_it_is_told(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	f.options.first_seq = 5000;
	fixture_open(&f);
	assert_int_equal(journal_last_seq(f.journal), 4999);
	assert_int_equal(fixture_put(&f, "a\n", 0, 0, NULL), 0);
	assert_int_equal(journal_last_seq(f.journal), 5000);
	fixture_expect(&f, 4999, "a\n");
	fixture_close(&f);
	/* An old one goes on with its own. */
	f.options.first_seq = 9000;
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "b\n", 0, 0, NULL), 0);
	assert_int_equal(journal_last_seq(f.journal), 5001);
	fixture_expect(&f, 4999, "a\nb\n");
	fixture_release(&f);
}

static void without_being_told_it_begins_with_one(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(journal_last_seq(f.journal), 0);
	assert_int_equal(fixture_put(&f, "a\n", 0, 0, NULL), 0);
	assert_int_equal(journal_last_seq(f.journal), 1);
	fixture_release(&f);
}

/* Numbers never go back behind what an output has read, though its records and
 * their segments are gone. */
static void positions_keep_numbers_from_being_given_twice(void **state)
{
	struct fixture f;
	struct heard_error err;
	struct journal_position p = {.seq = 3};
	unsigned slot;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fixture_put(&f, "a\n", 0, 0, NULL), 0);
	journal_position_set(f.journal, slot, &p);
	fixture_close(&f);
	for (unsigned id = 1; id <= 3; id++) {
		char path[400];
		path_of(&f, id, path);
		unlink(path);
	}
	fixture_open(&f);
	assert_int_equal(journal_last_seq(f.journal), 3);
	assert_int_equal(fixture_put(&f, "b\n", 0, 0, NULL), 0);
	fixture_expect(&f, 3, "b\n");
	fixture_release(&f);
}

static void spare_segments_stay_spare(void **state)
{
	struct fixture f;
	struct journal_figures figures;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	put_many(&f, 1);
	fixture_close(&f);
	ino_t second = inode(&f, 2), third = inode(&f, 3), fourth = inode(&f, 4);
	assert_true(second && third && fourth);
	fixture_open(&f);
	journal_figures(f.journal, &figures);
	assert_int_equal(figures.segments, 1);
	assert_int_equal(figures.spare, 3);
	put_many(&f, 30);
	fixture_close(&f);
	assert_int_equal(inode(&f, 2), second);
	assert_int_equal(inode(&f, 3), third);
	assert_int_equal(inode(&f, 4), fourth);
	fixture_release(&f);
}

/* A group was begun in it and never committed: nothing is written over that. */
static void a_spare_one_with_anything_in_it_is_removed(void **state)
{
	struct fixture f;
	unsigned char head[FRAME_HEADER];
	struct frame frame = {.type = FRAME_RECORDS, .length = 10, .n = 1, .segment = 3};
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	put_many(&f, 1);
	fixture_close(&f);
	frame_encode(&frame, head);
	spill(&f, 3, (const char *)head, sizeof(head));
	fixture_open(&f);
	put_many(&f, 30);
	assert_int_equal(inode(&f, 3), 0);
	fixture_close(&f);
	fixture_open(&f);
	assert_int_equal(journal_last_seq(f.journal), 31);
	fixture_release(&f);
}

static void a_missing_segment_costs_its_own_records(void **state)
{
	struct fixture f;
	char path[400];
	(void)state;
	fixture_init(&f);
	f.options.keep_ms = 1000000;
	fixture_open(&f);
	put_many(&f, 40);
	fixture_close(&f);
	path_of(&f, 3, path);
	assert_int_equal(unlink(path), 0);
	fixture_open(&f);
	assert_int_equal(journal_last_seq(f.journal), 40);
	struct journal_reader *r = journal_reader_create(f.journal, 0);
	struct journal_view v;
	uint64_t next = 1, lost = 0;
	unsigned gaps = 0;
	while (journal_reader_next(r, &v, NULL) == 1) {
		assert_int_equal(v.first_seq, next);
		next += v.n;
		gaps += v.damaged;
		lost += v.damaged ? v.n : 0;
	}
	journal_reader_destroy(r);
	assert_int_equal(next, 41);
	assert_int_equal(gaps, 1);
	assert_in_range(lost, 6, 8);
	fixture_release(&f);
}

/* ---- where a segment ends */

static _Atomic int refusals;

/* Groups are written in several pieces, all else in one. */
static ssize_t refusing_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	if (n > 1 && atomic_load(&refusals) > 0) {
		atomic_fetch_sub(&refusals, 1);
		errno = EIO;
		return -1;
	}
	return pwritev(fd, v, n, at);
}

/* A whole group, sound to the last byte, behind the place that the next segment
 * names as the end: its sync had failed, and it never happened. */
static void what_stands_behind_the_end_never_happened(void **state)
{
	struct fixture f, twin;
	struct journal_io io = journal_io_real;
	size_t n;
	(void)state;
	io.pwritev = refusing_pwritev;
	fixture_init(&twin);
	fixture_open(&twin);
	assert_int_equal(fixture_put(&twin, "one\n", 0, 0, NULL), 0);
	assert_int_equal(fixture_put(&twin, "two\n", 0, 0, NULL), 0);
	fixture_close(&twin);
	char *bytes = slurp(&twin, 1, &n);

	fixture_init(&f);
	f.options.io = &io;
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "one\n", 0, 0, NULL), 0);
	atomic_store(&refusals, 1);
	assert_int_equal(fixture_put(&f, "too\n", 0, 0, NULL), 0);
	fixture_expect(&f, 0, "one\ntoo\n");
	fixture_close(&f);
	spill(&f, 1, bytes, n);
	fixture_open(&f);
	fixture_expect(&f, 0, "one\ntoo\n");
	assert_int_equal(journal_last_seq(f.journal), 2);
	free(bytes);
	fixture_release(&f);
	fixture_release(&twin);
}

static void an_open_that_fails_changes_nothing(void **state)
{
	struct fixture f;
	struct heard_error err;
	size_t n, m;
	(void)state;
	fixture_init(&f);
	f.options.encrypt = f.key_file;
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "secret\n", 0, 0, NULL), 0);
	fixture_close(&f);
	char *before = slurp(&f, 1, &n);
	f.options.encrypt = NULL;
	assert_int_equal(fixture_try_open(&f, &err), -EACCES);
	f.journal = NULL;
	char *after = slurp(&f, 1, &m);
	assert_int_equal(n, m);
	assert_memory_equal(before, after, n);
	f.options.encrypt = f.key_file;
	fixture_open(&f);
	fixture_expect(&f, 0, "secret\n");
	free(before);
	free(after);
	fixture_release(&f);
}

/* ---- a disk that does not answer */

static _Atomic int reads_left, read_error;

static ssize_t failing_pread(int fd, void *bytes, size_t n, off_t at)
{
	if (atomic_fetch_sub(&reads_left, 1) == 1) {
		errno = atomic_load(&read_error);
		return -1;
	}
	return pread(fd, bytes, n, at);
}

/* Each read of a start in turn fails, without any mark of what was durable: no
 * record may be taken for one that was never acknowledged. */
static void fail_each_read(struct fixture *f, int code)
{
	struct heard_error err;
	bool has_failed;
	int k = 0;

	do {
		char path[400];
		snprintf(path, sizeof(path), "%s/positions", f->folder);
		unlink(path);
		atomic_store(&read_error, code);
		atomic_store(&reads_left, ++k);
		int r = fixture_try_open(f, &err);
		has_failed = atomic_exchange(&reads_left, 0) <= 0;
		if (r == 0) {
			fixture_expect(f, 0, "one\ntwo\nthree\n");
			fixture_close(f);
			continue;
		}
		assert_int_equal(r, -code);
		assert_non_null(strstr(err.text, strerror(code)));
		f->journal = NULL;
	} while (has_failed);
	assert_true(k > 3);
}

static void a_read_that_fails_refuses_the_start_and_costs_nothing(void **state)
{
	static const int codes[] = {EIO, ENOMEM};
	struct journal_io io = journal_io_real;
	(void)state;
	io.pread = failing_pread;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct fixture f;
		fixture_init(&f);
		fixture_open(&f);
		assert_int_equal(fixture_put(&f, "one\n", 1, 1, NULL), 0);
		assert_int_equal(fixture_put(&f, "two\n", 2, 1, NULL), 0);
		assert_int_equal(fixture_put(&f, "three\n", 3, 1, NULL), 0);
		fixture_close(&f);
		f.options.io = &io;
		fail_each_read(&f, codes[i]);
		f.options.io = NULL;
		fixture_open(&f);
		fixture_expect(&f, 0, "one\ntwo\nthree\n");
		fixture_release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_journal_begins_where_it_is_told),
		cmocka_unit_test(without_being_told_it_begins_with_one),
		cmocka_unit_test(positions_keep_numbers_from_being_given_twice),
		cmocka_unit_test(spare_segments_stay_spare),
		cmocka_unit_test(a_spare_one_with_anything_in_it_is_removed),
		cmocka_unit_test(a_missing_segment_costs_its_own_records),
		cmocka_unit_test(what_stands_behind_the_end_never_happened),
		cmocka_unit_test(an_open_that_fails_changes_nothing),
		cmocka_unit_test(a_read_that_fails_refuses_the_start_and_costs_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
