/*
 * hook_answer.c - answers as fields.
 *
 * Two questions whose answers are texts make one body: a paragraph each, under its
 * title.  A single one is the body alone, so that the filters read the customer only.
 */
#include "hook_answer.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/record.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { STARS = 5 };

#define SURVEY "survey."

/* ---- what an answer says */

/* "4", "4.5", and the codes of lists in LimeSurvey: "A4", "AO04". */
static bool read_number(struct heard_str text, double *number_r)
{
	char copy[32], *end;
	text = heard_str_trim(text);
	for (int i = 0; i < 2 && text.len > 1 && text.ptr[0] >= 'A' && text.ptr[0] <= 'Z'; i++)
		text = heard_str_skip(text, 1);
	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (strspn(copy, "-0123456789.") != text.len)
		return false;
	*number_r = strtod(copy, &end);
	return *end == '\0' && end != copy;
}

/* What a tool calls by an id, as its options have it; without them it says it itself. */
static struct heard_str said(const struct hook_answer *a, struct heard_str value)
{
	for (const struct heard_json *o = a->options ? a->options->first : NULL; o; o = o->next)
		if (heard_str_eq(heard_json_string(o, "id"), value))
			return heard_json_string(o, "text");
	return value;
}

static void put_value(struct heard_buf *out, const struct hook_answer *a,
		      const struct heard_json *v)
{
	switch (v->type) {
	case HEARD_JSON_STRING: heard_buf_str(out, said(a, v->string)); break;
	case HEARD_JSON_INT: heard_json_put_int(out, v->integer); break;
	case HEARD_JSON_NUMBER: heard_json_put_number(out, v->number); break;
	case HEARD_JSON_BOOL: heard_buf_puts(out, v->boolean ? "true" : "false"); break;
	default: break;
	}
}

/* "a, b": what was chosen, in the order of the tool. */
static bool join(struct hook_answer *a, const struct hook_filling *f,
		 const struct heard_json *array)
{
	struct heard_buf out;
	heard_buf_init(&out, HOOK_JOINED);
	int n = 0;
	for (const struct heard_json *v = array->first; v && n < HOOK_LIST; v = v->next, n++) {
		size_t before = out.len;
		if (before)
			heard_buf_puts(&out, ", ");
		size_t with_comma = out.len;
		put_value(&out, a, v);
		if (out.len == with_comma)
			out.len = before;
	}
	a->text = heard_batch_copy(heard_record_batch(f->record), heard_buf_view(&out));
	heard_buf_release(&out);
	return a->text.len > 0;
}

bool hook_answer_value(struct hook_answer *a, const struct hook_filling *f,
		       const struct heard_json *v)
{
	if (v == NULL)
		return false;
	switch (v->type) {
	case HEARD_JSON_INT:
	case HEARD_JSON_NUMBER:
		a->has_number = true;
		a->number = v->number;
		return true;
	case HEARD_JSON_BOOL:
		a->is_boolean = a->has_number = true;
		a->number = v->boolean;
		return true;
	case HEARD_JSON_STRING: a->text = said(a, v->string); return a->text.len > 0;
	case HEARD_JSON_ARRAY: return join(a, f, v);
	default: return false;
	}
}

/* ---- into the record */

static const struct hook_question *find_question(const struct hook_filling *f,
						 const struct hook_answer *a)
{
	const struct hook_question *q = f->questions->at;
	for (size_t i = 0; i < f->questions->n; i++)
		if (heard_str_is(a->id, q[i].id) || heard_str_is(a->ref, q[i].id))
			return &q[i];
	return NULL;
}

static struct hook_target target_of(const struct hook_question *q, const struct hook_answer *a)
{
	const char *word = q ? q->is : hook_word(a->ref);
	if (word == NULL)
		word = hook_word(a->id);
	if (word == NULL)
		word = a->guess ? a->guess : "choice";
	return hook_target(heard_str(word));
}

/* A name that stays the same for a question whose own cannot be one: its digits could be
 * part of a phone number, or it is a sentence. */
static struct heard_str made_name(struct heard_str given, char out[16])
{
	uint32_t sum = 2166136261u; /* FNV-1a */
	for (size_t i = 0; i < given.len; i++)
		sum = (sum ^ (unsigned char)given.ptr[i]) * 16777619u;
	memcpy(out, "q_", 2);
	for (size_t i = 2; i < 8; i++, sum /= 26)
		out[i] = (char)('a' + sum % 26);
	return heard_str_n(out, 8);
}

static struct heard_str name_of(const struct hook_question *q, const struct hook_answer *a,
				char out[16])
{
	/* attributes.survey.<these> are ours */
	static const char *const ours[] = {"name", "tool", "form"};
	struct heard_str name = q && *q->name ? heard_str(q->name) : a->ref;
	bool is_free = hook_is_name(name) || hook_is_name(name = a->id);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		is_free = is_free && !heard_str_is(name, ours[i]);
	return is_free ? name : made_name(a->ref.len ? a->ref : a->id, out);
}

static int set_attribute(struct hook_filling *f, struct heard_str name,
			 const struct hook_answer *a)
{
	char full[sizeof(SURVEY) + HOOK_NAME];
	struct heard_value v = {.type = HEARD_STR_, .str = a->text};
	int n = snprintf(full, sizeof(full), SURVEY "%.*s", HEARD_ARG(name));
	if (a->is_boolean)
		v = (struct heard_value){.type = HEARD_BOOL_, .boolean = a->number != 0};
	else if (a->has_number && a->text.len == 0)
		v = (struct heard_value){.type = HEARD_NUM_, .number = a->number};
	return heard_family_set(f->record, HEARD_ATTRIBUTES, heard_str_n(full, (size_t)n), v);
}

int hook_fill_attribute(struct hook_filling *f, const char *name, struct heard_str text)
{
	const struct hook_answer a = {.text = text};
	return text.len ? set_attribute(f, heard_str(name), &a) : 0;
}

/* The number on the scale from low to high; false if it is out of its own. */
static bool on_scale(const struct hook_question *q, double low, double high, double *number)
{
	double from = low, to = high;
	if (q && q->from != q->to) {
		from = q->from;
		to = q->to;
	}
	double place = (*number - from) / (to - from);
	if (!(place >= 0 && place <= 1))
		return false;
	*number = low + place * (high - low);
	return true;
}

/* 1: it was of use; 0: it was not; -ENOMEM. */
static int set_stars(struct hook_filling *f, const struct hook_question *q, double number)
{
	double worst = 0, most = STARS;
	if (q && q->from != q->to) {
		worst = q->from < q->to ? q->from : q->to;
		most = q->from < q->to ? q->to : q->from;
		if (q->from > q->to)
			number = q->from + q->to - number;
	}
	if (heard_has(f->record, HEARD_RATING) || !(number >= worst && number <= most))
		return 0;
	int result = heard_set_number(f->record, HEARD_RATING, number);
	if (result == 0)
		result = heard_set_number(f->record, HEARD_RATING_MAX, most);
	return result ? result : 1;
}

static int set_score(struct hook_filling *f, const struct hook_question *q,
		     const struct hook_target *t, double number)
{
	enum heard_field field = (enum heard_field)t->field;
	if (heard_has(f->record, field) || !on_scale(q, t->low, t->high, &number))
		return 0;
	int result = heard_set_number(f->record, field, number);
	return result ? result : 1;
}

static int set_part(struct hook_filling *f, const struct hook_question *q,
		    struct heard_str name, double number)
{
	if (!on_scale(q, 1, STARS, &number) ||
	    heard_family_get(f->record, HEARD_RATINGS, name).type != HEARD_NONE)
		return 0;
	int result = heard_family_set(
		f->record, HEARD_RATINGS, name,
		(struct heard_value){.type = HEARD_NUM_, .number = number});
	return result ? result : 1;
}

static int add_text(struct hook_filling *f, const struct hook_answer *a)
{
	if (a->text.len == 0 || f->n_texts == HOOK_TEXTS)
		return 0;
	f->texts[f->n_texts].title = a->title;
	f->texts[f->n_texts++].text = a->text;
	return 1;
}

/* An order number may come as a number. */
static int set_field(struct hook_filling *f, enum heard_field field,
		     const struct hook_answer *a)
{
	char text[32];
	struct heard_str value = a->text;
	if (value.len == 0 && !a->is_boolean)
		value = heard_str_n(text,
				    (size_t)snprintf(text, sizeof(text), "%.15g", a->number));
	if (value.len == 0 || heard_has(f->record, field))
		return 0;
	int result = heard_set_str(f->record, field, value);
	return result ? result : 1;
}

/* 1: the answer has its place; 0: it has none yet; -ENOMEM. */
static int place(struct hook_filling *f, const struct hook_question *q,
		 const struct hook_target *t, const struct hook_answer *a)
{
	double number = a->number;
	bool has_number = !a->is_boolean && (a->has_number || read_number(a->text, &number));
	switch (t->kind) {
	case HOOK_IGNORE: return 1;
	case HOOK_SCORE: return has_number ? set_score(f, q, t, number) : 0;
	case HOOK_STARS: return has_number ? set_stars(f, q, number) : 0;
	case HOOK_PART: return has_number ? set_part(f, q, t->name, number) : 0;
	case HOOK_TEXT: return add_text(f, a);
	case HOOK_FIELD: return set_field(f, (enum heard_field)t->field, a);
	default: return 0;
	}
}

int hook_fill(struct hook_filling *f, const struct hook_answer *a, struct heard_error *err)
{
	char made[16];
	if (++f->n > HOOK_ANSWERS)
		return heard_fail(err, EBADMSG, "more than %d answers", HOOK_ANSWERS);
	if (a->text.len == 0 && !a->has_number)
		return 0;
	const struct hook_question *q = find_question(f, a);
	struct hook_target t = target_of(q, a);
	struct heard_str name = name_of(q, a, made);
	int result = place(f, q, &t, a);
	/* The second question with stars, of which nothing else is known, is a part. */
	if (result == 0 && t.kind == HOOK_STARS && q == NULL && a->has_number)
		result = set_part(f, q, name, a->number);
	if (result == 0)
		result = set_attribute(f, name, a);
	if (result < 0)
		return heard_fail(err, ENOMEM, "no memory for the record");
	return 0;
}

int hook_fill_end(struct hook_filling *f)
{
	struct heard_buf body;
	size_t cap = 0;
	if (f->n_texts == 0)
		return 0;
	for (size_t i = 0; i < f->n_texts; i++)
		cap += f->texts[i].title.len + f->texts[i].text.len + 4;
	heard_buf_init(&body, cap);
	for (size_t i = 0; i < f->n_texts; i++) {
		struct heard_str title = f->texts[i].title;
		if (i)
			heard_buf_puts(&body, "\n\n");
		if (f->n_texts > 1 && title.len) {
			heard_buf_str(&body, title);
			heard_buf_puts(&body, "\n");
		}
		heard_buf_str(&body, f->texts[i].text);
	}
	int result = body.failed ? -ENOMEM
				 : heard_set_str(f->record, HEARD_BODY, heard_buf_view(&body));
	heard_buf_release(&body);
	return result;
}
