/*
 * plain.c - a text as a reader hears it, whatever it is dressed in, and where it stood.
 *
 * No character becomes longer than it was, so the room is known before.
 */
#include "plain.h"

#include <text/hanzi.h>
#include <text/utf8.h>

#include <errno.h>
#include <stdlib.h>

enum { GAP_MOST = 2, INVISIBLE = 0, SIGN = 1, BLANK = 2, BREAK = PLAIN_BREAK };

void plain_release(struct plain *p)
{
	free(p->bytes);
	free(p->at);
	*p = (struct plain){.n = 0};
}

static int make_room(struct plain *p, size_t n)
{
	if (n <= p->size)
		return 0;
	size_t size = n + n / 2 + 256;
	char *bytes = malloc(size);
	struct plain_at *at = malloc(size * sizeof(*at));

	if (bytes == NULL || at == NULL) {
		free(bytes);
		free(at);
		return -ENOMEM;
	}
	plain_release(p);
	p->bytes = bytes;
	p->at = at;
	p->size = size;
	return 0;
}

static bool is_letter(uint32_t c)
{
	return (c | 0x20) - 'a' <= 'z' - 'a';
}

static bool is_digit(uint32_t c)
{
	return c - '0' <= 9;
}

/* The letter that a digit or sign stands for between these two, or 0. */
static uint32_t disguised(uint32_t c, uint32_t before, uint32_t next)
{
	static const char signs[] = "@$!013", letters[] = "asioie";
	const char *at = c && c < 0x80 ? strchr(signs, (int)c) : NULL;

	if (at == NULL)
		return 0;
	bool leads = c == '$' || c == '@', ends = c == '$';
	if ((is_letter(before) || (leads && !is_digit(before))) &&
	    (is_letter(next) || next == '$' || (ends && is_letter(before))))
		return (uint32_t)letters[at - signs];
	return 0;
}

static uint32_t plain_ascii(uint32_t c)
{
	if (is_letter(c))
		return c | 0x20;
	if (is_digit(c))
		return c;
	if (c == ' ' || c == '\t')
		return BLANK;
	return c && c != '\n' && strchr("*-_.'|+~`^#=", (int)c) ? SIGN : BREAK;
}

/* A character as it is heard, or one of the kinds above. */
static uint32_t plain_char(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c < 0x80)
		return plain_ascii(c);
	if (c >= HANZI_FIRST && c <= HANZI_LAST)
		return hanzi_same(c);
	if (c == 0xad || (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2060 && c <= 0x2064) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff)
		return INVISIBLE;
	if (c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200a))
		return BLANK;
	if (c == 0xb7 || c == 0x2019 || c == 0x2022 || c == 0x30fb || c == 0x25cf)
		return SIGN;
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 32;
	bool is_text = (c > 0xde && c < 0x2000) || (c >= 0x3041 && c < 0xfe00) || c >= 0x20000;
	return is_text ? c : BREAK;
}

/* What is being read. */
struct listening {
	struct plain *p;
	size_t last; /* where the last character begins                 */
	uint32_t before, gaps;
	enum plain_gap gap;
};

static void put(struct listening *r, uint32_t c, size_t from, size_t to)
{
	struct plain *p = r->p;
	struct plain_at *last = &p->at[r->last];

	if (p->n && c == r->before && r->gap == GAP_NONE) {
		last->to = (uint32_t)to;
		last->run = last->run < UINT8_MAX ? last->run + 1 : UINT8_MAX;
		return;
	}
	r->last = p->n;
	p->at[p->n] = (struct plain_at){(uint32_t)from, (uint32_t)to, 1, (uint8_t)r->gap};
	p->n += text_encode(c, p->bytes + p->n);
	r->before = c;
	r->gap = GAP_NONE;
	r->gaps = 0;
}

static void put_gap(struct listening *r, uint32_t kind, size_t from, size_t to)
{
	if (r->before == BREAK)
		return;
	if (++r->gaps > GAP_MOST) {
		r->gap = GAP_NONE;
		put(r, BREAK, from, to);
	} else if (kind == BLANK || r->gap == GAP_NONE) {
		r->gap = kind == BLANK ? GAP_BLANK : GAP_SIGN;
	}
}

int plain_read(struct plain *p, struct heard_str text)
{
	struct listening r = {.p = p, .before = BREAK};
	uint32_t c, next;

	if (text.len > UINT32_MAX)
		return -E2BIG;
	if (make_room(p, text.len + 8))
		return -ENOMEM;
	p->n = 0;
	for (size_t i = 0; i < text.len;) {
		size_t n = text_decode(text.ptr + i, text.ptr + text.len, &c),
		       to = i + (n ? n : 1);
		uint32_t heard = n ? plain_char(c) : BREAK;

		next = to < text.len ? (unsigned char)text.ptr[to] : 0;
		uint32_t letter = disguised(c, r.gap == GAP_NONE ? r.before : ' ', next);
		if (n && letter)
			heard = letter;
		if (heard == SIGN || heard == BLANK)
			put_gap(&r, heard, i, to);
		else if (heard != INVISIBLE)
			put(&r, heard, i, to);
		i = to;
	}
	return 0;
}
