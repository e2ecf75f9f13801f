/*
 * folder.c - make folders durably.
 */
#include "folder.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_sync_parent(const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
	snprintf(parent, sizeof(parent), "%.*s", n ? (int)n : 1, n ? path : ".");
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return rc;
}

int folder_make(const char *path, struct heard_error *err)
{
	if (mkdir(path, 0700) != 0) {
		if (errno == EEXIST)
			return 0;
		return heard_fail(err, errno, "cannot make the folder %s: %s", path,
				  strerror(errno));
	}
	int rc = folder_sync_parent(path);
	return rc == 0 ? 0
		       : heard_fail(err, -rc, "cannot sync the folder above %s: %s", path,
				    strerror(-rc));
}

int folder_make_below(const char *root, const char *path, struct heard_error *err)
{
	char part[PATH_MAX];
	for (const char *at = path + strlen(root); *at != '\0';) {
		at = strchrnul(at + 1, '/');
		snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
		int rc = folder_make(part, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}
