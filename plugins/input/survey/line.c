/*
 * line.c - what becomes of each answer: scores to their fields, texts to the body, and
 * all of it to attributes.survey.<id>.
 *
 * One text is the body as it is; of several each stands behind its question.  A question
 * is our word and not the customer's, and rules would take it for theirs: so it is there
 * only where the answers could not be told apart without it.
 *
 * A bad answer without a word has a subject instead, so that its ticket has a name.
 */
#include "line.h"

#include <heard/json.h>

#include <string.h>
#include <text/utf8.h>

enum { SUBJECT = 4096, KEYS = 4096 };

struct line {
	struct heard_json_out out;
	const struct form *form;
	const struct reply *reply;
	const struct line_about *about;
};

static size_t count_texts(const struct line *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->form->n; i++)
		n += l->reply->given[i].len > 0;
	return n;
}

static void put_body(struct line *l)
{
	struct heard_buf body;
	size_t n = count_texts(l);
	heard_buf_init(&body, 2 * REPLY_MAX);
	for (size_t i = 0; i < l->form->n; i++) {
		struct heard_str text = reply_text(l->reply, i);
		const char *question = l->form->at[i].text.in[l->about->lang];
		if (text.len == 0)
			continue;
		if (n > 1)
			heard_buf_printf(&body, l->about->lang == PAGE_ZH ? "%s%s：" : "%s%s: ",
					 body.len ? "\n" : "", question);
		heard_buf_str(&body, text);
	}
	if (n)
		heard_json_str(&l->out, "body", heard_buf_view(&body));
	l->out.buf->failed |= body.failed;
	heard_buf_release(&body);
}

static bool is_chinese(const struct line *l)
{
	bool is = l->about->lang == PAGE_ZH;
	for (size_t i = 0; i < l->form->n && !is; i++)
		is = text_has_chinese(reply_text(l->reply, i));
	return is;
}

/* "售后调查：物流 1/5" */
static void put_subject(struct line *l, const struct score *score)
{
	struct heard_buf text;
	enum page_lang lang = l->about->lang;
	const char *colon = lang == PAGE_ZH ? "：" : ": ";
	if (!score->is_bad || count_texts(l))
		return;
	heard_buf_init(&text, SUBJECT);
	heard_buf_printf(&text, "%s%s", l->about->title.in[lang], colon);
	if (score->worst)
		heard_buf_printf(&text, "%s %lld/5", score->worst->said.in[lang],
				 (long long)score->worst_value);
	else
		heard_buf_puts(&text, lang == PAGE_ZH ? "低分" : "a low score");
	if (!text.failed) /* a title without end: better no subject than no answer */
		heard_json_str(&l->out, "subject", heard_buf_view(&text));
	heard_buf_release(&text);
}

static void put_scores(struct line *l)
{
	static const char *const fields[] = {"nps", "csat", "ces", "rating"};
	for (size_t i = 0; i < l->form->n; i++) {
		const struct question *q = &l->form->at[i];
		if (q->kind > KIND_STARS || !l->reply->given[i].is_given)
			continue;
		heard_json_int(&l->out, fields[q->kind], l->reply->given[i].value);
		if (q->kind == KIND_STARS)
			heard_json_int(&l->out, "rating_max", q->most);
	}
}

static void put_ratings(struct line *l)
{
	const struct question *q = form_find(l->form, KIND_STARS);
	size_t i = q ? (size_t)(q - l->form->at) : 0;
	heard_json_begin(&l->out, "ratings", '{');
	for (size_t k = 0; q && k < q->n_parts; k++)
		if (l->reply->given[i].parts[k])
			heard_json_int(&l->out, q->parts[k].key, l->reply->given[i].parts[k]);
	heard_json_end(&l->out, '}');
}

static void put_choice(struct line *l, const struct question *q, const struct given *given)
{
	struct heard_buf keys;
	if (!q->is_many) {
		heard_json_str(&l->out, q->id, heard_str(q->choices[given->value].key));
		return;
	}
	heard_buf_init(&keys, KEYS * 2);
	for (size_t k = 0; k < q->n_choices; k++)
		if (given->picked >> k & 1)
			heard_buf_printf(&keys, "%s%s", keys.len ? ", " : "",
					 q->choices[k].key);
	heard_json_str(&l->out, q->id, heard_buf_view(&keys));
	heard_buf_release(&keys);
}

static void put_attributes(struct line *l)
{
	heard_json_begin(&l->out, "attributes", '{');
	heard_json_begin(&l->out, "survey", '{');
	heard_json_str(&l->out, "name", heard_str(l->about->survey));
	if (l->about->segment.len)
		heard_json_str(&l->out, "segment", l->about->segment);
	for (size_t i = 0; i < l->form->n; i++) {
		const struct question *q = &l->form->at[i];
		const struct given *given = &l->reply->given[i];
		if (given->len)
			heard_json_str(&l->out, q->id, reply_text(l->reply, i));
		else if (q->kind == KIND_CHOICE && (given->is_given || given->picked))
			put_choice(l, q, given);
		else if (given->is_given)
			heard_json_int(&l->out, q->id, given->value);
	}
	heard_json_end(&l->out, '}');
	heard_json_end(&l->out, '}');
}

void line_write(struct heard_buf *buf, const struct form *form, const struct reply *reply,
		const struct score *score, const struct line_about *about)
{
	struct line l = {.out = {.buf = buf}, .form = form, .reply = reply, .about = about};
	heard_json_begin(&l.out, NULL, '{');
	heard_json_str(&l.out, "channel", HEARD_STR_OF("survey"));
	heard_json_str(&l.out, "lang", heard_str(is_chinese(&l) ? "zh" : "en"));
	put_subject(&l, score);
	put_body(&l);
	if (about->person.len) {
		heard_json_begin(&l.out, "author", '{');
		heard_json_str(&l.out, "id", about->person);
		heard_json_end(&l.out, '}');
	}
	put_scores(&l);
	put_ratings(&l);
	if (about->product.len)
		heard_json_str(&l.out, "product", about->product);
	if (score->is_bad) {
		heard_json_str(&l.out, "intent", HEARD_STR_OF("complaint"));
		if (score->department[0])
			heard_json_str(&l.out, "department", heard_str(score->department));
	}
	put_attributes(&l);
	heard_json_end(&l.out, '}');
}
