/*
 * train.c - `heard train classify FILE`: learn a field from labelled records.
 *
 * In a process of its own (decision 0005).  First a model is learned from four fifths of
 * the texts and asked about the last fifth, so that the operator sees what to expect, and
 * where to put `sure`; then one is learned from all and put in the place of the old one
 * by rename, unless it would be worse.  Nothing of the texts is kept but weights.
 *
 * Is it worse?  The model in use cannot be asked: it was learned from all texts of its
 * time, most of which are in the files again, and knows them by heart.  So the one that
 * has never seen the first fifth is kept beside it (learned.h).  A text is in the same
 * fifth in whichever file it stands, so neither that one nor its successor has seen those
 * that both are asked about.
 */
#include "classify.h"
#include "teach.h"

#include <heard/command.h>
#include <heard/error.h>
#include <labelled/command.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct training {
	const struct classify *classify;
	const struct heard_call *call;
	struct heard_error *err;
	struct teach *teach;
	enum learned_field field;
	struct labelled_args args;
	bool is_refused;
};

/* ---- arguments */

static int find_field(const char *name)
{
	for (int k = 0; k < LEARNED_FIELDS; k++)
		if (strcmp(name, learned_names[k]) == 0)
			return k;
	return -1;
}

static int take_field(void *arg, const char *option, const char *value)
{
	struct training *t = arg;
	int field = strcmp(option, "--field") == 0 && value ? find_field(value) : -1;
	if (field < 0)
		return 0;
	t->field = (enum learned_field)field;
	return 2;
}

static bool take_arguments(struct training *t)
{
	bool is_good = labelled_take(&t->args, t->call, take_field, t);
	t->args.columns.field = learned_names[t->field];
	return is_good;
}

/* ---- files */

static int take(void *arg, const struct labelled *l)
{
	const struct training *t = arg;
	return teach_add(t->teach, l->subject, l->body, l->label, t->err);
}

static int take_files(struct training *t)
{
	int result = labelled_each(&t->args, t->call, take, t, t->err);
	return result == 0 ? teach_settle(t->teach, t->err) : result;
}

/* ---- learning */

static void tell(const struct training *t, const struct teach_figures *f)
{
	FILE *out = t->call->out;
	fprintf(out, "of %zu texts that it had not seen, %.1f %% right\n", f->n,
		labelled_percent(f->right, f->n));
	for (int k = 0; k < TEACH_CUTS; k++)
		fprintf(out, "  sure = %.1f: %5.1f %% get a label, %.1f %% of those rightly\n",
			(double)teach_cuts[k], labelled_percent(f->named[k], f->n),
			labelled_percent(f->right_named[k], f->named[k]));
}

/* The models, of which the caller gets the one that has not seen the first fifth. */
static int test(struct training *t, struct linear **first_r, struct teach_figures *first)
{
	struct teach_figures figures = {.n = 0};
	for (unsigned fold = 0; fold < (t->args.all_folds ? TEACH_FOLDS : 1); fold++) {
		struct linear *m = teach_run(t->teach, t->field, fold, t->err);
		if (m == NULL)
			return -t->err->code;
		teach_test(t->teach, m, fold, &figures);
		if (fold > 0) {
			linear_destroy(m);
			continue;
		}
		*first_r = m;
		*first = figures;
	}
	tell(t, &figures);
	return 0;
}

static int find_path(struct training *t, bool is_held, char *path, size_t size)
{
	const char *folder = t->classify->folder;
	bool fits = is_held ? learned_held_path(folder, t->field, path, size)
			    : learned_path(folder, t->field, path, size);
	return fits ? 0 : heard_fail(t->err, ENAMETOOLONG, "%s: too long a name", folder);
}

/* The one that is kept beside the model in use; NULL: none is in use, or none can be read. */
static struct linear *load_held(struct training *t)
{
	char path[4096];
	struct heard_error why = {0};
	if (find_path(t, false, path, sizeof(path)) != 0 || access(path, F_OK) != 0 ||
	    find_path(t, true, path, sizeof(path)) != 0 || access(path, F_OK) != 0)
		return NULL;
	struct linear *m = linear_load(path, learned_kinds[t->field], &why);
	if (m == NULL)
		fprintf(t->call->err, "heard: not compared with the model in use: %s\n",
			why.text);
	return m;
}

static bool is_accepted(struct training *t, const struct teach_figures *first)
{
	struct teach_figures before = {.n = 0};
	struct linear *held = load_held(t);
	if (held == NULL)
		return true;
	teach_test(t->teach, held, 0, &before);
	linear_destroy(held);
	fprintf(t->call->out,
		"of %zu texts that neither had seen, %.1f %% right; the model in use: %.1f "
		"%%\n",
		first->n, labelled_percent(first->right, first->n),
		labelled_percent(before.right, before.n));
	return labelled_accepts(&t->args, learned_names[t->field], first->right,
				"the model in use", before.right, t->call->err);
}

static int keep(struct training *t, const struct linear *m, bool is_held)
{
	char path[4096];
	int result = find_path(t, is_held, path, sizeof(path));
	if (result != 0)
		return result;
	return is_held ? linear_save(m, path, t->err)
		       : labelled_keep(m, t->classify->folder, path, t->call->out, t->err);
}

static int save(struct training *t, const struct linear *first)
{
	struct linear *m = teach_run(t->teach, t->field, TEACH_ALL, t->err);
	int result = m ? keep(t, m, false) : -t->err->code;
	linear_destroy(m);
	return result == 0 ? keep(t, first, true) : result;
}

static int learn(struct training *t)
{
	struct linear *first = NULL;
	struct teach_figures figures = {.n = 0};
	int result = test(t, &first, &figures);
	if (result == 0)
		t->is_refused = !is_accepted(t, &figures);
	if (result == 0 && !t->is_refused && !t->args.dry)
		result = save(t, first);
	linear_destroy(first);
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
	return learn(t);
}

int classify_train(void *self, const struct heard_call *call)
{
	struct heard_error err = {0};
	struct training t = {
		.classify = self, .call = call, .err = &err, .field = LEARNED_INTENT};
	if (!take_arguments(&t))
		return 2;
	t.teach = teach_create();
	int result = t.teach ? train(&t) : -ENOMEM;
	teach_destroy(t.teach);
	if (result != 0)
		fprintf(call->err, "heard: %s\n", err.text[0] ? err.text : "no memory");
	return result != 0 || t.is_refused;
}
