/*
 * mailbox.c - UTF-8 to modified UTF-7.
 *
 * Printable ASCII stands for itself, & is &-; everything else is UTF-16 in base64
 * between & and -, with a comma for the slash and no padding.
 */
#include "mailbox.h"

#include <errno.h>
#include <stdint.h>

#include <heard/buf.h>
#include <text/utf8.h>

struct shift {
	struct heard_buf *to;
	uint32_t bits;
	unsigned n; /* bits that are not out yet */
	bool is_on;
};

static void put_six(struct shift *s, uint32_t six)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
	heard_buf_add(s->to, &digits[six & 63], 1);
}

static void put_unit(struct shift *s, uint32_t unit)
{
	if (!s->is_on)
		heard_buf_puts(s->to, "&");
	s->is_on = true;
	s->bits = s->bits << 16 | unit;
	for (s->n += 16; s->n >= 6; s->n -= 6)
		put_six(s, s->bits >> (s->n - 6));
}

static void shift_back(struct shift *s)
{
	if (!s->is_on)
		return;
	if (s->n > 0)
		put_six(s, s->bits << (6 - s->n));
	heard_buf_puts(s->to, "-");
	*s = (struct shift){.to = s->to};
}

static void put_plain(struct shift *s, char c)
{
	shift_back(s);
	if (c == '"' || c == '\\')
		heard_buf_puts(s->to, "\\");
	heard_buf_add(s->to, &c, 1);
	if (c == '&')
		heard_buf_puts(s->to, "-");
}

int mailbox_quote(struct heard_buf *to, struct heard_str name)
{
	struct shift s = {.to = to};
	const char *at = name.ptr, *end = name.ptr + name.len;
	heard_buf_puts(to, "\"");
	while (at < end) {
		uint32_t c;
		size_t n = text_decode(at, end, &c);
		if (n == 0 || c < ' ' || c == 0x7f)
			return -EINVAL;
		at += n;
		if (c < 0x7f) {
			put_plain(&s, (char)c);
		} else if (c < 0x10000) {
			put_unit(&s, c);
		} else {
			put_unit(&s, 0xd800 + ((c - 0x10000) >> 10));
			put_unit(&s, 0xdc00 + ((c - 0x10000) & 0x3ff));
		}
	}
	shift_back(&s);
	heard_buf_puts(to, "\"");
	return to->failed ? -EINVAL : 0;
}
