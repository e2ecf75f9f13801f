/*
 * hook_typeform.c - Typeform: {event_id, event_type, form_response: {definition, answers}}.
 *
 * Answers name their field by id and ref; its title is in the definition.  The response's
 * token, not the event's id, tells two answers apart: it stays when a delivery is
 * repeated by hand.
 */
#include "hook_tool.h"

#include <heard/batch.h>
#include <heard/json.h>
#include <heard/record.h>

void typeform_look(const struct heard_json *root, struct hook_response *r)
{
	const struct heard_json *form = heard_json_member(root, "form_response");
	r->is_finished = heard_str_is(heard_json_string(root, "event_type"), "form_response");
	r->id = heard_json_string(form, "token");
	if (r->id.len == 0)
		r->id = heard_json_string(root, "event_id");
	r->form = heard_json_string(form, "form_id");
	r->title = heard_json_string(heard_json_member(form, "definition"), "title");
	r->at = heard_json_string(form, "submitted_at");
}

static const char *typeform_guess(struct heard_str type)
{
	static const struct {
		const char *type, *is;
	} types[] = {{"nps", "nps"},
		     {"rating", "stars"},
		     {"short_text", "text"},
		     {"long_text", "text"},
		     {"email", "author.email"},
		     {"phone_number", "author.phone"},
		     {"statement", "ignore"}};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (heard_str_is(type, types[i].type))
			return types[i].is;
	return NULL;
}

static struct heard_str title_of(const struct heard_json *form, struct heard_str id)
{
	const struct heard_json *fields = heard_json_member(
		heard_json_member(form, "definition"), "fields");
	for (const struct heard_json *f = fields ? fields->first : NULL; f; f = f->next)
		if (heard_str_eq(heard_json_string(f, "id"), id))
			return heard_json_string(f, "title");
	return (struct heard_str){0};
}

/* "a, b" */
static struct heard_str both(const struct hook_filling *f, struct heard_str a,
			     struct heard_str b)
{
	char *text = heard_batch_alloc(heard_record_batch(f->record), a.len + b.len + 2);
	if (text == NULL)
		return (struct heard_str){0};
	memcpy(text, a.ptr, a.len);
	memcpy(text + a.len, ", ", 2);
	memcpy(text + a.len + 2, b.ptr, b.len);
	return heard_str_n(text, a.len + b.len + 2);
}

/* The labels of what was chosen, and what was written beside. */
static bool read_choice(struct hook_answer *a, const struct hook_filling *f,
			const struct heard_json *value)
{
	struct heard_str other = heard_json_string(value, "other");
	if (!hook_answer_value(a, f, heard_json_member(value, "label")))
		hook_answer_value(a, f, heard_json_member(value, "labels"));
	if (a->text.len && other.len)
		a->text = both(f, a->text, other);
	else if (other.len)
		a->text = other;
	return a->text.len > 0;
}

/* {type, <type>: value} */
static bool typeform_value(struct hook_answer *a, const struct hook_filling *f,
			   const struct heard_json *answer)
{
	char name[32];
	struct heard_str type = heard_json_string(answer, "type");
	if (type.len == 0 || type.len >= sizeof(name))
		return false;
	memcpy(name, type.ptr, type.len);
	name[type.len] = '\0';
	const struct heard_json *value = heard_json_member(answer, name);
	return value && value->type == HEARD_JSON_OBJECT ? read_choice(a, f, value)
							 : hook_answer_value(a, f, value);
}

int typeform_fill(const struct heard_json *root, struct hook_filling *f,
		  struct heard_error *err)
{
	const struct heard_json *form = heard_json_member(root, "form_response");
	const struct heard_json *answers = heard_json_member(form, "answers");
	const struct heard_json *hidden = heard_json_member(form, "hidden");
	int result = 0;
	for (const struct heard_json *v = answers ? answers->first : NULL; v && result == 0;
	     v = v->next) {
		const struct heard_json *field = heard_json_member(v, "field");
		struct hook_answer a = {
			.id = heard_json_string(field, "id"),
			.ref = heard_json_string(field, "ref"),
			.guess = typeform_guess(heard_json_string(field, "type"))};
		a.title = title_of(form, a.id);
		if (typeform_value(&a, f, v))
			result = hook_fill(f, &a, err);
	}
	for (const struct heard_json *v = hidden ? hidden->first : NULL; v && result == 0;
	     v = v->next) {
		struct hook_answer a = {.id = v->key};
		if (hook_answer_value(&a, f, v))
			result = hook_fill(f, &a, err);
	}
	return result;
}
