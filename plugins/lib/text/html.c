/*
 * html.c - the text of a piece of HTML, as a reader would copy it.
 *
 * Text needs no tree: tags are either block (a line ends), paragraph (an empty
 * line), item, cell, break, hidden (skipped up to its end tag) or nothing to us.
 * So this is a scanner over the bytes with one screen of state.  A parser that
 * builds the tree of HTML 5 is quadratic in time and memory on hostile mail
 * (unclosed formatting tags are opened again in every paragraph) and recursive
 * when it frees it; see docs/decisions/0020.
 */
#include "html.h"

#include "entities.h"
#include "utf8.h"

#include <heard/buf.h>

#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

enum effect { NOTHING, BREAK, BLOCK, PARAGRAPH, ITEM, CELL, HIDDEN, VERBATIM };

static const struct tag {
	char name[12];
	enum effect effect;
} tags[] = {
	/* sorted */
	{"a", NOTHING},	       {"abbr", NOTHING},
	{"address", BLOCK},    {"article", BLOCK},
	{"aside", BLOCK},      {"b", NOTHING},
	{"big", NOTHING},      {"blockquote", PARAGRAPH},
	{"body", BLOCK},       {"br", BREAK},
	{"button", NOTHING},   {"caption", BLOCK},
	{"center", BLOCK},     {"cite", NOTHING},
	{"code", NOTHING},     {"dd", BLOCK},
	{"del", NOTHING},      {"div", BLOCK},
	{"dl", PARAGRAPH},     {"dt", BLOCK},
	{"em", NOTHING},       {"fieldset", BLOCK},
	{"figcaption", BLOCK}, {"figure", BLOCK},
	{"font", NOTHING},     {"footer", BLOCK},
	{"form", BLOCK},       {"h1", PARAGRAPH},
	{"h2", PARAGRAPH},     {"h3", PARAGRAPH},
	{"h4", PARAGRAPH},     {"h5", PARAGRAPH},
	{"h6", PARAGRAPH},     {"head", HIDDEN},
	{"header", BLOCK},     {"hr", BLOCK},
	{"html", BLOCK},       {"i", NOTHING},
	{"iframe", HIDDEN},    {"img", NOTHING},
	{"input", NOTHING},    {"ins", NOTHING},
	{"label", NOTHING},    {"li", ITEM},
	{"link", NOTHING},     {"main", BLOCK},
	{"mark", NOTHING},     {"meta", NOTHING},
	{"nav", BLOCK},	       {"noscript", NOTHING},
	{"ol", PARAGRAPH},     {"option", BLOCK},
	{"p", PARAGRAPH},      {"pre", VERBATIM},
	{"q", NOTHING},	       {"s", NOTHING},
	{"script", HIDDEN},    {"section", BLOCK},
	{"select", BLOCK},     {"small", NOTHING},
	{"span", NOTHING},     {"strike", NOTHING},
	{"strong", NOTHING},   {"style", HIDDEN},
	{"sub", NOTHING},      {"sup", NOTHING},
	{"svg", HIDDEN},       {"table", PARAGRAPH},
	{"tbody", BLOCK},      {"td", CELL},
	{"template", HIDDEN},  {"textarea", BLOCK},
	{"tfoot", BLOCK},      {"th", CELL},
	{"thead", BLOCK},      {"title", HIDDEN},
	{"tr", BLOCK},	       {"tt", NOTHING},
	{"u", NOTHING},	       {"ul", PARAGRAPH},
};

static int tag_by_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct tag *)element)->name);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The tag whose name stands here, NULL if HTML has none; *n_r is its length. */
static const struct tag *tag_find(struct heard_str s, size_t *n_r)
{
	char name[12];
	size_t n = 0;

	while (n < s.len &&
	       (is_letter(s.ptr[n]) || (n && s.ptr[n] >= '0' && s.ptr[n] <= '9'))) {
		if (n == sizeof(name) - 1)
			return NULL;
		name[n] = (char)(s.ptr[n] | 0x20);
		n++;
	}
	*n_r = n;
	if (n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++) /* the digits of h1 were 0x20 already */
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			name[i] = s.ptr[i];
	name[n] = '\0';
	return bsearch(name, tags, sizeof(tags) / sizeof(tags[0]), sizeof(tags[0]),
		       tag_by_name);
}

bool html_is_likely(struct heard_str s)
{
	const char *end = s.ptr + s.len, *p = s.ptr, *last = NULL;

	for (const char *q = end; q > s.ptr && last == NULL; q--)
		if (q[-1] == '>')
			last = q;
	while (last && (p = memchr(p, '<', (size_t)(last - p))) != NULL) {
		size_t n;

		p++;
		if (p < last && *p == '/')
			p++;
		if (last - p > 8 && strncasecmp(p, "!doctype", 8) == 0)
			return true;
		if (tag_find(heard_str_n(p, (size_t)(last - p)), &n) &&
		    (is_space(p[n]) || p[n] == '>' || p[n] == '/'))
			return true;
	}
	return false;
}

/* ---- writing */

struct writer {
	struct heard_buf *out;
	size_t start;	     /* where our text begins in it                 */
	unsigned lines;	     /* line ends that are due before the next word */
	bool blank;	     /* a blank is due                              */
	unsigned verbatim;   /* inside so many <pre>                        */
	html_marker *marker; /* or NULL                                   */
	void *arg;
	unsigned quoted;     /* "> " before each line so many times         */
	unsigned was_quoted; /* before the line written last              */
};

enum { MAX_QUOTED = 20 };

static void due_lines(struct writer *w, unsigned n)
{
	w->lines = w->lines > n ? w->lines : n;
	w->blank = false;
}

/* The line ends that are due, and the quote's mark of the new line. */
static void put_lines(struct writer *w, unsigned n)
{
	static const char marks[] = "> > > > > > > > > > > > > > > > > > > > ";
	unsigned both = w->quoted < w->was_quoted ? w->quoted : w->was_quoted;

	_Static_assert(sizeof(marks) > 2 * MAX_QUOTED, "a mark for every level");
	for (unsigned i = 0; i < n; i++) {
		heard_buf_add(w->out, "\n", 1);
		if (both && i + 1 < n)
			heard_buf_add(w->out, marks, 2 * both - 1);
	}
	heard_buf_add(w->out, marks, 2 * w->quoted);
	w->was_quoted = w->quoted;
}

static void put(struct writer *w, const char *s, size_t n)
{
	bool first = w->out->len == w->start;

	if (first || w->lines)
		put_lines(w, first ? 0 : w->lines);
	else if (w->blank)
		heard_buf_add(w->out, " ", 1);
	w->lines = 0;
	w->blank = false;
	heard_buf_add(w->out, s, n);
}

/* A line end as written by <br>: two of them make an empty line. */
static void put_break(struct writer *w)
{
	w->lines = w->lines < 2 ? w->lines + 1 : 2;
	w->blank = false;
}

static void apply(struct writer *w, enum effect effect, bool closes)
{
	switch (effect) {
	case BREAK: put_break(w); break;
	case BLOCK: due_lines(w, 1); break;
	case PARAGRAPH: due_lines(w, 2); break;
	case CELL: w->blank = w->lines == 0; break;
	case ITEM:
		due_lines(w, 1);
		if (!closes) {
			put(w, "-", 1);
			w->blank = true;
		}
		break;
	case VERBATIM:
		due_lines(w, 1);
		w->verbatim = closes ? 0 : 1;
		break;
	case HIDDEN:
	case NOTHING: break;
	}
}

/* ---- reading */

/* "&#8217;" or "&eacute;" at s: its length, and the character; 0 if neither. */
static size_t read_reference(struct heard_str s, uint32_t *c_r)
{
	size_t i = 1, first;
	uint32_t c = 0;

	if (i < s.len && s.ptr[i] == '#') {
		bool hex = ++i < s.len && (s.ptr[i] | 0x20) == 'x';

		i += hex;
		for (first = i; i < s.len && i - first < 8; i++) {
			char d = (char)(s.ptr[i] | 0x20);

			if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
				c = c * (hex ? 16 : 10) + (uint32_t)(s.ptr[i] - '0');
			else if (hex && d >= 'a' && d <= 'f')
				c = c * 16 + (uint32_t)(d - 'a') + 10;
			else
				break;
		}
	} else {
		for (first = i; i < s.len && i - first < 9 &&
				(is_letter(s.ptr[i]) || (s.ptr[i] >= '0' && s.ptr[i] <= '9'));)
			i++;
		c = entity_find(heard_str_n(s.ptr + first, i - first));
	}
	if (i == first || c == 0 || i >= s.len || s.ptr[i] != ';')
		return 0;
	*c_r = c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c;
	return i + 1;
}

/* Behind the '>' of the tag or declaration at s, quotes respected; NULL if open. */
static const char *tag_end(const char *s, const char *end)
{
	char quote = 0;

	for (; s < end; s++) {
		if (quote)
			quote = *s == quote ? 0 : quote;
		else if ((*s == '"' || *s == '\'') && s[-1] == '=')
			quote = *s;
		else if (*s == '>')
			return s + 1;
	}
	return NULL;
}

/* Behind "</name", any case, or the end of the text. */
static const char *skip_hidden(const char *s, const char *end, const char *name)
{
	size_t n = strlen(name);

	while ((s = memchr(s, '<', (size_t)(end - s))) != NULL) {
		if ((size_t)(end - s) > n + 2 && s[1] == '/' &&
		    strncasecmp(s + 2, name, n) == 0 && !is_letter(s[n + 2])) {
			const char *after = memchr(s, '>', (size_t)(end - s));
			return after ? after + 1 : end;
		}
		s++;
	}
	return end;
}

static const char *skip_comment(const char *s, const char *end)
{
	const char *after = memmem(s, (size_t)(end - s), "-->", 3);

	return after ? after + 3 : end;
}

static void mark(struct writer *w, struct heard_str tag, bool closes)
{
	switch (w->marker(w->arg, tag, closes)) {
	case HTML_QUOTE:
		due_lines(w, 1);
		w->quoted += w->quoted < MAX_QUOTED;
		break;
	case HTML_UNQUOTE:
		due_lines(w, 1);
		w->quoted -= w->quoted > 0;
		break;
	case HTML_RULE:
		due_lines(w, 1);
		put(w, "________________________________", 32);
		due_lines(w, 1);
		break;
	case HTML_PLAIN: break;
	}
}

/* The '<' at s: returns where to go on, or NULL if it is not markup. */
static const char *read_markup(struct writer *w, const char *s, const char *end)
{
	size_t left = (size_t)(end - s), n;

	if (left >= 4 && memcmp(s, "<!--", 4) == 0)
		return skip_comment(s + 4, end);
	bool closes = left > 1 && s[1] == '/';
	const char *name = s + 1 + closes;
	bool declares = left > 1 && (s[1] == '!' || s[1] == '?');
	if (name == end || (!is_letter(*name) && !declares))
		return NULL;
	const char *after = tag_end(name + 1, end);
	const struct tag *tag = tag_find(heard_str_n(name, (size_t)(end - name)), &n);
	if (after == NULL || tag == NULL)
		return after;
	if (tag->effect == HIDDEN && !closes && after[-2] != '/')
		return skip_hidden(after, end, tag->name);
	apply(w, tag->effect, closes);
	if (w->marker != NULL)
		mark(w, heard_str_n(s, (size_t)(after - s)), closes);
	return after;
}

/* One character that is not markup; returns where to go on. */
static const char *read_text(struct writer *w, const char *s, const char *end)
{
	char utf8[4];
	uint32_t c;

	if (is_space(*s)) {
		if (w->verbatim && *s == '\n')
			put_break(w);
		else
			w->blank = w->lines == 0;
		return s + 1;
	}
	size_t n = *s == '&' ? read_reference(heard_str_n(s, (size_t)(end - s)), &c) : 0;
	if (n) {
		if (c == 0xA0 || c == ' ')
			w->blank = w->lines == 0;
		else
			put(w, utf8, text_encode(c, utf8));
		return s + n;
	}
	n = 1;
	while (s + n < end && s[n] != '<' && s[n] != '&' && !is_space(s[n]))
		n++;
	put(w, s, n);
	return s + n;
}

void html_to_text(struct heard_str html, struct heard_buf *out)
{
	html_to_text_marked(html, NULL, NULL, out);
}

void html_to_text_marked(struct heard_str html, html_marker *marker, void *arg,
			 struct heard_buf *out)
{
	struct writer w = {.out = out, .start = out->len, .marker = marker, .arg = arg};
	const char *s = html.ptr, *end = html.len ? html.ptr + html.len : s;
	bool markup = true; /* until a tag that does not end */

	while (s < end) {
		const char *after = NULL;

		if (markup && *s == '<') {
			after = read_markup(&w, s, end);
			markup = after ||
				 !(end - s > 1 && (is_letter(s[1]) || strchr("/!?", s[1])));
		}
		if (after == NULL && *s == '<') {
			put(&w, "<", 1);
			after = s + 1;
		}
		s = after ? after : read_text(&w, s, end);
	}
}
