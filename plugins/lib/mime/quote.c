/*
 * quote.c - a mail's text without what it quotes and its signature.
 *
 * A text is lines.  First the quotes are marked, top down: lines with ">", the
 * attribution above them, and, from the first sign of a quote that has no ">" on,
 * all the rest.  Then each run of what is left may end with a signature.  What
 * remains is fresh; text between quotes stays, for people answer there.
 *
 * When in doubt a line is fresh: a quote too much is read in a second, a lost
 * complaint never is.  So a text of which nothing would remain is fresh whole.
 */
#include "lines.h"
#include "mime.h"

#include <heard/buf.h>

#include <stdlib.h>

/* ---- lines */

static bool begins_quote(struct heard_str s)
{
	size_t blanks = 0;

	while (s.len && s.ptr[0] == ' ' && blanks++ < 3)
		s = heard_str_skip(s, 1);
	return s.len && (s.ptr[0] == '>' || heard_str_starts(s, HEARD_STR_OF("＞")));
}

static bool lines_split(struct heard_str text, struct mime_lines *l)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	l->list = calloc(n, sizeof(l->list[0]));
	l->n = 0;
	if (l->list == NULL)
		return false;
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		struct mime_line *line = &l->list[l->n++];

		line->text = heard_str_n(text.ptr, len);
		while (line->text.len && strchr(" \t\r", line->text.ptr[line->text.len - 1]))
			line->text.len--;
		line->is_quote = begins_quote(line->text);
		text = heard_str_skip(text, len + (end != NULL));
	}
	return true;
}

static void mark(struct mime_lines *l, size_t begin, size_t end, enum line_mark as)
{
	for (size_t i = begin; i < end; i++)
		l->list[i].mark = as;
}

/* ---- quotes */

static bool followed_by_quote(const struct mime_lines *l, size_t i)
{
	while (i < l->n && line_is_blank(&l->list[i]))
		i++;
	return i < l->n && l->list[i].is_quote;
}

/* Empty lines between quotes are quoted; those after the last are not. */
static void mark_blanks(struct mime_lines *l)
{
	size_t last = 0;
	bool is_after = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->list[i].mark == LINE_QUOTED) {
			if (is_after)
				mark(l, last, i, LINE_QUOTED);
			is_after = true;
			last = i + 1;
		} else if (!line_is_blank(&l->list[i])) {
			is_after = false;
		}
	}
}

static void mark_quotes(struct mime_lines *l, bool is_forward)
{
	for (size_t i = 0; i < l->n;) {
		size_t n = mime_attribution(l, i);
		bool to_the_end = mime_reply_above(l->list[i].text) ||
				  (n > 0 && !followed_by_quote(l, i + n)) ||
				  mime_original(l, i);

		if (to_the_end && !is_forward) {
			mark(l, i, l->n, LINE_QUOTED);
			break;
		}
		if (n == 0 && l->list[i].is_quote)
			n = 1;
		if (n > 0)
			mark(l, i, i + n, LINE_QUOTED);
		i += n ? n : 1;
	}
	mark_blanks(l);
}

static void mark_signatures(struct mime_lines *l)
{
	for (size_t i = 0; i < l->n;) {
		size_t end = i;

		while (end < l->n && l->list[end].mark == LINE_FRESH)
			end++;
		mark(l, mime_signature(l, i, end), end, LINE_SIGNATURE);
		i = end + 1;
	}
}

/* ---- what comes out */

static void put_fresh(const struct mime_lines *l, struct heard_buf *out)
{
	size_t start = out->len, blanks = 0;
	bool is_cut = false; /* something was left out before this line */

	for (size_t i = 0; i < l->n; i++) {
		const struct mime_line *line = &l->list[i];

		if (line->mark != LINE_FRESH) {
			is_cut = true;
			continue;
		}
		if (line_is_blank(line)) {
			blanks++;
			continue;
		}
		if (out->len > start) {
			if (is_cut)
				blanks = 1;
			for (size_t k = 0; k <= blanks; k++)
				heard_buf_add(out, "\n", 1);
			heard_buf_str(out, line->text);
		} else {
			heard_buf_str(out, heard_str_trim(line->text));
		}
		blanks = 0;
		is_cut = false;
	}
}

static bool has_fresh(const struct mime_lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].mark == LINE_FRESH && !line_is_blank(&l->list[i]))
			return true;
	return false;
}

static void tell(const struct mime_lines *l, const char *text,
		 void (*span)(void *arg, struct mime_span), void *arg)
{
	for (size_t i = 0; span != NULL && i < l->n;) {
		size_t end = i + 1;
		enum line_mark as = l->list[i].mark;

		while (end < l->n && l->list[end].mark == as)
			end++;
		struct heard_str last = l->list[end - 1].text;
		struct mime_span s = {as == LINE_QUOTED ? MIME_QUOTED : MIME_SIGNATURE,
				      (size_t)(l->list[i].text.ptr - text),
				      (size_t)(last.ptr + last.len - text)};
		if (as != LINE_FRESH && s.end > s.begin)
			span(arg, s);
		i = end;
	}
}

bool mime_strip(struct heard_str text, bool is_forward, struct heard_buf *fresh,
		void (*span)(void *arg, struct mime_span), void *arg)
{
	struct mime_lines l;

	if (text.len == 0)
		return !fresh->failed;
	if (!lines_split(text, &l)) {
		fresh->failed = true;
		return false;
	}
	mark_quotes(&l, is_forward);
	mark_signatures(&l);
	if (!has_fresh(&l))
		mark(&l, 0, l.n, LINE_FRESH);
	put_fresh(&l, fresh);
	tell(&l, text.ptr, span, arg);
	free(l.list);
	return !fresh->failed;
}
