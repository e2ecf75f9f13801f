/*
 * field.c - one question on a page: plain HTML that works without script or style.
 *
 * Every box has an id made of numbers, q<question>-<value> or
 * q<question>p<part>-<value>: style.c asks by it which are ticked.
 *
 * A question with a condition is never `required` for the browser: one that is hidden
 * could not be answered, and the form could not be sent.
 */
#include "field.h"

#include "wording.h"

#include <stdio.h>

struct field {
	struct page *page;
	const struct question *q;
	size_t i;
	const struct given *given; /* NULL: a new page */
	struct heard_str text;
};

static const struct page_phrase required = {{"必答", "required"}},
				many = {{"可多选", "choose all that apply"}};

static bool must(const struct field *f)
{
	return f->q->is_required && f->q->when.n == 0;
}

static void put_name(const struct field *f, const char *part)
{
	char name[2 * FORM_ID + 8];
	snprintf(name, sizeof(name), "q.%.32s%s%.32s", f->q->id, part ? "." : "",
		 part ? part : "");
	page_attr(f->page, "name", heard_str(name));
}

static void id_of(const struct field *f, int part, int64_t value, char id[48])
{
	if (part < 0)
		snprintf(id, 48, "q%zu-%lld", f->i, (long long)value);
	else
		snprintf(id, 48, "q%zup%d-%lld", f->i, part, (long long)value);
}

static bool is_ticked(const struct field *f, int part, int64_t value)
{
	if (f->given == NULL)
		return false;
	if (part >= 0)
		return f->given->parts[part] == value;
	return f->q->is_many ? (f->given->picked >> value & 1) != 0
			     : f->given->is_given && f->given->value == value;
}

static void put_box(const struct field *f, int part, int64_t value, const char *id,
		    const char *label)
{
	struct page *p = f->page;
	page_html(p, "<input");
	page_attr(p, "type", heard_str(f->q->is_many ? "checkbox" : "radio"));
	page_attr(p, "id", heard_str(id));
	put_name(f, part < 0 ? NULL : f->q->parts[part].key);
	page_attr_int(p, "value", value);
	if (label)
		page_attr(p, "aria-label", heard_str(label));
	if (part < 0 && !f->q->is_many && must(f))
		page_html(p, " required");
	if (is_ticked(f, part, value))
		page_html(p, " checked");
	page_html(p, ">");
}

/* ---- kinds */

static void put_scale(const struct field *f)
{
	struct page *p = f->page;
	bool has_words = f->q->kind == KIND_CSAT;
	char id[48], number[24];
	page_html(p, "<div");
	page_attr(p, "class",
		  heard_str(has_words		     ? "scale words"
			    : f->q->kind == KIND_CES ? "scale n7"
						     : "scale n11"));
	page_html(p, ">");
	for (int64_t v = f->q->least; v <= f->q->most; v++) {
		id_of(f, -1, v, id);
		put_box(f, -1, v, id, NULL);
		page_html(p, "<label");
		page_attr(p, "for", heard_str(id));
		page_html(p, ">");
		snprintf(number, sizeof(number), "%lld", (long long)v);
		if (has_words)
			page_say(p, wording_csat(v));
		else
			page_text(p, heard_str(number));
		page_html(p, "</label>");
	}
	page_html(p, "</div>");
	if (has_words)
		return;
	page_html(p, "<div class=ends><span>");
	snprintf(number, sizeof(number), "%lld – ", (long long)f->q->least);
	page_text(p, heard_str(number));
	page_say(p, wording_worst(f->q->kind));
	page_html(p, "</span><span>");
	page_say(p, wording_best(f->q->kind));
	snprintf(number, sizeof(number), " – %lld", (long long)f->q->most);
	page_text(p, heard_str(number));
	page_html(p, "</span></div>");
}

static void put_stars(const struct field *f, int part)
{
	struct page *p = f->page;
	char id[48], label[24];
	page_html(p, "<div class=stars>");
	for (int64_t v = f->q->least; v <= f->q->most; v++) {
		id_of(f, part, v, id);
		snprintf(label, sizeof(label), "%lld/%lld", (long long)v,
			 (long long)f->q->most);
		put_box(f, part, v, id, label);
		page_html(p, "<label");
		page_attr(p, "for", heard_str(id));
		page_attr(p, "title", heard_str(label));
		page_html(p, "></label>");
	}
	page_html(p, "</div>");
}

static void put_parts(const struct field *f)
{
	struct page *p = f->page;
	if (f->q->n_parts == 0)
		return;
	page_html(p, "<div class=parts>");
	for (size_t k = 0; k < f->q->n_parts; k++) {
		page_html(p, "<div class=part role=group");
		page_attr(p, "aria-label", heard_str(page_said(p, f->q->parts[k].said)));
		page_html(p, "><span class=said>");
		page_say(p, f->q->parts[k].said);
		page_html(p, "</span>");
		put_stars(f, (int)k);
		page_html(p, "</div>");
	}
	page_html(p, "</div>");
}

static void put_choices(const struct field *f)
{
	struct page *p = f->page;
	char id[48];
	page_html(p, "<div");
	page_attr(p, "class", heard_str(f->q->n_choices > 3 ? "picks two" : "picks"));
	page_html(p, ">");
	for (size_t k = 0; k < f->q->n_choices; k++) {
		id_of(f, -1, (int64_t)k, id);
		page_html(p, "<label");
		page_attr(p, "class", heard_str(f->q->is_many ? "pick many" : "pick"));
		page_html(p, ">");
		put_box(f, -1, (int64_t)k, id, NULL);
		page_html(p, "<span>");
		page_say(p, f->q->choices[k].said);
		page_html(p, "</span></label>");
	}
	page_html(p, "</div>");
}

static void put_text(const struct field *f)
{
	struct page *p = f->page;
	char id[32];
	snprintf(id, sizeof(id), "q%zu", f->i);
	page_html(p, "<textarea rows=3");
	page_attr(p, "id", heard_str(id));
	put_name(f, NULL);
	page_attr_int(p, "maxlength", f->q->max);
	if (must(f))
		page_html(p, " required");
	page_html(p, ">\n"); /* a line break here is not part of the text */
	page_text(p, f->text);
	page_html(p, "</textarea>");
}

/* ---- around them */

static void put_question(const struct field *f)
{
	struct page *p = f->page;
	page_say(p, f->q->text);
	if (f->q->is_many) {
		page_html(p, " <small>");
		page_say(p, many);
		page_html(p, "</small>");
	}
	if (f->q->is_required) {
		page_html(p, " <span class=must>* ");
		page_say(p, required);
		page_html(p, "</span>");
	}
}

static void put_class(const struct field *f, bool is_wrong)
{
	char class[64];
	snprintf(class, sizeof(class), "field ask w%zu%s", f->i, is_wrong ? " wrong" : "");
	page_attr(f->page, "class", heard_str(class));
}

static void put_labelled(const struct field *f, bool is_wrong)
{
	struct page *p = f->page;
	char id[32];
	snprintf(id, sizeof(id), "q%zu", f->i);
	page_html(p, "<div");
	put_class(f, is_wrong);
	page_html(p, "><label");
	page_attr(p, "for", heard_str(id));
	page_html(p, ">");
	put_question(f);
	page_html(p, "</label>");
	put_text(f);
	page_html(p, "</div>\n");
}

void field_put(struct page *page, const struct form *form, size_t i, const struct reply *reply,
	       bool is_wrong)
{
	struct field f = {page, &form->at[i], i, reply ? &reply->given[i] : NULL,
			  reply ? reply_text(reply, i) : heard_str(NULL)};
	if (f.q->kind == KIND_TEXT) {
		put_labelled(&f, is_wrong);
		return;
	}
	page_html(page, "<fieldset");
	put_class(&f, is_wrong);
	page_html(page, "><legend>");
	put_question(&f);
	page_html(page, "</legend>");
	if (f.q->kind == KIND_STARS)
		put_stars(&f, -1);
	else if (f.q->kind == KIND_CHOICE)
		put_choices(&f);
	else
		put_scale(&f);
	put_parts(&f);
	page_html(page, "</fieldset>\n");
}
