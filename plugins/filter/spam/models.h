/*
 * models.h - what was shipped, and what was learned here on top of it.
 *
 * A model that was learned (learn.h) is a second one of the same shape; its sum is added
 * to the log-odds of the shipped ones.  So the shipped model is the prior: it stays as it
 * is, and can be replaced by a newer one without losing what was learned.
 */
#ifndef SPAM_MODELS_H
#define SPAM_MODELS_H

#include "features.h"

#include <model/linear.h>

struct heard_error;

struct spam_models {
	struct linear *shipped[SPAM_MODELS], *learned[SPAM_KINDS]; /* NULL: none learned */
};

/* `paths` of what was shipped; `folder` of what was learned, in which there need be
 * nothing. */
int spam_models_load(struct spam_models *, const char *const paths[SPAM_MODELS],
		     const char *folder, struct heard_error *);
/* Those that were shipped alone. */
int spam_shipped_load(struct spam_models *, const char *const paths[SPAM_MODELS],
		      struct heard_error *);
void spam_models_release(struct spam_models *);
/* "FOLDER/spam-text.model"; false: too long. */
bool spam_learned_path(const char *folder, enum spam_kind, char *out, size_t size);

/* The log-odds of spam by the shipped models alone.  Of letters that they do not know they
 * say nothing; of a mail in such letters, how it was made still speaks. */
float spam_shipped_odds(const struct spam_models *, struct gram_lane *,
			const struct spam_text *);
/* With what was learned. */
float spam_odds(const struct spam_models *, struct gram_lane *, const struct spam_text *);
float spam_probability(float odds);

#endif
