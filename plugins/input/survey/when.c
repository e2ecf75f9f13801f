/*
 * when.c - reading a condition, and asking it.
 */
#include "when.h"

#include "form.h"
#include "reply.h"

#include <heard/buf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/nearest.h>

enum { WORD = 256 };

struct reading {
	const char *at;
	const struct form *form;
	size_t own;
	struct heard_buf *fault;
};

static void skip_blanks(struct reading *r)
{
	r->at += strspn(r->at, " \t\n");
}

/* Bytes of `set`, at least one and fewer than WORD. */
static bool take_word(struct reading *r, const char *set, char word[WORD])
{
	skip_blanks(r);
	size_t n = strspn(r->at, set);
	if (n == 0 || n >= WORD)
		return false;
	memcpy(word, r->at, n);
	word[n] = '\0';
	r->at += n;
	return true;
}

static bool take_quoted(struct reading *r, char word[WORD])
{
	skip_blanks(r);
	char quote = *r->at;
	const char *end = quote == '\'' || quote == '"' ? strchr(r->at + 1, quote) : NULL;
	if (end == NULL || end - r->at > WORD)
		return false;
	size_t n = (size_t)(end - r->at) - 1;
	memcpy(word, r->at + 1, n);
	word[n] = '\0';
	r->at = end + 1;
	return true;
}

/* ---- what a term looks at */

static bool no_such(const struct reading *r, const char *what, const char *word,
		    const char *const *names)
{
	const char *near = text_nearest(word, names);
	heard_buf_printf(r->fault, "asks for %s \"%.40s\", which is not there", what, word);
	if (near)
		heard_buf_printf(r->fault, "; did you mean \"%.40s\"?", near);
	return false;
}

static bool find_question(const struct reading *r, const char *id, size_t *at)
{
	const char *names[FORM_QUESTIONS + 1];
	for (size_t i = 0; i < r->own; i++) {
		names[i] = r->form->at[i].id;
		if (strcmp(names[i], id) == 0) {
			*at = i;
			return true;
		}
	}
	names[r->own] = NULL;
	for (size_t i = r->own; i < r->form->n; i++)
		if (strcmp(r->form->at[i].id, id) == 0) {
			heard_buf_printf(r->fault,
					 "asks for \"%.40s\", which does not come before it",
					 id);
			return false;
		}
	return no_such(r, "question", id, names);
}

static bool find_label(const struct reading *r, const char *what, const struct label *labels,
		       size_t n, const char *key, int64_t *at)
{
	const char *names[FORM_CHOICES + 1];
	for (size_t i = 0; i < n; i++) {
		names[i] = labels[i].key;
		if (strcmp(names[i], key) == 0) {
			*at = (int64_t)i;
			return true;
		}
	}
	names[n] = NULL;
	return no_such(r, what, key, names);
}

static bool read_name(struct reading *r, struct when_term *term)
{
	char word[WORD];
	int64_t part = -1;
	if (!take_word(r, "abcdefghijklmnopqrstuvwxyz0123456789_.", word)) {
		heard_buf_puts(r->fault,
			       "must be like \"nps <= 6\" or \"way == phone and nps > 8\"");
		return false;
	}
	char *dot = strchr(word, '.');
	if (dot)
		*dot++ = '\0';
	if (!find_question(r, word, &term->question))
		return false;
	const struct question *q = &r->form->at[term->question];
	if (q->kind == KIND_TEXT) {
		heard_buf_printf(r->fault, "asks for the text \"%.40s\", which has no values",
				 word);
		return false;
	}
	if (dot && !find_label(r, "the part", q->parts, q->n_parts, dot, &part))
		return false;
	term->part = (int)part;
	return true;
}

static bool read_op(struct reading *r, enum when_op *op)
{
	static const struct {
		const char *sign;
		enum when_op op;
	} signs[] = {{"<=", WHEN_AT_MOST}, {">=", WHEN_AT_LEAST}, {"==", WHEN_IS},
		     {"!=", WHEN_IS_NOT},  {"<", WHEN_LESS},	  {">", WHEN_MORE},
		     {"=", WHEN_IS}};
	skip_blanks(r);
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (strncmp(r->at, signs[i].sign, strlen(signs[i].sign)) == 0) {
			*op = signs[i].op;
			r->at += strlen(signs[i].sign);
			return true;
		}
	heard_buf_puts(r->fault, "lacks one of < <= > >= == != behind the question's id");
	return false;
}

/* ---- its value */

static bool read_choice(struct reading *r, struct when_term *term)
{
	char word[WORD];
	const struct question *q = &r->form->at[term->question];
	if (term->op != WHEN_IS && (term->op != WHEN_IS_NOT || q->is_many)) {
		heard_buf_printf(r->fault, "can ask \"%.40s\" for == %s", q->id,
				 q->is_many ? "only, for many may be chosen"
					    : "and != only, for it is a choice");
		return false;
	}
	skip_blanks(r);
	if (!take_quoted(r, word)) {
		size_t n = strcspn(r->at, " \t\n");
		if (n == 0 || n >= WORD) {
			heard_buf_puts(r->fault, "lacks a value at its end");
			return false;
		}
		memcpy(word, r->at, n);
		word[n] = '\0';
		r->at += n;
	}
	return find_label(r, "the choice", q->choices, q->n_choices, word, &term->value);
}

static bool read_score(struct reading *r, struct when_term *term)
{
	char word[WORD];
	const struct question *q = &r->form->at[term->question];
	bool is_number = take_word(r, "0123456789", word) && strlen(word) < 6;
	term->value = is_number ? strtol(word, NULL, 10) : -1;
	bool is_ever = false, is_always = true;
	for (int64_t v = q->least; v <= q->most; v++) {
		is_ever |= when_allows(term, v);
		is_always &= when_allows(term, v);
	}
	if (is_number && is_ever && !is_always)
		return true;
	heard_buf_printf(r->fault,
			 is_number ? "is %s true: \"%.40s\" is %lld to %lld"
				   : "must compare %s\"%.40s\" with a number of %lld to %lld",
			 !is_number ? ""
			 : is_ever  ? "always"
				    : "never",
			 q->id, (long long)q->least, (long long)q->most);
	return false;
}

static bool read_term(struct reading *r, struct when_term *term)
{
	if (!read_name(r, term) || !read_op(r, &term->op))
		return false;
	return r->form->at[term->question].kind == KIND_CHOICE ? read_choice(r, term)
							       : read_score(r, term);
}

bool when_parse(struct when *when, const char *text, const struct form *form, size_t own,
		struct heard_buf *fault)
{
	struct reading r = {.at = text, .form = form, .own = own, .fault = fault};
	bool is_or = false;
	char word[WORD];
	*when = (struct when){.n = 0};
	for (;;) {
		struct when_term *term = &when->terms[when->n];
		if (!read_term(&r, term))
			return false;
		term->is_or = is_or;
		when->n++;
		skip_blanks(&r);
		if (*r.at == '\0')
			return true;
		bool is_word = take_word(&r, "abcdefghijklmnopqrstuvwxyz", word);
		is_or = is_word && strcmp(word, "or") == 0;
		if (!is_or && (!is_word || strcmp(word, "and") != 0)) {
			heard_buf_puts(fault, "has something else than and, or behind a value");
			return false;
		}
		if (when->n == WHEN_TERMS) {
			heard_buf_printf(fault, "has more than %d comparisons", WHEN_TERMS);
			return false;
		}
	}
}

/* ---- asking it */

bool when_allows(const struct when_term *term, int64_t value)
{
	switch (term->op) {
	case WHEN_LESS: return value < term->value;
	case WHEN_AT_MOST: return value <= term->value;
	case WHEN_MORE: return value > term->value;
	case WHEN_AT_LEAST: return value >= term->value;
	case WHEN_IS: return value == term->value;
	case WHEN_IS_NOT: return value != term->value;
	}
	return false;
}

static bool term_holds(const struct when_term *term, const struct reply *reply)
{
	const struct given *given = &reply->given[term->question];
	if (term->part >= 0)
		return given->parts[term->part] && when_allows(term, given->parts[term->part]);
	if (given->picked)
		return (given->picked >> term->value & 1) != 0;
	return given->is_given && when_allows(term, given->value);
}

bool when_holds(const struct when *when, const struct reply *reply)
{
	bool holds = true;
	for (size_t i = 0; i < when->n; i++) {
		if (when->terms[i].is_or && holds)
			return true;
		if (when->terms[i].is_or)
			holds = true;
		holds = holds && term_holds(&when->terms[i], reply);
	}
	return holds;
}
