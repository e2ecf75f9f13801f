/*
 * test_segment.c - files that are whole and named, or not there.
 */
#include "segment.h"

#include "journal_fixture.h"
#include "journal_io.h"

#include <errno.h>

enum { SIZE = 3 << 19 }; /* not a whole number of the pieces it is written in */

static int open_folder(struct fixture *f)
{
	fixture_init(f);
	int fd = open(f->folder, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	return fd;
}

static void close_folder(struct fixture *f, int fd)
{
	close(fd);
	fixture_release(f);
}

static void expect_zeros(int folder, uint64_t id, size_t from, size_t size)
{
	int fd = segment_open(folder, id);
	struct stat st;

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	assert_int_equal(st.st_size, size);
	char *bytes = malloc(size);
	assert_int_equal(pread(fd, bytes, size, 0), size);
	for (size_t i = from; i < size; i++)
		assert_int_equal(bytes[i], 0);
	free(bytes);
	close(fd);
}

static void a_new_one_is_all_zeros_and_of_its_size(void **state)
{
	struct fixture f;
	int folder = open_folder(&f);
	(void)state;
	assert_int_equal(segment_open(folder, 7), -ENOENT);
	assert_int_equal(segment_make(&journal_io_real, folder, 7, SIZE), 0);
	expect_zeros(folder, 7, 0, SIZE);
	assert_int_equal(segment_remove(folder, 7), 0);
	assert_int_equal(segment_remove(folder, 7), -ENOENT);
	close_folder(&f, folder);
}

static void an_old_one_takes_a_new_name_and_size(void **state)
{
	struct fixture f;
	int folder = open_folder(&f);
	(void)state;
	assert_int_equal(segment_make(&journal_io_real, folder, 1, 8192), 0);
	int fd = segment_open(folder, 1);
	assert_int_equal(pwrite(fd, "old", 3, 0), 3);
	close(fd);
	assert_int_equal(segment_rename(&journal_io_real, folder, 1, 2, SIZE), 0);
	assert_int_equal(segment_open(folder, 1), -ENOENT);
	expect_zeros(folder, 2, 3, SIZE);
	assert_int_equal(segment_rename(&journal_io_real, folder, 2, 3, 4096), 0);
	expect_zeros(folder, 3, 3, 4096);
	close_folder(&f, folder);
}

static void count_entry(void *arg, const char *name)
{
	(void)name;
	(*(int *)arg)++;
}

static int n_files(struct fixture *f)
{
	int n = 0;

	fixture_each_file(f->folder, count_entry, &n);
	return n;
}

static void the_list_is_in_order_and_clears_what_is_unfinished(void **state)
{
	static const char *const others[] = {"positions", "seg-1", "seg-000000000000000G",
					     "seg-0000000000000001x", "keys-0000000000000001"};
	struct fixture f;
	int folder = open_folder(&f);
	uint64_t *ids;
	size_t n;
	(void)state;
	assert_int_equal(segment_list(folder, &ids, &n), 0);
	assert_int_equal(n, 0);
	free(ids);
	for (uint64_t i = 0; i < 200; i++)
		assert_int_equal(segment_make(&journal_io_real, folder, i * 77 % 200 + 1, 0),
				 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		close(openat(folder, others[i], O_CREAT | O_WRONLY, 0600));
	close(openat(folder, "seg-0000000000000fff.new", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(segment_list(folder, &ids, &n), 0);
	assert_int_equal(n, 200);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ids[i], i + 1);
	free(ids);
	assert_int_equal(n_files(&f), 205);
	close_folder(&f, folder);
}

static void a_link_is_not_followed(void **state)
{
	struct fixture f;
	int folder = open_folder(&f);
	char name[SEGMENT_NAME];
	(void)state;
	segment_name(5, name);
	assert_int_equal(symlinkat("/dev/null", folder, name), 0);
	assert_int_equal(segment_open(folder, 5), -ELOOP);
	close_folder(&f, folder);
}

/* ---- a disk that refuses */

static int refused_sync(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}

static int refused_fallocate(int fd, int mode, off_t at, off_t n)
{
	(void)fd;
	(void)mode;
	(void)at;
	(void)n;
	errno = ENOSPC;
	return -1;
}

static int unknown_fallocate(int fd, int mode, off_t at, off_t n)
{
	(void)fd;
	(void)mode;
	(void)at;
	(void)n;
	errno = EOPNOTSUPP;
	return -1;
}

static void what_could_not_be_made_leaves_nothing(void **state)
{
	struct fixture f;
	int folder = open_folder(&f);
	struct journal_io unsynced = journal_io_real, unnamed = journal_io_real,
			  full = journal_io_real, old = journal_io_real;
	(void)state;
	unsynced.fdatasync = refused_sync;
	unnamed.fsync = refused_sync;
	full.fallocate = refused_fallocate;
	old.fallocate = unknown_fallocate;
	assert_int_equal(segment_make(&unsynced, folder, 1, 8192), -EIO);
	assert_int_equal(segment_make(&unnamed, folder, 1, 8192), -EIO);
	assert_int_equal(segment_make(&full, folder, 1, 8192), -ENOSPC);
	assert_int_equal(n_files(&f), 0);
	assert_int_equal(segment_make(&old, folder, 1, 8192), 0);
	assert_int_equal(segment_rename(&unnamed, folder, 1, 2, 8192), -EIO);
	assert_int_equal(n_files(&f), 0);
	close_folder(&f, folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_is_all_zeros_and_of_its_size),
		cmocka_unit_test(an_old_one_takes_a_new_name_and_size),
		cmocka_unit_test(the_list_is_in_order_and_clears_what_is_unfinished),
		cmocka_unit_test(a_link_is_not_followed),
		cmocka_unit_test(what_could_not_be_made_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
