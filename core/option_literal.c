/*
 * option_literal.c - find an integer in the source of the config.
 *
 * libconfig 1.5 reads an integer without the suffix L with atoi(): 5000000000
 * becomes 705032704 and nobody is told.  What it parsed keeps no trace of that,
 * so the file is read once more, with just enough of the grammar (strings and
 * comments are skipped) to find `name = NUMBER` on the setting's line.  When
 * several settings of one name share a line, it is the one whose cut value is
 * the one that was read.
 */
#include "option_literal.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 4 * 1024 * 1024 };

struct scan {
	const char *p; /* ends with a NUL */
	int line;
};

/* Over a quoted text; libconfig allows newlines in it. */
static void skip_string(struct scan *s)
{
	for (s->p++; *s->p && *s->p != '"'; s->p++) {
		if (*s->p == '\\' && s->p[1])
			s->p++;
		s->line += *s->p == '\n';
	}
	s->p += *s->p != '\0';
}

static void skip_block_comment(struct scan *s)
{
	for (s->p += 2; *s->p && strncmp(s->p, "*/", 2) != 0; s->p++)
		s->line += *s->p == '\n';
	s->p += *s->p ? 2 : 0;
}

static void skip_blank(struct scan *s)
{
	for (;;) {
		if (*s->p == '\n')
			s->line++, s->p++;
		else if (*s->p == '#' || strncmp(s->p, "//", 2) == 0)
			s->p += strcspn(s->p, "\n");
		else if (strncmp(s->p, "/*", 2) == 0)
			skip_block_comment(s);
		else if (*s->p && strchr(" \t\r\f", *s->p))
			s->p++;
		else
			return;
	}
}

static size_t name_length(const char *p)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	if (*p == '\0' || (strchr(letters, *p) == NULL && *p != '*'))
		return 0;
	size_t n = 1;
	while (p[n] && (strchr(letters, p[n]) || strchr("0123456789-_*", p[n])))
		n++;
	return n;
}

/* The value atoi() or its like would make of the literal. */
static long long cut_value(const char *literal, bool *was_cut)
{
	const char *digits = literal + (*literal == '-' || *literal == '+');
	bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	char *end;
	errno = 0;
	if (is_hex) {
		unsigned long long v = strtoull(literal, &end, 16);
		bool is_long = *end == 'L';
		*was_cut = errno == ERANGE || (!is_long && v > INT32_MAX);
		return is_long ? (long long)v : (int)v;
	}
	long long v = strtoll(literal, &end, 10);
	bool is_long = *end == 'L';
	*was_cut = errno == ERANGE || (!is_long && (v > INT32_MAX || v < INT32_MIN));
	return is_long ? v : (int)v;
}

/* At a value: is it a literal that was cut to the setting's value? */
static bool is_the_one(const struct scan *s, const config_setting_t *setting,
		       char literal[LITERAL_SIZE])
{
	size_t n = strspn(s->p, "+-0123456789abcdefABCDEFxXL");
	char text[LITERAL_SIZE];
	snprintf(text, sizeof text, "%.*s", n < LITERAL_SIZE ? (int)n : LITERAL_SIZE - 1, s->p);
	bool was_cut;
	long long value = cut_value(text, &was_cut);
	if (n == 0 || !was_cut || value != config_setting_get_int64(setting))
		return false;
	memcpy(literal, text, sizeof text);
	return true;
}

static bool find(const char *source, const config_setting_t *setting,
		 char literal[LITERAL_SIZE])
{
	struct scan s = {source, 1};
	int line = (int)config_setting_source_line(setting);
	const char *name = config_setting_name(setting);
	for (skip_blank(&s); *s.p && s.line <= line; skip_blank(&s)) {
		size_t n = name_length(s.p);
		if (n == 0) {
			if (*s.p == '"')
				skip_string(&s);
			else
				s.p++;
			continue;
		}
		bool is_named = s.line == line && strlen(name) == n &&
				memcmp(s.p, name, n) == 0;
		s.p += n;
		if (!is_named)
			continue;
		struct scan value = s;
		skip_blank(&value);
		if (*value.p != '=' && *value.p != ':')
			continue;
		value.p++;
		skip_blank(&value);
		if (is_the_one(&value, setting, literal))
			return true;
	}
	return false;
}

static char *read_source(const char *path)
{
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return NULL;
	char *text = malloc(SOURCE_MAX + 1);
	if (text)
		text[fread(text, 1, SOURCE_MAX, f)] = '\0';
	fclose(f);
	return text;
}

bool literal_was_cut(const config_setting_t *setting, char literal[LITERAL_SIZE])
{
	int type = config_setting_type(setting);
	const char *path = config_setting_source_file(setting);
	if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || path == NULL ||
	    config_setting_name(setting) == NULL)
		return false;
	char *source = read_source(path);
	bool was_cut = source && find(source, setting, literal);
	free(source);
	return was_cut;
}

bool literal_fits_64(const char *literal)
{
	char text[LITERAL_SIZE + 1];
	size_t n = strcspn(literal, "L");
	snprintf(text, sizeof text, "%.*sL", (int)n, literal);
	bool was_cut;
	cut_value(text, &was_cut);
	return !was_cut;
}
