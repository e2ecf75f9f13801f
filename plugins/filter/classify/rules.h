/*
 * rules.h - the rules of a file, vetted and compiled.  Constant once loaded.
 */
#ifndef CLASSIFY_RULES_H
#define CLASSIFY_RULES_H

#include <heard/field.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_record;
struct hs_database;

enum priority { PRIORITY_NONE, PRIORITY_LOW, PRIORITY_MEDIUM, PRIORITY_HIGH };

/* What a word does for its rule. */
enum role {
	ROLE_WORD,   /* one of them must be there                       */
	ROLE_WITH,   /* and one of these, if the rule has any           */
	ROLE_UNLESS, /* and none of these                               */
};

/* One line of a rule's `when`. */
struct condition {
	enum heard_field field;
	enum { COND_IS, COND_BELOW, COND_ABOVE } test;
	double number;
	const struct heard_str *words; /* COND_IS: one of these            */
	size_t n_words;
};

struct outcome {
	const char *category, *subcategory, *intent, *department; /* or NULL */
	enum priority priority;
};

struct rule {
	struct outcome gives;
	const struct heard_str *tags;
	size_t n_tags;
	const struct condition *conditions;
	size_t n_conditions;
	double weight;
	bool counts_negated; /* "no delivery" is about delivery                 */
	bool needs_word, needs_with;
};

/* A literal, and the rules that use it. */
struct use {
	uint16_t rule;
	uint8_t role;
};
struct literal {
	struct heard_str text; /* lower case                              */
	bool open_right;       /* written with a star: the word may go on  */
	const struct use *uses;
	size_t n_uses;
};

struct rules {
	struct rule *rule;
	size_t n_rules;
	struct literal *literal;
	size_t n_literals;
	const uint16_t *pattern_rule; /* of the i-th pattern              */
	size_t n_patterns;
	bool patterns_need_utf8;
	struct outcome otherwise;
	struct hs_database *literals, *patterns; /* NULL without any             */
};

/* NULL with the faults: the first as file, line and text, the others as
 * further lines of the text, each `file:line: text`. */
struct rules *rules_load(const char *path, struct heard_error *);
void rules_destroy(struct rules *);

/* "high" and its like. */
const char *priority_name(enum priority);
enum priority priority_find(struct heard_str);
/* Do all conditions of the rule hold? */
bool rule_conditions_hold(const struct rule *, const struct heard_record *);

#endif
