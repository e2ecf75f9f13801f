/*
 * form.h - what a survey asks: its questions, checked once when the config is read.
 */
#ifndef SURVEY_FORM_H
#define SURVEY_FORM_H

#include "when.h"

#include <heard/plugin.h>
#include <page/page.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;

enum kind { KIND_NPS, KIND_CSAT, KIND_CES, KIND_STARS, KIND_CHOICE, KIND_TEXT, KINDS };
extern const char *const kind_words[]; /* in this order; ends with NULL */

enum {
	FORM_QUESTIONS = 40,
	FORM_PARTS = 8,
	FORM_CHOICES = 32,
	FORM_ID = 32,	    /* bytes of an id or of a part's name */
	FORM_LABEL = 200,   /* bytes of a label                   */
	FORM_TEXTS = 20000, /* characters of all texts; REPLY_MAX has nine bytes for each */
};

/* A row of the option `questions`. */
struct question_row {
	const char *id;
	int kind; /* enum kind */
	struct page_phrase text;
	struct heard_list parts, choices;
	bool many, required;
	int64_t max; /* characters of a text */
	const char *when;
};

/* "phone|电话|By phone": what is kept, and what is shown; "电话" is both. */
struct label {
	const char *key;
	struct page_phrase said;
};

struct question {
	const char *id;
	enum kind kind;
	struct page_phrase text;
	struct label parts[FORM_PARTS], choices[FORM_CHOICES];
	size_t n_parts, n_choices;
	bool is_many, is_required;
	int64_t max;
	struct when when;
	int64_t least, most; /* what may be answered: a score, or a choice by its number */
};

struct form {
	struct question at[FORM_QUESTIONS];
	size_t n;
	char **kept; /* copies that labels look into */
	size_t n_kept;
};

/* All faults of the definition at once, in one sentence.  NULL then. */
struct form *form_create(const struct heard_rows *questions, struct heard_error *);
void form_destroy(struct form *); /* NULL is fine */
/* The question of that kind, or NULL.  There is at most one of each with a score. */
const struct question *form_find(const struct form *, enum kind);
/* Letters a to z, digits and _, beginning with a letter, at most FORM_ID bytes. */
bool form_is_id(const char *);

#endif
