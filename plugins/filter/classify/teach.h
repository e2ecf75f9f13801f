/*
 * teach.h - labelled texts to a model, and how good it is on texts it has not seen.
 *
 * A text is learned or asked by its fold (labelled/texts.h).  The same examples in the
 * same order give the same bytes.
 */
#ifndef CLASSIFY_TEACH_H
#define CLASSIFY_TEACH_H

#include "learned.h"

#include <labelled/texts.h>

struct heard_error;
struct teach;

enum {
	TEACH_FOLDS = TEXTS_FOLDS,
	TEACH_ALL = TEACH_FOLDS, /* learn from every fold                        */
	TEACH_MIN = 5,		 /* examples of a label; one with fewer is left out */
	TEACH_CUTS = 4,
};
/* Cut-offs that the figures tell of. */
extern const float teach_cuts[TEACH_CUTS];

struct teach_figures {
	size_t n, right;
	size_t named[TEACH_CUTS], right_named[TEACH_CUTS]; /* at least so sure, and right */
};

struct teach *teach_create(void);
void teach_destroy(struct teach *); /* NULL is fine */
/* -ENOMEM, or -EBADMSG with a sentence: the label cannot be one. */
int teach_add(struct teach *, struct heard_str subject, struct heard_str body,
	      struct heard_str label, struct heard_error *);
/* When all are added: labels are put in order, those with too few examples left out. */
int teach_settle(struct teach *, struct heard_error *);
size_t teach_examples(const struct teach *);
size_t teach_labels(const struct teach *, size_t *left_out_r);

/* From all folds but that one.  NULL with a sentence. */
struct linear *teach_run(struct teach *, enum learned_field, unsigned but_fold,
			 struct heard_error *);
/* Ask the model about the texts of that fold, and add to the figures. */
void teach_test(struct teach *, const struct linear *, unsigned fold, struct teach_figures *);

#endif
