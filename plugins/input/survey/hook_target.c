/*
 * hook_target.c - words for places in the record.
 */
#include "hook_target.h"

#include <heard/error.h>
#include <heard/record.h>

#include <errno.h>
#include <strings.h>

enum { DIGITS_MAX = 5 };

static const struct {
	int field;
	double low, high;
} scales[] = {{HEARD_NPS, 0, 10}, {HEARD_CSAT, 1, 5}, {HEARD_CES, 1, 7}};

static const struct {
	const char *word;
	enum target_kind kind;
} kinds[] = {{"stars", HOOK_STARS}, {"rating", HOOK_STARS},	{"text", HOOK_TEXT},
	     {"body", HOOK_TEXT},   {"choice", HOOK_ATTRIBUTE}, {"ignore", HOOK_IGNORE}};

/* What a source may give, and is text. */
static const int text_fields[] = {HEARD_SUBJECT,      HEARD_LANG,	  HEARD_AUTHOR_NAME,
				  HEARD_AUTHOR_EMAIL, HEARD_AUTHOR_PHONE, HEARD_AUTHOR_ID,
				  HEARD_PRODUCT,      HEARD_ORDER,	  HEARD_STORE,
				  HEARD_REGION};

/* Names of questions, and of hidden fields, that say enough. */
static const struct {
	const char *name, *is;
} known[] = {
	{"nps", "nps"},
	{"csat", "csat"},
	{"ces", "ces"},
	{"rating", "stars"},
	{"stars", "stars"},
	{"email", "author.email"},
	{"phone", "author.phone"},
	{"mobile", "author.phone"},
	{"name", "author.name"},
	{"user_id", "author.id"},
	{"userid", "author.id"},
	{"customer_id", "author.id"},
	{"order", "order"},
	{"order_id", "order"},
	{"product", "product"},
	{"store", "store"},
	{"region", "region"},
	{"lang", "lang"},
	{"comment", "text"},
};

bool hook_is_name(struct heard_str s)
{
	int n_digits = 0;
	if (s.len == 0 || s.len > HOOK_NAME)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool is_digit = c >= '0' && c <= '9';
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		n_digits += is_digit;
		if (!(is_letter || (i && (is_digit || c == '_' || c == '-'))))
			return false;
	}
	return n_digits <= DIGITS_MAX;
}

struct hook_target hook_target(struct heard_str word)
{
	static const struct heard_str ratings = HEARD_STR("ratings.");
	if (heard_str_starts(word, ratings)) {
		struct heard_str name = heard_str_skip(word, ratings.len);
		return (struct hook_target){.kind = hook_is_name(name) ? HOOK_PART : HOOK_NONE,
					    .name = name};
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (heard_str_is(word, kinds[i].word))
			return (struct hook_target){.kind = kinds[i].kind};
	int field = heard_field_find(word);
	for (size_t i = 0; i < sizeof(scales) / sizeof(*scales); i++)
		if (scales[i].field == field)
			return (struct hook_target){.kind = HOOK_SCORE,
						    .field = field,
						    .low = scales[i].low,
						    .high = scales[i].high};
	for (size_t i = 0; i < sizeof(text_fields) / sizeof(*text_fields); i++)
		if (text_fields[i] == field)
			return (struct hook_target){.kind = HOOK_FIELD, .field = field};
	return (struct hook_target){0};
}

const char *hook_word(struct heard_str name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (name.len == strlen(known[i].name) &&
		    strncasecmp(name.ptr, known[i].name, name.len) == 0)
			return known[i].is;
	return NULL;
}

int hook_questions_check(const struct heard_rows *rows, struct heard_error *err)
{
	const struct hook_question *q = rows->at;
	for (size_t i = 0; i < rows->n; i++) {
		if (*q[i].id == '\0')
			return heard_fail(err, EINVAL, "questions: row %zu has no id", i + 1);
		if (hook_target(heard_str(q[i].is)).kind == HOOK_NONE)
			return heard_fail(
				err, EINVAL,
				"questions: \"%s\": is: \"%s\" is none of nps, csat, ces, "
				"stars, ratings.NAME, choice, text, ignore, and no field that "
				"a survey may give",
				q[i].id, q[i].is);
		if (*q[i].name && !hook_is_name(heard_str(q[i].name)))
			return heard_fail(err, EINVAL,
					  "questions: \"%s\": name must be of letters, digits, "
					  "_ and -, begin with a letter and have at most %d",
					  q[i].id, HOOK_NAME);
		for (size_t k = 0; k < i; k++)
			if (strcmp(q[i].id, q[k].id) == 0)
				return heard_fail(err, EINVAL,
						  "questions: \"%s\" is there twice", q[i].id);
	}
	return 0;
}
