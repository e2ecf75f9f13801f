/*
 * conf_source.c - the text of the config, into libconfig's tree and out of memory.
 *
 * libconfig's scanner calls exit() when a read fails, as it does on a folder,
 * and hangs on a FIFO, so every file named by an @include is looked at first:
 * it has to be a regular file of a sane size.  That look is a plain search for
 * lines that begin with @include; it need not know comments or strings,
 * because refusing an absurd name inside one of them harms nobody.
 */
#include "conf_source.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	FILE_MAX = 4 * 1024 * 1024,
	INCLUDE_DEPTH = 10, /* libconfig's own limit */
};

static bool check_file(const char *path, const char *from, int line, int depth,
		       const char *folder, struct faults *);

/* `p` is behind "@include"; libconfig wants a blank and a quoted name. */
static bool check_include(const char *p, const char *from, int line, int depth,
			  const char *folder, struct faults *faults)
{
	char path[PATH_MAX];
	p += strspn(p, " \t");
	if (*p != '"')
		return true; /* a syntax error that libconfig will tell */
	size_t n = strcspn(++p, "\"\n");
	if (p[n] != '"' || memchr(p, '\\', n)) {
		faults_add(faults, from, line,
			   "the name of an @include must be plain: no "
			   "backslash, on one line");
		return false;
	}
	int len = p[0] == '/' ? snprintf(path, sizeof path, "%.*s", (int)n, p)
			      : snprintf(path, sizeof path, "%s/%.*s", folder, (int)n, p);
	if (len < 0 || (size_t)len >= sizeof path) {
		faults_add(faults, from, line, "the name of an @include is too long");
		return false;
	}
	return check_file(path, from, line, depth + 1, folder, faults);
}

static bool check_includes(char *text, const char *from, int depth, const char *folder,
			   struct faults *faults)
{
	bool is_good = true;
	int line = 1;
	for (char *p = text; p; line++) {
		char *end = strchr(p, '\n');
		p += strspn(p, " \t");
		if (strncmp(p, "@include", 8) == 0 && depth < INCLUDE_DEPTH)
			is_good = check_include(p + 8, from, line, depth, folder, faults) &&
				  is_good;
		p = end ? end + 1 : NULL;
	}
	return is_good;
}

/* The bytes of a regular file, or NULL with the reason. */
static char *read_text(const char *path, const char **why)
{
	struct stat st;
	if (stat(path, &st) < 0) {
		*why = strerror(errno);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		*why = S_ISREG(st.st_mode) ? "it is larger than 4 MiB" : "it is not a file";
		return NULL;
	}
	FILE *f = fopen(path, "re");
	char *text = f ? malloc((size_t)st.st_size + 1) : NULL;
	*why = f ? "out of memory" : strerror(errno);
	if (text) {
		size_t n = fread(text, 1, (size_t)st.st_size, f);
		text[n] = '\0';
	}
	if (f)
		fclose(f);
	return text;
}

static bool check_file(const char *path, const char *from, int line, int depth,
		       const char *folder, struct faults *faults)
{
	const char *why;
	char *text = read_text(path, &why);
	if (text == NULL) {
		if (depth == 0)
			faults_add(faults, path, 0, "cannot be read: %s", why);
		else
			faults_add(faults, from, line, "cannot include %s: %s", path, why);
		return false;
	}
	bool is_good = check_includes(text, path, depth, folder, faults);
	sodium_memzero(text, strlen(text));
	free(text);
	return is_good;
}

bool conf_source_read(config_t *config, const char *file, const char *folder,
		      struct faults *faults)
{
	config_init(config);
	config_set_include_dir(config, folder);
	if (!check_file(file, file, 0, 0, folder, faults))
		return false;
	if (config_read_file(config, file))
		return true;
	const char *where = config_error_file(config);
	faults_add(faults, where ? where : file, config_error_line(config), "%s",
		   config_error_text(config) ? config_error_text(config) : "cannot be read");
	return false;
}

static void wipe(config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		const char *text = config_setting_get_string(setting);
		if (text)
			sodium_memzero((char *)(uintptr_t)text, strlen(text));
	} else if (config_setting_is_aggregate(setting)) {
		int n = config_setting_length(setting);
		for (int i = 0; i < n; i++)
			wipe(config_setting_get_elem(setting, (unsigned)i));
	}
}

void conf_source_release(config_t *config)
{
	wipe(config_root_setting(config));
	config_destroy(config);
}
