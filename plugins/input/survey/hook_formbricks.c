/*
 * hook_formbricks.c - Formbricks: {webhookId, event, data: {id, surveyId, finished, data}}.
 *
 * It says nothing of the questions but their ids, which an author of a survey may choose:
 * one that is called "nps" needs no config.  A question that was passed over is there as
 * an empty text, or "dismissed"; Formbricks counts such a one among the answers of its
 * NPS, we do not.
 */
#include "hook_tool.h"

#include <heard/json.h>

void formbricks_look(const struct heard_json *root, struct hook_response *r)
{
	const struct heard_json *data = heard_json_member(root, "data");
	const struct heard_json *finished = heard_json_member(data, "finished");
	const struct heard_json *survey = heard_json_member(data, "survey");
	r->is_finished = heard_str_is(heard_json_string(root, "event"), "responseFinished") &&
			 finished && finished->type == HEARD_JSON_BOOL && finished->boolean;
	r->id = heard_json_string(data, "id");
	r->form = heard_json_string(data, "surveyId");
	r->title = heard_json_string(survey, "title");
	r->at = heard_json_string(data, "createdAt");
	r->edited_at = heard_json_string(data, "updatedAt");
	r->lang = heard_json_string(data, "language");
	if (heard_str_is(r->lang, "default"))
		r->lang = (struct heard_str){0};
}

/* Whom the shop's own page told it about. */
static int fill_contact(const struct heard_json *data, struct hook_filling *f,
			struct heard_error *err)
{
	static const char *const names[] = {"userId", "email", "phone", "name"};
	const struct heard_json *contact = heard_json_member(data, "contact");
	const struct heard_json *more = heard_json_member(data, "contactAttributes");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct hook_answer a = {.id = heard_str(names[i])};
		a.text = heard_json_string(contact, names[i]);
		if (a.text.len == 0)
			a.text = heard_json_string(more, names[i]);
		int result = a.text.len ? hook_fill(f, &a, err) : 0;
		if (result < 0)
			return result;
	}
	return 0;
}

int formbricks_fill(const struct heard_json *root, struct hook_filling *f,
		    struct heard_error *err)
{
	const struct heard_json *data = heard_json_member(root, "data");
	const struct heard_json *answers = heard_json_member(data, "data");
	int result = 0;
	for (const struct heard_json *v = answers ? answers->first : NULL; v && result == 0;
	     v = v->next) {
		struct hook_answer a = {.id = v->key};
		if (v->type == HEARD_JSON_STRING && heard_str_is(v->string, "dismissed"))
			continue;
		if (hook_answer_value(&a, f, v))
			result = hook_fill(f, &a, err);
	}
	return result ? result : fill_contact(data, f, err);
}
