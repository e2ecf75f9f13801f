/*
 * rules.c - the rules of a file, vetted and compiled.
 *
 * All literals of all rules go into one Vectorscan database of pure literals,
 * each once, with the list of rules that use it; one scan of a text then serves
 * every rule.  Patterns, if a file has any, are a second database.
 */
#include "rules.h"

#include "reader.h"

#include <heard/error.h>
#include <heard/record.h>

#include <errno.h>
#include <fcntl.h>
#include <hs.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* The rules, and what they are made of. */
struct owner {
	struct rules rules; /* first: rules_destroy() gets its address        */
	struct pool pool;
};

const char *priority_name(enum priority priority)
{
	static const char *const names[] = {NULL, "low", "medium", "high"};

	return names[priority];
}

enum priority priority_find(struct heard_str name)
{
	for (enum priority p = PRIORITY_HIGH; p > PRIORITY_NONE; p--)
		if (heard_str_is(name, priority_name(p)))
			return p;
	return PRIORITY_NONE;
}

/* ---- conditions */

static bool word_is(enum heard_field field, struct heard_str value, struct heard_str word)
{
	if (value.len < word.len || strncasecmp(value.ptr, word.ptr, word.len) != 0)
		return false;
	/* "zh" is also "zh-CN" */
	return value.len == word.len || (field == HEARD_LANG && value.ptr[word.len] == '-');
}

/* Ratings are compared on a scale of five, whatever theirs is. */
static double number_for(const struct heard_record *record, enum heard_field field)
{
	double number = heard_get_number(record, field, 0);
	double max = heard_get_number(record, HEARD_RATING_MAX, 5);

	return field == HEARD_RATING && max > 0 ? number * 5 / max : number;
}

static bool holds(const struct condition *condition, const struct heard_record *record)
{
	if (!heard_has(record, condition->field))
		return false;
	if (condition->test == COND_BELOW)
		return number_for(record, condition->field) < condition->number;
	if (condition->test == COND_ABOVE)
		return number_for(record, condition->field) > condition->number;
	struct heard_str value = heard_get_str(record, condition->field);
	for (size_t i = 0; i < condition->n_words; i++)
		if (word_is(condition->field, value, condition->words[i]))
			return true;
	return false;
}

bool rule_conditions_hold(const struct rule *rule, const struct heard_record *record)
{
	for (size_t i = 0; i < rule->n_conditions; i++)
		if (!holds(&rule->conditions[i], record))
			return false;
	return true;
}

/* ---- literals */

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t n = x->text.len < y->text.len ? x->text.len : y->text.len;
	int order = memcmp(x->text.ptr, y->text.ptr, n);

	if (order == 0)
		order = (x->text.len > y->text.len) - (x->text.len < y->text.len);
	if (order == 0)
		order = x->open_right - y->open_right;
	return order ? order : (x->rule > y->rule) - (x->rule < y->rule);
}

static bool is_same_literal(const struct entry *a, const struct entry *b)
{
	return heard_str_eq(a->text, b->text) && a->open_right == b->open_right;
}

/* Entries, sorted, become literals with the rules that use them. */
static int group_literals(struct reading *r)
{
	struct rules *rules = r->rules;
	struct use *uses = pool_alloc(r->pool, r->n_words * sizeof(*uses));

	rules->literal = pool_alloc(r->pool, r->n_words * sizeof(*rules->literal));
	if (uses == NULL || rules->literal == NULL)
		return -ENOMEM;
	if (r->n_words)
		qsort(r->words, r->n_words, sizeof(*r->words), entry_order);
	for (size_t i = 0; i < r->n_words; i++) {
		const struct entry *entry = &r->words[i];

		uses[i] = (struct use){entry->rule, entry->role};
		if (i == 0 || !is_same_literal(entry, entry - 1))
			rules->literal[rules->n_literals++] = (struct literal){
				.text = entry->text,
				.open_right = entry->open_right,
				.uses = &uses[i]};
		rules->literal[rules->n_literals - 1].n_uses++;
	}
	return 0;
}

static int compile_literals(struct reading *r)
{
	size_t n = r->rules->n_literals;
	const char **texts = pool_alloc(r->pool, n * sizeof(*texts));
	size_t *lengths = pool_alloc(r->pool, n * sizeof(*lengths));
	unsigned *flags = pool_alloc(r->pool, n * sizeof(*flags));
	unsigned *ids = pool_alloc(r->pool, n * sizeof(*ids));
	hs_compile_error_t *why = NULL;

	if (n == 0)
		return 0;
	if (!texts || !lengths || !flags || !ids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		texts[i] = r->rules->literal[i].text.ptr;
		lengths[i] = r->rules->literal[i].text.len;
		flags[i] = HS_FLAG_CASELESS;
		ids[i] = (unsigned)i;
	}
	if (hs_compile_lit_multi(texts, flags, ids, lengths, (unsigned)n, HS_MODE_BLOCK, NULL,
				 &r->rules->literals, &why) == HS_SUCCESS)
		return 0;
	reader_fault(r, 1, "the words cannot be compiled: %s",
		     why ? why->message : "no memory");
	hs_free_compile_error(why);
	return -EINVAL;
}

/* ---- patterns */

static unsigned pattern_flags(const char *pattern)
{
	for (const char *s = pattern; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH | HS_FLAG_UTF8 |
			       HS_FLAG_UCP;
	return HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH;
}

static void vet_pattern(struct reading *r, const struct entry *entry)
{
	hs_expr_info_t *info = NULL;
	hs_compile_error_t *why = NULL;

	if (hs_expression_info(entry->text.ptr, pattern_flags(entry->text.ptr), &info, &why) !=
	    HS_SUCCESS)
		reader_fault(r, entry->line, "patterns: \"%.60s\": %s", entry->text.ptr,
			     why ? why->message : "no memory");
	else if (info->min_width == 0)
		reader_fault(r, entry->line, "patterns: \"%.60s\" matches the empty text",
			     entry->text.ptr);
	hs_free_compile_error(why);
	free(info);
}

static int compile_patterns(struct reading *r)
{
	size_t n = r->n_patterns;
	const char **texts = pool_alloc(r->pool, n * sizeof(*texts));
	unsigned *flags = pool_alloc(r->pool, n * sizeof(*flags));
	unsigned *ids = pool_alloc(r->pool, n * sizeof(*ids));
	uint16_t *rules = pool_alloc(r->pool, n * sizeof(*rules));
	hs_compile_error_t *why = NULL;

	if (!texts || !flags || !ids || !rules)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		vet_pattern(r, &r->patterns[i]);
		texts[i] = r->patterns[i].text.ptr;
		flags[i] = pattern_flags(texts[i]);
		ids[i] = (unsigned)i;
		rules[i] = r->patterns[i].rule;
		r->rules->patterns_need_utf8 |= (flags[i] & HS_FLAG_UTF8) != 0;
	}
	r->rules->pattern_rule = rules;
	r->rules->n_patterns = n;
	if (n == 0 || r->faults)
		return 0;
	if (hs_compile_multi(texts, flags, ids, (unsigned)n, HS_MODE_BLOCK, NULL,
			     &r->rules->patterns, &why) == HS_SUCCESS)
		return 0;
	bool known = why && why->expression >= 0 && (size_t)why->expression < n;
	reader_fault(r, known ? r->patterns[why->expression].line : 1, "patterns: %s",
		     why ? why->message : "no memory");
	hs_free_compile_error(why);
	return -EINVAL;
}

/* ---- the file */

enum { FILE_MAX = 4 << 20 };

/* The bytes of the file with a NUL behind; NULL: said why. */
static char *read_text(struct reading *r)
{
	struct stat st;
	int fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_file = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	char *text = is_file && st.st_size <= FILE_MAX ? calloc(1, (size_t)st.st_size + 1)
						       : NULL;

	if (fd < 0)
		reader_fault(r, 0, "the rules file cannot be read: %s", strerror(errno));
	else if (!is_file)
		reader_fault(r, 0, "the rules file is not a file");
	else if (st.st_size > FILE_MAX)
		reader_fault(r, 0, "the rules file is larger than 4 MiB");
	else if (text == NULL || read(fd, text, (size_t)st.st_size) != st.st_size)
		reader_fault(r, 0, "the rules file cannot be read");
	else if (memchr(text, '\0', (size_t)st.st_size))
		reader_fault(r, 0, "the rules file is not text: it holds a NUL byte");
	else {
		close(fd);
		return text;
	}
	if (fd >= 0)
		close(fd);
	free(text);
	return NULL;
}

/* libconfig ends the process over an @include of a folder, so there is none in
 * rules: a look at the beginning of each line is enough, even in a comment. */
static bool has_no_include(struct reading *r, const char *text)
{
	int line = 1;

	for (const char *p = text; p; line++) {
		const char *end = strchr(p, '\n');

		if (strncmp(p + strspn(p, " \t"), "@include", 8) == 0) {
			reader_fault(
				r, line,
				"a rules file cannot include another; list its rules here");
			return false;
		}
		p = end ? end + 1 : NULL;
	}
	return true;
}

static void read_file(struct reading *r)
{
	config_t config;
	char *text = read_text(r);

	if (text == NULL)
		return;
	config_init(&config);
	if (has_no_include(r, text)) {
		if (config_read_string(&config, text) == CONFIG_TRUE)
			reading_rules(r, config_root_setting(&config));
		else
			reader_fault(r, config_error_line(&config), "%s",
				     config_error_text(&config));
	}
	config_destroy(&config);
	free(text);
}

struct rules *rules_load(const char *path, struct heard_error *err)
{
	struct heard_error ignored;
	struct owner *owner = calloc(1, sizeof(*owner));

	err = err ? err : &ignored;
	*err = (struct heard_error){0};
	if (owner == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	struct reading reading = {
		.pool = &owner->pool, .rules = &owner->rules, .err = err, .path = path};
	read_file(&reading);
	int r = group_literals(&reading);
	if (r == 0)
		r = compile_patterns(&reading);
	if (r == 0 && reading.faults == 0)
		r = compile_literals(&reading);
	if (r == -ENOMEM)
		heard_fail(err, ENOMEM, "out of memory");
	if (r || reading.faults) {
		rules_destroy(&owner->rules);
		return NULL;
	}
	return &owner->rules;
}

void rules_destroy(struct rules *rules)
{
	struct owner *owner = (struct owner *)(void *)rules;

	if (owner == NULL)
		return;
	hs_free_database(rules->literals);
	hs_free_database(rules->patterns);
	pool_release(&owner->pool);
	free(owner);
}
