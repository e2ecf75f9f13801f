/*
 * command.c - arguments, files, and the model that comes of them.
 */
#include "command.h"

#include "bytes.h"

#include <heard/buf.h>
#include <heard/command.h>
#include <heard/error.h>
#include <model/linear.h>

#include <errno.h>
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

static int read_file(const char *name, const struct heard_call *call,
		     const struct labelled_columns *columns, labelled_fn *fn, void *arg,
		     struct heard_error *err)
{
	struct heard_buf bytes;
	heard_buf_init(&bytes, LABELLED_FILE_MAX);
	int result = bytes_read(name, call, &bytes, err);
	if (result == 0 &&
	    (result = labelled_read(heard_buf_view(&bytes), columns, fn, arg, err)) != 0)
		heard_error_wrap(err, "%s", name);
	heard_buf_release(&bytes);
	return result;
}

int labelled_each(const struct labelled_args *a, const struct heard_call *call, labelled_fn *fn,
		  void *arg, struct heard_error *err)
{
	int result = 0;
	for (size_t i = 0; i < a->n_files && result == 0; i++)
		result = read_file(a->files[i], call, &a->columns, fn, arg, err);
	return result;
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
