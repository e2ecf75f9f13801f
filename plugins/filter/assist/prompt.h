/*
 * prompt.h - what a model is asked: the body of a POST to /v1/chat/completions.
 *
 * The instructions and the classes are ours, in the system message.  What the customer wrote
 * is one JSON string in the user message, so it cannot end before it ends; it is called
 * data there.  That keeps an honest model on its way.  It binds nobody: what an answer can do
 * is bounded by verdict.h alone.
 */
#ifndef ASSIST_PROMPT_H
#define ASSIST_PROMPT_H

#include "classes.h"

#include <heard/buf.h>

enum prompt_format { FORMAT_OBJECT, FORMAT_SCHEMA, FORMAT_NONE };
extern const char *const prompt_formats[];

struct prompt {
	const char *model;
	int format;
	int64_t max_tokens, max_text; /* bytes of the customer's text */
	int64_t max_summary;	      /* characters */
	const struct classes *classes;
};

/* What is wanted of this text. */
struct prompt_wish {
	bool class, summary;
};

enum { PROMPT_SYSTEM = 32 << 10 }; /* bytes of the instructions, the classes among them */

/* Do the instructions fit?  Or there is no memory. */
bool prompt_has_room(const struct prompt *);
/* False: no memory. */
bool prompt_write(const struct prompt *, struct prompt_wish, struct heard_str subject,
		  struct heard_str body, struct heard_buf *out);

#endif
