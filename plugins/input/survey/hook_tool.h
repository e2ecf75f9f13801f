/*
 * hook_tool.h - what each tool's requests look like: one file and one row a tool.
 */
#ifndef SURVEY_HOOK_TOOL_H
#define SURVEY_HOOK_TOOL_H

#include "hook_answer.h"

#include <verify/verify.h>

struct heard_batch;
struct heard_json;

/* What is read besides the answers; texts are borrowed from the document. */
struct hook_response {
	bool is_finished;	    /* false: a part of an answer, or another event  */
	struct heard_str id;	    /* the tool's, of the answer: required            */
	struct heard_str form;	    /* the tool's, of the survey                      */
	struct heard_str title;	    /* of the survey                                  */
	struct heard_str at;	    /* when it was given                              */
	struct heard_str edited_at; /* an edit is a new revision                      */
	struct heard_str lang;
	char id_text[64]; /* room for an id that is made of several */
};

struct hook_tool {
	enum verify_scheme scheme;
	const char *token; /* the member of the body that is the secret; NULL: a header */
	/* What it is about; fields that are not there stay empty. */
	void (*look)(const struct heard_json *root, struct hook_response *);
	/* Calls hook_fill() for each answer.  0, or -errno with a sentence. */
	int (*fill)(const struct heard_json *root, struct hook_filling *, struct heard_error *);
};

/* In the order of hook_row.tool. */
extern const char *const hook_tools[]; /* names; ends with NULL */
const struct hook_tool *hook_tool_at(int tool);

void formbricks_look(const struct heard_json *, struct hook_response *);
int formbricks_fill(const struct heard_json *, struct hook_filling *, struct heard_error *);
void typeform_look(const struct heard_json *, struct hook_response *);
int typeform_fill(const struct heard_json *, struct hook_filling *, struct heard_error *);
void tally_look(const struct heard_json *, struct hook_response *);
int tally_fill(const struct heard_json *, struct hook_filling *, struct heard_error *);
void limesurvey_look(const struct heard_json *, struct hook_response *);
int limesurvey_fill(const struct heard_json *, struct hook_filling *, struct heard_error *);

#endif
