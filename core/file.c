/*
 * file.c - small files, read whole and replaced whole.
 *
 * A name is durable only with its folder, so that is synced, too.  Where the folder may be
 * written and not read, or where the file system syncs no folders, nobody can, and the file is
 * as good as the system keeps it.
 */
#include <heard/file.h>

#include "folder.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

/* ---- reading */

static int read_all(int fd, struct heard_buf *bytes)
{
	for (;;) {
		/* one byte beyond the cap tells that there are more */
		size_t left = bytes->cap - bytes->len;
		char beyond, *room = left ? heard_buf_room(bytes, left < PIECE ? left : PIECE)
					  : &beyond;
		if (room == NULL)
			return -ENOMEM;
		ssize_t n = read(fd, room, left == 0 ? 1 : left < PIECE ? left : PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (left == 0)
			return n > 0 ? -EFBIG : 0;
		heard_buf_used(bytes, (size_t)n); /* of none, too: it puts the NUL */
		if (n == 0)
			return 0;
	}
}

int heard_file_read(const char *path, struct heard_buf *bytes, struct heard_error *err)
{
	struct stat st;
	/* Without O_NONBLOCK a pipe would hold us for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return heard_fail(err, errno, "%s cannot be read: %s", path, strerror(errno));
	int rc = fstat(fd, &st) != 0 ? -errno : 0;
	bool is_file = rc == 0 && S_ISREG(st.st_mode);
	if (is_file)
		rc = read_all(fd, bytes);
	close(fd);
	if (rc == -EFBIG)
		return heard_fail(err, EFBIG, "%s is larger than %zu KiB", path,
				  bytes->cap >> 10);
	if (rc < 0)
		return heard_fail(err, -rc, "%s cannot be read: %s", path, strerror(-rc));
	return is_file ? 0 : heard_fail(err, EINVAL, "%s cannot be read: it is no file", path);
}

/* ---- replacing */

static int write_all(int fd, struct heard_str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno != EINTR)
			return -errno;
		bytes = heard_str_skip(bytes, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

static int write_file(const char *path, unsigned mode, struct heard_str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	int rc = write_all(fd, bytes);
	if (rc == 0 && fsync(fd) != 0)
		rc = -errno;
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	return rc;
}

/* See above: codes by which a folder says that it cannot be synced, not that it failed. */
static bool is_no_failure(int code)
{
	return code == -EACCES || code == -EINVAL || code == -ENOTSUP || code == -EBADF;
}

int heard_file_replace(const char *path, unsigned mode, struct heard_str bytes,
		       struct heard_error *err)
{
	char fresh[PATH_MAX];
	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return heard_fail(err, ENAMETOOLONG, "%.200s...: the name is too long", path);
	int rc = write_file(fresh, mode, bytes);
	if (rc == 0 && rename(fresh, path) != 0)
		rc = -errno;
	if (rc != 0) {
		unlink(fresh);
	} else {
		rc = folder_sync_parent(path);
		rc = is_no_failure(rc) ? 0 : rc;
	}
	return rc == 0 ? 0
		       : heard_fail(err, -rc, "%s cannot be written: %s", path, strerror(-rc));
}
