/*
 * faulty_disk.h - a disk for a journal that fails on order: at the k-th call, at it and
 * all that follow, or for want of space.
 */
#ifndef TEST_FAULTY_DISK_H
#define TEST_FAULTY_DISK_H

#include "journal_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
	_Atomic long countdown; /* the call at which it reaches 0 fails */
	atomic_bool stays;	/* and all that follow */
	atomic_bool no_space;	/* with ENOSPC, and for growing calls only */
} faulty;

static inline bool fails(bool grows)
{
	if (atomic_load(&faulty.no_space)) {
		errno = ENOSPC;
		return grows;
	}
	long left = atomic_fetch_sub(&faulty.countdown, 1) - 1;
	errno = EIO;
	return left == 0 || (left < 0 && atomic_load(&faulty.stays));
}

static inline ssize_t faulty_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return fails(false) ? -1 : pwritev(fd, v, n, at);
}

static inline int faulty_fdatasync(int fd)
{
	return fails(false) ? -1 : fdatasync(fd);
}

static inline int faulty_fsync(int fd)
{
	return fails(false) ? -1 : fsync(fd);
}

static inline int faulty_fallocate(int fd, int mode, off_t at, off_t n)
{
	return fails(true) ? -1 : fallocate(fd, mode, at, n);
}

static inline int faulty_ftruncate(int fd, off_t n)
{
	return fails(false) ? -1 : ftruncate(fd, n);
}

static inline int faulty_renameat(int a, const char *from, int b, const char *to)
{
	return fails(false) ? -1 : renameat(a, from, b, to);
}

static const struct journal_io faulty_io = {
	.pread = pread,
	.pwritev = faulty_pwritev,
	.fdatasync = faulty_fdatasync,
	.fsync = faulty_fsync,
	.fallocate = faulty_fallocate,
	.ftruncate = faulty_ftruncate,
	.renameat = faulty_renameat,
};

static inline void faulty_heal(void)
{
	atomic_store(&faulty.countdown, -1);
	atomic_store(&faulty.stays, false);
	atomic_store(&faulty.no_space, false);
}

#endif
