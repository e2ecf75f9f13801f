/*
 * dots.c - the transparency of RFC 5321, 4.5.2, taken away.
 *
 * A mail ends at CR LF . CR LF and at nothing else.  Servers that take a bare LF for a
 * line end there let a sender put a second mail, with an envelope of his own, into the
 * first (CVE-2023-51764 and its kin); to us a bare LF is a byte like others.
 *
 * Only what may be the end is looked at byte by byte; the rest of a line is passed on
 * in one piece.
 */
#include "dots.h"

/* One byte: the next state.  *text_r: it, and a CR kept back, are of the mail. */
static enum dots_state step(enum dots_state state, char c, bool *is_text)
{
	*is_text = true;
	switch (state) {
	case DOTS_BEGIN:
		if (c == '.') {
			*is_text = false;
			return DOTS_DOT;
		}
		break;
	case DOTS_DOT:
		if (c == '\r') {
			*is_text = false;
			return DOTS_DOT_CR;
		}
		break;
	case DOTS_CR:
	case DOTS_DOT_CR:
		if (c == '\n') {
			*is_text = state == DOTS_CR;
			return state == DOTS_CR ? DOTS_BEGIN : DOTS_OVER;
		}
		break;
	default: break;
	}
	return c == '\r' ? DOTS_CR : DOTS_TEXT;
}

/* Bytes from here on that cannot be of a line's end. */
static size_t plain(const char *bytes, size_t n)
{
	const char *cr = memchr(bytes, '\r', n);
	return cr ? (size_t)(cr - bytes) : n;
}

size_t dots_feed(struct dots *d, const char *bytes, size_t n,
		 void (*text)(void *arg, struct heard_str), void *arg)
{
	size_t at = 0, begin = 0;
	while (at < n && d->state != DOTS_OVER) {
		bool is_text, kept_cr = d->state == DOTS_DOT_CR;
		if (d->state == DOTS_TEXT) {
			at += plain(bytes + at, n - at);
			if (at == n)
				break;
		}
		d->state = step(d->state, bytes[at], &is_text);
		if (kept_cr && is_text)
			text(arg, HEARD_STR_OF("\r"));
		if (!is_text) { /* it parts what is before it from what is behind */
			if (at > begin)
				text(arg, heard_str_n(bytes + begin, at - begin));
			begin = at + 1;
		}
		at++;
	}
	if (at > begin)
		text(arg, heard_str_n(bytes + begin, at - begin));
	return at;
}
