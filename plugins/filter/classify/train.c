/*
 * train.c - `heard train classify FILE`: learn a field from labelled records.
 *
 * In a process of its own (decision 0005).  First a model is learned from four fifths of
 * the texts and asked about the last fifth, so that the operator sees what to expect, and
 * where to put `sure`; then one is learned from all and put in the place of the old one
 * by rename.  Nothing of the texts is kept but weights.
 */
#include "classify.h"
#include "labelled.h"
#include "teach.h"

#include <heard/command.h>
#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct training {
	const struct classify *classify;
	const struct heard_call *call;
	struct heard_error *err;
	struct teach *teach;
	enum learned_field field;
	struct labelled_columns columns;
	unsigned folds; /* that are tested */
	bool dry;
	const char *files[64];
	size_t n_files;
};

/* ---- arguments */

static int find_field(const char *name)
{
	for (int k = 0; k < LEARNED_FIELDS; k++)
		if (strcmp(name, learned_names[k]) == 0)
			return k;
	return -1;
}

/* An option and its value; false: neither. */
static bool take_option(struct training *t, const char *option, const char *value)
{
	int field;
	if (strcmp(option, "--text") == 0)
		t->columns.text = value;
	else if (strcmp(option, "--label") == 0)
		t->columns.label = value;
	else if (strcmp(option, "--field") == 0 && (field = find_field(value)) >= 0)
		t->field = (enum learned_field)field;
	else
		return false;
	return true;
}

static bool take_arguments(struct training *t)
{
	const struct heard_call *c = t->call;
	for (int i = 1; i < c->argc; i++) {
		if (strcmp(c->argv[i], "--folds") == 0)
			t->folds = TEACH_FOLDS;
		else if (strcmp(c->argv[i], "--dry-run") == 0)
			t->dry = true;
		else if (strncmp(c->argv[i], "--", 2) != 0 &&
			 t->n_files < sizeof(t->files) / sizeof(t->files[0]))
			t->files[t->n_files++] = c->argv[i];
		else if (i + 1 == c->argc || !take_option(t, c->argv[i], c->argv[i + 1]))
			return false;
		else
			i++;
	}
	t->columns.field = learned_names[t->field];
	return t->n_files > 0;
}

/* ---- files */

static int take(void *arg, const struct labelled *l)
{
	const struct training *t = arg;
	return teach_add(t->teach, l->subject, l->body, l->label, t->err);
}

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

static int take_file(struct training *t, const char *path)
{
	size_t n;
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? t->call->in : fopen(path, "re");
	if (f == NULL)
		return heard_fail(t->err, errno, "%s cannot be read: %s", path,
				  strerror(errno));
	char *bytes = read_all(f, &n);
	if (!is_stdin)
		fclose(f);
	if (bytes == NULL)
		return heard_fail(t->err, EFBIG,
				  "%s cannot be read, or is larger than %d MB; divide it", path,
				  LABELLED_FILE_MAX >> 20);
	int result = labelled_read(heard_str_n(bytes, n), &t->columns, take, t, t->err);
	free(bytes);
	return result ? heard_error_wrap(t->err, "%s", path) : 0;
}

static int take_files(struct training *t)
{
	for (size_t i = 0; i < t->n_files; i++) {
		int result = take_file(t, t->files[i]);
		if (result != 0)
			return result;
	}
	return teach_settle(t->teach, t->err);
}

/* ---- learning */

static double percent(size_t part, size_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void tell(const struct training *t, const struct teach_figures *f)
{
	FILE *out = t->call->out;
	fprintf(out, "of %zu texts that it had not seen, %.1f %% right\n", f->n,
		percent(f->right, f->n));
	for (int k = 0; k < TEACH_CUTS; k++)
		fprintf(out, "  sure = %.1f: %5.1f %% get a label, %.1f %% of those rightly\n",
			(double)teach_cuts[k], percent(f->named[k], f->n),
			percent(f->right_named[k], f->named[k]));
}

static int test(struct training *t)
{
	struct teach_figures figures = {.n = 0};
	for (unsigned fold = 0; fold < t->folds; fold++) {
		struct linear *m = teach_run(t->teach, t->field, fold, t->err);
		if (m == NULL)
			return -t->err->code;
		teach_test(t->teach, m, fold, &figures);
		linear_destroy(m);
	}
	tell(t, &figures);
	return 0;
}

static int save(struct training *t)
{
	char path[4096];
	const char *folder = t->classify->folder;
	if (!learned_path(folder, t->field, path, sizeof(path)))
		return heard_fail(t->err, ENAMETOOLONG, "%s: too long a name", folder);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return heard_fail(t->err, errno, "%s cannot be made: %s", folder,
				  strerror(errno));
	struct linear *m = teach_run(t->teach, t->field, TEACH_ALL, t->err);
	int result = m ? linear_save(m, path, t->err) : -t->err->code;
	linear_destroy(m);
	if (result == 0)
		fprintf(t->call->out, "%s is written; `heard reload` puts it to use\n", path);
	return result;
}

static int train(struct training *t)
{
	size_t left_out, labels;
	int result = take_files(t);
	if (result != 0)
		return result;
	labels = teach_labels(t->teach, &left_out);
	fprintf(t->call->out, "%s: %zu labels, %zu examples\n", learned_names[t->field], labels,
		teach_examples(t->teach));
	if (left_out > 0)
		fprintf(t->call->out, "%zu labels with fewer than %d examples are left out\n",
			left_out, TEACH_MIN);
	result = test(t);
	return result == 0 && !t->dry ? save(t) : result;
}

int classify_train(void *self, const struct heard_call *call)
{
	struct heard_error err = {0};
	struct training t = {.classify = self,
			     .call = call,
			     .err = &err,
			     .field = LEARNED_INTENT,
			     .folds = 1};
	if (!take_arguments(&t))
		return 2;
	t.teach = teach_create();
	int result = t.teach ? train(&t) : -ENOMEM;
	teach_destroy(t.teach);
	if (result != 0)
		fprintf(call->err, "heard: %s\n", err.text[0] ? err.text : "no memory");
	return result != 0;
}
