/*
 * calendar.c - an invitation's title, place and time (RFC 5545).
 *
 * Only the first event is read, and of its fields those that a clerk needs to see.
 */
#include "reader.h"
#include "words.h"

#include <strings.h>

enum { MAX_VALUE = 1000 };

/* "SUMMARY;LANGUAGE=zh:text": the name, and what stands behind the colon. */
static bool split(struct heard_str line, struct heard_str *name, struct heard_str *value)
{
	size_t n = 0, colon;
	bool is_quoted = false;

	while (n < line.len && line.ptr[n] != ';' && line.ptr[n] != ':')
		n++;
	*name = heard_str_n(line.ptr, n);
	for (colon = n; colon < line.len && (is_quoted || line.ptr[colon] != ':'); colon++)
		if (line.ptr[colon] == '"')
			is_quoted = !is_quoted;
	if (colon >= line.len)
		return false;
	*value = heard_str_skip(line, colon + 1);
	return true;
}

/* "\n" and "\," as what they stand for; one line. */
static struct heard_str value_kept(struct mime_reader *r, struct heard_str raw)
{
	struct heard_buf out;
	struct heard_str kept;

	heard_buf_init(&out, MAX_VALUE + 16);
	for (size_t i = 0; i < raw.len && out.len < MAX_VALUE; i++) {
		char c = raw.ptr[i];

		if (c == '\\' && i + 1 < raw.len) {
			c = raw.ptr[++i];
			c = c == 'n' || c == 'N' ? ' ' : c;
		}
		heard_buf_add(&out, &c, 1);
	}
	kept = mime_words_kept(heard_buf_view(&out), r->memory);
	heard_buf_release(&out);
	return kept;
}

static void take(struct mime_reader *r, struct heard_str *field, struct heard_str value)
{
	if (field->len == 0)
		*field = value_kept(r, value);
}

static void field_read(struct mime_reader *r, struct heard_str name, struct heard_str value,
		       bool in_event)
{
	struct mime_calendar *c = &r->out->calendar;

	if (mime_field_is(name, "METHOD"))
		take(r, &c->method, value);
	else if (!in_event)
		return;
	else if (mime_field_is(name, "SUMMARY"))
		take(r, &c->summary, value);
	else if (mime_field_is(name, "LOCATION"))
		take(r, &c->location, value);
	else if (mime_field_is(name, "DTSTART"))
		take(r, &c->begin, value);
	else if (mime_field_is(name, "DTEND"))
		take(r, &c->end, value);
}

/* The next line with what is folded below it, put together. */
static bool next_line(struct heard_str *rest, struct heard_buf *line)
{
	bool is_more = false;

	heard_buf_clear(line);
	while (rest->len && (!is_more || rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
		const char *end = memchr(rest->ptr, '\n', rest->len);
		size_t n = end ? (size_t)(end - rest->ptr) : rest->len;

		if (line->len < MAX_VALUE * 4)
			heard_buf_add(line, rest->ptr + is_more, n - (is_more && n));
		*rest = heard_str_skip(*rest, n + (end != NULL));
		is_more = true;
	}
	return is_more;
}

void mime_calendar_read(struct mime_reader *r, struct heard_str text)
{
	struct heard_buf line;
	bool in_event = false;

	if (r->out->calendar.summary.len || r->out->calendar.begin.len)
		return;
	heard_buf_init(&line, text.len + 16);
	while (next_line(&text, &line)) {
		struct heard_str name, value;

		if (!split(heard_buf_view(&line), &name, &value))
			continue;
		value = heard_str_trim(value);
		if (mime_field_is(name, "BEGIN") && mime_field_is(value, "VEVENT"))
			in_event = true;
		else if (mime_field_is(name, "END") && in_event)
			break;
		else
			field_read(r, name, value, in_event);
	}
	heard_buf_release(&line);
}

void mime_calendar_text(const struct mime_calendar *c, struct heard_buf *out)
{
	if (c->summary.len)
		heard_buf_printf(out, "%.*s\n", HEARD_ARG(c->summary));
	if (c->begin.len)
		heard_buf_printf(out, "%.*s%s%.*s\n", HEARD_ARG(c->begin),
				 c->end.len ? " - " : "", HEARD_ARG(c->end));
	if (c->location.len)
		heard_buf_printf(out, "%.*s\n", HEARD_ARG(c->location));
}
