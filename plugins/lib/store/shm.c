/*
 * shm.c - the blocks of SQLite's shared memory, asked for before they are used.
 *
 * In WAL mode the file FILE-shm is mapped by each connection (docs/decisions/0075).
 * SQLite makes it longer by a byte in each 4096, which is a block of its own only where
 * blocks are that large: on a small ext4 they have 1024 bytes, three of four are not
 * there, and a store into them when the disk is full is a SIGBUS.  So each region that
 * SQLite maps is made writable by madvise, page by page as a store would do it, but with
 * a result: EFAULT is SQLITE_FULL here.
 *
 * SQLite offers no option for that.  A connection's file has a table of methods; it gets
 * a copy with a shm_map of ours.  A VFS would be registered with the whole process, and
 * this code is in plugins, which come and go.
 *
 * Kernels before 5.14 do not know the advice (EINVAL) and are as SQLite left them.
 */
#include "shm.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded {
	sqlite3_io_methods ours; /* where SQLite looks for it */
	const sqlite3_io_methods *theirs;
};

static bool has_room(volatile void *at, int size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)at & ~(page - 1);
	size_t n = (uintptr_t)at + (size_t)size - begin;
	while (madvise((void *)begin, n, MADV_POPULATE_WRITE) != 0)
		if (errno != EINTR && errno != EAGAIN)
			return errno != EFAULT;
	return true;
}

/* SQLite asks again for a region that it was not given. */
static int shm_map(sqlite3_file *file, int region, int size, int may_extend, volatile void **at)
{
	const struct guarded *g = (const struct guarded *)file->pMethods;
	int rc = g->theirs->xShmMap(file, region, size, may_extend, at);
	if (rc == SQLITE_IOERR_SHMSIZE)
		return SQLITE_FULL; /* one of its bytes found no room */
	if (rc != SQLITE_OK || *at == NULL || has_room(*at, size))
		return rc;
	*at = NULL;
	return SQLITE_FULL;
}

static int shm_close(sqlite3_file *file)
{
	struct guarded *g = (struct guarded *)file->pMethods;
	int rc = g->theirs->xClose(file);
	free(g);
	return rc;
}

int shm_guard(sqlite3 *db)
{
	sqlite3_file *file = NULL;
	int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (rc != SQLITE_OK)
		return rc;
	if (file->pMethods == NULL || file->pMethods->iVersion < 2)
		return SQLITE_OK; /* no shared memory */
	struct guarded *g = malloc(sizeof(*g));
	if (g == NULL)
		return SQLITE_NOMEM;
	*g = (struct guarded){.ours = *file->pMethods, .theirs = file->pMethods};
	g->ours.xShmMap = shm_map;
	g->ours.xClose = shm_close;
	file->pMethods = &g->ours;
	return SQLITE_OK;
}
