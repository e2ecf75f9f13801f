/*
 * teach.h - labelled texts to a model, and how good it is beside the shipped one on texts
 * that it has not seen.
 *
 * Learning goes on from the shipped model: a few hundred texts change what they have, and
 * the rest of what it knows stays.  A neutral text speaks for both sides with half its
 * weight, so that the model is unsure of its like.  The same texts in the same order give
 * the same bytes.
 */
#ifndef SENTIMENT_TEACH_H
#define SENTIMENT_TEACH_H

#include "judge.h"

struct heard_error;
struct teach;

enum { TEACH_MIN = 20 }; /* texts that praise, and texts that complain, for a model */

struct teach_figures {
	size_t n, right, right_shipped;
};

/* By the words and models of the judge, which stays the caller's. */
struct teach *teach_create(const struct judge *);
void teach_destroy(struct teach *); /* NULL is fine */
/* A text with nothing to read in it is passed over.  -ENOMEM, or -EBADMSG with a sentence:
 * that is no label. */
int teach_add(struct teach *, struct heard_str subject, struct heard_str body,
	      struct heard_str label, struct heard_error *);
size_t teach_count(const struct teach *, enum judge_language, enum sentiment);
bool teach_has_enough(const struct teach *, enum judge_language);

/* From all folds but that one (TEXTS_FOLDS: from all).  NULL with a sentence. */
struct linear *teach_run(struct teach *, enum judge_language, unsigned but_fold,
			 struct heard_error *);
/* Ask it and the shipped one about the texts of that fold, and add to the figures.  Where
 * neutral texts were given, right is the filter's label; else the side that it takes. */
void teach_test(struct teach *, enum judge_language, struct linear *, unsigned fold,
		struct teach_figures *);

#endif
