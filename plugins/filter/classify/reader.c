/*
 * reader.c - a rules file, as written: libconfig, with every fault told.
 *
 *	rules = (
 *	  { words = [ "起火", "smoke" ];       one of these, or of `patterns`
 *	    patterns = [ "leak(s|ed)" ];
 *	    with = [ ... ]; unless = [ ... ];  and one of, and none of these
 *	    when = { channel = "web"; rating_below = 3; };
 *	    negated = true;                    words count even behind "no"
 *	    weight = 2.0;
 *	    category = "product"; subcategory = "safety"; intent = "complaint";
 *	    priority = "high"; department = "quality"; tags = [ "safety" ]; } );
 *	otherwise = { category = "other"; department = "service"; };
 *
 * Words are literals.  English ones match whole words; a star at the end lets
 * the word go on ("refund*").  Traditional and simplified characters match alike.  Reading goes
 *on behind a fault, so that all are told at once.
 */
#include "reader.h"

#include <heard/error.h>
#include <text/hanzi.h>
#include <text/nearest.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_RULES = 4000, MOST_WORDS = 50000, LONGEST_WORD = 200, LONGEST_PATTERN = 2000 };

/* ---- memory */

struct pool_block {
	struct pool_block *next;
	max_align_t bytes[];
};

void *pool_alloc(struct pool *pool, size_t size)
{
	struct pool_block *block = calloc(1, sizeof(*block) + (size ? size : 1));

	if (block == NULL)
		return NULL;
	block->next = pool->blocks;
	pool->blocks = block;
	return block->bytes;
}

void pool_release(struct pool *pool)
{
	while (pool->blocks) {
		struct pool_block *next = pool->blocks->next;

		free(pool->blocks);
		pool->blocks = next;
	}
}

static struct heard_str pool_copy(struct reading *r, const char *s, size_t n)
{
	char *copy = pool_alloc(r->pool, n + 1);

	if (copy)
		memcpy(copy, s, n);
	return heard_str_n(copy, copy ? n : 0);
}

/* ---- faults */

void reader_fault(struct reading *r, int line, const char *format, ...)
{
	char text[256];
	va_list args;
	size_t used = strlen(r->err->text);

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (r->faults++ == 0) {
		heard_fail(r->err, EINVAL, "%s", text);
		snprintf(r->err->file, sizeof(r->err->file), "%s", r->path);
		r->err->line = line;
		return;
	}
	size_t room = sizeof(r->err->text) - used;
	int n = snprintf(r->err->text + used, room, "\n%s:%d: %s", r->path, line, text);
	if (n < 0 || (size_t)n >= room) /* cut: end with the last whole line */
		r->err->text[used] = '\0';
}

static int line_of(const config_setting_t *s)
{
	return (int)config_setting_source_line(s);
}

/* Is the member's name one of these?  A fault with a suggestion if not. */
static bool is_known(struct reading *r, const config_setting_t *member,
		     const char *const *names)
{
	const char *name = config_setting_name(member);

	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	const char *near = text_nearest(name, names);
	reader_fault(r, line_of(member),
		     near ? "unknown key \"%s\" (did you mean \"%s\"?)"
			  : "unknown key \"%s\"%s",
		     name, near ? near : "");
	return false;
}

static bool is_word_of(struct reading *r, const config_setting_t *s, const char *value,
		       const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return true;
	const char *near = text_nearest(value, words);
	reader_fault(r, line_of(s), "%s: \"%.40s\" is not one of its values%s%s%s",
		     config_setting_name(s), value, near ? " (did you mean \"" : "",
		     near ? near : "", near ? "\"?)" : "");
	return false;
}

/* ---- values */

static const char *string_of(struct reading *r, const config_setting_t *s)
{
	const char *value = config_setting_get_string(s);

	if (value == NULL || value[0] == '\0') {
		reader_fault(r, line_of(s), "%s: must be a text in quotes",
			     config_setting_name(s));
		return NULL;
	}
	return pool_copy(r, value, strlen(value)).ptr;
}

static bool number_of(struct reading *r, const config_setting_t *s, double *number)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT: *number = config_setting_get_int(s); return true;
	case CONFIG_TYPE_INT64: *number = (double)config_setting_get_int64(s); return true;
	case CONFIG_TYPE_FLOAT: *number = config_setting_get_float(s); return true;
	default: break;
	}
	reader_fault(r, line_of(s), "%s: must be a number", config_setting_name(s));
	return false;
}

/* A list of texts, or one text alone; n_r is how many. */
static const struct heard_str *texts_of(struct reading *r, const config_setting_t *s,
					size_t *n_r)
{
	bool alone = config_setting_type(s) == CONFIG_TYPE_STRING;
	int n = alone ? 1 : config_setting_length(s);

	*n_r = 0;
	if (!alone && !config_setting_is_array(s) && !config_setting_is_list(s)) {
		reader_fault(r, line_of(s), "%s: must be a list of texts",
			     config_setting_name(s));
		return NULL;
	}
	struct heard_str *texts = pool_alloc(r->pool, (size_t)n * sizeof(*texts));
	for (int i = 0; texts && i < n; i++) {
		const char *text = alone ? config_setting_get_string(s)
					 : config_setting_get_string_elem(s, i);

		if (text == NULL || text[0] == '\0')
			reader_fault(r, line_of(s), "%s: element %d is no text",
				     config_setting_name(s), i + 1);
		else
			texts[(*n_r)++] = pool_copy(r, text, strlen(text));
	}
	return texts;
}

/* ---- conditions */

static const char *const condition_names[] = {
	"channel",	"lang",	     "product",	  "store",
	"region",	"source",    "sentiment", "rating_below",
	"rating_above", "nps_below", "nps_above", "csat_below",
	"csat_above",	NULL};
static const struct condition condition_kinds[] = {
	{.field = HEARD_CHANNEL},
	{.field = HEARD_LANG},
	{.field = HEARD_PRODUCT},
	{.field = HEARD_STORE},
	{.field = HEARD_REGION},
	{.field = HEARD_SOURCE},
	{.field = HEARD_SENTIMENT_LABEL},
	{.field = HEARD_RATING, .test = COND_BELOW},
	{.field = HEARD_RATING, .test = COND_ABOVE},
	{.field = HEARD_NPS, .test = COND_BELOW},
	{.field = HEARD_NPS, .test = COND_ABOVE},
	{.field = HEARD_CSAT, .test = COND_BELOW},
	{.field = HEARD_CSAT, .test = COND_ABOVE},
};

static void read_conditions(struct reading *r, const config_setting_t *group, struct rule *rule)
{
	if (!config_setting_is_group(group)) {
		reader_fault(r, line_of(group), "when: must be a group { ... }");
		return;
	}
	int n = config_setting_length(group);
	struct condition *conditions = pool_alloc(r->pool, (size_t)n * sizeof(*conditions));
	rule->conditions = conditions;
	for (int i = 0; conditions && i < n; i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		size_t kind = 0;

		if (!is_known(r, s, condition_names))
			continue;
		while (strcmp(condition_names[kind], config_setting_name(s)) != 0)
			kind++;
		struct condition *condition = &conditions[rule->n_conditions++];
		*condition = condition_kinds[kind];
		if (condition->test == COND_IS)
			condition->words = texts_of(r, s, &condition->n_words);
		else
			number_of(r, s, &condition->number);
	}
}

/* ---- words and patterns */

static void add_entry(struct reading *r, struct entry **list, size_t *n,
		      const struct entry *entry)
{
	if (*n >= MOST_WORDS) {
		if (*n == MOST_WORDS)
			reader_fault(r, entry->line, "more than %d words", MOST_WORDS);
		return;
	}
	if ((*n & (*n - 1)) == 0) { /* grows at each power of two */
		struct entry *bigger = pool_alloc(r->pool, (*n ? 2 * *n : 1) * sizeof(**list));

		if (bigger == NULL) {
			reader_fault(r, entry->line, "out of memory");
			return;
		}
		if (*n)
			memcpy(bigger, *list, *n * sizeof(**list));
		*list = bigger;
	}
	(*list)[(*n)++] = *entry;
}

/* An apostrophe is typed in two ways: add the word with the other one too. */
static void add_curly(struct reading *r, const struct entry *entry)
{
	const char *at = memchr(entry->text.ptr, '\'', entry->text.len);
	char curly[LONGEST_WORD + 4];

	if (at == NULL)
		return;
	size_t before = (size_t)(at - entry->text.ptr);
	int n = snprintf(curly, sizeof(curly), "%.*s’%.*s", (int)before, entry->text.ptr,
			 (int)(entry->text.len - before - 1), at + 1);
	struct entry other = *entry;
	other.text = pool_copy(r, curly, (size_t)n);
	if (other.text.ptr)
		add_entry(r, &r->words, &r->n_words, &other);
}

static void add_word(struct reading *r, struct heard_str text, const struct entry *like)
{
	struct entry entry = *like;
	char *s = (char *)(size_t)text.ptr; /* ours: texts_of() copied it */

	if (text.len > 1 && text.ptr[text.len - 1] == '*') {
		entry.open_right = true;
		text.len--;
	}
	if (text.len < 2 || text.len > LONGEST_WORD) {
		reader_fault(r, like->line, "\"%.40s\": a word has 2 to %d bytes", text.ptr,
			     LONGEST_WORD);
		return;
	}
	for (size_t i = 0; i < text.len; i++)
		s[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] | 0x20) : s[i];
	hanzi_simplify(s, text.len); /* as the texts are, see match.c */
	entry.text = text;
	add_entry(r, &r->words, &r->n_words, &entry);
	add_curly(r, &entry);
}

static void read_words(struct reading *r, const config_setting_t *s, struct rule *rule,
		       enum role role)
{
	size_t n;
	const struct heard_str *texts = texts_of(r, s, &n);
	struct entry like = {.rule = (uint16_t)(rule - r->rules->rule),
			     .role = (uint8_t)role,
			     .line = line_of(s)};

	for (size_t i = 0; texts && i < n; i++)
		add_word(r, texts[i], &like);
	rule->needs_word |= role == ROLE_WORD;
	rule->needs_with |= role == ROLE_WITH;
}

static void read_patterns(struct reading *r, const config_setting_t *s, struct rule *rule)
{
	size_t n;
	const struct heard_str *texts = texts_of(r, s, &n);
	struct entry entry = {.rule = (uint16_t)(rule - r->rules->rule), .line = line_of(s)};

	for (size_t i = 0; texts && i < n; i++) {
		entry.text = texts[i];
		hanzi_simplify((char *)(size_t)texts[i].ptr, texts[i].len);
		if (texts[i].len > LONGEST_PATTERN)
			reader_fault(r, entry.line,
				     "patterns: element %zu is longer than %d bytes", i + 1,
				     LONGEST_PATTERN);
		else
			add_entry(r, &r->patterns, &r->n_patterns, &entry);
	}
	rule->needs_word = true;
}

/* ---- rules */

static const char *const intents[] = {"complaint", "question", "suggestion", "praise", NULL};
static const char *const priorities[] = {"high", "medium", "low", NULL};

/* The members that `otherwise` has too; false if this is none of them. */
static bool read_outcome(struct reading *r, const config_setting_t *s, struct outcome *gives)
{
	const char *name = config_setting_name(s);
	const char **slot = strcmp(name, "category") == 0      ? &gives->category
			    : strcmp(name, "subcategory") == 0 ? &gives->subcategory
			    : strcmp(name, "department") == 0  ? &gives->department
			    : strcmp(name, "intent") == 0      ? &gives->intent
							       : NULL;
	bool is_priority = strcmp(name, "priority") == 0;

	if (slot == NULL && !is_priority)
		return false;
	const char *value = string_of(r, s);
	if (value == NULL)
		return true;
	if (is_priority) {
		if (is_word_of(r, s, value, priorities))
			gives->priority = priority_find(heard_str(value));
		return true;
	}
	if (slot != &gives->intent || is_word_of(r, s, value, intents))
		*slot = value;
	return true;
}

static void read_weight(struct reading *r, const config_setting_t *s, struct rule *rule)
{
	if (number_of(r, s, &rule->weight) && !(rule->weight > 0 && rule->weight <= 1000))
		reader_fault(r, line_of(s), "weight: must be above 0 and at most 1000");
}

static void read_negated(struct reading *r, const config_setting_t *s, struct rule *rule)
{
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		reader_fault(r, line_of(s), "negated: must be true or false");
	else
		rule->counts_negated = config_setting_get_bool(s);
}

static void read_member(struct reading *r, const config_setting_t *s, struct rule *rule)
{
	static const char *const names[] = {"words",	   "patterns", "with",	   "unless",
					    "when",	   "negated",  "weight",   "category",
					    "subcategory", "intent",   "priority", "department",
					    "tags",	   NULL};
	const char *name = config_setting_name(s);

	if (read_outcome(r, s, &rule->gives))
		return;
	if (strcmp(name, "words") == 0)
		read_words(r, s, rule, ROLE_WORD);
	else if (strcmp(name, "with") == 0)
		read_words(r, s, rule, ROLE_WITH);
	else if (strcmp(name, "unless") == 0)
		read_words(r, s, rule, ROLE_UNLESS);
	else if (strcmp(name, "patterns") == 0)
		read_patterns(r, s, rule);
	else if (strcmp(name, "when") == 0)
		read_conditions(r, s, rule);
	else if (strcmp(name, "weight") == 0)
		read_weight(r, s, rule);
	else if (strcmp(name, "negated") == 0)
		read_negated(r, s, rule);
	else if (strcmp(name, "tags") == 0)
		rule->tags = texts_of(r, s, &rule->n_tags);
	else
		is_known(r, s, names);
}

static void read_rule(struct reading *r, const config_setting_t *group, struct rule *rule)
{
	const struct outcome *gives = &rule->gives;

	rule->weight = 1;
	if (!config_setting_is_group(group)) {
		reader_fault(r, line_of(group), "a rule must be a group { ... }");
		return;
	}
	unsigned faults = r->faults;
	for (int i = 0; i < config_setting_length(group); i++)
		read_member(r, config_setting_get_elem(group, (unsigned)i), rule);
	if (r->faults != faults)
		return;
	if (!rule->needs_word && rule->n_conditions == 0)
		reader_fault(r, line_of(group), "a rule needs words, patterns or when");
	if (!gives->category && !gives->intent && !gives->department && !gives->priority &&
	    rule->n_tags == 0)
		reader_fault(r, line_of(group),
			     "a rule must give a category, an intent, a "
			     "priority, a department or tags");
	if (gives->subcategory && !gives->category)
		reader_fault(r, line_of(group), "a subcategory needs its category");
}

static void read_list(struct reading *r, const config_setting_t *list)
{
	int n = config_setting_length(list);

	if (!config_setting_is_list(list) || n > MOST_RULES) {
		reader_fault(r, line_of(list),
			     "rules: must be a list ( { ... }, ... ) of at most %d",
			     MOST_RULES);
		return;
	}
	r->rules->rule = pool_alloc(r->pool, (size_t)n * sizeof(struct rule));
	if (r->rules->rule == NULL) {
		reader_fault(r, line_of(list), "out of memory");
		return;
	}
	r->rules->n_rules = (size_t)n;
	for (int i = 0; i < n; i++)
		read_rule(r, config_setting_get_elem(list, (unsigned)i), &r->rules->rule[i]);
}

static void read_otherwise(struct reading *r, const config_setting_t *group)
{
	static const char *const names[] = {"category", "subcategory", "intent",
					    "priority", "department",  NULL};

	if (!config_setting_is_group(group)) {
		reader_fault(r, line_of(group), "otherwise: must be a group { ... }");
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);

		if (!read_outcome(r, s, &r->rules->otherwise))
			is_known(r, s, names);
	}
}

void reading_rules(struct reading *r, const config_setting_t *root)
{
	static const char *const names[] = {"rules", "otherwise", NULL};
	bool has_rules = false;

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);

		if (!is_known(r, s, names))
			continue;
		if (strcmp(config_setting_name(s), "rules") == 0) {
			has_rules = true;
			read_list(r, s);
		} else {
			read_otherwise(r, s);
		}
	}
	if (!has_rules)
		reader_fault(r, 1, "there is no list `rules`");
}
