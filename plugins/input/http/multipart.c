/*
 * multipart.c - cutting a body at its boundary.
 *
 * What stands between two delimiters is found by one search for the delimiter with the
 * line break before it, which belongs to it and not to the part.  A delimiter is only
 * what is followed by "--", or by blanks and a line break; the same bytes followed by
 * anything else are the part's own.  The first one may stand at the very beginning; to
 * treat it alike, it is looked for without its line break there.
 *
 * Browsers write names as UTF-8 with %22 for a quote; others put a backslash before it.
 * Both are left as they are: whoever uses a name knows what it is for.
 */
#include "multipart.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool is_padding(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(struct heard_str s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

/* ---- parameters: type; name=value; name="value" */

/* The end of what begins at s: behind the closing quote, or at the semicolon. */
static size_t value_size(struct heard_str s)
{
	size_t n = 0;
	if (s.len == 0 || s.ptr[0] != '"') {
		while (n < s.len && s.ptr[n] != ';')
			n++;
		return n;
	}
	for (n = 1; n < s.len && s.ptr[n] != '"'; n++)
		if (s.ptr[n] == '\\' && n + 1 < s.len &&
		    (s.ptr[n + 1] == '"' || s.ptr[n + 1] == '\\'))
			n++;
	return n < s.len ? n + 1 : 0; /* 0: the quote does not end */
}

static struct heard_str unquote(struct heard_str s)
{
	s = heard_str_trim(s);
	return s.len >= 2 && s.ptr[0] == '"' ? heard_str_n(s.ptr + 1, s.len - 2) : s;
}

static size_t skip_until(struct heard_str s, char stop, char other)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] != stop && s.ptr[n] != other)
		n++;
	return n;
}

/* The next "; name=value" of *rest; false at the end, or where it is malformed. */
static bool next_parameter(struct heard_str *rest, struct heard_str *name,
			   struct heard_str *value)
{
	*rest = heard_str_trim(*rest);
	if (rest->len == 0 || rest->ptr[0] != ';')
		return false;
	*rest = heard_str_trim(heard_str_skip(*rest, 1));
	size_t n = skip_until(*rest, '=', ';');
	*name = heard_str_trim(heard_str_n(rest->ptr, n));
	*value = heard_str_n(NULL, 0);
	*rest = heard_str_skip(*rest, n);
	if (rest->len == 0 || rest->ptr[0] != '=')
		return name->len > 0;
	*rest = heard_str_trim(heard_str_skip(*rest, 1));
	n = value_size(*rest);
	if (n == 0 && rest->len && rest->ptr[0] == '"')
		return false;
	*value = unquote(heard_str_n(rest->ptr, n));
	*rest = heard_str_skip(*rest, n);
	return true;
}

/* bchars of RFC 2046, 5.1.1, but no blank. */
static bool boundary_is_good(struct heard_str b)
{
	if (b.len == 0 || b.len >= MULTIPART_BOUNDARY)
		return false;
	for (size_t i = 0; i < b.len; i++) {
		char c = b.ptr[i];
		bool is_plain_char = (c >= '0' && c <= '9') ||
				     ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
		if (!is_plain_char && (c == '\0' || strchr("'()+_,-./:=?", c) == NULL))
			return false;
	}
	return true;
}

bool multipart_boundary(struct heard_str type, char boundary[MULTIPART_BOUNDARY])
{
	struct heard_str name, value;
	type = heard_str_skip(type, skip_until(type, ';', ';'));
	while (next_parameter(&type, &name, &value)) {
		if (!is_word(name, "boundary"))
			continue;
		if (value.ptr == NULL || !boundary_is_good(value))
			return false;
		memcpy(boundary, value.ptr, value.len);
		boundary[value.len] = '\0';
		return true;
	}
	return false;
}

/* ---- delimiters */

void multipart_init(struct multipart *m, struct heard_str body, const char *boundary)
{
	*m = (struct multipart){.rest = body};
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary, strlen(boundary));
	m->delimiter_len = 4 + strlen(boundary);
}

/* Bytes of what follows the boundary, with the line break: 0 if it is no delimiter.
 * The last one is followed by "--", and by whatever. */
static size_t tail_size(struct heard_str s, bool *is_last)
{
	size_t n = 0;
	*is_last = s.len >= 2 && s.ptr[0] == '-' && s.ptr[1] == '-';
	if (*is_last)
		return s.len;
	while (n < s.len && is_padding(s.ptr[n]))
		n++;
	return n + 1 < s.len && s.ptr[n] == '\r' && s.ptr[n + 1] == '\n' ? n + 2 : 0;
}

/* Is what ends at `behind` a delimiter?  Then step past it. */
static bool step(struct multipart *m, const char *behind)
{
	struct heard_str rest = {behind, (size_t)(m->rest.ptr + m->rest.len - behind)};
	size_t n = tail_size(rest, &m->has_ended);
	if (n == 0)
		return false;
	m->rest = heard_str_skip(rest, n);
	m->is_begun = true;
	return true;
}

/* Up to the next delimiter and past it; what stood before it in *before. */
static bool pass_delimiter(struct multipart *m, struct heard_str *before)
{
	struct heard_str all = m->rest, bare = {m->delimiter + 2, m->delimiter_len - 2};
	*before = heard_str_n(all.ptr, 0);
	if (!m->is_begun && heard_str_starts(all, bare) && step(m, all.ptr + bare.len))
		return true;
	for (struct heard_str rest = all; rest.len;) {
		const char *at = memmem(rest.ptr, rest.len, m->delimiter, m->delimiter_len);
		if (at == NULL)
			return false;
		before->len = (size_t)(at - all.ptr);
		if (step(m, at + m->delimiter_len))
			return true;
		rest = heard_str_skip(all, before->len + m->delimiter_len);
	}
	return false;
}

/* ---- the headers of a part */

static bool take_disposition(struct multipart_part *part, struct heard_str value)
{
	struct heard_str name, text;
	size_t n = skip_until(value, ';', ';');
	if (!is_word(heard_str_trim(heard_str_n(value.ptr, n)), "form-data"))
		return false;
	value = heard_str_skip(value, n);
	while (next_parameter(&value, &name, &text)) {
		if (is_word(name, "name"))
			part->name = text;
		if (is_word(name, "filename")) {
			part->filename = text;
			part->is_file = true;
		}
	}
	return part->name.len > 0 && heard_str_trim(value).len == 0;
}

/* RFC 7578 has no use for encodings; what says that it has one cannot be read. */
static bool is_plain(struct heard_str encoding)
{
	return is_word(encoding, "binary") || is_word(encoding, "8bit") ||
	       is_word(encoding, "7bit");
}

static bool take_line(struct multipart_part *part, struct heard_str line)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	if (colon == NULL || colon == line.ptr)
		return false;
	struct heard_str name = heard_str_n(line.ptr, (size_t)(colon - line.ptr));
	struct heard_str value = heard_str_trim(heard_str_skip(line, name.len + 1));
	if (is_word(name, "Content-Disposition"))
		return part->name.len == 0 && take_disposition(part, value);
	if (is_word(name, "Content-Type"))
		part->type = value;
	return !is_word(name, "Content-Transfer-Encoding") || is_plain(value);
}

/* The headers at the start of `piece`, which keeps what is behind them. */
static bool take_head(struct multipart_part *part, struct heard_str *piece)
{
	size_t used = 0;
	for (int i = 0; i < MULTIPART_MAX_LINES; i++) {
		size_t room = MULTIPART_MAX_HEAD - used;
		const char *end = piece->len ? memmem(piece->ptr,
						      piece->len < room ? piece->len : room,
						      "\r\n", 2)
					     : NULL;
		if (end == NULL)
			return false;
		size_t n = (size_t)(end - piece->ptr);
		struct heard_str line = heard_str_n(piece->ptr, n);
		*piece = heard_str_skip(*piece, n + 2);
		used += n + 2;
		if (n == 0)
			return part->name.len > 0;
		if (!take_line(part, line))
			return false;
	}
	return false;
}

int multipart_next(struct multipart *m, struct multipart_part *part)
{
	struct heard_str piece;
	*part = (struct multipart_part){0};
	if (!m->is_begun &&
	    !pass_delimiter(m, &piece)) /* what is before the first is not ours */
		return -EBADMSG;
	if (m->has_ended)
		return 0;
	if (m->n++ == MULTIPART_MAX_PARTS)
		return -EBADMSG;
	if (!pass_delimiter(m, &piece)) {
		take_head(part, &m->rest);
		return -EBADMSG;
	}
	if (!take_head(part, &piece))
		return -EBADMSG;
	part->bytes = piece;
	return 1;
}
