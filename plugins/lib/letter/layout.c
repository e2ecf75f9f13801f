/*
 * layout.c - how a mail's text is laid out.
 *
 * Who answers quotes, and who writes to people signs; a program that makes newsletters
 * breaks lines at another width than one for letters, and puts air between them.  Nothing
 * of the text itself is in a word.  Lines and bytes count by their binary logarithm, parts
 * of the whole in eighths.
 */
#include "layout.h"

#include <heard/buf.h>
#include <mime/mime.h>

enum { WIDTH_MAX = 400, WIDTH_STEP = 20, WRAPPED_FROM = 66, WRAPPED_TO = 80 };

struct layout {
	size_t lines, blank, quoted, wrapped, widest;
};

static void say(struct heard_buf *b, const char *what, size_t n)
{
	heard_buf_printf(b, "%s%s-%zu", b->len ? " " : "", what, n);
}

static size_t log_of(size_t n)
{
	size_t log = 0;
	for (; n > 0; n >>= 1)
		log++;
	return log;
}

static void take_line(struct layout *l, struct heard_str line)
{
	struct heard_str text = heard_str_trim(line);
	size_t width = heard_str_chars(line);
	l->lines++;
	l->blank += text.len == 0;
	l->quoted += text.len > 0 && text.ptr[0] == '>';
	l->wrapped += width >= WRAPPED_FROM && width <= WRAPPED_TO;
	l->widest = width > l->widest ? width : l->widest;
}

static struct layout look(struct heard_str text)
{
	struct layout l = {0};
	while (text.len > 0) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		take_line(&l, heard_str_n(text.ptr, n));
		text = heard_str_skip(text, n < text.len ? n + 1 : n);
	}
	return l;
}

static size_t signature_of(const struct mime_message *m)
{
	size_t bytes = 0;
	for (size_t i = 0; i < m->n_spans; i++)
		if (m->spans[i].kind == MIME_SIGNATURE)
			bytes += m->spans[i].end - m->spans[i].begin;
	return bytes;
}

void layout_say(const struct mime_message *m, struct heard_buf *b)
{
	struct layout l = look(m->text);
	size_t signature = signature_of(m), written = l.lines - l.blank;
	if (l.lines == 0)
		return;
	if (l.quoted > 0) {
		say(b, "quoted", log_of(l.quoted));
		say(b, "quoted-share", l.quoted * 8 / l.lines);
	}
	if (signature > 0)
		say(b, "signature", log_of(signature / 16));
	if (m->text.len > m->fresh.len)
		say(b, "cut", log_of((m->text.len - m->fresh.len) / 16));
	say(b, "width", (l.widest < WIDTH_MAX ? l.widest : WIDTH_MAX) / WIDTH_STEP);
	say(b, "lines", log_of(written));
	say(b, "blank", l.blank * 8 / l.lines);
	if (l.wrapped * 2 > written)
		heard_buf_puts(b, " wrapped");
}
