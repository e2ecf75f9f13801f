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
	INCLUDES_MAX = 256, /* of all files together */
};

/* libconfig calls an included file as the @include does; it lies beside the
 * config.  False if the path is too long. */
static bool beside(const char *file, const char *name, size_t len, char path[PATH_MAX])
{
	const char *slash = name[0] == '/' ? NULL : strrchr(file, '/');
	int n = snprintf(path, PATH_MAX, "%.*s%.*s", slash ? (int)(slash + 1 - file) : 0, file,
			 (int)len, name);
	return n > 0 && n < PATH_MAX;
}

/* Where an @include stands. */
struct place {
	const char *main; /* the config itself */
	const char *file;
	int line, depth;
	int *n_includes;
	struct faults *faults;
};

static bool check_file(const char *path, const struct place *from);

/* `p` is behind "@include"; libconfig wants a blank and a quoted name. */
static bool check_include(const char *p, const struct place *here)
{
	char path[PATH_MAX];
	p += strspn(p, " \t");
	if (*p != '"')
		return true; /* a syntax error that libconfig will tell */
	size_t n = strcspn(++p, "\"\n");
	if (p[n] != '"' || memchr(p, '\\', n) || !beside(here->main, p, n, path)) {
		faults_add(here->faults, here->file, here->line,
			   "the name of an @include must be plain: no backslash, on one line");
		return false;
	}
	if (++*here->n_includes > INCLUDES_MAX) {
		if (*here->n_includes == INCLUDES_MAX + 1)
			faults_add(here->faults, here->file, here->line,
				   "more than %d files are included", INCLUDES_MAX);
		return false;
	}
	return check_file(path, here);
}

static bool check_includes(char *text, struct place here)
{
	bool is_good = true;
	for (char *p = text; p; here.line++) {
		char *end = strchr(p, '\n');
		p += strspn(p, " \t");
		if (strncmp(p, "@include", 8) == 0 && here.depth <= INCLUDE_DEPTH)
			is_good = check_include(p + 8, &here) && is_good;
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
		if (strlen(text) < n) { /* the search for @include would end there */
			sodium_memzero(text, n);
			free(text);
			text = NULL;
			*why = "it is not text: it holds a NUL byte";
		}
	}
	if (f)
		fclose(f);
	return text;
}

static bool check_file(const char *path, const struct place *from)
{
	const char *why;
	char *text = read_text(path, &why);
	if (text == NULL) {
		if (from->depth == 0)
			faults_add(from->faults, path, 0, "cannot be read: %s", why);
		else
			faults_add(from->faults, from->file, from->line,
				   "cannot include %s: %s", path, why);
		return false;
	}
	bool is_good = check_includes(text, (struct place){from->main, path, 1, from->depth + 1,
							   from->n_includes, from->faults});
	sodium_memzero(text, strlen(text));
	free(text);
	return is_good;
}

static const char *source_path(const char *file, const char *name, struct arena *arena)
{
	char path[PATH_MAX];
	if (name == NULL || strcmp(name, file) == 0 || !beside(file, name, strlen(name), path))
		return file;
	const char *kept = arena_zstr(arena, heard_str(path));
	return kept ? kept : file;
}

struct naming {
	const char *file;
	struct arena *arena;
	const char *last_name, *last_path; /* neighbours are mostly of one file */
};

static void name_files(struct naming *naming, config_setting_t *setting)
{
	if (setting->file != naming->last_name) {
		naming->last_name = setting->file;
		naming->last_path = source_path(naming->file, setting->file, naming->arena);
	}
	setting->file = naming->last_path ? naming->last_path : naming->file;
	if (!config_setting_is_aggregate(setting))
		return;
	int n = config_setting_length(setting);
	for (int i = 0; i < n; i++)
		name_files(naming, config_setting_get_elem(setting, (unsigned)i));
}

bool conf_source_read(config_t *config, const char *file, const char *folder,
		      struct arena *arena, struct faults *faults)
{
	config_init(config);
	config_set_include_dir(config, folder);
	int n_includes = 0;
	struct place start = {.main = file, .n_includes = &n_includes, .faults = faults};
	if (!check_file(file, &start))
		return false;
	if (config_read_file(config, file)) {
		name_files(&(struct naming){.file = file, .arena = arena},
			   config_root_setting(config));
		return true;
	}
	const char *text = config_error_text(config);
	faults_add(faults, source_path(file, config_error_file(config), arena),
		   config_error_line(config), "%s", text ? text : "cannot be read");
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
