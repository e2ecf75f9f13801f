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

static struct heard_str option_text(const struct heard_json *options, struct heard_str id)
{
	for (const struct heard_json *o = options->first; o; o = o->next)
		if (heard_str_eq(heard_json_string(o, "id"), id))
			return heard_json_string(o, "text");
	return id;
}

static bool read_options(struct hook_answer *a, const struct hook_filling *f,
			 const struct heard_json *options, const struct heard_json *value)
{
	struct heard_buf out;
	int n = 0;
	heard_buf_init(&out, HOOK_JOINED);
	for (const struct heard_json *v = value->first; v && n < HOOK_LIST; v = v->next, n++) {
		struct heard_str text = option_text(options, v->string);
		if (out.len && text.len)
			heard_buf_puts(&out, ", ");
		heard_buf_str(&out, text);
	}
	a->text = heard_batch_copy(heard_record_batch(f->record), heard_buf_view(&out));
	heard_buf_release(&out);
	return a->text.len > 0;
}

static bool tally_value(struct hook_answer *a, const struct hook_filling *f,
			const struct heard_json *field)
{
	const struct heard_json *value = heard_json_member(field, "value");
	const struct heard_json *options = heard_json_member(field, "options");
	if (value == NULL || options == NULL || options->type != HEARD_JSON_ARRAY)
		return hook_answer_value(a, f, value);
	if (value->type == HEARD_JSON_ARRAY)
		return read_options(a, f, options, value);
	if (value->type != HEARD_JSON_STRING)
		return hook_answer_value(a, f, value);
	a->text = option_text(options, value->string);
	return a->text.len > 0;
}

int tally_fill(const struct heard_json *root, struct hook_filling *f, struct heard_error *err)
{
	const struct heard_json *fields = heard_json_member(heard_json_member(root, "data"),
							    "fields");
	int result = 0;
	for (const struct heard_json *v = fields ? fields->first : NULL; v && result == 0;
	     v = v->next) {
		struct heard_str type = heard_json_string(v, "type");
		struct hook_answer a = {.id = heard_json_string(v, "key"),
					.ref = heard_json_string(v, "label"),
					.title = heard_json_string(v, "label"),
					.guess = tally_guess(type)};
		if (!tally_value(&a, f, v) ||
		    (a.is_boolean && heard_str_is(type, "CHECKBOXES")))
			continue;
		result = hook_fill(f, &a, err);
	}
	return result;
}
