/*
 * journal_io.h - the system calls of the journal that can fail under it.
 *
 * A test puts a table of its own into journal_options and makes the k-th call
 * fail.  Results are as the system's: -1 and errno.
 */
#ifndef CORE_JOURNAL_IO_H
#define CORE_JOURNAL_IO_H

#include <sys/types.h>
#include <sys/uio.h>

struct journal_io {
	ssize_t (*pread)(int fd, void *, size_t n, off_t at); /* of segments */
	ssize_t (*pwritev)(int fd, const struct iovec *, int n, off_t at);
	int (*fdatasync)(int fd);
	int (*fsync)(int fd); /* of the folder */
	int (*fallocate)(int fd, int mode, off_t at, off_t n);
	int (*ftruncate)(int fd, off_t size);
	int (*renameat)(int from_fd, const char *from, int to_fd, const char *to);
};
extern const struct journal_io journal_io_real;

/* All of it, however many calls that takes; 0 or -errno. */
int journal_io_write(const struct journal_io *, int fd, struct iovec *, size_t n, off_t at);
int journal_io_write_bytes(const struct journal_io *, int fd, const void *, size_t n, off_t at);

#endif
