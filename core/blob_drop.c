/*
 * blob_drop.c - attachments that go, because nobody names them any more.
 *
 * Who removes a file knows the records that were stored, not those on their way: the same
 * picture may have been put again, by a record that waits in a worker or in the journal.
 * So a file goes only if it was not put for an hour (a put touches it), and if the output
 * that asks has read all the journal has.  The folder is held alone from looking at the
 * file's time until it is unlinked; who puts holds it as well.
 */
#include "blob.h"

#include "daemon.h"
#include "host.h"
#include "output.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR_MS (INT64_C(3600) * 1000)

int blob_hold(const char *state_dir, const char *name, int how)
{
	char path[PATH_MAX];
	int rc;
	snprintf(path, sizeof(path), "%s/attachments/%.2s", state_dir, name);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((rc = flock(fd, how)) != 0 && errno == EINTR)
		;
	if (rc == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static int unlink_old(const struct journal_io *io, int folder, const char *name,
		      int64_t before_ms)
{
	struct stat st;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	if ((int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 >= before_ms)
		return -EAGAIN;
	if (unlinkat(folder, name, 0) != 0)
		return -errno;
	return io->fsync(folder) == 0 ? 0 : errno ? -errno : -EIO;
}

int blob_drop(const struct journal_io *io, const char *state_dir, struct heard_str name,
	      int64_t before_ms, struct heard_error *err)
{
	char text[HEARD_BLOB_NAME];
	if (!blob_name_is_good(name))
		return 0; /* no file has such a name */
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(name));
	int folder = blob_hold(state_dir, text, LOCK_EX | LOCK_NB);
	int rc = folder < 0 ? folder : unlink_old(io, folder, text, before_ms);
	if (folder >= 0)
		close(folder);
	if (rc == 0 || rc == -ENOENT)
		return 0;
	if (rc == -EAGAIN)
		return heard_fail(err, EAGAIN, "attachment %s was sent a short while ago",
				  text);
	return heard_fail(err, -rc, "cannot remove attachment %s in %s/attachments: %s", text,
			  state_dir, strerror(-rc));
}

int heard_blob_drop(struct heard_host *host, struct heard_str name, struct heard_error *err)
{
	struct output *o = host->output;
	if (o == NULL || !o->is_idle || o->seq < journal_last_seq(host->daemon->journal))
		return heard_fail(err, EAGAIN, "%s has not read all records yet",
				  host->full_name);
	return blob_drop(&journal_io_real, host->conf->state_dir, name,
			 heard_now(host) - HOUR_MS, err);
}
