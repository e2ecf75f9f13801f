/*
 * test_keys.c - what was seen is known, and known exactly.
 */
#include "keys.h"

#include "journal_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <heard/error.h>

static char folder[] = "/tmp/heard-keys-XXXXXX";
static int folder_fd;

static void close_only(void *arg, int fd, uint64_t upto)
{
	uint64_t *synced = arg;
	if (fd >= 0)
		close(fd);
	*synced = upto;
}

static struct keys *open_keys(uint64_t *synced, uint64_t trusted, int64_t now)
{
	struct keys *k;
	struct heard_error err;
	struct keys_options o = {folder_fd, &journal_io_real, 80000, now, close_only, synced};

	assert_int_equal(keys_open(&k, &o, trusted, &err), 0);
	return k;
}

static struct journal_record record(unsigned i, uint64_t digest)
{
	struct journal_record r = {.digest = digest};
	uint64_t mixed = (i + 1) * 0x9e3779b97f4a7c15u;
	memcpy(r.key, &mixed, 8);
	memcpy(r.key + 8, &i, sizeof(i));
	memcpy(r.id, &i, sizeof(i));
	r.id[15] = 1;
	return r;
}

static int set_up(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (mkdtemp(folder) == NULL)
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
	return folder_fd < 0;
}

static int tear_down(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	(void)state;
	while (dir && (e = readdir(dir)) != NULL)
		unlinkat(folder_fd, e->d_name, 0);
	if (dir)
		closedir(dir);
	close(folder_fd);
	return rmdir(folder);
}

static void a_hundred_thousand_keys_are_told_apart(void **state)
{
	enum { N = 100000 };
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	(void)state;
	for (unsigned i = 0; i < N; i++) {
		struct journal_record r = record(i, i);
		assert_int_equal(keys_check(k, &r), JOURNAL_NEW);
		if (i % 500 == 499) {
			assert_int_equal(keys_write(k, 0), 0);
			keys_commit(k);
		}
	}
	for (int round = 0; round < 2; round++) {
		assert_int_equal(keys_count(k), N);
		for (unsigned i = 0; i < N; i += 7) {
			struct journal_record r = record(i, i);
			r.id[15] = 0;
			assert_int_equal(keys_check(k, &r), JOURNAL_SAME);
			assert_int_equal(r.id[15], 1);
			r.digest++;
			assert_int_equal(keys_check(k, &r), JOURNAL_OTHER);
		}
		keys_seal(k);
		assert_int_equal(synced, N + 1);
		keys_close(k);
		k = open_keys(&synced, N + 1, 0);
	}
	keys_close(k);
}

static void a_cancelled_group_leaves_nothing(void **state)
{
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	(void)state;
	struct journal_record r = record(1, 1);
	assert_int_equal(keys_check(k, &r), JOURNAL_NEW);
	assert_int_equal(keys_check(k, &r), JOURNAL_SAME);
	assert_int_equal(keys_write(k, 0), 0);
	keys_cancel(k);
	assert_int_equal(keys_check(k, &r), JOURNAL_NEW);
	keys_rewind(k, 1);
	assert_int_equal(keys_next(k), 1);
	assert_int_equal(keys_check(k, &r), JOURNAL_NEW);
	keys_close(k);
}

static void what_is_not_trusted_is_forgotten(void **state)
{
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		struct journal_record r = record(i, i);
		keys_check(k, &r);
	}
	assert_int_equal(keys_write(k, 0), 0);
	keys_commit(k);
	keys_close(k);
	k = open_keys(&synced, 6, 0);
	assert_int_equal(keys_next(k), 6);
	for (unsigned i = 0; i < 10; i++) {
		struct journal_record r = record(i, i);
		assert_int_equal(keys_check(k, &r), i < 5 ? JOURNAL_SAME : JOURNAL_NEW);
	}
	keys_close(k);
}

static void a_failed_sync_is_made_good_in_a_new_file(void **state)
{
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		struct journal_record r = record(i, i);
		keys_check(k, &r);
	}
	assert_int_equal(keys_write(k, 0), 0);
	keys_commit(k);
	assert_int_equal(keys_rescue(k, 4, 0), 0);
	assert_int_equal(synced, 11);
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 10; i++) {
			struct journal_record r = record(i, i);
			assert_int_equal(keys_check(k, &r), JOURNAL_SAME);
		}
		keys_close(k);
		k = open_keys(&synced, 11, 0);
	}
	keys_close(k);
}

static void old_files_go_and_their_slots_are_used_again(void **state)
{
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	int64_t now = 0;
	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		struct journal_record r = record(i, i);
		assert_int_equal(keys_check(k, &r), JOURNAL_NEW);
		if (i % 100 == 99) {
			now += 1000;
			assert_int_equal(keys_write(k, now), 0);
			keys_commit(k);
			keys_expire(k, now);
		}
	}
	assert_in_range(keys_count(k), 8000, 11000);
	struct journal_record old = record(3, 3), young = record(49000, 49000);
	assert_int_equal(keys_check(k, &old), JOURNAL_NEW);
	assert_int_equal(keys_check(k, &young), JOURNAL_SAME);
	keys_close(k);
}

static void put_keys(struct keys *k, unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to; i++) {
		struct journal_record r = record(i, i);
		assert_int_equal(keys_check(k, &r), JOURNAL_NEW);
	}
	assert_int_equal(keys_write(k, 0), 0);
	keys_commit(k);
}

/* Numbers that a start passed over were never written, and are not missed. */
static void a_rescue_copies_over_holes(void **state)
{
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	(void)state;
	put_keys(k, 1, 3);
	assert_int_equal(keys_skip(k, 10), 0);
	put_keys(k, 10, 12);
	assert_int_equal(keys_rescue(k, 2, 0), 0);
	assert_int_equal(synced, 13);
	struct journal_record r = record(11, 11);
	assert_int_equal(keys_check(k, &r), JOURNAL_SAME);
	keys_close(k);
}

/* What the failed sync lost cannot be copied: it must not be called synced, or
 * the frames that still have it would go. */
static void a_rescue_that_misses_a_key_declares_nothing_synced(void **state)
{
	uint64_t synced = 0;
	struct keys *k = open_keys(&synced, 1, 0);
	(void)state;
	put_keys(k, 1, 5);
	int fd = openat(folder_fd, "keys-0000000000000001", O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "lost", 4, 64 + 3 * KEYS_ENTRY), 4);
	close(fd);
	assert_int_equal(keys_rescue(k, 2, 0), -EBADMSG);
	assert_int_equal(synced, 0);
	assert_int_equal(keys_rescue(k, 5, 0), 0);
	assert_int_equal(synced, 6);
	keys_close(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_hundred_thousand_keys_are_told_apart, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_cancelled_group_leaves_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_trusted_is_forgotten, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_failed_sync_is_made_good_in_a_new_file,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_files_go_and_their_slots_are_used_again,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rescue_copies_over_holes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rescue_that_misses_a_key_declares_nothing_synced, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
