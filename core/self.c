/*
 * self.c - by what names this process and its files were called.
 *
 * An operator changes versions by turning a link (/etc/heard/current, /opt/heard),
 * so what is used again at a reload is kept as it was named, made absolute but with
 * its links unresolved.
 */
#include "self.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *self_absolute(const char *name)
{
	char *cwd = name[0] != '/' ? getcwd(NULL, 0) : NULL, *path = NULL;
	if (cwd == NULL)
		return name[0] == '/' ? strdup(name) : realpath(name, NULL);
	if (asprintf(&path, "%s/%s", cwd, name) < 0)
		path = NULL;
	free(cwd);
	return path;
}

static bool self_is(const char *path)
{
	struct stat us, there;
	return path != NULL && stat("/proc/self/exe", &us) == 0 && stat(path, &there) == 0 &&
	       us.st_dev == there.st_dev && us.st_ino == there.st_ino;
}

static char *self_checked(char *path)
{
	if (self_is(path))
		return path;
	free(path);
	return NULL;
}

char *self_link(void)
{
	const char *name = program_invocation_name, *at = getenv("PATH");
	if (strchr(name, '/') != NULL)
		return self_checked(self_absolute(name));
	while (at != NULL && *at) {
		char *path = NULL;
		size_t len = strcspn(at, ":");
		if (at[0] == '/' && asprintf(&path, "%.*s/%s", (int)len, at, name) < 0)
			path = NULL;
		if ((path = self_checked(path)) != NULL)
			return path;
		at += len + (at[len] == ':');
	}
	return NULL;
}
