/*
 * learn.c - labelled texts to a model, by folds.
 */
#include "learn.h"

#include <heard/error.h>
#include <model/train.h>

#include <errno.h>

static int put_all(const struct texts *t, struct train *train, unsigned but_fold, learn_fn *put,
		   void *arg)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].fold != but_fold && put(arg, train, &t->at[i]) != 0)
			return -ENOMEM;
	return 0;
}

struct linear *learn_texts(const struct texts *t, struct train *take_train,
			   const struct train_options *options, unsigned but_fold,
			   learn_fn *put, void *arg, struct heard_error *err)
{
	struct linear *m = NULL;
	if (take_train == NULL || put_all(t, take_train, but_fold, put, arg) != 0)
		heard_fail(err, ENOMEM, "no memory for %zu texts", t->n);
	else
		m = train_run(take_train, options, err);
	train_destroy(take_train);
	return m;
}
