/*
 * match.c - one thread's search: which rules a record meets, and what follows.
 *
 * A rule's score is its weight, and a quarter of it more for each further word
 * that was found, up to double.  Of the rules that give a category the one with
 * the highest score decides it, likewise intent and department; of two with the
 * same score the earlier in the file.  Priorities do not compete: the highest
 * given wins.
 *
 * Traditional characters are searched for as their simplified ones, in the words and in
 * the texts, so that rules in either script meet both.  Both have three bytes, so that
 * places are the same.
 *
 * Marks are voided by counting records, not by clearing them, so a record costs
 * what was found in it and not what the file has.
 */
#include "match.h"

#include "negation.h"

#include <heard/error.h>
#include <heard/record.h>
#include <text/hanzi.h>
#include <text/utf8.h>

#include <errno.h>
#include <hs.h>
#include <stdlib.h>

enum {
	MORE_WORDS = 4, /* that raise a score                   */
	TEXTS_MAX = 256 << 20,
};

int match_init(struct match *match, const struct rules *rules, struct heard_error *err)
{
	*match = (struct match){.rules = rules};
	negation_init(&match->negation);
	heard_buf_init(&match->room, TEXTS_MAX);
	match->marks = calloc(rules->n_rules + 1, sizeof(*match->marks));
	match->seen = calloc(rules->n_literals + 1, sizeof(*match->seen));
	match->denied = calloc(rules->n_literals + 1, sizeof(*match->denied));
	match->touched = calloc(rules->n_rules + 1, sizeof(*match->touched));
	bool failed = !match->marks || !match->seen || !match->denied || !match->touched;

	if (rules->literals)
		failed |= hs_alloc_scratch(rules->literals, &match->scratch) != HS_SUCCESS;
	if (rules->patterns)
		failed |= hs_alloc_scratch(rules->patterns, &match->scratch) != HS_SUCCESS;
	return failed ? heard_fail(err, ENOMEM, "no memory to search with the rules") : 0;
}

void match_release(struct match *match)
{
	hs_free_scratch(match->scratch);
	free(match->marks);
	free(match->seen);
	free(match->denied);
	free(match->touched);
	heard_buf_release(&match->room);
	*match = (struct match){0};
}

static struct mark *mark_of(struct match *match, uint16_t rule)
{
	struct mark *mark = &match->marks[rule];

	if (mark->record != match->record) {
		*mark = (struct mark){.record = match->record};
		match->touched[match->n_touched++] = rule;
	}
	return mark;
}

void match_begin(struct match *match)
{
	const struct rules *rules = match->rules;

	match->n_touched = 0;
	if (++match->record == 0) { /* counted around: nothing old may look new */
		memset(match->marks, 0, rules->n_rules * sizeof(*match->marks));
		memset(match->seen, 0, rules->n_literals * sizeof(*match->seen));
		memset(match->denied, 0, rules->n_literals * sizeof(*match->denied));
		match->record = 1;
	}
}

/* ---- words */

static bool byte_is_letter(unsigned char c)
{
	return (c | 0x20u) - 'a' <= 'z' - 'a';
}

static bool byte_is_digit(unsigned char c)
{
	return c - (unsigned)'0' <= 9;
}

/* Would these two bytes be of one English word, or of one number? */
static bool go_together(unsigned char a, unsigned char b)
{
	return (byte_is_letter(a) && (byte_is_letter(b) || byte_is_digit(b))) ||
	       (byte_is_digit(a) && byte_is_digit(b));
}

static bool stands_alone(const struct literal *literal, struct heard_str text, size_t from,
			 size_t to)
{
	const unsigned char *s = (const unsigned char *)text.ptr;

	if (from > 0 && go_together(s[from], s[from - 1]))
		return false;
	return literal->open_right || to == text.len || !go_together(s[to - 1], s[to]);
}

static void apply_use(struct match *match, const struct use *use, bool negated)
{
	if (use->role != ROLE_WORD) {
		struct mark *mark = mark_of(match, use->rule);

		mark->with |= use->role == ROLE_WITH;
		mark->unless |= use->role == ROLE_UNLESS && !negated;
		return;
	}
	if (negated && !match->rules->rule[use->rule].counts_negated)
		return;
	struct mark *mark = mark_of(match, use->rule);
	if (mark->words < UINT8_MAX)
		mark->words++;
}

static int on_literal(unsigned id, unsigned long long from, unsigned long long to,
		      unsigned flags, void *context)
{
	struct match *match = context;
	const struct literal *literal = &match->rules->literal[id];
	size_t at = (size_t)to - literal->text.len;
	(void)from;
	(void)flags;

	if (match->seen[id] == match->record ||
	    !stands_alone(literal, match->text, at, (size_t)to))
		return 0;
	bool negated = is_negated(&match->negation, match->text, at);
	if (negated && match->denied[id] == match->record)
		return 0;
	/* Denied here, it may yet be found where it is not. */
	*(negated ? &match->denied[id] : &match->seen[id]) = match->record;
	for (size_t i = 0; i < literal->n_uses; i++)
		apply_use(match, &literal->uses[i], negated);
	return 0;
}

static int on_pattern(unsigned id, unsigned long long from, unsigned long long to,
		      unsigned flags, void *context)
{
	struct match *match = context;
	struct mark *mark = mark_of(match, match->rules->pattern_rule[id]);
	(void)from;
	(void)to;
	(void)flags;

	if (mark->words < UINT8_MAX)
		mark->words++;
	return 0;
}

static int find_literals(struct match *match, struct heard_str text)
{
	match->text = text;
	return hs_scan(match->rules->literals, text.ptr, (unsigned)text.len, 0, match->scratch,
		       on_literal, match) == HS_SUCCESS
		       ? 0
		       : -EIO;
}

static int find_patterns(struct match *match, struct heard_str text)
{
	const struct rules *rules = match->rules;

	if (text.len == 0 || (rules->patterns_need_utf8 && !text_is_valid(text)))
		return 0;
	return hs_scan(rules->patterns, text.ptr, (unsigned)text.len, 0, match->scratch,
		       on_pattern, match) == HS_SUCCESS
		       ? 0
		       : -EIO;
}

/* Both texts at once, since a search costs something before its first byte; a
 * line end keeps words apart. */
static int find_literals_in(struct match *match, struct heard_str a, struct heard_str b)
{
	size_t n = a.len + 1 + b.len;

	if (a.len == 0 || a.ptr == NULL || b.len == 0 || n > sizeof(match->joined)) {
		int result = a.len ? find_literals(match, a) : 0;

		return result || b.len == 0 ? result : find_literals(match, b);
	}
	memcpy(match->joined, a.ptr, a.len);
	match->joined[a.len] = '\n';
	memcpy(match->joined + a.len + 1, b.ptr, b.len);
	return find_literals(match, heard_str_n(match->joined, n));
}

/* The texts in simplified characters, themselves if they are. */
static int simplify(struct match *match, struct heard_str *subject, struct heard_str *body)
{
	struct heard_buf *room = &match->room;

	if (hanzi_find(*subject) == subject->len && hanzi_find(*body) == body->len)
		return 0;
	heard_buf_clear(room);
	heard_buf_str(room, *subject);
	heard_buf_str(room, *body);
	if (room->failed)
		return -ENOMEM;
	hanzi_simplify(room->ptr, subject->len);
	hanzi_simplify(room->ptr + subject->len, body->len);
	*subject = heard_str_n(room->ptr, subject->len);
	*body = heard_str_n(room->ptr + subject->len, body->len);
	return 0;
}

int match_texts(struct match *match, struct heard_str subject, struct heard_str body)
{
	if (subject.len > UINT32_MAX || body.len > UINT32_MAX)
		return -E2BIG;
	int result = simplify(match, &subject, &body);
	if (result)
		return result;
	if (match->rules->literals)
		result = find_literals_in(match, subject, body);
	if (result == 0 && match->rules->patterns)
		result = find_patterns(match, subject);
	if (result == 0 && match->rules->patterns)
		result = find_patterns(match, body);
	return result;
}

/* ---- what follows */

static bool is_met(const struct match *match, size_t i, const struct heard_record *record)
{
	const struct rule *rule = &match->rules->rule[i];
	const struct mark *mark = &match->marks[i];
	bool marked = mark->record == match->record;

	if (rule->needs_word && !(marked && mark->words))
		return false;
	if (rule->needs_with && !(marked && mark->with))
		return false;
	return !(marked && mark->unless) && rule_conditions_hold(rule, record);
}

static double score(const struct match *match, size_t i)
{
	const struct rule *rule = &match->rules->rule[i];
	const struct mark *mark = &match->marks[i];
	unsigned words = mark->record == match->record ? mark->words : 0;
	unsigned more = words > 1 ? words - 1 : 0;

	return rule->weight * (1 + 0.25 * (more < MORE_WORDS ? more : MORE_WORDS));
}

/* In the order of the file.  There are few and they are nearly sorted. */
static void sort_touched(struct match *match)
{
	for (size_t i = 1; i < match->n_touched; i++) {
		uint16_t rule = match->touched[i];
		size_t at = i;

		for (; at > 0 && match->touched[at - 1] > rule; at--)
			match->touched[at] = match->touched[at - 1];
		match->touched[at] = rule;
	}
}

/* Rules without words have no marks: they are always asked. */
static void touch_wordless(struct match *match)
{
	for (size_t i = 0; i < match->rules->n_rules; i++)
		if (!match->rules->rule[i].needs_word)
			mark_of(match, (uint16_t)i);
	sort_touched(match);
}

struct best {
	double category, intent, department;
};

static void consider(struct verdict *verdict, struct best *best, const struct rule *rule,
		     double points)
{
	if (rule->gives.category && points > best->category) {
		best->category = points;
		verdict->category = rule;
	}
	if (rule->gives.intent && points > best->intent) {
		best->intent = points;
		verdict->intent = rule;
	}
	if (rule->gives.department && points > best->department) {
		best->department = points;
		verdict->department = rule;
	}
	if (rule->gives.priority > verdict->priority)
		verdict->priority = rule->gives.priority;
}

void match_verdict(struct match *match, const struct heard_record *record,
		   struct verdict *verdict, void (*each)(void *arg, const struct rule *),
		   void *arg)
{
	struct best best = {0};

	*verdict = (struct verdict){0};
	touch_wordless(match);
	for (size_t i = 0; i < match->n_touched; i++) {
		uint16_t at = match->touched[i];

		if (!is_met(match, at, record))
			continue;
		const struct rule *rule = &match->rules->rule[at];
		consider(verdict, &best, rule, score(match, at));
		each(arg, rule);
	}
}
