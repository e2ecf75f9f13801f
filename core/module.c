/*
 * module.c - find and load plugins; module_elf.c and module_vet.c judge them.
 *
 * Loaded modules are kept in a list for the life of the process.  The list is a
 * static because that is what it mirrors: dlopen() has one table for the whole
 * process, and nothing is ever taken out of it.  Only the main thread loads.
 */
#include "module.h"

#include "module_elf.h"
#include "module_vet.h"
#include "option.h"

#include <heard/error.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_LIMIT = 64, FOUND_MAX = 512 };

struct loaded {
	struct loaded *next;
	struct module module;
	char path[];
};
static struct loaded *loaded; /* [main] */

static bool is_plain_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t n = strspn(name, letters);
	return n > 0 && n <= NAME_LIMIT && name[n] == '\0';
}

/* ---- load one file */

static int load_vetted(const char *path, enum heard_stage stage, const char *name,
		       struct heard_plugin *ours, struct heard_error *err)
{
	int rc = module_elf_check(path, "heard_plugin", err);
	if (rc < 0)
		return heard_error_wrap(err, "%s", path);
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return heard_fail(err, ENOEXEC, "cannot be loaded: %s", dlerror());
	const struct heard_plugin *theirs = dlsym(handle, "heard_plugin");
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;
	if (theirs == NULL || !dladdr1(theirs, &info, (void **)&symbol, RTLD_DL_SYMENT) ||
	    !symbol)
		rc = heard_fail(err, ENOEXEC,
				"is not a plugin: it does not define \"heard_plugin\"");
	else
		rc = module_vet(theirs, symbol->st_size, stage, name, ours, err);
	return rc < 0 ? heard_error_wrap(err, "%s", path) : 0;
}

static const struct module *load_file(const char *path, enum heard_stage stage,
				      const char *name, struct heard_error *err)
{
	for (struct loaded *l = loaded; l; l = l->next)
		if (strcmp(l->path, path) == 0)
			return &l->module;
	struct loaded *l = calloc(1, sizeof *l + strlen(path) + 1);
	if (l == NULL) {
		heard_fail(err, ENOMEM, "%s: out of memory", path);
		return NULL;
	}
	if (load_vetted(path, stage, name, &l->module.plugin, err) < 0) {
		free(l);
		return NULL;
	}
	memcpy(l->path, path, strlen(path) + 1);
	l->module.path = l->path;
	l->next = loaded;
	loaded = l;
	return &l->module;
}

/* ---- where plugins may lie */

/* The i-th folder to look into: those given, then those beside the binary. */
static bool get_folder(const char *const *folders, size_t i, char out[PATH_MAX])
{
	static const char *const beside[] = {"/plugins", "/../lib/heard/plugins"};
	for (; folders && *folders && i; i--)
		folders++;
	if (folders && *folders)
		return snprintf(out, PATH_MAX, "%s", *folders) < PATH_MAX;
	if (i >= sizeof beside / sizeof *beside)
		return false;
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return false;
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	return snprintf(out, PATH_MAX, "%s%s", exe, beside[i]) < PATH_MAX;
}

/* The first file of that name, or false. */
static bool find_file(const char *const *folders, enum heard_stage stage, const char *name,
		      char out[PATH_MAX])
{
	char folder[PATH_MAX];
	for (size_t i = 0; get_folder(folders, i, folder); i++) {
		int n = snprintf(out, PATH_MAX, "%s/%s/%s.so", folder, stage_name(stage), name);
		if (n > 0 && n < PATH_MAX && access(out, F_OK) == 0)
			return true;
	}
	return false;
}

/* ---- every name of a stage */

struct names {
	char *at[FOUND_MAX + 1]; /* ends with NULL */
	size_t n;
};

static void add_name(struct names *names, const char *file_name)
{
	char name[NAME_LIMIT + 1];
	size_t n = strlen(file_name);
	if (n <= 3 || n - 3 > NAME_LIMIT || strcmp(file_name + n - 3, ".so") != 0)
		return;
	memcpy(name, file_name, n - 3);
	name[n - 3] = '\0';
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->at[i], name) == 0)
			return;
	if (names->n < FOUND_MAX && is_plain_name(name) && (names->at[names->n] = strdup(name)))
		names->n++;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_names(const char *const *folders, enum heard_stage stage, struct names *names)
{
	char folder[PATH_MAX], path[PATH_MAX + 16];
	memset(names, 0, sizeof *names);
	for (size_t i = 0; get_folder(folders, i, folder); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, stage_name(stage));
		DIR *dir = opendir(path);
		if (dir == NULL)
			continue;
		for (struct dirent *entry; (entry = readdir(dir));)
			add_name(names, entry->d_name);
		closedir(dir);
	}
	qsort(names->at, names->n, sizeof *names->at, compare_names);
}

static void names_release(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->at[i]);
}

/* ---- public */

static void say_unknown(const char *const *folders, enum heard_stage stage, const char *name,
			struct heard_error *err)
{
	char path[PATH_MAX];
	for (enum heard_stage other = HEARD_INPUT; other <= HEARD_OUTPUT; other++)
		if (other != stage && find_file(folders, other, name, path)) {
			heard_fail(err, ENOENT, "\"%s\" is %s, not %s", name,
				   module_stage_phrase(other), module_stage_phrase(stage));
			return;
		}
	struct names names;
	find_names(folders, stage, &names);
	const char *near = suggest(name, (const char *const *)names.at);
	if (near)
		heard_fail(err, ENOENT, "unknown plugin \"%s\"; did you mean \"%s\"?", name,
			   near);
	else
		heard_fail(err, ENOENT,
			   "unknown plugin \"%s\"; `heard plugins` lists those found", name);
	names_release(&names);
}

const struct module *module_load(const char *const *folders, enum heard_stage stage,
				 const char *name, struct heard_error *err)
{
	char path[PATH_MAX];
	if (!is_plain_name(name)) {
		heard_fail(err, EINVAL, "\"%.80s\" cannot be the name of a plugin", name);
		return NULL;
	}
	if (!find_file(folders, stage, name, path)) {
		say_unknown(folders, stage, name, err);
		return NULL;
	}
	return load_file(path, stage, name, err);
}

void module_each(const char *const *folders,
		 void (*fn)(void *arg, enum heard_stage, const char *name,
			    const struct module *, const struct heard_error *),
		 void *arg)
{
	for (enum heard_stage stage = HEARD_INPUT; stage <= HEARD_OUTPUT; stage++) {
		struct names names;
		find_names(folders, stage, &names);
		for (size_t i = 0; i < names.n; i++) {
			struct heard_error err = {0};
			const struct module *m = module_load(folders, stage, names.at[i], &err);
			fn(arg, stage, names.at[i], m, m ? NULL : &err);
		}
		names_release(&names);
	}
}
