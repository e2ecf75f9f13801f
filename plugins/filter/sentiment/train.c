/*
 * train.c - `heard train sentiment FILE`: models of the operator's own.
 *
 * In a process of its own (decision 0005).  For each language that has enough texts a model
 * is learned from four fifths of them, and it and the shipped one are asked about the last
 * fifth.  Unless that says that it would be worse, one is learned from all and put in its
 * place by rename.  Nothing of the texts is kept but weights.
 */
#include "sentiment.h"
#include "teach.h"

#include <heard/command.h>
#include <heard/error.h>
#include <labelled/command.h>
#include <labelled/texts.h>
#include <model/linear.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct training {
	const struct sentiment_filter *filter;
	const struct heard_call *call;
	struct heard_error *err;
	struct judge judge; /* the shipped models alone */
	struct teach *teach;
	struct labelled_args args;
	unsigned refused; /* models that were not taken */
};

static int take_record(void *arg, const struct labelled *l)
{
	const struct training *t = arg;
	return teach_add(t->teach, l->subject, l->body, l->label, t->err);
}

/* ---- one language */

static int test(struct training *t, enum judge_language k, struct teach_figures *f)
{
	for (unsigned fold = 0; fold < (t->args.all_folds ? TEXTS_FOLDS : 1); fold++) {
		struct linear *m = teach_run(t->teach, k, fold, t->err);
		if (m == NULL)
			return -t->err->code;
		teach_test(t->teach, k, m, fold, f);
		linear_destroy(m);
	}
	fprintf(t->call->out,
		"of %zu texts that it had not seen, %.1f %% right; the shipped model: %.1f "
		"%%\n",
		f->n, labelled_percent(f->right, f->n),
		labelled_percent(f->right_shipped, f->n));
	return 0;
}

static int save(struct training *t, enum judge_language k)
{
	char path[4096];
	const char *folder = t->filter->learned;
	if (!judge_model_path(folder, k, path, sizeof(path)))
		return heard_fail(t->err, ENAMETOOLONG, "%s: too long a name", folder);
	struct linear *m = teach_run(t->teach, k, TEXTS_FOLDS, t->err);
	int result = m ? labelled_keep(m, folder, path, t->call->out, t->err) : -t->err->code;
	linear_destroy(m);
	return result;
}

static int learn(struct training *t, enum judge_language k)
{
	struct teach_figures f = {.n = 0};
	fprintf(t->call->out, "%s: %zu positive, %zu negative, %zu neutral\n", judge_kinds[k],
		teach_count(t->teach, k, SENTIMENT_POSITIVE),
		teach_count(t->teach, k, SENTIMENT_NEGATIVE),
		teach_count(t->teach, k, SENTIMENT_NEUTRAL));
	if (!teach_has_enough(t->teach, k)) {
		fprintf(t->call->out,
			"too few to learn from: there must be %d positive and %d negative\n",
			TEACH_MIN, TEACH_MIN);
		return 0;
	}
	int result = test(t, k, &f);
	if (result == 0 &&
	    !labelled_accepts(&t->args, judge_kinds[k], f.right, "the shipped model",
			      f.right_shipped, t->call->err)) {
		t->refused++;
		return 0;
	}
	return result == 0 && !t->args.dry ? save(t, k) : result;
}

/* ---- the command */

static int train(struct training *t)
{
	unsigned enough = 0;
	int result = labelled_each(&t->args, t->call, take_record, t, t->err);
	for (unsigned k = 0; k < JUDGE_LANGUAGES; k++)
		enough += teach_has_enough(t->teach, k);
	if (result == 0 && enough == 0)
		return heard_fail(t->err, EINVAL,
				  "too few texts: a model needs at least %d positive and %d "
				  "negative ones in Chinese, or in English",
				  TEACH_MIN, TEACH_MIN);
	for (unsigned k = 0; k < JUDGE_LANGUAGES && result == 0; k++) {
		size_t n = teach_count(t->teach, k, SENTIMENT_POSITIVE) +
			   teach_count(t->teach, k, SENTIMENT_NEGATIVE) +
			   teach_count(t->teach, k, SENTIMENT_NEUTRAL);
		if (n > 0)
			result = learn(t, k);
	}
	return result;
}

int sentiment_train(void *self, const struct heard_call *call)
{
	const struct sentiment_filter *filter = self;
	struct heard_error err = {0};
	struct training t = {.filter = filter,
			     .call = call,
			     .err = &err,
			     .judge = {.neutral = filter->neutral},
			     .args = {.columns = {.field = "sentiment"}}};
	if (!labelled_take(&t.args, call, NULL, NULL))
		return 2;
	int result = judge_open(&t.judge, filter->models, NULL, &err);
	if (result == 0) {
		t.teach = teach_create(&t.judge);
		result = t.teach ? train(&t) : -ENOMEM;
		teach_destroy(t.teach);
		judge_close(&t.judge);
	}
	if (result != 0)
		fprintf(call->err, "heard: %s\n", err.text[0] ? err.text : "no memory");
	return result != 0 || t.refused > 0;
}
