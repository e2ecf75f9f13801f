/*
 * field.c - see field.h.
 */
#include "field.h"

#include "percent.h"
#include "utf8.h"

#include <errno.h>
#include <string.h>

bool text_pair(struct heard_str *rest, struct heard_str *name, struct heard_str *value)
{
	if (rest->len == 0)
		return false;
	const char *end = memchr(rest->ptr, '&', rest->len);
	struct heard_str pair = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
	const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
	*name = heard_str_n(pair.ptr, equals ? (size_t)(equals - pair.ptr) : pair.len);
	*value = heard_str_skip(pair, name->len + (equals != NULL));
	*rest = heard_str_skip(*rest, pair.len + (end != NULL));
	return true;
}

/* Browsers send CR LF for a line break in a text. */
static size_t drop_returns(char *s, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (s[i] != '\r' || i + 1 == n || s[i + 1] != '\n')
			s[kept++] = s[i];
	return kept;
}

int text_settle(struct heard_buf *text, size_t at, struct heard_str *value)
{
	size_t n = drop_returns(text->ptr + at, text->len - at);
	struct heard_str all = {text->ptr + at, n};
	bool is_text = text_is_valid(all) && memchr(all.ptr, '\0', n) == NULL;
	text->len = is_text ? at + n : at;
	*value = is_text ? heard_str_trim(all) : heard_str_n(NULL, 0);
	return is_text ? 0 : -EBADMSG;
}

int text_value(struct heard_buf *text, struct heard_str encoded, struct heard_str *value)
{
	size_t at = text->len, n = encoded.len;
	char *room = heard_buf_room(text, n + 1);
	*value = heard_str_n(NULL, 0);
	if (room == NULL)
		return -ENOMEM;
	if (!text_unescape(encoded, room, n, &n))
		return -EBADMSG;
	heard_buf_used(text, n);
	return text_settle(text, at, value);
}
