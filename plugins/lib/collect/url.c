/*
 * url.c - as much of RFC 3986 and RFC 8288 as pages need.
 */
#include "url.h"

#include <text/percent.h>

#include <string.h>
#include <strings.h>

void url_add(struct heard_buf *url, const char *name, struct heard_str value)
{
	bool has_query = url->len && memchr(url->ptr, '?', url->len) != NULL;
	heard_buf_printf(url, "%c%s=", has_query ? '&' : '?', name);
	text_escape(url, value);
}

void url_without(struct heard_str url, const char *name, struct heard_buf *out)
{
	const char *mark = url.len ? memchr(url.ptr, '?', url.len) : NULL;
	size_t path = mark ? (size_t)(mark - url.ptr) : url.len, len = strlen(name);
	struct heard_str rest = heard_str_skip(url, path + (mark != NULL));
	char between = '?';
	heard_buf_add(out, url.ptr, path);
	while (rest.len) {
		const char *end = memchr(rest.ptr, '&', rest.len);
		size_t n = end ? (size_t)(end - rest.ptr) : rest.len;
		bool is_it = n >= len && memcmp(rest.ptr, name, len) == 0 &&
			     (n == len || rest.ptr[len] == '=');
		if (!is_it) {
			heard_buf_add(out, &between, 1);
			heard_buf_add(out, rest.ptr, n);
			between = '&';
		}
		rest = heard_str_skip(rest, n + (end != NULL));
	}
}

struct heard_str url_origin(struct heard_str url)
{
	const char *slashes = url.len ? memmem(url.ptr, url.len, "://", 3) : NULL;
	size_t n = slashes ? (size_t)(slashes - url.ptr) + 3 : 0;
	if (n == 0)
		return heard_str_n(NULL, 0);
	while (n < url.len && strchr("/?#", url.ptr[n]) == NULL)
		n++;
	return heard_str_n(url.ptr, n);
}

static bool is_plain(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f || s.ptr[i] == '\\')
			return false;
	return s.len > 0;
}

bool url_join(struct heard_str base, struct heard_str next, struct heard_buf *out)
{
	struct heard_str ours = url_origin(base), theirs = url_origin(next);
	size_t path = ours.len;
	bool is_absolute = theirs.len && theirs.ptr[0] != '/' && theirs.ptr[0] != '?';
	if (!is_plain(next) || ours.len == 0)
		return false;
	if (is_absolute) {
		heard_buf_str(out, next);
		return theirs.len == ours.len &&
		       strncasecmp(ours.ptr, theirs.ptr, ours.len) == 0;
	}
	if (next.len > 1 && next.ptr[0] == '/' && next.ptr[1] == '/')
		return false;
	while (path < base.len && base.ptr[path] != '?' && base.ptr[path] != '#')
		path++;
	if (next.ptr[0] == '/')
		path = ours.len;
	else if (next.ptr[0] != '?')
		while (path > ours.len && base.ptr[path - 1] != '/')
			path--;
	heard_buf_add(out, base.ptr, path);
	if (path == ours.len && next.ptr[0] != '/' && next.ptr[0] != '?')
		heard_buf_puts(out, "/");
	heard_buf_str(out, next);
	return true;
}

/* ---- RFC 8288: <target>; name="value"; ..., <target>; ... */

/* Does the parameter list, up to *end_r, have a rel with the word next? */
static bool has_next(struct heard_str rest, size_t *end_r)
{
	bool is_quoted = false, is_next = false;
	size_t n = 0, begin = 0;
	for (;; n++) {
		bool is_end = n == rest.len || (!is_quoted && strchr(",;", rest.ptr[n]));
		if (!is_end) {
			is_quoted ^= rest.ptr[n] == '"';
			continue;
		}
		struct heard_str one = heard_str_trim(heard_str_n(rest.ptr + begin, n - begin));
		if (one.len > 4 && strncasecmp(one.ptr, "rel", 3) == 0 &&
		    (one.ptr[3] == '=' || one.ptr[3] == ' ')) {
			const char *word = memmem(one.ptr, one.len, "next", 4);
			const char *end = word ? word + 4 : NULL;
			is_next |= word && strchr("=\" ", word[-1]) &&
				   (end == one.ptr + one.len || strchr("\" ", *end));
		}
		begin = n + 1;
		if (n == rest.len || rest.ptr[n] == ',')
			break;
	}
	*end_r = n;
	return is_next;
}

struct heard_str url_next_link(struct heard_str header)
{
	while (header.len) {
		const char *open = memchr(header.ptr, '<', header.len);
		if (open == NULL)
			break;
		header = heard_str_skip(header, (size_t)(open - header.ptr) + 1);
		const char *close = header.len ? memchr(header.ptr, '>', header.len) : NULL;
		if (close == NULL)
			break;
		struct heard_str target = heard_str_n(header.ptr, (size_t)(close - header.ptr));
		size_t end = 0;
		header = heard_str_skip(header, target.len + 1);
		if (has_next(header, &end))
			return target;
		header = heard_str_skip(header, end + 1);
	}
	return heard_str_n(NULL, 0);
}
