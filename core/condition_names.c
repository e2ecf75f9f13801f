/*
 * condition_names.c - which fields does an expression name, and do they exist?
 *
 * To Lua an unknown name is no mistake before it is evaluated, and behind an
 * `and` that may be months later.  So the expression is cut into tokens here,
 * and each name that is not behind a dot must be a field, an object, a family
 * or a function; a name behind "author." must be one of its fields.  Expressions
 * that make functions of their own have names of their own, and are left alone.
 */
#include "condition_names.h"

#include "condition_functions.h"
#include "option.h"

#include <heard/error.h>
#include <heard/field.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 160, NAME_SIZE = 64 };

static const char *const keywords[] = {
	"and",	    "break",  "do",   "else", "elseif", "end",	 "false", "for",
	"function", "goto",   "if",   "in",   "local",	"nil",	 "not",	  "or",
	"repeat",   "return", "then", "true", "until",	"while", NULL,
};

/* ---- the names that exist */

struct names {
	char bytes[NAMES_MAX][NAME_SIZE];
	const char *at[NAMES_MAX + 1]; /* ends with NULL */
	size_t n;
};

static bool is_among(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void add(struct names *names, struct heard_str name)
{
	if (names->n == NAMES_MAX || name.len >= NAME_SIZE)
		HEARD_BUG("the table of fields has outgrown condition_names.c");
	char *slot = names->bytes[names->n];
	memcpy(slot, name.ptr, name.len);
	slot[name.len] = '\0';
	if (is_among(names->at, slot))
		return;
	names->at[names->n++] = slot;
	names->at[names->n] = NULL;
}

/* Members of `scope`; what stands before the dot, if that is empty. */
static void collect(struct names *names, struct heard_str scope)
{
	names->n = 0;
	names->at[0] = NULL;
	for (int i = 0; i < HEARD_FIELD_COUNT; i++) {
		struct heard_str name = heard_field_table[i].name;
		const char *dot = memchr(name.ptr, '.', name.len);
		struct heard_str outer = heard_str_n(name.ptr,
						     dot ? (size_t)(dot - name.ptr) : 0);
		if (scope.len == 0)
			add(names, dot ? outer : name);
		else if (dot && heard_str_eq(outer, scope))
			add(names, heard_str_skip(name, outer.len + 1));
	}
	if (scope.len)
		return;
#define X(symbol, name, meaning) add(names, HEARD_STR_OF(name));
	HEARD_FAMILIES(X)
#undef X
	for (const char *const *f = condition_function_names; *f; f++)
		add(names, heard_str(*f));
}

/* ---- tokens */

enum token { TOKEN_END, TOKEN_NAME, TOKEN_TEXT, TOKEN_OTHER };

struct lexer {
	const char *p;
	struct heard_str text; /* of the token */
};

/* The length of a long bracket's opening "[==[" at p, or 0. */
static size_t long_bracket(const char *p)
{
	if (*p != '[')
		return 0;
	size_t n = strspn(p + 1, "=");
	return p[n + 1] == '[' ? n + 2 : 0;
}

static const char *skip_long(const char *p, size_t opening)
{
	for (p += opening; *p; p++)
		if (*p == ']' && strspn(p + 1, "=") == opening - 2 && p[opening - 1] == ']')
			return p + opening;
	return p;
}

static const char *skip_quoted(const char *p)
{
	char quote = *p++;
	while (*p && *p != quote)
		p += *p == '\\' && p[1] ? 2 : 1;
	return p + (*p != '\0');
}

static const char *skip_blank_and_comments(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\r\n\f\v");
		if (strncmp(p, "--", 2) != 0)
			return p;
		p += 2;
		size_t opening = long_bracket(p);
		p = opening ? skip_long(p, opening) : p + strcspn(p, "\n");
	}
}

static enum token next_token(struct lexer *l)
{
	const char *p = skip_blank_and_comments(l->p), *start = p;
	enum token token = TOKEN_OTHER;
	if (*p == '\0') {
		token = TOKEN_END;
	} else if (isalpha((unsigned char)*p) || *p == '_') {
		while (isalnum((unsigned char)*p) || *p == '_')
			p++;
		token = TOKEN_NAME;
	} else if (isdigit((unsigned char)*p)) {
		while (isalnum((unsigned char)*p) || *p == '.')
			p++;
	} else if (*p == '"' || *p == '\'') {
		p = skip_quoted(p);
		token = TOKEN_TEXT;
	} else if (long_bracket(p)) {
		p = skip_long(p, long_bracket(p));
		token = TOKEN_TEXT;
	} else {
		bool is_double = *p && p[1] && strchr("=~<>.:", *p) &&
				 (p[1] == '=' || p[1] == *p);
		p += is_double ? 2 : 1;
	}
	l->text = heard_str_n(start, (size_t)(p - start));
	l->p = p;
	return token;
}

/* ---- the walk */

static bool is_keyword(struct heard_str word)
{
	for (size_t i = 0; keywords[i]; i++)
		if (heard_str_is(word, keywords[i]))
			return true;
	return false;
}

static bool is_assigned(const struct lexer *l)
{
	struct lexer ahead = *l;
	return next_token(&ahead) == TOKEN_OTHER && heard_str_is(ahead.text, "=");
}

/* `scope` is empty or the object before the dot. */
static int check_name(struct heard_str scope, struct heard_str name, struct heard_error *err)
{
	struct names names;
	char word[NAME_SIZE];
	collect(&names, scope);
	if (names.n == 0)
		return 0; /* not an object: a family, or a value */
	snprintf(word, sizeof word, "%.*s", HEARD_ARG(name));
	if (is_among(names.at, word))
		return 0;
	const char *near = suggest(word, names.at), *dot = scope.len ? "." : "";
	if (near)
		return heard_fail(err, EINVAL,
				  "unknown field \"%.*s%s%s\"; did you mean \"%.*s%s%s\"?",
				  HEARD_ARG(scope), dot, word, HEARD_ARG(scope), dot, near);
	return heard_fail(err, EINVAL, "unknown field \"%.*s%s%s\"", HEARD_ARG(scope), dot,
			  word);
}

static bool makes_functions(const char *expression)
{
	struct lexer l = {.p = expression};
	for (enum token t; (t = next_token(&l)) != TOKEN_END;)
		if (t == TOKEN_NAME && heard_str_is(l.text, "function"))
			return true;
	return false;
}

int condition_names_check(const char *expression, struct heard_error *err)
{
	if (makes_functions(expression))
		return 0;
	struct lexer l = {.p = expression};
	struct heard_str object = {NULL, 0}; /* a name directly before the dot */
	bool is_member = false;		     /* behind a dot or a colon        */
	int rc = 0;
	for (enum token t; rc == 0 && (t = next_token(&l)) != TOKEN_END;) {
		if (t == TOKEN_NAME && !is_keyword(l.text)) {
			struct heard_str name = l.text;
			if (!is_member && !is_assigned(&l))
				rc = check_name(heard_str_n("", 0), name, err);
			else if (is_member && object.len)
				rc = check_name(object, name, err);
			object = is_member ? heard_str_n("", 0) : name;
			is_member = false;
		} else {
			bool is_dot = heard_str_is(l.text, ".");
			is_member = is_dot || heard_str_is(l.text, ":");
			object = is_dot ? object : heard_str_n("", 0);
		}
	}
	return rc;
}

bool condition_names_has(const char *expression, const char *field)
{
	struct lexer l = {.p = expression};
	bool is_member = false; /* behind a dot or a colon */
	for (enum token t; (t = next_token(&l)) != TOKEN_END;) {
		if (t == TOKEN_NAME && !is_member && heard_str_is(l.text, field))
			return true;
		is_member = heard_str_is(l.text, ".") || heard_str_is(l.text, ":");
	}
	return false;
}
