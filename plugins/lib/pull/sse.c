/*
 * sse.c - lines, then fields, then events.
 *
 * A line ends with CR, LF or both; that a CR was last is remembered, as its LF may come
 * with the next piece.  A buffer that is full stays so until its end: the line, or the
 * whole event, is then too long.
 */
#include "sse.h"

#include <string.h>

void sse_init(struct sse *s)
{
	*s = (struct sse){.has_data = false};
	heard_buf_init(&s->line, SSE_MAX);
	heard_buf_init(&s->data, SSE_MAX);
}

void sse_release(struct sse *s)
{
	heard_buf_release(&s->line);
	heard_buf_release(&s->data);
}

static void begin_event(struct sse *s)
{
	heard_buf_clear(&s->data);
	s->event[0] = '\0';
	s->has_data = s->is_too_long = false;
}

void sse_clear(struct sse *s)
{
	heard_buf_clear(&s->line);
	s->was_cr = false;
	begin_event(s);
}

static void take_field(struct sse *s, struct heard_str line)
{
	static const struct heard_str bom = HEARD_STR("\xef\xbb\xbf");
	if (line.ptr == NULL) /* no memory for it */
		return;
	if (heard_str_starts(line, bom))
		line = heard_str_skip(line, bom.len);
	const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
	size_t n = colon ? (size_t)(colon - line.ptr) : line.len;
	struct heard_str name = heard_str_n(line.ptr, n), value = heard_str_skip(line, n + 1);
	if (value.len > 0 && value.ptr[0] == ' ')
		value = heard_str_skip(value, 1);
	if (heard_str_is(name, "event")) {
		size_t size = value.len < SSE_NAME ? value.len : 0;
		memcpy(s->event, size ? value.ptr : "", size);
		s->event[size] = '\0';
	} else if (heard_str_is(name, "data")) {
		if (s->has_data)
			heard_buf_puts(&s->data, "\n");
		heard_buf_str(&s->data, value);
		s->has_data = true;
	}
}

/* False: whoever was told is gone. */
static bool end_line(struct sse *s,
		     bool (*event)(void *arg, struct heard_str, struct heard_str), void *arg)
{
	bool goes_on = true;
	s->is_too_long |= s->line.failed;
	if (s->line.len > 0 || s->line.failed) {
		take_field(s, heard_buf_view(&s->line));
		s->is_too_long |= s->data.failed;
		heard_buf_clear(&s->line);
		return true;
	}
	if (s->has_data) {
		char name[SSE_NAME];
		memcpy(name, s->event, sizeof(name));
		goes_on = event(arg, heard_str(name),
				s->is_too_long ? heard_str_n(NULL, 0)
					       : heard_buf_view(&s->data));
	}
	if (goes_on)
		begin_event(s);
	return goes_on;
}

void sse_read(struct sse *s, struct heard_str bytes,
	      bool (*event)(void *arg, struct heard_str name, struct heard_str data), void *arg)
{
	while (bytes.len > 0) {
		if (s->was_cr && bytes.ptr[0] == '\n')
			bytes = heard_str_skip(bytes, 1);
		s->was_cr = false;
		size_t n = 0;
		while (n < bytes.len && bytes.ptr[n] != '\n' && bytes.ptr[n] != '\r')
			n++;
		heard_buf_add(&s->line, bytes.ptr, n);
		if (n == bytes.len)
			return;
		s->was_cr = bytes.ptr[n] == '\r';
		bytes = heard_str_skip(bytes, n + 1);
		if (!end_line(s, event, arg))
			return;
	}
}
