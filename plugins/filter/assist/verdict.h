/*
 * verdict.h - what of a model's answer is believed: nothing that was not asked for.
 *
 * The answer is one JSON object with exactly the members that were asked for.  A class is one
 * of ours, an intent one of four, or "none".  A summary is plain text of bounded length
 * without markup, links or control characters, and with no run of six digits that the text
 * did not have.  Whatever a customer's text makes a model say, it can do no more than choose
 * among our classes.
 */
#ifndef ASSIST_VERDICT_H
#define ASSIST_VERDICT_H

#include "classes.h"
#include "prompt.h"

struct heard_batch;

struct verdict {
	const struct class *class; /* NULL: none fits               */
	const char *intent;	   /* NULL: none                    */
	struct heard_str summary;  /* empty: not asked for          */
	int64_t tokens;		   /* that it cost, 0 if it says not */
};

/* The body of an answer of the API.  Reads tokens even if the rest is refused.  `text` is what
 * the model was given.  -EPROTO: it is no answer of such an API; -EBADMSG: the model said what
 * is not to be used; both with a sentence that quotes nothing of it.  -ENOMEM. */
int verdict_read(const struct prompt *, struct prompt_wish, struct heard_str answer, size_t cap,
		 struct heard_str text, struct heard_batch *, struct verdict *,
		 struct heard_error *);

#endif
