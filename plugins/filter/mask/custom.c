/*
 * custom.c - the user's own patterns, all searched for at once.
 *
 * One Vectorscan database, compiled when the instance opens; a scratch for each
 * lane.  Start of match is asked for here, and only here: the kinds that we know
 * by ourselves do without it (decision 0021).  Vectorscan reports every end of a
 * match; with a checksum each is tried, and what is left is merged into the
 * longest spans.
 *
 * A pattern that has characters beyond ASCII is compiled for UTF-8, which
 * Vectorscan may only be given when it is well-formed.
 */
#include "custom.h"

#include "papers.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <text/utf8.h>

#include <errno.h>
#include <hs.h>
#include <stdlib.h>

enum { LONGEST_PATTERN = 2000, MOST_PATTERNS = 200 };

struct custom {
	hs_database_t *database;
	const struct custom_pattern *patterns;
	bool needs_utf8;
};

static bool is_name(const char *s)
{
	if (!(s[0] >= 'a' && s[0] <= 'z') || strlen(s) > 40)
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static unsigned flags_of(const struct custom_pattern *p)
{
	unsigned flags = HS_FLAG_SOM_LEFTMOST;

	return is_ascii(p->pattern) ? flags : flags | HS_FLAG_UTF8 | HS_FLAG_UCP;
}

static int pattern_vet(const struct custom_pattern *p, struct heard_error *err)
{
	hs_expr_info_t *info = NULL;
	hs_compile_error_t *why = NULL;

	if (!is_name(p->name))
		return heard_fail(err, EINVAL,
				  "patterns: name \"%.40s\" must be lower case letters, digits "
				  "and _, a letter first",
				  p->name);
	if (p->pattern[0] == '\0' || strlen(p->pattern) > LONGEST_PATTERN)
		return heard_fail(err, EINVAL, "patterns: \"%s\" must have 1 to %d characters",
				  p->name, LONGEST_PATTERN);
	if (hs_expression_info(p->pattern, flags_of(p), &info, &why) != HS_SUCCESS) {
		heard_fail(err, EINVAL, "patterns: \"%s\" is no pattern: %s", p->name,
			   why ? why->message : "out of memory");
		hs_free_compile_error(why);
		return -EINVAL;
	}
	unsigned width = info->min_width;
	free(info);
	if (width == 0)
		return heard_fail(err, EINVAL,
				  "patterns: \"%s\" matches the empty text; make it need at "
				  "least one character",
				  p->name);
	return 0;
}

static int compile(struct custom *custom, size_t n, struct heard_error *err)
{
	const char *expressions[MOST_PATTERNS];
	unsigned flags[MOST_PATTERNS], ids[MOST_PATTERNS];
	hs_compile_error_t *why = NULL;

	for (size_t i = 0; i < n; i++) {
		expressions[i] = custom->patterns[i].pattern;
		flags[i] = flags_of(&custom->patterns[i]);
		ids[i] = (unsigned)i;
		custom->needs_utf8 |= (flags[i] & HS_FLAG_UTF8) != 0;
	}
	if (hs_compile_multi(expressions, flags, ids, (unsigned)n, HS_MODE_BLOCK, NULL,
			     &custom->database, &why) == HS_SUCCESS)
		return 0;
	const char *name = why && why->expression >= 0 && (size_t)why->expression < n
				   ? custom->patterns[why->expression].name
				   : "together";
	heard_fail(err, EINVAL, "patterns: \"%s\" cannot be compiled: %s", name,
		   why ? why->message : "out of memory");
	hs_free_compile_error(why);
	return -EINVAL;
}

struct custom *custom_create(const struct custom_pattern *patterns, size_t n,
			     struct heard_error *err)
{
	if (n > MOST_PATTERNS) {
		heard_fail(err, EINVAL, "patterns: %zu are too many, at most %d", n,
			   MOST_PATTERNS);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (pattern_vet(&patterns[i], err))
			return NULL;
	struct custom *custom = calloc(1, sizeof(*custom));
	if (custom == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	custom->patterns = patterns;
	if (compile(custom, n, err)) {
		custom_destroy(custom);
		return NULL;
	}
	return custom;
}

void custom_destroy(struct custom *custom)
{
	if (custom == NULL)
		return;
	hs_free_database(custom->database);
	free(custom);
}

int custom_scratch(const struct custom *custom, struct hs_scratch **scratch,
		   struct heard_error *err)
{
	if (hs_alloc_scratch(custom->database, scratch) != HS_SUCCESS)
		return heard_fail(err, ENOMEM, "no memory to search for patterns");
	return 0;
}

void custom_scratch_free(struct hs_scratch *scratch)
{
	hs_free_scratch(scratch);
}

/* ---- searching */

struct search {
	const struct custom *custom;
	struct heard_str text;
	struct heard_buf *spans;
};

static bool passes(enum custom_check check, struct heard_str found)
{
	char letters[64];
	uint8_t digits[64];
	unsigned n = 0, n_digits = 0;

	if (check == CUSTOM_NONE)
		return true;
	for (size_t i = 0; i < found.len && n < sizeof(letters); i++) {
		unsigned char c = (unsigned char)found.ptr[i];

		if (ascii_is_alnum(c))
			letters[n++] = (char)c;
		if (ascii_is_digit(c))
			digits[n_digits++] = (uint8_t)(c - '0');
	}
	switch (check) {
	case CUSTOM_LUHN: return n_digits > 1 && check_luhn(digits, n_digits);
	case CUSTOM_MOD97: return n > 4 && check_mod97(letters, n);
	case CUSTOM_MOD11:
		return (n == 18 && n_digits == 18 && check_mod11(digits, digits[17])) ||
		       (n == 18 && n_digits == 17 && (letters[17] | 0x20) == 'x' &&
			check_mod11(digits, 10));
	case CUSTOM_NONE: break;
	}
	return true;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *context)
{
	struct search *search = context;
	const struct custom_pattern *pattern = &search->custom->patterns[id];
	struct mask_span span = {(uint32_t)from, (uint32_t)to, MASK_KINDS + id, 100};
	(void)flags;

	if (passes((enum custom_check)pattern->check,
		   heard_str_n(search->text.ptr + from, (size_t)(to - from))))
		heard_buf_add(search->spans, &span, sizeof(span));
	return search->spans->failed;
}

static int by_place(const void *a, const void *b)
{
	const struct mask_span *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to > y->to ? -1 : 1; /* the longest first */
	return (x->kind > y->kind) - (x->kind < y->kind);
}

size_t spans_merge(struct mask_span *spans, size_t n)
{
	size_t kept = 0;

	if (n < 2)
		return n;
	qsort(spans, n, sizeof(*spans), by_place);

	for (size_t i = 0; i < n; i++) {
		if (kept && spans[i].from < spans[kept - 1].to) {
			if (spans[i].to > spans[kept - 1].to)
				spans[kept - 1].to = spans[i].to;
			continue;
		}
		spans[kept++] = spans[i];
	}
	return kept;
}

int custom_find(const struct custom *custom, struct hs_scratch *scratch, struct heard_str text,
		struct heard_buf *spans)
{
	struct search search = {custom, text, spans};

	heard_buf_clear(spans);
	if (text.len == 0)
		return 0;
	if (text.len > UINT32_MAX || (custom->needs_utf8 && !text_is_valid(text)))
		return -EILSEQ;
	hs_error_t code = hs_scan(custom->database, text.ptr, (unsigned)text.len, 0, scratch,
				  on_match, &search);
	if (code != HS_SUCCESS || spans->failed)
		return -E2BIG;
	spans->len = spans_merge((struct mask_span *)(void *)spans->ptr,
				 spans->len / sizeof(struct mask_span)) *
		     sizeof(struct mask_span);
	return 0;
}
