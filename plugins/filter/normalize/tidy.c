/*
 * tidy.c - blanks, line ends, and what is not seen.
 *
 * Characters without a shape (zero-width blanks, directions, soft hyphens) split
 * a word or number for a program and not for a reader, so they go.  Joiners and
 * variation selectors make emoji and Persian what they are; they go only behind
 * ASCII, where they join nothing.
 */
#include "tidy.h"

#include "fold.h"

#include <heard/buf.h>
#include <text/utf8.h>

enum { CUT_REACH = 96 }; /* how far back a cut looks for a good place */

struct tidier {
	struct heard_buf *out;
	size_t start;
	unsigned lines;		 /* line ends due before the next character      */
	struct heard_str blanks; /* blanks due, when no line end is              */
	bool collapse;
	bool after_ascii;
};

static bool is_line_end(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_joiner_to_drop(const struct tidier *t, uint32_t c)
{
	return t->after_ascii &&
	       (c == 0x200C || c == 0x200D || c == 0x20E3 || (c >= 0xFE00 && c <= 0xFE0F));
}

/* What is due between two characters; nothing is due before the first. */
static void put_due(struct tidier *t)
{
	if (t->out->len > t->start) {
		for (unsigned i = 0; i < t->lines; i++)
			heard_buf_add(t->out, "\n", 1);
		if (!t->collapse)
			heard_buf_str(t->out, t->blanks);
		else if (t->blanks.len && t->lines == 0)
			heard_buf_add(t->out, " ", 1);
	}
	t->lines = 0;
	t->blanks = heard_str_n(NULL, 0);
}

static void put(struct tidier *t, const char *s, size_t n)
{
	if (t->lines || t->blanks.len)
		put_due(t);
	heard_buf_add(t->out, s, n);
	t->after_ascii = n == 1;
}

static void due_line(struct tidier *t)
{
	if (!t->collapse || t->lines < 2)
		t->lines++;
	t->blanks = heard_str_n(NULL, 0);
}

static void due_blank(struct tidier *t, const char *s)
{
	if (t->blanks.len && t->blanks.ptr + t->blanks.len == s)
		t->blanks.len++;
	else
		t->blanks = heard_str_n(s, 1);
}

void tidy_text(struct heard_str text, bool collapse, struct heard_buf *out)
{
	struct tidier t = {.out = out, .start = out->len, .collapse = collapse};
	const char *s = text.ptr, *end = text.ptr + text.len;

	while (s < end) {
		uint32_t c = (unsigned char)*s;
		size_t n = c < 0x80 ? 1 : text_decode(s, end, &c);

		if (n == 0)
			break; /* not UTF-8: the caller repaired it */
		if (is_line_end(c)) {
			due_line(&t);
			n += c == '\r' && s + 1 < end && s[1] == '\n';
		} else if (c == ' ' || c == '\t') {
			due_blank(&t, s);
		} else if (!fold_is_invisible(c) && !is_joiner_to_drop(&t, c)) {
			put(&t, s, n);
		}
		s += n;
	}
}

/* May the text be cut behind this byte?  Not inside what could be a number. */
static bool is_good_cut(unsigned char c)
{
	if (c >= 0x80)
		return true;
	return c == '\n' || c == ',' || c == ';' || c == '!' || c == '?';
}

size_t tidy_cut(struct heard_str text, size_t max)
{
	if (text.len <= max)
		return text.len;
	size_t n = heard_str_cut(text, max).len;
	for (size_t m = n; m > 0 && n - m < CUT_REACH; m--)
		if (is_good_cut((unsigned char)text.ptr[m - 1]))
			return m;
	return n;
}
