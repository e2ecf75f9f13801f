/*
 * hook_answer.h - one answer of another tool, and what becomes of it in the record.
 *
 * What is of no use where it belongs (a score that is none, or out of its scale; a second
 * one of the same) is not lost but becomes attributes.survey.<name>.
 */
#ifndef SURVEY_HOOK_ANSWER_H
#define SURVEY_HOOK_ANSWER_H

#include "hook_target.h"

#include <heard/buf.h>
#include <heard/str.h>

#include <stddef.h>

struct heard_error;
struct heard_json;
struct heard_record;

struct hook_answer {
	struct heard_str id, ref; /* either names it in the config              */
	struct heard_str title;	  /* empty: the tool does not tell              */
	const char *guess;	  /* as `is` in the config; NULL: an attribute  */
	bool has_number, is_boolean;
	double number;
	struct heard_str text;		  /* as a person reads it                       */
	const struct heard_json *options; /* {id, text}, of values that are ids; or NULL */
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
