/*
 * files.c - reports as files of a folder: month-2026-03.html, public-month-2026-03.html.
 *
 * A reader never sees half a report (heard/file.h).  The name is made of the period, so
 * writing one again replaces it.
 */
#include "report.h"

#include <heard/error.h>
#include <heard/file.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORM_MAX = 32 << 20, PATH = 4096, FOLDER_MODE = 0750, FILE_MODE = 0640 };

static int make_folder(const char *path, struct heard_error *err)
{
	char part[PATH];
	if (snprintf(part, sizeof(part), "%s/", path) >= (int)sizeof(part))
		return heard_fail(err, ENAMETOOLONG, "%s: the name is too long", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, FOLDER_MODE) != 0 && errno != EEXIST)
			return heard_fail(err, errno, "%s cannot be made: %m", part);
		*slash = '/';
	}
	return 0;
}

int file_replace(const char *path, struct heard_str text, struct heard_error *err)
{
	return heard_file_replace(path, FILE_MODE, text, err);
}

/* ---- letting old ones go */

static void prefix_of(const struct book *book, char *out, size_t size)
{
	snprintf(out, size, "%s%s-", book->edition == EDITION_PUBLIC ? "public-" : "",
		 period_words[book->period.kind]);
}

static const char *wanted_prefix(const char *name, const char *prefix, const char *format)
{
	size_t n = strlen(name), end = strlen(format);
	bool is_ours = strncmp(name, prefix, strlen(prefix)) == 0 && n > end &&
		       name[n - end - 1] == '.' && strcmp(name + n - end, format) == 0;
	return is_ours ? name : NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names sort as their periods do. */
static void drop_oldest(const struct report *self, const char *prefix, const char *format)
{
	enum { MOST = 16384 }; /* more than `keep` may be */
	char **names = calloc(MOST, sizeof(*names)), path[PATH];
	DIR *dir = names ? opendir(self->folder) : NULL;
	size_t n = 0, keep = (size_t)self->keep;
	for (struct dirent *e; dir && n < MOST && (e = readdir(dir)) != NULL;)
		if (wanted_prefix(e->d_name, prefix, format) &&
		    (names[n] = strdup(e->d_name)) != NULL)
			n++;
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", self->folder, names[i]);
		if (i + keep < n)
			unlink(path);
		free(names[i]);
	}
	if (dir)
		closedir(dir);
	free(names);
}

/* ---- writing */

static int write_one(const struct report *self, const struct book *book, const char *format,
		     struct heard_error *err)
{
	char path[PATH], prefix[64];
	struct heard_buf text;
	heard_buf_init(&text, FORM_MAX);
	write_form(book, (enum format)choice_of(format_words, format), &text);
	prefix_of(book, prefix, sizeof(prefix));
	int result;
	if (text.failed)
		result = heard_fail(err, ENOMEM, "no memory for the report");
	else if (snprintf(path, sizeof(path), "%s/%s%s.%s", self->folder, prefix,
			  book->period.name, format) >= (int)sizeof(path))
		result = heard_fail(err, ENAMETOOLONG, "%s: the name is too long", path);
	else
		result = file_replace(path, heard_buf_view(&text), err);
	heard_buf_release(&text);
	if (result == 0 && self->keep > 0)
		drop_oldest(self, prefix, format);
	return result;
}

int files_write(const struct report *self, const struct book *book, struct heard_error *err)
{
	if (make_folder(self->folder, err))
		return -err->code;
	for (size_t i = 0; i < self->formats.n; i++)
		if (write_one(self, book, self->formats.at[i], err))
			return -err->code;
	return 0;
}
