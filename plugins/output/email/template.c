/*
 * template.c - fill in a template.
 *
 * Checked once when it is read, a template is then walked each time from its beginning:
 * they are short and mails are few.  Sections may hold others.
 */
#include "template.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/utf8.h>

enum { PATH_SIZE = 4096, FILE_MOST = 256 << 10, DEPTH = 8 };

const char *const template_kinds[] = {"answer", "created",   "reopened", "resolved",
				      "closed", "follow_up", "report",	 NULL};
const char *const template_langs[] = {"zh", "en", NULL};

static const char *const names[] = {
#define X(symbol, name) name,
	TEMPLATE_VALUES(X)
#undef X
};

struct templates {
	char *own[TEMPLATE_KINDS][TEMPLATE_LANGS][TEMPLATE_FORMS]; /* NULL: built in */
};

/* ---- walking */

enum tag { TAG_VALUE, TAG_BEGIN, TAG_END, TAG_BAD };

/* The tag that begins at `s`, which begins with "{{"; what is behind it. */
static enum tag read_tag(const char *s, int *value, const char **behind)
{
	const char *end = strstr(s, "}}");
	enum tag tag = s[2] == '#' ? TAG_BEGIN : s[2] == '/' ? TAG_END : TAG_VALUE;
	const char *name = s + 2 + (tag != TAG_VALUE);
	*behind = end ? end + 2 : s + strlen(s);
	for (int i = 0; end && i < TEMPLATE_VALUE_COUNT; i++)
		if (strlen(names[i]) == (size_t)(end - name) &&
		    memcmp(names[i], name, strlen(names[i])) == 0) {
			*value = i;
			return tag;
		}
	return TAG_BAD;
}

static void put_html(struct heard_buf *out, struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		switch (s.ptr[i]) {
		case '&': heard_buf_puts(out, "&amp;"); break;
		case '<': heard_buf_puts(out, "&lt;"); break;
		case '>': heard_buf_puts(out, "&gt;"); break;
		case '"': heard_buf_puts(out, "&quot;"); break;
		case '\'': heard_buf_puts(out, "&#39;"); break;
		case '\n': heard_buf_puts(out, "<br>\n"); break;
		default: heard_buf_add(out, s.ptr + i, 1);
		}
}

static void put_line(struct heard_buf *out, struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		heard_buf_add(out, (unsigned char)s.ptr[i] < ' ' ? " " : s.ptr + i, 1);
}

static void put(struct heard_buf *out, enum template_form form, struct heard_str s)
{
	if (form == TEMPLATE_HTML)
		put_html(out, s);
	else if (form == TEMPLATE_SUBJECT)
		put_line(out, s);
	else
		heard_buf_str(out, s);
}

void template_write(const struct templates *t, enum template_kind kind, enum template_lang lang,
		    enum template_form form,
		    const struct heard_str values[TEMPLATE_VALUE_COUNT], struct heard_buf *out)
{
	const char *s = template_source(t, kind, lang, form), *behind;
	int value = 0, depth = 0, hidden = 0; /* depth of the outermost that is hidden */
	while (*s) {
		const char *tag = strstr(s, "{{");
		size_t n = tag ? (size_t)(tag - s) : strlen(s);
		if (!hidden)
			heard_buf_add(out, s, n);
		if (!tag)
			return;
		enum tag which = read_tag(tag, &value, &behind);
		s = behind;
		if (which == TAG_BEGIN) {
			depth++;
			if (!hidden && values[value].len == 0)
				hidden = depth;
		} else if (which == TAG_END) {
			if (hidden == depth)
				hidden = 0;
			depth--;
		} else if (!hidden) {
			put(out, form, values[value]);
		}
	}
}

const char *template_source(const struct templates *t, enum template_kind kind,
			    enum template_lang lang, enum template_form form)
{
	const char *own = t->own[kind][lang][form];
	return own ? own : template_builtin[kind][lang][form];
}

/* ---- checking and reading */

static int fail_at(const char *path, const char *text, const char *at, const char *what,
		   struct heard_error *err)
{
	int line = 1;
	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	heard_fail(err, EINVAL, "template: line %d: %s", line, what);
	snprintf(err->file, sizeof(err->file), "%.159s", path);
	err->line = line;
	return -EINVAL;
}

static int check(const char *path, const char *text, struct heard_error *err)
{
	int open[DEPTH], depth = 0, value = 0;
	const char *behind;
	for (const char *s = text; (s = strstr(s, "{{")) != NULL; s = behind) {
		enum tag tag = read_tag(s, &value, &behind);
		if (tag == TAG_BAD)
			return fail_at(
				path, text, s,
				"there is no such value; there are ticket, token, topic, "
				"link, due, text, sender and file",
				err);
		if (tag == TAG_BEGIN && depth == DEPTH)
			return fail_at(path, text, s, "sections are nested too deep", err);
		if (tag == TAG_BEGIN)
			open[depth++] = value;
		if (tag == TAG_END && (depth == 0 || open[--depth] != value))
			return fail_at(path, text, s, "this section was not begun", err);
	}
	return depth == 0 ? 0 : fail_at(path, text, text, "a section is not ended", err);
}

/* 0 with *text_r, which is NULL if there is no such file. */
static int read_file(const char *path, char **text_r, struct heard_error *err)
{
	FILE *f = fopen(path, "re");
	*text_r = NULL;
	if (!f)
		return errno == ENOENT ? 0 : heard_fail(err, errno, "%s: %m", path);
	char *text = calloc(1, FILE_MOST + 1);
	size_t n = text ? fread(text, 1, FILE_MOST + 1, f) : 0;
	bool is_good = text && !ferror(f) && n <= FILE_MOST &&
		       text_is_valid(heard_str_n(text, n)) && !memchr(text, '\0', n);
	fclose(f);
	if (!is_good) {
		free(text);
		return heard_fail(err, EINVAL,
				  "%s: cannot be read as UTF-8 text of at most %d KiB", path,
				  FILE_MOST >> 10);
	}
	text[n] = '\0';
	*text_r = text;
	return 0;
}

/* "Subject: ...", an empty line, the text. */
static int split(const char *path, char *text, char *to[TEMPLATE_FORMS],
		 struct heard_error *err)
{
	static const char head[] = "Subject: ";
	char *end = strchr(text, '\n');
	if (strncmp(text, head, sizeof(head) - 1) != 0 || !end)
		return fail_at(path, text, text, "the first line must be \"Subject: ...\"",
			       err);
	*end++ = '\0';
	end += *end == '\n';
	to[TEMPLATE_SUBJECT] = strdup(text + sizeof(head) - 1);
	to[TEMPLATE_PLAIN] = strdup(end);
	if (!to[TEMPLATE_SUBJECT] || !to[TEMPLATE_PLAIN])
		return heard_fail(err, ENOMEM, "out of memory");
	/* All of it is good: then the rest is, too, if no section leads out of this. */
	return check(path, to[TEMPLATE_SUBJECT], err);
}

static int read_one(const char *folder, int kind, int lang, char *to[TEMPLATE_FORMS],
		    struct heard_error *err)
{
	char path[PATH_SIZE], *text;
	snprintf(path, sizeof(path), "%s/%s.%s.txt", folder, template_kinds[kind],
		 template_langs[lang]);
	if (read_file(path, &text, err) || (text && check(path, text, err)) ||
	    (text && split(path, text, to, err))) {
		free(text);
		return -err->code;
	}
	free(text);
	snprintf(path, sizeof(path), "%s/%s.%s.html", folder, template_kinds[kind],
		 template_langs[lang]);
	if (read_file(path, &to[TEMPLATE_HTML], err))
		return -err->code;
	return to[TEMPLATE_HTML] ? check(path, to[TEMPLATE_HTML], err) : 0;
}

struct templates *templates_create(const char *folder, struct heard_error *err)
{
	struct templates *t = calloc(1, sizeof(*t));
	if (!t) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	for (int kind = 0; folder[0] && kind < TEMPLATE_KINDS; kind++)
		for (int lang = 0; lang < TEMPLATE_LANGS; lang++)
			if (read_one(folder, kind, lang, t->own[kind][lang], err)) {
				templates_destroy(t);
				return NULL;
			}
	return t;
}

void templates_destroy(struct templates *t)
{
	for (int kind = 0; t && kind < TEMPLATE_KINDS; kind++)
		for (int lang = 0; lang < TEMPLATE_LANGS; lang++)
			for (int form = 0; form < TEMPLATE_FORMS; form++)
				free(t->own[kind][lang][form]);
	free(t);
}
