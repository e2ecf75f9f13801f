/*
 * test_slots.c - positions survive whatever happens to one of the two areas.
 */
#include "slots.h"

#include "journal_io.h"

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

static char folder[] = "/tmp/heard-slots-XXXXXX";
static int fd;

static int set_up(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (mkdtemp(folder) == NULL)
		return -1;
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	return fd < 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlinkat(fd, "positions", 0);
	close(fd);
	return rmdir(folder);
}

static struct slots *open_slots(struct slots_mark *mark)
{
	struct slots *s;
	struct heard_error err;

	assert_int_equal(slots_open(&s, fd, &journal_io_real, mark, &err), 0);
	return s;
}

static void save(struct slots *s, unsigned slot, uint64_t seq, bool sync)
{
	struct journal_position p = {.seq = seq, .delivered = seq};
	struct slots_mark mark = {1, 64 * seq, seq + 1, 1};

	slots_set(s, slot, &p);
	assert_int_equal(slots_save(s, &mark, sync), 0);
}

static uint64_t saved(struct slots *s, const char *name)
{
	struct journal_position p;
	unsigned slot;
	bool is_new;

	assert_int_equal(slots_find(s, name, 0, &slot, &is_new), 0);
	assert_false(is_new);
	slots_get(s, slot, &p);
	return p.seq;
}

static void the_newest_save_is_loaded(void **state)
{
	struct slots_mark mark;
	struct slots *s = open_slots(&mark);
	unsigned a, b;
	bool is_new;
	(void)state;
	assert_int_equal(slots_find(s, "shop/a", 5, &a, &is_new), 0);
	assert_true(is_new);
	assert_int_equal(slots_find(s, "shop/b", 7, &b, &is_new), 0);
	for (uint64_t seq = 10; seq < 20; seq++)
		save(s, a, seq, seq % 3 == 0);
	assert_int_equal(slots_durable(s, a), 18);
	assert_int_equal(slots_min(s), 7);
	slots_close(s);
	s = open_slots(&mark);
	assert_int_equal(saved(s, "shop/a"), 19);
	assert_int_equal(saved(s, "shop/b"), 7);
	assert_int_equal(mark.end, 64 * 19);
	assert_int_equal(slots_forget(s, "shop/a"), 0);
	slots_close(s);
}

/* Whatever byte rots, each position is one that was saved. */
static void a_damaged_entry_falls_back_to_the_other_area(void **state)
{
	struct slots_mark mark;
	struct slots *s = open_slots(&mark);
	unsigned a;
	bool is_new;
	(void)state;
	assert_int_equal(slots_find(s, "shop/a", 0, &a, &is_new), 0);
	save(s, a, 1, true);
	save(s, a, 2, true);
	slots_close(s);
	int file = openat(fd, "positions", O_RDWR);
	for (off_t at = 0; at < 1024; at++) {
		for (off_t area = 0; area < 2; area++) {
			unsigned char byte, bad;
			off_t where = at + area * 69632;
			assert_int_equal(pread(file, &byte, 1, where), 1);
			bad = byte ^ 0x10;
			assert_int_equal(pwrite(file, &bad, 1, where), 1);
			s = open_slots(&mark);
			assert_in_range(saved(s, "shop/a"), 1, 2);
			assert_in_range(mark.next_seq, 2, 3);
			slots_close(s);
			assert_int_equal(pwrite(file, &byte, 1, where), 1);
		}
	}
	close(file);
}

static int broken_fdatasync(int file)
{
	(void)file;
	errno = EIO;
	return -1;
}

/* What is read is taken for durable, and its area for the one that may not be written
 * over: a process that was killed may have left it in memory only. */
static void what_is_loaded_was_synced(void **state)
{
	struct journal_io broken = journal_io_real;
	struct slots_mark mark;
	struct slots *s = open_slots(&mark);
	struct heard_error err = {0};
	unsigned a;
	bool is_new;
	(void)state;
	assert_int_equal(slots_find(s, "shop/a", 0, &a, &is_new), 0);
	save(s, a, 5, true);
	save(s, a, 7, false);
	slots_close(s);
	broken.fdatasync = broken_fdatasync;
	assert_int_equal(slots_open(&s, fd, &broken, &mark, &err), -EIO);
	assert_non_null(strstr(err.text, "positions"));
	s = open_slots(&mark);
	assert_int_equal(saved(s, "shop/a"), 7);
	assert_int_equal(slots_durable(s, a), 7);
	slots_close(s);
}

static void too_many_and_too_long_names_are_refused(void **state)
{
	struct slots_mark mark;
	struct slots *s = open_slots(&mark);
	char name[300];
	unsigned slot;
	bool is_new;
	(void)state;
	for (int i = 0; i < SLOTS_MAX; i++) {
		snprintf(name, sizeof(name), "shop/%d", i);
		assert_int_equal(slots_find(s, name, 0, &slot, &is_new), 0);
	}
	assert_int_equal(slots_find(s, "one more", 0, &slot, &is_new), -ENOSPC);
	assert_int_equal(slots_save(s, &mark, true), 0);
	memset(name, 'n', sizeof(name));
	name[SLOTS_NAME_MAX + 1] = '\0';
	assert_int_equal(slots_find(s, name, 0, &slot, &is_new), -ENAMETOOLONG);
	slots_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_newest_save_is_loaded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_entry_falls_back_to_the_other_area,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_loaded_was_synced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_and_too_long_names_are_refused, set_up,
						tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
