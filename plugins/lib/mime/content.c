/*
 * content.c - the bytes of a part, and its text.
 *
 * GMime leaves a part's bytes where they are and remembers from where to where; they
 * are decoded from there in one step.
 */
#include "charset.h"
#include "html.h"
#include "reader.h"

#include <strings.h>
#include <text/utf8.h>

/* ---- bytes */

/* Where the part's bytes lie, still encoded. */
static struct heard_str content_raw(GMimeObject *part, GMimeContentEncoding *encoding_r)
{
	struct heard_str none = {NULL, 0};
	GMimeDataWrapper *w = GMIME_IS_PART(part) ? g_mime_part_get_content((GMimePart *)part)
						  : NULL;
	GMimeStream *s = w ? g_mime_data_wrapper_get_stream(w) : NULL;
	GByteArray *array = s && GMIME_IS_STREAM_MEM(s)
				    ? g_mime_stream_mem_get_byte_array((GMimeStreamMem *)s)
				    : NULL;

	if (array == NULL)
		return none;
	*encoding_r = g_mime_data_wrapper_get_encoding(w);
	int64_t begin = s->bound_start, end = s->bound_end;
	if (end < 0 || end > (int64_t)array->len)
		end = (int64_t)array->len;
	if (begin < 0 || begin >= end)
		return none;
	return heard_str_n((const char *)array->data + begin, (size_t)(end - begin));
}

/* What stands behind the "begin 644 name" of uuencode. */
static struct heard_str skip_begin(struct heard_str raw)
{
	const char *begin = raw.len ? memmem(raw.ptr, raw.len, "begin ", 6) : NULL;
	const char *line = begin ? memchr(begin, '\n', raw.len - (size_t)(begin - raw.ptr))
				 : NULL;

	return line ? heard_str_skip(raw, (size_t)(line + 1 - raw.ptr)) : raw;
}

/* The last two or three letters of base64 that no '=' completes: with it.  0: none. */
static size_t open_quad(struct heard_str raw, char quad[4])
{
	size_t n = 0;

	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];

		if (c == '=')
			return 0;
		if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
		    c == '+' || c == '/')
			quad[n++ % 4] = c;
	}
	if (n % 4 < 2)
		return 0;
	for (n %= 4; n < 4; n++)
		quad[n] = '=';
	return 4;
}

static void decode(struct heard_str raw, GMimeContentEncoding encoding, struct heard_buf *out)
{
	GMimeEncoding e;
	char *room;

	if (encoding == GMIME_CONTENT_ENCODING_UUENCODE)
		raw = skip_begin(raw);
	g_mime_encoding_init_decode(&e, encoding);
	if (encoding == GMIME_CONTENT_ENCODING_UUENCODE)
		e.state |= GMIME_UUDECODE_STATE_BEGIN;
	/* None of the encodings is shorter than what it stands for. */
	room = heard_buf_room(out, raw.len + 64);
	if (room == NULL)
		return;
	size_t n = g_mime_encoding_flush(&e, raw.ptr, raw.len, room);
	char quad[4];
	if (encoding == GMIME_CONTENT_ENCODING_BASE64 && open_quad(raw, quad)) {
		g_mime_encoding_init_decode(&e, encoding);
		n += g_mime_encoding_flush(&e, quad, sizeof(quad), room + n);
	}
	heard_buf_used(out, n);
}

bool mime_content(GMimeObject *part, struct heard_buf *out)
{
	GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_DEFAULT;
	struct heard_str raw = content_raw(part, &encoding);

	switch (encoding) {
	case GMIME_CONTENT_ENCODING_BASE64:
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
	case GMIME_CONTENT_ENCODING_UUENCODE:
		if (raw.len)
			decode(raw, encoding, out);
		break;
	default: heard_buf_str(out, raw);
	}
	return !out->failed;
}

/* ---- text */

/* <meta charset="gb2312"> or <meta http-equiv... content="text/html; charset=gb2312"> */
static struct heard_str meta_charset(struct heard_str html)
{
	struct heard_str none = {NULL, 0};
	size_t n = html.len < 2048 ? html.len : 2048;

	for (size_t i = 0; html.ptr != NULL && i + 8 < n; i++) {
		size_t at = i + 8, end;

		if (strncasecmp(html.ptr + i, "charset=", 8) != 0)
			continue;
		while (at < n && strchr("\"' ", html.ptr[at]) != NULL)
			at++;
		for (end = at; end < n && strchr("\"' ;/>", html.ptr[end]) == NULL;)
			end++;
		return heard_str_n(html.ptr + at, end - at);
	}
	return none;
}

/* Lines end with \n, no other control characters but the tab, no byte order mark. */
static void tidy(struct heard_buf *b)
{
	size_t kept = 0, i = 0;

	if (b->failed || b->len == 0)
		return;
	if (heard_str_starts(heard_buf_view(b), HEARD_STR_OF("\xEF\xBB\xBF")))
		i = 3;
	for (; i < b->len; i++) {
		char c = b->ptr[i];

		if (c == '\r') /* "\r\n" is one end, "\r" alone another */
			c = i + 1 < b->len && b->ptr[i + 1] == '\n' ? '\0' : '\n';
		if ((c >= ' ' || c < 0 || c == '\n' || c == '\t') && c != 0x7F)
			b->ptr[kept++] = c;
	}
	b->len = kept;
	b->ptr[kept] = '\0';
}

static bool param_is(GMimeObject *part, const char *name, const char *value)
{
	const char *is = g_mime_object_get_content_type_parameter(part, name);

	return is != NULL && strcasecmp(is, value) == 0;
}

static size_t quote_depth(struct heard_str line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] == '>')
		n++;
	return n;
}

/* format=flowed (RFC 3676): a line that ends with a blank goes on in the next, if that
 * is quoted as deep.  The blank before "From" or ">" was only put there. */
static void unflow(struct heard_str s, bool drop_blank, struct heard_buf *out)
{
	size_t open = SIZE_MAX; /* depth of the line that goes on */

	while (s.len) {
		const char *end = memchr(s.ptr, '\n', s.len);
		struct heard_str line = heard_str_n(s.ptr, end ? (size_t)(end - s.ptr) : s.len);
		size_t depth = quote_depth(line);
		struct heard_str rest = heard_str_skip(line, depth);

		s = heard_str_skip(s, line.len + (end != NULL));
		if (rest.len && rest.ptr[0] == ' ')
			rest = heard_str_skip(rest, 1);
		bool is_delimiter = heard_str_is(rest, "-- ");
		if (depth != open || is_delimiter) {
			if (open != SIZE_MAX)
				heard_buf_add(out, "\n", 1);
			for (size_t i = 0; i < depth && i < 20; i++)
				heard_buf_add(out, i + 1 == depth ? "> " : ">",
					      1 + (i + 1 == depth));
		}
		bool goes_on = rest.len && rest.ptr[rest.len - 1] == ' ' && !is_delimiter;
		if (goes_on && drop_blank)
			rest.len--;
		heard_buf_str(out, rest);
		open = goes_on ? depth : SIZE_MAX;
		if (!goes_on && end != NULL)
			heard_buf_add(out, "\n", 1);
	}
}

void mime_content_text(struct mime_reader *r, GMimeObject *part, bool is_html,
		       struct heard_buf *out)
{
	size_t most = r->limits.max_text;
	struct heard_buf bytes, utf8;
	struct heard_str label = heard_str(
		g_mime_object_get_content_type_parameter(part, "charset"));

	heard_buf_init(&bytes, r->limits.max_size + 128);
	heard_buf_init(&utf8, r->limits.max_size * 3 + 128);
	mime_content(part, &bytes);
	/* Of HTML a lot is no text. */
	struct heard_str view = heard_buf_view(&bytes);
	size_t cut = is_html ? most * 16 : most * 2;
	if (view.len > cut) { /* not within a character, if it is UTF-8 */
		view.len = (size_t)(text_back(view.ptr, view.ptr + cut) - view.ptr);
		r->out->notes |= MIME_NOTE_TEXT_CUT;
	}
	if (label.len == 0 && is_html)
		label = meta_charset(view);
	if (!mime_decode(label, view, &utf8) && label.len)
		r->out->notes |= MIME_NOTE_CHARSET;
	tidy(&utf8);
	if (is_html)
		mime_html(heard_buf_view(&utf8), out);
	else if (param_is(part, "format", "flowed"))
		unflow(heard_buf_view(&utf8), param_is(part, "delsp", "yes"), out);
	else
		heard_buf_str(out, heard_buf_view(&utf8));
	heard_buf_release(&bytes);
	heard_buf_release(&utf8);
}

void mime_loose_text(struct mime_reader *r, struct heard_str bytes, struct heard_buf *out)
{
	struct heard_buf utf8;

	if (bytes.len > r->limits.max_text * 2) {
		bytes.len = r->limits.max_text * 2;
		r->out->notes |= MIME_NOTE_TEXT_CUT;
	}
	heard_buf_init(&utf8, bytes.len * 3 + 128);
	mime_decode(heard_str_n(NULL, 0), bytes, &utf8);
	tidy(&utf8);
	heard_buf_str(out, heard_buf_view(&utf8));
	heard_buf_release(&utf8);
}
