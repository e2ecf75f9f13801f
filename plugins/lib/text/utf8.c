/*
 * utf8.c - reading UTF-8 that may be malformed.
 *
 * The decoder is the one place that knows the rules; the rest asks it, except
 * that runs of ASCII are passed over eight bytes at a time.
 */
#include "utf8.h"

#include <heard/buf.h>

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

size_t text_decode(const char *s, const char *end, uint32_t *c_r)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = (size_t)(end - s);

	if (p[0] < 0x80) {
		*c_r = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF && n >= 2 && is_tail(p[1])) {
		*c_r = (uint32_t)((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
		return 2;
	}
	if (p[0] >= 0xE0 && p[0] <= 0xEF && n >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		*c_r = (uint32_t)((p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
		return *c_r < 0x800 || (*c_r >= 0xD800 && *c_r <= 0xDFFF) ? 0 : 3;
	}
	if (p[0] >= 0xF0 && p[0] <= 0xF4 && n >= 4 && is_tail(p[1]) && is_tail(p[2]) &&
	    is_tail(p[3])) {
		*c_r = (uint32_t)((p[0] & 0x07) << 18 | (p[1] & 0x3F) << 12 |
				  (p[2] & 0x3F) << 6 | (p[3] & 0x3F));
		return *c_r < 0x10000 || *c_r > 0x10FFFF ? 0 : 4;
	}
	return 0;
}

size_t text_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* How many bytes of ASCII begin here, in steps of eight. */
static size_t ascii_run(const char *s, const char *end)
{
	const char *p = s;
	uint64_t eight;

	while (end - p >= 8) {
		memcpy(&eight, p, 8);
		if (eight & 0x8080808080808080u)
			break;
		p += 8;
	}
	return (size_t)(p - s);
}

/* Length of the well-formed text that s begins with. */
static size_t valid_run(const char *s, const char *end)
{
	const char *p = s;
	uint32_t c;

	while (p < end) {
		p += ascii_run(p, end);
		if (p == end)
			break;
		size_t n = text_decode(p, end, &c);
		if (n == 0)
			break;
		p += n;
	}
	return (size_t)(p - s);
}

bool text_is_valid(struct heard_str text)
{
	return text.len == 0 || valid_run(text.ptr, text.ptr + text.len) == text.len;
}

void text_repair(struct heard_str text, struct heard_buf *out)
{
	while (text.len) {
		size_t n = valid_run(text.ptr, text.ptr + text.len);

		heard_buf_add(out, text.ptr, n);
		text = heard_str_skip(text, n);
		if (text.len) {
			heard_buf_add(out, "\xEF\xBF\xBD", 3);
			text = heard_str_skip(text, 1);
		}
	}
}

const char *text_back(const char *begin, const char *s)
{
	const char *p = s - 1;

	while (p > begin && s - p < 4 && is_tail((unsigned char)*p))
		p--;
	return p;
}

bool text_has_chinese(struct heard_str s)
{
	const char *end = s.ptr + s.len;
	uint32_t c;
	for (const char *p = s.ptr; p < end;) {
		size_t n = text_decode(p, end, &c);
		if (n && c >= 0x4e00 && c <= 0x9fff)
			return true;
		p += n ? n : 1;
	}
	return false;
}
