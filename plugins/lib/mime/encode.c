/*
 * encode.c - text and bytes in the ASCII of a mail.
 *
 * No line is longer than 78 characters, but where a single word is (an id, an
 * address): then it stands alone on its line, and callers limit it.
 */
#include "encode.h"

#include <heard/buf.h>
#include <text/utf8.h>

enum { LINE = 76, WORD_BYTES = 42, PARAM_CHARS = 60 };

static const char hex_digits[] = "0123456789ABCDEF";

/* ---- bodies */

static void put_triple(const unsigned char *p, size_t n, char out[4])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) |
			(n > 2 ? (unsigned)p[2] : 0);

	out[0] = digits[bits >> 18];
	out[1] = digits[bits >> 12 & 63];
	out[2] = n > 1 ? digits[bits >> 6 & 63] : '=';
	out[3] = n > 2 ? digits[bits & 63] : '=';
}

void mime_put_base64(struct heard_str bytes, struct heard_buf *out)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr;

	for (size_t i = 0; i < bytes.len; i += 3) {
		char four[4];

		put_triple(p + i, bytes.len - i < 3 ? bytes.len - i : 3, four);
		heard_buf_add(out, four, 4);
		if (i % 57 == 54 || i + 3 >= bytes.len)
			heard_buf_add(out, "\r\n", 2);
	}
}

bool mime_wants_base64(struct heard_str text)
{
	size_t high = 0;

	for (size_t i = 0; i < text.len; i++)
		high += (unsigned char)text.ptr[i] >= 0x80;
	return high * 6 > text.len;
}

static bool is_line_end(struct heard_str s, size_t i)
{
	return i == s.len || s.ptr[i] == '\n' ||
	       (s.ptr[i] == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n');
}

void mime_put_quoted(struct heard_str text, struct heard_buf *out)
{
	size_t column = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		char escaped[3] = {'=', hex_digits[c >> 4], hex_digits[c & 15]};
		bool is_plain = (c > ' ' && c < 0x7F && c != '=') ||
				((c == ' ' || c == '\t') && !is_line_end(text, i + 1));

		if (is_line_end(text, i)) {
			heard_buf_add(out, "\r\n", 2);
			i += c == '\r';
			column = 0;
			continue;
		}
		/* "." and "From " at a line's beginning have harmed mail before. */
		if (column == 0 && (c == '.' || c == 'F'))
			is_plain = false;
		if (column + (is_plain ? 1 : 3) > LINE - 1) {
			heard_buf_add(out, "=\r\n", 3);
			column = 0;
		}
		heard_buf_add(out, is_plain ? (const char *)&c : escaped, is_plain ? 1 : 3);
		column += is_plain ? 1 : 3;
	}
	if (column > 0)
		heard_buf_add(out, "\r\n", 2);
}

/* ---- headers */

static bool is_ascii(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] == 0x7F)
			return false;
	return true;
}

/* The bytes of whole characters that fit into one encoded word. */
static size_t word_bytes(struct heard_str s)
{
	size_t n = 0;
	uint32_t c;

	while (n < s.len) {
		size_t one = text_decode(s.ptr + n, s.ptr + s.len, &c);

		one = one ? one : 1;
		if (n + one > WORD_BYTES)
			break;
		n += one;
	}
	return n;
}

/* "=?utf-8?B?...?=", as many as needed, each but the first on a new line. */
static void put_encoded(struct heard_str s, struct heard_buf *out)
{
	for (bool is_first = true; s.len; is_first = false) {
		size_t n = word_bytes(s);

		heard_buf_puts(out, is_first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
		for (size_t i = 0; i < n; i += 3) {
			char four[4];

			put_triple((const unsigned char *)s.ptr + i, n - i < 3 ? n - i : 3,
				   four);
			heard_buf_add(out, four, 4);
		}
		heard_buf_puts(out, "?=");
		s = heard_str_skip(s, n);
	}
}

/* Words with blanks between; a new line before one that would be too long. */
static void put_folded(struct heard_str s, size_t column, struct heard_buf *out)
{
	while (s.len) {
		const char *blank = memchr(s.ptr + 1, ' ', s.len - 1);
		size_t n = blank ? (size_t)(blank - s.ptr) : s.len;

		if (s.ptr[0] == ' ' && column + n > LINE && n > 1) {
			heard_buf_add(out, "\r\n", 2);
			column = 0;
		}
		heard_buf_add(out, s.ptr, n);
		column += n;
		s = heard_str_skip(s, n);
	}
}

/* Could it be sent as it is?  Not if it looks like an encoded word, or has a word that
 * is longer than a line may be. */
static bool is_plain(struct heard_str s)
{
	size_t word = 0, longest = 0;

	for (size_t i = 0; i < s.len; i++) {
		word = s.ptr[i] == ' ' ? 0 : word + 1;
		longest = word > longest ? word : longest;
	}
	return is_ascii(s) && longest < 200 && (s.len == 0 || !memmem(s.ptr, s.len, "=?", 2));
}

void mime_put_header(const char *name, struct heard_str value, struct heard_buf *out)
{
	heard_buf_printf(out, "%s: ", name);
	value = heard_str_trim(value);
	if (is_plain(value)) {
		put_folded(value, strlen(name) + 2, out);
	} else {
		/* A long name leaves no room for the first word. */
		if (strlen(name) > 14)
			heard_buf_puts(out, "\r\n ");
		put_encoded(value, out);
	}
	heard_buf_puts(out, "\r\n");
}

void mime_put_name(struct heard_str name, struct heard_buf *out)
{
	if (!is_plain(name) || name.len > 60) {
		put_encoded(name, out);
		return;
	}
	heard_buf_add(out, "\"", 1);
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '"' || name.ptr[i] == '\\')
			heard_buf_add(out, "\\", 1);
		heard_buf_add(out, name.ptr + i, 1);
	}
	heard_buf_add(out, "\"", 1);
}

static bool is_param_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' ||
	       c == '-' || c == '_';
}

void mime_put_param(const char *name, struct heard_str value, struct heard_buf *out)
{
	bool is_token = value.len > 0 && value.len < PARAM_CHARS;
	size_t part = 0, column = 0;

	for (size_t i = 0; i < value.len; i++)
		is_token = is_token && is_param_char(value.ptr[i]);
	if (is_token) {
		heard_buf_printf(out, ";\r\n %s=\"%.*s\"", name, HEARD_ARG(value));
		return;
	}
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (column == 0)
			heard_buf_printf(out, ";\r\n %s*%zu*=%s", name, part,
					 part == 0 ? "utf-8''" : "");
		if (is_param_char((char)c))
			heard_buf_add(out, &c, 1);
		else
			heard_buf_printf(out, "%%%02X", c);
		column += is_param_char((char)c) ? 1 : 3;
		if (column > PARAM_CHARS - 3) {
			column = 0;
			part++;
		}
	}
}
