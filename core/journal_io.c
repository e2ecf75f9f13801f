/*
 * journal_io.c - the real calls, and writing everything that was asked.
 */
#include "journal_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

const struct journal_io journal_io_real = {
	.pread = pread,
	.pwritev = pwritev,
	.fdatasync = fdatasync,
	.fsync = fsync,
	.fallocate = fallocate,
	.ftruncate = ftruncate,
	.renameat = renameat,
};

/* Step over what was written; the pieces are the caller's to spoil. */
static void advance(struct iovec **v, size_t *n, size_t done)
{
	while (*n && done >= (*v)->iov_len) {
		done -= (*v)->iov_len;
		(*v)++;
		(*n)--;
	}
	if (*n && done) {
		(*v)->iov_base = (char *)(*v)->iov_base + done;
		(*v)->iov_len -= done;
	}
}

int journal_io_write(const struct journal_io *io, int fd, struct iovec *v, size_t n, off_t at)
{
	advance(&v, &n, 0);
	while (n) {
		ssize_t done = io->pwritev(fd, v, n < IOV_MAX ? (int)n : IOV_MAX, at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 && errno ? -errno : -EIO;
		at += done;
		advance(&v, &n, (size_t)done);
	}
	return 0;
}

int journal_io_write_bytes(const struct journal_io *io, int fd, const void *bytes, size_t n,
			   off_t at)
{
	struct iovec v = {(void *)(unsigned long)bytes, n};

	return journal_io_write(io, fd, &v, 1, at);
}
