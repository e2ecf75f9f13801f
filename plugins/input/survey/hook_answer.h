/*
 * hook_answer.h - one answer of another tool, and what becomes of it in the record.
 *
 * Where an answer goes is said by the config (`questions`), else by the question's own
 * name, if that is a word we know ("nps", "email"), else by the tool's type of question.
 * What is of no use as that (a score that is none, or out of its scale; a second one of
 * the same) is not lost but becomes attributes.survey.<name>.
 */
#ifndef SURVEY_HOOK_ANSWER_H
#define SURVEY_HOOK_ANSWER_H

#include "hook.h"

#include <heard/buf.h>
#include <heard/str.h>

#include <stddef.h>

struct heard_error;
struct heard_json;
struct heard_record;

/* ---- where to */

enum target_kind {
	HOOK_NONE,
	HOOK_SCORE,	/* nps, csat, ces: `field`, on its scale       */
	HOOK_STARS,	/* rating and rating_max                       */
	HOOK_PART,	/* ratings.<name>                              */
	HOOK_TEXT,	/* body, one of several                        */
	HOOK_FIELD,	/* any other field of text                     */
	HOOK_ATTRIBUTE, /* attributes.survey.<name>                    */
	HOOK_IGNORE,
};

struct hook_target {
	enum target_kind kind;
	int field;
	struct heard_str name; /* of HOOK_PART */
};

/* "nps", "stars", "ratings.service", "text", "choice", "author.email", "ignore"; of kind
 * HOOK_NONE if it is none of these. */
struct hook_target hook_target(struct heard_str word);
/* Every fault of the option `questions`: 0, or -EINVAL with a sentence. */
int hook_questions_check(const struct heard_rows *, struct heard_error *);

/* ---- answers */

struct hook_answer {
	struct heard_str id, ref; /* either names it in the config              */
	struct heard_str title;	  /* empty: the tool does not tell              */
	const char *guess;	  /* as `is` in the config; NULL: an attribute  */
	bool has_number, is_boolean;
	double number;
	struct heard_str text; /* as a person reads it */
};

enum {
	HOOK_TEXTS = 40,	/* others become attributes                       */
	HOOK_ANSWERS = 500,	/* of one response; more are refused              */
	HOOK_LIST = 500,	/* values of one answer that are looked at        */
	HOOK_JOINED = 64 * 1024 /* bytes of a list as text; what is more is left out */
};

struct hook_filling {
	struct heard_record *record;
	const struct heard_rows *questions;
	size_t n; /* answers seen */
	struct {
		struct heard_str title, text;
	} texts[HOOK_TEXTS];
	size_t n_texts;
};

/* An answer's number and text from its value in JSON: a string, a number, a boolean, or
 * an array of these.  What is joined is of the record's batch.  false: there is none. */
bool hook_answer_value(struct hook_answer *, const struct hook_filling *,
		       const struct heard_json *);
/* Texts are borrowed until hook_fill_end.  0, -ENOMEM, or -EBADMSG past HOOK_ANSWERS. */
int hook_fill(struct hook_filling *, const struct hook_answer *, struct heard_error *);
/* The texts as the record's body.  0 or -ENOMEM. */
int hook_fill_end(struct hook_filling *);
/* attributes.survey.<name>, if the text is not empty.  0 or -ENOMEM. */
int hook_fill_attribute(struct hook_filling *, const char *name, struct heard_str text);

#endif
