/*
 * zipend.c - APPNOTE 4.3.14 to 4.3.16: the end of central directory record, and the
 * one of zip64 that may stand before it.
 */
#include "zipend.h"

#include <heard/error.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	END_SIZE = 22,
	LOCATOR_SIZE = 20,
	END64_SIZE = 56,
	TAIL = 65535 + END_SIZE + LOCATOR_SIZE,
	DIRECTORY_MAX = 4 * 1024 * 1024,
};

static uint64_t little(const unsigned char *p, int n)
{
	uint64_t value = 0;

	for (int i = n - 1; i >= 0; i--)
		value = value << 8 | p[i];
	return value;
}

static int check_counts(uint64_t entries, uint64_t size, struct heard_error *err)
{
	if (entries > ZIPEND_ENTRIES_MAX || size > DIRECTORY_MAX)
		return heard_fail(err, EINVAL,
				  "it says that it holds %llu parts, more than any workbook "
				  "has; not read",
				  (unsigned long long)entries);
	return 0;
}

/* `end` is where the record is in the tail; what stands before it may be zip64. */
static int check_end(int fd, const unsigned char *tail, size_t end, struct heard_error *err)
{
	unsigned char record[END64_SIZE];
	const unsigned char *p = tail + end;
	int result = 0;

	if (little(p + 10, 2) != 0xffff)
		result = check_counts(little(p + 10, 2),
				      little(p + 12, 4) == 0xffffffff ? 0 : little(p + 12, 4),
				      err);
	if (result != 0 || end < LOCATOR_SIZE || memcmp(p - LOCATOR_SIZE, "PK\6\7", 4) != 0)
		return result;
	uint64_t at = little(p - LOCATOR_SIZE + 8, 8);
	if (at > INT64_MAX ||
	    pread(fd, record, sizeof(record), (off_t)at) != (ssize_t)sizeof(record) ||
	    memcmp(record, "PK\6\6", 4) != 0)
		return heard_fail(err, EINVAL, "its directory is damaged");
	return check_counts(little(record + 32, 8), little(record + 40, 8), err);
}

static int check_tail(int fd, const unsigned char *tail, size_t n, struct heard_error *err)
{
	int ends = 0, result = 0;

	for (size_t i = 0; i + END_SIZE <= n && result == 0; i++) {
		if (memcmp(tail + i, "PK\5\6", 4) != 0)
			continue;
		if (++ends > ZIPEND_ENDS_MAX)
			return heard_fail(err, EINVAL, "it has more than one directory");
		result = check_end(fd, tail, i, err);
	}
	if (result == 0 && ends == 0)
		return heard_fail(err, EINVAL,
				  "it is no .xlsx file, or its end is missing; send it again");
	return result;
}

int zipend_check(int fd, struct heard_error *err)
{
	struct stat st;
	unsigned char *tail;
	ssize_t n;
	int result;

	if (fstat(fd, &st) != 0)
		return heard_fail(err, errno, "%s", strerror(errno));
	tail = malloc(TAIL);
	if (tail == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	n = pread(fd, tail, TAIL, st.st_size > TAIL ? st.st_size - TAIL : 0);
	result = n < 0 ? heard_fail(err, EINVAL, "%s", strerror(errno))
		       : check_tail(fd, tail, (size_t)n, err);
	free(tail);
	return result;
}
