/*
 * segment.c - making, naming and listing segment files.
 *
 * Zeros are written a megabyte at a time, each pushed to the disk before the
 * next: one big flush would stand in the way of the commits that go on
 * meanwhile.  Until it is complete a file is called seg-<id>.new.
 */
#include "segment.h"

#include "journal_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

void segment_name(uint64_t id, char out[SEGMENT_NAME])
{
	snprintf(out, SEGMENT_NAME, "seg-%016" PRIx64, id);
}

static void unfinished_name(uint64_t id, char out[SEGMENT_NAME])
{
	snprintf(out, SEGMENT_NAME, "seg-%016" PRIx64 ".new", id);
}

int segment_open(int folder, uint64_t id)
{
	char name[SEGMENT_NAME];

	segment_name(id, name);
	int fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int fill(const struct journal_io *io, int fd, uint64_t from, uint64_t size)
{
	/* Written straight from the zero page of a fresh mapping would still be
	 * read; a megabyte of heap for the time of the call is as good. */
	char *zeros = calloc(1, CHUNK);
	int r = zeros ? 0 : -ENOMEM;

	if (r == 0 && size > from &&
	    io->fallocate(fd, 0, (off_t)from, (off_t)(size - from)) != 0 && errno != EOPNOTSUPP)
		r = -errno;
	for (uint64_t at = from; r == 0 && at < size; at += CHUNK) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		r = journal_io_write_bytes(io, fd, zeros, n, (off_t)at);
		if (r == 0)
			sync_file_range(fd, (off_t)at, (off_t)n,
					SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
	}
	free(zeros);
	if (r == 0 && io->fdatasync(fd) != 0)
		r = -errno;
	return r;
}

static int rename_durably(const struct journal_io *io, int folder, const char *from,
			  const char *to)
{
	if (io->renameat(folder, from, folder, to) != 0)
		return -errno;
	if (io->fsync(folder) != 0) {
		int r = -errno;
		unlinkat(folder, to, 0);
		return r;
	}
	return 0;
}

int segment_make(const struct journal_io *io, int folder, uint64_t id, uint64_t size)
{
	char unfinished[SEGMENT_NAME], name[SEGMENT_NAME];

	unfinished_name(id, unfinished);
	segment_name(id, name);
	int fd = openat(folder, unfinished, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0600);
	if (fd < 0)
		return -errno;
	int r = fill(io, fd, 0, size);
	close(fd);
	if (r == 0)
		r = rename_durably(io, folder, unfinished, name);
	if (r != 0)
		unlinkat(folder, unfinished, 0);
	return r;
}

static int resize(const struct journal_io *io, int folder, uint64_t id, uint64_t size)
{
	struct stat st;
	int fd = segment_open(folder, id);

	if (fd < 0)
		return fd;
	int r = fstat(fd, &st) == 0 ? 0 : -errno;
	if (r == 0 && (uint64_t)st.st_size > size && io->ftruncate(fd, (off_t)size) != 0)
		r = -errno;
	if (r == 0 && (uint64_t)st.st_size < size)
		r = fill(io, fd, (uint64_t)st.st_size, size);
	close(fd);
	return r;
}

int segment_rename(const struct journal_io *io, int folder, uint64_t from, uint64_t to,
		   uint64_t size)
{
	char old[SEGMENT_NAME], name[SEGMENT_NAME];

	segment_name(from, old);
	segment_name(to, name);
	int r = resize(io, folder, from, size);
	if (r == 0)
		r = rename_durably(io, folder, old, name);
	if (r != 0)
		unlinkat(folder, old, 0);
	return r;
}

int segment_remove(int folder, uint64_t id)
{
	char name[SEGMENT_NAME];

	segment_name(id, name);
	return unlinkat(folder, name, 0) == 0 ? 0 : -errno;
}

static bool parse_name(const char *name, uint64_t *id, bool *is_unfinished)
{
	char *end;

	if (strncmp(name, "seg-", 4) != 0 || strspn(name + 4, "0123456789abcdef") != 16)
		return false;
	*id = strtoull(name + 4, &end, 16);
	*is_unfinished = strcmp(end, ".new") == 0;
	return *end == '\0' || *is_unfinished;
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static int list_into(DIR *dir, int folder, uint64_t **ids, size_t *n)
{
	struct dirent *e;
	size_t size = 0;

	while ((e = readdir(dir)) != NULL) {
		uint64_t id;
		bool is_unfinished;
		if (!parse_name(e->d_name, &id, &is_unfinished))
			continue;
		if (is_unfinished) {
			unlinkat(folder, e->d_name, 0);
			continue;
		}
		if (*n == size) {
			size = size ? size * 2 : 64;
			uint64_t *more = realloc(*ids, size * sizeof(**ids));
			if (more == NULL)
				return -ENOMEM;
			*ids = more;
		}
		(*ids)[(*n)++] = id;
	}
	return 0;
}

int segment_list(int folder, uint64_t **ids_r, size_t *n_r)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	*ids_r = NULL;
	*n_r = 0;
	if (dir == NULL) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		return -code;
	}
	int r = list_into(dir, folder, ids_r, n_r);
	closedir(dir);
	if (r != 0) {
		free(*ids_r);
		*ids_r = NULL;
		*n_r = 0;
		return r;
	}
	if (*n_r)
		qsort(*ids_r, *n_r, sizeof(**ids_r), by_id);
	return 0;
}
