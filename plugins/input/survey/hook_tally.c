/*
 * hook_tally.c - Tally: {eventType, data: {submissionId, fields: [{key, label, type, value}]}}.
 *
 * What was chosen is told by the ids of options, whose texts stand beside.  A question
 * with checkboxes comes as one field with all of them and then one a box; only the first
 * is of use.
 */
#include "hook_tool.h"

#include <heard/batch.h>
#include <heard/json.h>
#include <heard/record.h>

void tally_look(const struct heard_json *root, struct hook_response *r)
{
	const struct heard_json *data = heard_json_member(root, "data");
	r->is_finished = heard_str_is(heard_json_string(root, "eventType"), "FORM_RESPONSE");
	r->id = heard_json_string(data, "submissionId");
	if (r->id.len == 0)
		r->id = heard_json_string(data, "responseId");
	r->form = heard_json_string(data, "formId");
	r->title = heard_json_string(data, "formName");
	r->at = heard_json_string(data, "createdAt");
}

static const char *tally_guess(struct heard_str type)
{
	static const struct {
		const char *type, *is;
	} types[] = {{"RATING", "stars"},
		     {"INPUT_TEXT", "text"},
		     {"TEXTAREA", "text"},
		     {"INPUT_EMAIL", "author.email"},
		     {"INPUT_PHONE_NUMBER", "author.phone"},
		     {"FILE_UPLOAD", "ignore"},
		     {"SIGNATURE", "ignore"},
		     {"PAYMENT", "ignore"}};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (heard_str_is(type, types[i].type))
			return types[i].is;
	return NULL;
}

int tally_fill(const struct heard_json *root, struct hook_filling *f, struct heard_error *err)
{
	const struct heard_json *fields = heard_json_member(heard_json_member(root, "data"),
							    "fields");
	int result = 0;
	for (const struct heard_json *v = fields ? fields->first : NULL; v && result == 0;
	     v = v->next) {
		const struct heard_json *options = heard_json_member(v, "options");
		struct heard_str type = heard_json_string(v, "type");
		struct hook_answer a = {.id = heard_json_string(v, "key"),
					.ref = heard_json_string(v, "label"),
					.title = heard_json_string(v, "label"),
					.guess = tally_guess(type),
					.options = options};
		if (!hook_answer_value(&a, f, heard_json_member(v, "value")) ||
		    (a.is_boolean && heard_str_is(type, "CHECKBOXES")))
			continue;
		result = hook_fill(f, &a, err);
	}
	return result;
}
