/*
 * score.h - how well an article fits a text, from 0 to 1, by what they share.
 */
#ifndef ANSWER_SCORE_H
#define ANSWER_SCORE_H

#include "terms.h"

#include <stdbool.h>

/* ---- what a term weighs: more, the fewer articles have it */

struct weight {
	uint64_t hash;
	double weight; /* until weights_finish: of how many articles */
};
struct weights {
	struct heard_buf list; /* of struct weight, sorted by hash once finished */
	double unknown;	       /* of a term that no article has */
	bool failed;
};
void weights_init(struct weights *);
void weights_release(struct weights *);
void weights_finish(struct weights *, size_t articles);
/* False, and the weight of an unknown one, if no article has it. */
bool weights_known(const struct weights *, uint64_t hash, double *weight);

/* ---- an article, as far as the score needs it */

struct card;
struct card *card_create(struct heard_str id, struct heard_str title, struct heard_str lang);
void card_destroy(struct card *); /* NULL is fine */
/* Terms, sorted, of a handle (title or keyword) or of the body.  -ENOMEM. */
int card_add(struct card *, const struct terms *, bool is_handle);
/* All were added: count them in.  -ENOMEM. */
int card_finish(struct card *, struct weights *);
struct heard_str card_id(const struct card *);
struct heard_str card_title(const struct card *);
struct heard_str card_lang(const struct card *);
double card_score(const struct card *, const struct weights *, const struct term *, size_t n);

#endif
