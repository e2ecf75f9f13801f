/*
 * state_dir.c - make, recognise and lock the state folder.
 *
 * A folder of ours holds a file `lock`, whose first line says what it is.  A
 * folder that has other things in it but no such file is somebody else's, and
 * is left alone.  The lock is flock(2), so it goes with the process however
 * that ends, and an exec hands it over.
 */
#include "state_dir.h"

#include "folder.h"

#include <heard/error.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "heard state folder, format 1\n"

static int state_dir_make(const char *folder, struct heard_error *err)
{
	struct stat st;
	if (folder_make(folder, err) != 0)
		return heard_error_wrap(err, "state_dir");
	if (stat(folder, &st) != 0)
		return heard_fail(err, errno, "state_dir %s: %s", folder, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return heard_fail(err, ENOTDIR, "state_dir %s is not a folder", folder);
	if (st.st_uid != geteuid())
		return heard_fail(err, EPERM,
				  "state_dir %s belongs to user %u and we are user %u; give it "
				  "to us with chown, or name another",
				  folder, st.st_uid, geteuid());
	if (st.st_mode & 022)
		return heard_fail(
			err, EPERM,
			"state_dir %s can be written by others, who could change what "
			"customers said and whose keys are trusted; chmod 700 %s",
			folder, folder);
	if (access(folder, R_OK | W_OK | X_OK) != 0)
		return heard_fail(err, errno, "cannot write in state_dir %s: %s", folder,
				  strerror(errno));
	return 0;
}

/* Nothing but what a new folder may hold, and perhaps the file `lock`. */
static bool state_dir_is_empty(const char *folder)
{
	DIR *dir = opendir(folder);
	bool empty = true;
	struct dirent *e;
	while (dir != NULL && empty && (e = readdir(dir)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			strcmp(e->d_name, "lost+found") == 0 || strcmp(e->d_name, "lock") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

/* Whose it is stands in the lock file; only a new one is written. */
static int state_dir_mark(const char *folder, int fd, bool is_new, struct heard_error *err)
{
	char text[64] = "";
	ssize_t n = pread(fd, text, sizeof(MARK) - 1, 0);
	if (n == 0 && (is_new || state_dir_is_empty(folder))) { /* or killed before it was */
		if (pwrite(fd, MARK, sizeof(MARK) - 1, 0) != (ssize_t)sizeof(MARK) - 1 ||
		    fsync(fd) != 0)
			return heard_fail(err, errno, "cannot write in state_dir %s: %s",
					  folder, strerror(errno));
		return 0;
	}
	if (n != (ssize_t)sizeof(MARK) - 1 || memcmp(text, MARK, sizeof(MARK) - 1) != 0)
		return heard_fail(
			err, EINVAL,
			"state_dir %s is not a state folder of this heard; name another",
			folder);
	return 0;
}

static int state_dir_open(const char *folder, bool *is_new, struct heard_error *err)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/lock", folder);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 || errno != ENOENT)
		return fd >= 0 ? fd : heard_fail(err, errno, "%s: %s", path, strerror(errno));
	if (!state_dir_is_empty(folder))
		return heard_fail(err, EEXIST,
				  "state_dir %s holds other files and is not ours; name an "
				  "empty folder or one that is to be made",
				  folder);
	*is_new = true;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd >= 0 ? fd
		       : heard_fail(err, errno, "cannot write in state_dir %s: %s", folder,
				    strerror(errno));
}

int state_dir_lock(const char *folder, int inherited, struct heard_error *err)
{
	bool is_new = false;
	int rc = state_dir_make(folder, err);
	if (rc != 0)
		return rc;
	int fd = inherited;
	if (fd < 0 && (fd = state_dir_open(folder, &is_new, err)) < 0)
		return fd;
	if (inherited < 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		rc = errno == EWOULDBLOCK
			     ? heard_fail(err, EBUSY,
					  "state_dir %s is in use by another heard; stop it "
					  "first, or name another",
					  folder)
			     : heard_fail(err, errno, "cannot lock state_dir %s: %s", folder,
					  strerror(errno));
		close(fd);
		return rc;
	}
	rc = state_dir_mark(folder, fd, is_new, err);
	if (rc != 0) {
		close(fd);
		return rc;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}
