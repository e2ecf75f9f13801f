/*
 * percent.c - two hex digits behind a percent sign stand for a byte.
 */
#include "percent.h"

#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_unescape(struct heard_str s, char *to, size_t size, size_t *n_r)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < size; i++) {
		char c = s.ptr[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
			int low = i + 2 < s.len ? hex_digit(s.ptr[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		to[n++] = c;
	}
	*n_r = n;
	return true;
}

void text_escape(struct heard_buf *to, struct heard_str s)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789-._~";
	for (size_t i = 0; i < s.len; i++) {
		if (memchr(fine, s.ptr[i], sizeof(fine) - 1))
			heard_buf_add(to, s.ptr + i, 1);
		else
			heard_buf_printf(to, "%%%02X", (unsigned char)s.ptr[i]);
	}
}
