/*
 * test_journal_io.c - everything is written, however little a call takes.
 */
#include "journal_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char disk[1 << 16];
static int calls;

/* Takes three bytes a call, and is interrupted before each. */
static ssize_t sip(int fd, const struct iovec *v, int n, off_t at)
{
	size_t len = v[0].iov_len < 3 ? v[0].iov_len : 3;
	(void)fd;
	assert_true(n > 0 && n <= IOV_MAX);
	if (calls++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	assert_true((size_t)at + len <= sizeof(disk));
	memcpy(disk + at, v[0].iov_base, len);
	return (ssize_t)len;
}

static ssize_t refuse(int fd, const struct iovec *v, int n, off_t at)
{
	(void)fd;
	(void)v;
	(void)n;
	(void)at;
	errno = ENOSPC;
	return -1;
}

static ssize_t take_nothing(int fd, const struct iovec *v, int n, off_t at)
{
	(void)fd;
	(void)v;
	(void)n;
	(void)at;
	errno = 0;
	return 0;
}

static void short_writes_and_interrupts_are_gone_on_with(void **state)
{
	struct journal_io io = {.pwritev = sip};
	char a[] = "hello, ", b[] = "world", c[] = "!";
	struct iovec v[] = {{NULL, 0}, {a, 7}, {NULL, 0}, {b, 5}, {c, 1}, {NULL, 0}};
	(void)state;
	memset(disk, 0, sizeof(disk));
	assert_int_equal(journal_io_write(&io, -1, v, 6, 100), 0);
	assert_string_equal(disk + 100, "hello, world!");
	assert_int_equal(disk[99], 0);
}

static void failures_are_told(void **state)
{
	struct journal_io full = {.pwritev = refuse}, stuck = {.pwritev = take_nothing};
	(void)state;
	assert_int_equal(journal_io_write_bytes(&full, -1, "x", 1, 0), -ENOSPC);
	assert_int_equal(journal_io_write_bytes(&stuck, -1, "x", 1, 0), -EIO);
	assert_int_equal(journal_io_write_bytes(&full, -1, "", 0, 0), 0);
}

static void more_pieces_than_one_call_takes_are_written(void **state)
{
	enum { PIECES = IOV_MAX * 2 + 7 };
	static struct iovec v[PIECES];
	char text[] = "0123456789", name[] = "/tmp/heard-io-XXXXXX";
	static char back[PIECES];
	int fd = mkstemp(name);
	(void)state;
	assert_true(fd >= 0);
	unlink(name);
	for (size_t i = 0; i < PIECES; i++)
		v[i] = (struct iovec){text + i % 10, 1};
	assert_int_equal(journal_io_write(&journal_io_real, fd, v, PIECES, 5), 0);
	assert_int_equal(pread(fd, back, sizeof(back), 5), PIECES);
	for (size_t i = 0; i < PIECES; i++)
		assert_int_equal(back[i], text[i % 10]);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_writes_and_interrupts_are_gone_on_with),
		cmocka_unit_test(failures_are_told),
		cmocka_unit_test(more_pieces_than_one_call_takes_are_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
