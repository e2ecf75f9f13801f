/*
 * verdict.c - from an answer of the API to a verdict, or a sentence why not.
 */
#include "verdict.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <string.h>
#include <text/utf8.h>

enum { DIGITS = 6 };

/* ---- summaries */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A model that makes up an order number, or a phone number, is not to be repeated. */
static bool has_new_number(struct heard_str s, struct heard_str text)
{
	for (size_t i = 0; i < s.len;) {
		size_t n = 0;
		while (i + n < s.len && is_digit(s.ptr[i + n]))
			n++;
		if (n >= DIGITS &&
		    (text.len < n || memmem(text.ptr, text.len, s.ptr + i, n) == NULL))
			return true;
		i += n > 0 ? n : 1;
	}
	return false;
}

static bool has(struct heard_str s, const char *word)
{
	return s.len > 0 && memmem(s.ptr, s.len, word, strlen(word)) != NULL;
}

static bool has_markup(struct heard_str s)
{
	return has(s, "<") || has(s, ">") || has(s, "://") || has(s, "](") || has(s, "www.") ||
	       has(s, "```");
}

static bool has_controls(struct heard_str s)
{
	const char *p = s.ptr, *end = s.ptr + s.len;
	while (p < end) {
		uint32_t c;
		size_t n = text_decode(p, end, &c);
		bool is_direction = (c >= 0x202a && c <= 0x202e) ||
				    (c >= 0x2066 && c <= 0x2069);
		if (n == 0 || c < ' ' || (c >= 0x7f && c < 0xa0) || is_direction)
			return true;
		p += n;
	}
	return false;
}

static const char *fault_of_summary(struct heard_str s, struct heard_str text, int64_t most)
{
	if (s.len == 0)
		return "its summary is empty";
	if (heard_str_chars(s) > (size_t)most)
		return "its summary is too long";
	if (has_markup(s) || has_controls(s))
		return "its summary is not plain text";
	if (has_new_number(s, text))
		return "its summary has a number that the text has not";
	return NULL;
}

/* ---- the object */

struct reading {
	const struct prompt *prompt;
	struct prompt_wish wish;
	struct heard_str text;
	struct verdict *verdict;
	bool has_class, has_intent, has_summary;
};

static const char *read_class(struct reading *g, struct heard_str s)
{
	g->has_class = true;
	g->verdict->class = classes_find(g->prompt->classes, s);
	return g->verdict->class != NULL || heard_str_is(s, "none")
		       ? NULL
		       : "its class is none of those it was given";
}

static const char *read_intent(struct reading *g, struct heard_str s)
{
	static const char *const intents[] = {"complaint", "question", "suggestion", "praise"};
	g->has_intent = true;
	for (size_t i = 0; i < 4; i++)
		if (heard_str_is(s, intents[i]))
			g->verdict->intent = intents[i];
	return g->verdict->intent != NULL || heard_str_is(s, "none")
		       ? NULL
		       : "its intent is none of those it was given";
}

static const char *read_summary(struct reading *g, struct heard_str s)
{
	g->has_summary = true;
	g->verdict->summary = heard_str_trim(s);
	return fault_of_summary(g->verdict->summary, g->text, g->prompt->max_summary);
}

/* NULL, or why it is refused. */
static const char *read_member(struct reading *g, const struct heard_json *j)
{
	if (j->type != HEARD_JSON_STRING)
		return "a member is no text";
	if (g->wish.class && !g->has_class && heard_str_is(j->key, "class"))
		return read_class(g, j->string);
	if (g->wish.class && !g->has_intent && heard_str_is(j->key, "intent"))
		return read_intent(g, j->string);
	if (g->wish.summary && !g->has_summary && heard_str_is(j->key, "summary"))
		return read_summary(g, j->string);
	return "it has a member that was not asked for, or one twice";
}

static const char *read_object(struct reading *g, const struct heard_json *object)
{
	const char *fault = NULL;
	if (object->type != HEARD_JSON_OBJECT)
		return "it is no JSON object";
	for (const struct heard_json *j = object->first; j != NULL && fault == NULL;
	     j = j->next)
		fault = read_member(g, j);
	if (fault == NULL && ((g->wish.class && !(g->has_class && g->has_intent)) ||
			      (g->wish.summary && !g->has_summary)))
		fault = "a member is missing";
	return fault;
}

/* ---- the API */

/* choices[0].message.content of an answer that is complete. */
static int content_of(const struct heard_json *root, struct heard_str *content,
		      struct heard_error *err)
{
	const struct heard_json *choices = heard_json_member(root, "choices");
	if (choices == NULL || choices->type != HEARD_JSON_ARRAY || choices->first == NULL ||
	    choices->first->type != HEARD_JSON_OBJECT)
		return heard_fail(err, EPROTO, "its answer has no choices[0]");
	struct heard_str end = heard_json_string(choices->first, "finish_reason");
	const struct heard_json *text = heard_json_member(
		heard_json_member(choices->first, "message"), "content");
	if (end.len > 0 && !heard_str_is(end, "stop"))
		return heard_fail(err, EBADMSG, "it did not come to its end (finish_reason)");
	if (text == NULL || text->type != HEARD_JSON_STRING)
		return heard_fail(err, EBADMSG, "it has no content");
	*content = text->string;
	return 0;
}

static int64_t tokens_of(const struct heard_json *root)
{
	const struct heard_json *n = heard_json_member(heard_json_member(root, "usage"),
						       "total_tokens");
	return n != NULL && n->type == HEARD_JSON_INT && n->integer > 0 &&
			       n->integer < 100000000
		       ? n->integer
		       : 0;
}

static int read_content(struct reading *g, struct heard_str content, size_t cap,
			struct heard_batch *b, struct heard_error *err)
{
	struct heard_json_doc *doc = heard_json_parse(heard_str_trim(content), cap, NULL);
	if (doc == NULL)
		return heard_fail(err, EBADMSG, "it is no JSON");
	const char *fault = read_object(g, heard_json_root(doc));
	int rc = 0;
	if (fault != NULL)
		rc = heard_fail(err, EBADMSG, "%s", fault);
	else if (g->verdict->summary.len > 0 &&
		 (g->verdict->summary = heard_batch_copy(b, g->verdict->summary)).ptr == NULL)
		rc = heard_fail(err, ENOMEM, "no room for a summary");
	heard_json_destroy(doc);
	return rc;
}

int verdict_read(const struct prompt *p, struct prompt_wish wish, struct heard_str answer,
		 size_t cap, struct heard_str text, struct heard_batch *b, struct verdict *v,
		 struct heard_error *err)
{
	struct reading g = {.prompt = p, .wish = wish, .text = text, .verdict = v};
	struct heard_str content = {NULL, 0};
	*v = (struct verdict){0};
	struct heard_json_doc *doc = heard_json_parse(answer, cap, NULL);
	if (doc == NULL)
		return heard_fail(err, EPROTO, "its answer is no JSON");
	v->tokens = tokens_of(heard_json_root(doc));
	int rc = content_of(heard_json_root(doc), &content, err);
	if (rc == 0)
		rc = read_content(&g, content, cap, b, err);
	if (rc != 0)
		*v = (struct verdict){.tokens = v->tokens};
	heard_json_destroy(doc);
	return rc;
}
