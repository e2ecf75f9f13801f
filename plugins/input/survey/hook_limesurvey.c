/*
 * hook_limesurvey.c - LimeSurvey with the plugin LimeSurveyWebhook: {api_token, survey,
 * event, respondId, response, response_pretty, submitDate, token, participant}.
 *
 * Nothing is signed: the body has the secret in it, so the connection should be TLS.
 * Answers are in `response` by the codes of their questions, which the author chooses.
 * Texts cannot be told from codes of lists, so a text needs a row of `questions`, or a
 * code that is a word we know; others become attributes.  The plugin sends once and does not
 * repeat.
 */
#include "hook_tool.h"

#include <heard/batch.h>
#include <heard/json.h>
#include <heard/record.h>

#include <stdio.h>

void limesurvey_look(const struct heard_json *root, struct hook_response *r)
{
	const struct heard_json *survey = heard_json_member(root, "survey");
	const struct heard_json *id = heard_json_member(root, "respondId");
	const struct heard_json *response = heard_json_member(root, "response");
	r->is_finished = heard_str_is(heard_json_string(root, "event"), "afterSurveyComplete");
	if (survey && survey->type == HEARD_JSON_INT && id && id->type == HEARD_JSON_INT) {
		int n = snprintf(r->id_text, sizeof(r->id_text), "%lld.%lld",
				 (long long)survey->integer, (long long)id->integer);
		r->id = heard_str_n(r->id_text, (size_t)n);
		r->form = heard_str_n(r->id_text, strcspn(r->id_text, "."));
	}
	r->at = heard_json_string(root, "submitDate");
	r->lang = heard_json_string(response, "startlanguage");
}

/* What is in every response and is no answer; some of it is personal. */
static bool is_bookkeeping(struct heard_str key)
{
	static const char *const names[] = {
		"id",	     "submitdate", "lastpage", "startlanguage", "seed",
		"startdate", "datestamp",  "ipaddr",   "refurl",	"token"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (heard_str_is(key, names[i]))
			return true;
	return false;
}

/* In the batch: it may become a text, which is borrowed until all answers are in. */
static struct heard_str full_name(const struct hook_filling *f, struct heard_str first,
				  struct heard_str last)
{
	char text[256];
	if (first.len + last.len >= sizeof(text) - 1)
		return heard_str_n(NULL, 0);
	int n = snprintf(text, sizeof(text), "%.*s%s%.*s", HEARD_ARG(first),
			 first.len && last.len ? " " : "", HEARD_ARG(last));
	return heard_batch_copy(heard_record_batch(f->record), heard_str_n(text, (size_t)n));
}

static int fill_participant(const struct heard_json *root, struct hook_filling *f,
			    struct heard_error *err)
{
	const struct heard_json *who = heard_json_member(root, "participant");
	struct hook_answer email = {.id = heard_str("email"),
				    .text = heard_json_string(who, "email")};
	struct hook_answer name = {.id = heard_str("name"),
				   .text = full_name(f, heard_json_string(who, "firstname"),
						     heard_json_string(who, "lastname"))};
	int result = email.text.len ? hook_fill(f, &email, err) : 0;
	return result == 0 && name.text.len ? hook_fill(f, &name, err) : result;
}

int limesurvey_fill(const struct heard_json *root, struct hook_filling *f,
		    struct heard_error *err)
{
	const struct heard_json *response = heard_json_member(root, "response");
	int result = 0;
	for (const struct heard_json *v = response ? response->first : NULL; v && result == 0;
	     v = v->next) {
		struct hook_answer a = {.id = v->key};
		if (is_bookkeeping(v->key))
			continue;
		if (hook_answer_value(&a, f, v))
			result = hook_fill(f, &a, err);
	}
	return result ? result : fill_participant(root, f, err);
}
