/*
 * hook_target.h - where the answer to a question of another tool goes.
 *
 * That is said by the config (`questions`), else by the question's own name, if that is a
 * word we know ("nps", "email"), else by the tool's type of question; by words in each
 * case, as the config has them.
 */
#ifndef SURVEY_HOOK_TARGET_H
#define SURVEY_HOOK_TARGET_H

#include "hook.h"

#include <heard/str.h>

#include <stdbool.h>

struct heard_error;

enum target_kind {
	HOOK_NONE,
	HOOK_SCORE,	/* nps, csat, ces: `field`, from `low` to `high` */
	HOOK_STARS,	/* rating and rating_max                       */
	HOOK_PART,	/* ratings.<name>                              */
	HOOK_TEXT,	/* body, one of several                        */
	HOOK_FIELD,	/* any other field of text                     */
	HOOK_ATTRIBUTE, /* attributes.survey.<name>                    */
	HOOK_IGNORE,
};

enum { HOOK_NAME = 32 }; /* bytes of a name at most */

struct hook_target {
	enum target_kind kind;
	int field;
	double low, high;
	struct heard_str name;
};

/* "nps", "stars", "ratings.service", "text", "choice", "author.email", "ignore"; of kind
 * HOOK_NONE if it is none of these. */
struct hook_target hook_target(struct heard_str word);
/* The word for a question that is called so, whatever its case; NULL: unknown. */
const char *hook_word(struct heard_str name);
/* May an attribute or a rating be called so? */
bool hook_is_name(struct heard_str);
/* Every fault of the option `questions`: 0, or -EINVAL with a sentence. */
int hook_questions_check(const struct heard_rows *, struct heard_error *);

#endif
