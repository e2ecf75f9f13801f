/*
 * form.c - from the rows of the config to questions.
 *
 * The option tables have looked at each value by itself; here is what only all of them
 * together can say.  Nobody likes to mend a survey one fault at a time, so each question
 * is looked at to its end, and all that is wrong is said in one sentence.
 */
#include "form.h"

#include "reply.h"
#include "wording.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/utf8.h>

enum { FAULTS = 440 }; /* bytes of them that are told */

const char *const kind_words[] = {"nps", "csat", "ces", "stars", "choice", "text", NULL};

struct making {
	struct form *form;
	struct heard_buf faults;
	size_t n_faults, n_told;
};

/* ---- faults */

static void add_fault(struct making *m, size_t i, const char *text)
{
	const char *id = m->form->at[i].id;
	char one[400];
	int n = snprintf(one, sizeof(one), "%squestion %s%.40s%s: %s", m->n_faults ? "; " : "",
			 id[0] ? "\"" : "", id[0] ? id : "without id", id[0] ? "\"" : "", text);
	m->n_faults++;
	if (m->n_told + 1 == m->n_faults && n > 0 && (size_t)n < sizeof(one) &&
	    m->faults.len + (size_t)n < FAULTS) {
		heard_buf_puts(&m->faults, one);
		m->n_told++;
	}
}

static int tell(struct making *m, struct heard_error *err)
{
	if (m->n_faults == 0)
		return 0;
	if (m->n_told < m->n_faults)
		heard_buf_printf(&m->faults, "; and %zu more", m->n_faults - m->n_told);
	return heard_fail(err, EINVAL, "questions: %s",
			  m->faults.failed ? "out of memory" : m->faults.ptr);
}

/* ---- labels */

bool form_is_id(const char *id)
{
	size_t n = strlen(id);
	return n > 0 && n <= FORM_ID && id[0] >= 'a' && id[0] <= 'z' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static char *keep(struct form *form, const char *text)
{
	char **kept = reallocarray(form->kept, form->n_kept + 1, sizeof(*kept));
	if (kept == NULL)
		return NULL;
	form->kept = kept;
	char *copy = strdup(text);
	if (copy)
		form->kept[form->n_kept++] = copy;
	return copy;
}

/* "key|zh|en", "key|both" or "both". */
static bool read_label(struct form *form, const char *text, struct label *label)
{
	char *key = keep(form, text), *zh, *en;
	if (key == NULL)
		return false;
	zh = strchr(key, '|');
	if (zh)
		*zh++ = '\0';
	en = zh ? strchr(zh, '|') : NULL;
	if (en)
		*en++ = '\0';
	*label = (struct label){.key = key, .said = {{zh, en}}};
	if (zh == NULL || zh[0] == '\0')
		label->said.in[PAGE_ZH] = label->said.in[PAGE_EN] = key;
	else if (en == NULL || en[0] == '\0')
		label->said.in[PAGE_EN] = zh;
	return true;
}

static bool is_label(const char *text)
{
	size_t n = strlen(text);
	return n > 0 && n <= FORM_LABEL && text[0] != '|' &&
	       text_is_valid(heard_str_n(text, n)) && strcspn(text, "\n\r\t") == n;
}

static void check_twice(struct making *m, size_t i, const struct label *labels, size_t n,
			const char *what)
{
	char text[160];
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < a; b++)
			if (strcmp(labels[a].key, labels[b].key) == 0) {
				snprintf(text, sizeof(text), "%s has \"%.60s\" twice", what,
					 labels[a].key);
				add_fault(m, i, text);
				return;
			}
}

static size_t read_labels(struct making *m, size_t i, const struct heard_list *list,
			  struct label *labels, size_t most, const char *what)
{
	char text[200];
	size_t n = 0;
	if (list->n > most) {
		snprintf(text, sizeof(text), "%s has more than %zu entries", what, most);
		add_fault(m, i, text);
	}
	for (size_t k = 0; k < list->n && k < most; k++) {
		if (!is_label(list->at[k]) || !read_label(m->form, list->at[k], &labels[n])) {
			snprintf(text, sizeof(text),
				 "entry %zu of %s must be \"text\" or \"key|中文|English\", "
				 "of at most %d bytes",
				 k + 1, what, FORM_LABEL);
			add_fault(m, i, text);
			continue;
		}
		n++;
	}
	check_twice(m, i, labels, n, what);
	return n;
}

static void read_parts(struct making *m, size_t i, const struct question_row *row)
{
	struct question *q = &m->form->at[i];
	q->n_parts = read_labels(m, i, &row->parts, q->parts, FORM_PARTS, "parts");
	for (size_t k = 0; k < q->n_parts; k++) {
		struct label *part = &q->parts[k];
		if (!form_is_id(part->key)) {
			add_fault(m, i,
				  "a part begins with a name of a to z, digits and _, as "
				  "\"taste|味道|Taste\"");
			return;
		}
		if (part->said.in[PAGE_ZH] == part->key)
			wording_part(part->key, &part->said);
	}
}

/* ---- questions */

static bool is_score(enum kind kind)
{
	return kind != KIND_CHOICE && kind != KIND_TEXT;
}

static void check_id(struct making *m, size_t i)
{
	/* attributes.survey.<id> stand beside these */
	static const char *const ours[] = {"name", "segment"};
	const char *id = m->form->at[i].id;
	if (!form_is_id(id))
		add_fault(m, i,
			  "id must be of a to z, digits and _, begin with a letter and have "
			  "at most 32 of them");
	for (size_t k = 0; k < sizeof(ours) / sizeof(*ours); k++)
		if (strcmp(id, ours[k]) == 0)
			add_fault(m, i, "this id is taken by heard; choose another");
	for (size_t k = 0; k < i; k++)
		if (strcmp(id, m->form->at[k].id) == 0)
			add_fault(m, i, "the id is there twice");
}

static void check_kind(struct making *m, size_t i, const struct question_row *row)
{
	const struct question *q = &m->form->at[i];
	for (size_t k = 0; k < i && is_score(q->kind); k++)
		if (m->form->at[k].kind == q->kind)
			add_fault(m, i,
				  "there can be one question of this kind; for more scores "
				  "give parts to a question of kind stars");
	if (row->parts.n && q->kind != KIND_STARS)
		add_fault(m, i, "only kind stars has parts");
	if (row->choices.n && q->kind != KIND_CHOICE)
		add_fault(m, i, "only kind choice has choices");
	if (row->many && q->kind != KIND_CHOICE)
		add_fault(m, i, "only kind choice has many");
	if (q->kind == KIND_CHOICE && row->choices.n < 2)
		add_fault(m, i, "choices must have two entries or more");
	if (q->kind == KIND_CHOICE && q->text.in[PAGE_ZH] == NULL)
		add_fault(m, i, "text = { zh = \"...\"; en = \"...\"; } is missing");
}

static void set_range(struct question *q)
{
	static const int64_t least[KINDS] = {0, 1, 1, 1, 0, 0};
	static const int64_t most[KINDS] = {10, 5, 7, 5, 0, 0};
	q->least = least[q->kind];
	q->most = q->kind == KIND_CHOICE ? (int64_t)q->n_choices - 1 : most[q->kind];
}

static void add_question(struct making *m, const struct question_row *row)
{
	size_t i = m->form->n;
	struct question *q = &m->form->at[i];
	*q = (struct question){
		.id = row->id,
		.kind = (enum kind)row->kind,
		.text = wording_or(row->text, wording_question((enum kind)row->kind)),
		.is_many = row->many,
		.is_required = row->required,
		.max = row->max,
	};
	check_id(m, i);
	check_kind(m, i, row);
	read_parts(m, i, row);
	q->n_choices = read_labels(m, i, &row->choices, q->choices, FORM_CHOICES, "choices");
	set_range(q);
	m->form->n++;
}

static void add_condition(struct making *m, size_t i, const char *text)
{
	struct heard_buf fault, sentence;
	if (text[0] == '\0')
		return;
	heard_buf_init(&fault, 512);
	heard_buf_init(&sentence, 1024);
	if (!when_parse(&m->form->at[i].when, text, m->form, i, &fault)) {
		m->form->at[i].when.n = 0;
		heard_buf_printf(&sentence, "when \"%.60s\" %s", text,
				 fault.ptr ? fault.ptr : "is too long");
		add_fault(m, i, sentence.ptr ? sentence.ptr : "when is wrong");
	}
	heard_buf_release(&fault);
	heard_buf_release(&sentence);
}

/* A character may be three bytes, and a browser sends three for each of those. */
_Static_assert(9 * FORM_TEXTS + FORM_QUESTIONS * FORM_CHOICES * (FORM_ID + 8) < REPLY_MAX,
	       "what the largest form sends");

static void check_texts(struct making *m)
{
	char text[100];
	int64_t all = 0;
	for (size_t i = 0; i < m->form->n; i++) {
		int64_t max = m->form->at[i].kind == KIND_TEXT ? m->form->at[i].max : 0;
		all += max;
		if (all <= FORM_TEXTS || all - max > FORM_TEXTS)
			continue;
		snprintf(text, sizeof(text),
			 "max of all texts up to this one is more than %d characters",
			 FORM_TEXTS);
		add_fault(m, i, text);
	}
}

struct form *form_create(const struct heard_rows *questions, struct heard_error *err)
{
	const struct question_row *rows = questions->at;
	struct making m = {.form = calloc(1, sizeof(*m.form))};
	if (m.form == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	heard_buf_init(&m.faults, 4096);
	size_t n = questions->n < FORM_QUESTIONS ? questions->n : FORM_QUESTIONS;
	for (size_t i = 0; i < n; i++)
		add_question(&m, &rows[i]);
	for (size_t i = 0; i < n; i++) /* all ids are known now */
		add_condition(&m, i, rows[i].when);
	check_texts(&m);
	int result = questions->n > FORM_QUESTIONS
			     ? heard_fail(err, EINVAL, "questions: there are more than %d",
					  FORM_QUESTIONS)
			     : tell(&m, err);
	heard_buf_release(&m.faults);
	if (result == 0)
		return m.form;
	form_destroy(m.form);
	return NULL;
}

void form_destroy(struct form *form)
{
	if (form == NULL)
		return;
	for (size_t i = 0; i < form->n_kept; i++)
		free(form->kept[i]);
	free(form->kept);
	free(form);
}

const struct question *form_find(const struct form *form, enum kind kind)
{
	for (size_t i = 0; i < form->n; i++)
		if (form->at[i].kind == kind)
			return &form->at[i];
	return NULL;
}
