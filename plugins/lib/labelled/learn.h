/*
 * learn.h - labelled texts to a model, by folds (texts.h).
 */
#ifndef LABELLED_LEARN_H
#define LABELLED_LEARN_H

#include "texts.h"

struct heard_error;
struct linear;
struct train;
struct train_options;

/* Hands the training what it is to learn of a text, by train_add().  -ENOMEM. */
typedef int learn_fn(void *arg, struct train *, const struct text *);

/* From the texts of all folds but that one (TEXTS_FOLDS: of all).  The training is made for
 * this, and NULL if there was no memory for it.  NULL with a sentence. */
struct linear *learn_texts(const struct texts *, struct train *take_train,
			   const struct train_options *, unsigned but_fold, learn_fn *put,
			   void *arg, struct heard_error *);

#endif
