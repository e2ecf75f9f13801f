/*
 * command.c - arguments, files, and the model that comes of them.
 */
#include "command.h"

#include <heard/command.h>
#include <heard/error.h>
#include <model/linear.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- arguments */

/* An option and its value: how many words it takes; 0: it is none of ours. */
static int take_option(struct labelled_args *a, const char *option, const char *value)
{
	bool is_text = strcmp(option, "--text") == 0;
	if (strcmp(option, "--folds") == 0)
		a->all_folds = true;
	else if (strcmp(option, "--dry-run") == 0)
		a->dry = true;
	else if (strcmp(option, "--force") == 0)
		a->is_forced = true;
	else if (value != NULL && (is_text || strcmp(option, "--label") == 0)) {
		*(is_text ? &a->columns.text : &a->columns.label) = value;
		return 2;
	} else
		return 0;
	return 1;
}

bool labelled_take(struct labelled_args *a, const struct heard_call *c, labelled_option_fn *own,
		   void *arg)
{
	for (int i = 1, taken; i < c->argc; i += taken) {
		const char *word = c->argv[i], *next = i + 1 < c->argc ? c->argv[i + 1] : NULL;
		taken = 1;
		if (strncmp(word, "--", 2) != 0) {
			if (a->n_files == LABELLED_FILES_MAX)
				return false;
			a->files[a->n_files++] = word;
		} else if ((taken = take_option(a, word, next)) == 0 &&
			   (taken = own ? own(arg, word, next) : 0) == 0)
			return false;
	}
	return a->n_files > 0;
}

/* ---- files */

/* What is left of it; NULL: not all could be read. */
static char *read_all(FILE *f, size_t *n_r)
{
	size_t size = 1 << 16, n = 0;
	char *bytes = malloc(size);
	while (bytes != NULL && !feof(f) && !ferror(f) && n < LABELLED_FILE_MAX) {
		char *more = n == size ? realloc(bytes, size *= 2) : bytes;
		if (more == NULL)
			break;
		bytes = more;
		n += fread(bytes + n, 1, size - n, f);
	}
	*n_r = n;
	if (bytes != NULL && feof(f) && !ferror(f))
		return bytes;
	free(bytes);
	return NULL;
}

static int read_file(const char *path, FILE *in, const struct labelled_columns *columns,
		     labelled_fn *fn, void *arg, struct heard_error *err)
{
	size_t n;
	FILE *f = in != NULL ? in : fopen(path, "re");
	if (f == NULL)
		return heard_fail(err, errno, "cannot be read: %s", strerror(errno));
	char *bytes = read_all(f, &n);
	if (in == NULL)
		fclose(f);
	if (bytes == NULL)
		return heard_fail(err, EFBIG,
				  "cannot be read, or is larger than %d MB; divide it",
				  LABELLED_FILE_MAX >> 20);
	int result = labelled_read(heard_str_n(bytes, n), columns, fn, arg, err);
	free(bytes);
	return result;
}

int labelled_each(const struct labelled_args *a, const struct heard_call *call, labelled_fn *fn,
		  void *arg, struct heard_error *err)
{
	for (size_t i = 0; i < a->n_files; i++) {
		FILE *in = strcmp(a->files[i], "-") == 0 ? call->in : NULL;
		int result = read_file(a->files[i], in, &a->columns, fn, arg, err);
		if (result != 0)
			return heard_error_wrap(err, "%s", a->files[i]);
	}
	return 0;
}

/* ---- what comes of them */

bool labelled_accepts(const struct labelled_args *a, const char *name, size_t right,
		      const char *other, size_t right_other, FILE *out)
{
	bool is_taken = right >= right_other || a->is_forced;
	if (!is_taken)
		fprintf(out,
			"heard: %s would be worse than %s and is not taken; --force takes it\n",
			name, other);
	return is_taken;
}

int labelled_keep(const struct linear *m, const char *folder, const char *path, FILE *out,
		  struct heard_error *err)
{
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return heard_fail(err, errno, "%s cannot be made: %s", folder, strerror(errno));
	int result = linear_save(m, path, err);
	if (result == 0)
		fprintf(out, "%s is written; `heard reload` puts it to use\n", path);
	return result;
}

double labelled_percent(size_t part, size_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}
