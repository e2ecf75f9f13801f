/*
 * finder.c - the next piece of private data in a text, of the kinds we know.
 *
 * One table says which bytes can begin or mark private data: a digit, "@", ":",
 * the lead byte of full-width forms, and a letter right behind a character that
 * is not ASCII (a plate).  Everything else is passed over.  At a mark the kinds
 * that it can be are tried, most certain first, and each checks before it looks
 * at the words around it.
 *
 * None of them has neither a digit nor an "@", and most texts have none of these, so we first
 * jump to shortly before the next one, sixteen bytes at a time.
 *
 * Why not a regular expression engine: see docs/decisions/0021.
 */
#include "finder.h"

#include "block.h"
#include "ids.h"
#include "net.h"
#include "number.h"
#include "papers.h"
#include "phone.h"
#include "plate.h"
#include "work.h"

enum { REACH_BEFORE = 40 }; /* from the first digit back to a mark: an IPv6 address */

enum mark { NO_MARK, DIGIT, SIGN, COLON, WIDE, HIGH };

/* HIGH: any other byte of a character that is not ASCII. */
static const uint8_t marks[256] = {
	['0' ... '9'] = DIGIT,	['@'] = SIGN,  [':'] = COLON,
	[0x80 ... 0xEE] = HIGH, [0xEF] = WIDE, [0xF0 ... 0xFF] = HIGH,
};

static bool wants(unsigned kinds, enum mask_kind kind)
{
	return kinds >> kind & 1;
}

/* Digits may be the start of an address: 13812345678@example.com. */
static bool email_around(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	uint32_t end = at;

	while (end < t->n && end - at < 64 &&
	       (ascii_is_alnum(text_byte(t, end)) || t->s[end] == '.' || t->s[end] == '_' ||
		t->s[end] == '-' || t->s[end] == '+'))
		end++;
	return end < t->n && email_match(t, end, span) && span->from <= at;
}

/* Fewer digits than this are neither a phone number nor an IPv4 address. */
static bool is_too_short(const struct number *number)
{
	return number->n < 7 && number->groups < 4;
}

/* Is this kind asked for, found, and sure enough? */
#define TRY(kind, match) (wants(kinds, (kind)) && (match) && text_takes(t, span))

enum {
	TOKENS = 1u << MASK_PASSPORT | 1u << MASK_PERMIT | 1u << MASK_LICENCE |
		 1u << MASK_CREDIT_CODE | 1u << MASK_SOCIAL_SECURITY
};

/* A paper whose number has letters in it. */
static bool token_next(const struct mask_text *t, uint32_t at, unsigned kinds,
		       struct mask_span *span)
{
	return paper_match(t, at, span) && wants(kinds, (enum mask_kind)span->kind) &&
	       text_takes(t, span);
}

static bool work_next(const struct mask_text *t, uint32_t at, unsigned kinds,
		      struct mask_span *span)
{
	return kinds & MASK_WORKING && work_match(t, at, span) &&
	       wants(kinds, (enum mask_kind)span->kind) && text_takes(t, span);
}

/* A match of the number at this digit; *next_r is where to go on without one. */
static bool digits_next(const struct mask_text *t, uint32_t at, unsigned kinds,
			struct mask_span *span, uint32_t *next_r)
{
	struct number number;
	uint32_t end = number_read(t, at, &number);

	if (TRY(MASK_IBAN, iban_match(t, at, span)))
		return true;
	*next_r = end;
	if (kinds & TOKENS && token_next(t, at, kinds, span))
		return true;
	if (is_too_short(&number))
		return work_next(t, at, kinds, span);
	*next_r = number.groups > 1 ? number.group[0].to : end;
	if (TRY(MASK_EMAIL, email_around(t, at, span)))
		return true;
	if (number.goes_on && number.groups == 1)
		return false;
	return TRY(MASK_RESIDENT_ID, resident_match(t, &number, span)) ||
	       TRY(MASK_SOCIAL_SECURITY, social_security_match(t, &number, span)) ||
	       TRY(MASK_BANK_CARD, card_match(t, &number, span)) ||
	       TRY(MASK_LANDLINE, landline_match(t, &number, span)) ||
	       TRY(MASK_PHONE, phone_match(t, &number, span)) ||
	       TRY(MASK_IP, ipv4_match(t, &number, span)) || work_next(t, at, kinds, span);
}

static bool colon_next(const struct mask_text *t, uint32_t at, unsigned kinds,
		       struct mask_span *span)
{
	/* A colon of the sentence has a blank, a letter or nothing behind it. */
	if (!wants(kinds, MASK_IP) || at + 1 >= t->n ||
	    (t->s[at + 1] != ':' && !alnum_at(t, at + 1)))
		return false;
	return ipv6_match(t, at, span) && text_takes(t, span);
}

static bool letter_next(const struct mask_text *t, uint32_t at, unsigned kinds,
			struct mask_span *span)
{
	return wants(kinds, MASK_PLATE) && at < t->n && ascii_is_letter(text_byte(t, at)) &&
	       plate_match(t, at, span) && text_takes(t, span);
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* Pass over ASCII without marks, eight bytes at a time; digits and the colon are
 * neighbours in the code. */
static uint32_t skip_plain(const struct mask_text *t, uint32_t at)
{
	uint64_t w;

	for (; t->n - at >= 8; at += 8) {
		memcpy(&w, t->s + at, 8);
		uint64_t low = w & EACH(0x7F);
		uint64_t digit = (low + EACH(0x80 - '0')) & ~(low + EACH(0x80 - ':' - 1));
		uint64_t sign = ~((low ^ EACH('@')) + EACH(0x7F));
		if ((w | digit | sign) & EACH(0x80))
			break;
	}
	while (at < t->n && marks[text_byte(t, at)] == NO_MARK)
		at++;
	return at;
}

/* Behind the character at a byte that is not ASCII. */
static uint32_t skip_wide(const struct mask_text *t, uint32_t at)
{
	unsigned char c = text_byte(t, at);
	uint32_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;

	for (uint32_t i = 1; i < n; i++) /* malformed: by the byte */
		if (at + i >= t->n || text_byte(t, at + i) < 0x80)
			return at + i;
	return at + n;
}

/* A digit or an "@", full-width or not. */
static bool is_core(const struct mask_text *t, uint32_t at)
{
	unsigned char c = text_byte(t, at);
	uint32_t len;

	if (c < 0x80)
		return c == '@' || ascii_is_digit(c);
	return c == 0xEF &&
	       (number_digit(t, at, &len) >= 0 || text_has(t, at, HEARD_STR_OF("＠")));
}

/* The first one among these bytes, the piece that begins at an offset; t->n for none. */
static uint32_t core_among(const struct mask_text *t, uint32_t base, unsigned bits)
{
	for (; bits; bits &= bits - 1)
		if (is_core(t, base + (unsigned)__builtin_ctz(bits)))
			return base + (unsigned)__builtin_ctz(bits);
	return t->n;
}

/* The next one from here on, or the end of the text. */
static uint32_t next_core(const struct mask_text *t, uint32_t at)
{
	for (; t->n - at >= BLOCK_PIECE; at += BLOCK_PIECE) {
		uint32_t core = core_among(t, at, block_cores(t->s + at));

		if (core < t->n)
			return core;
	}
	if (at < t->n && t->n >= BLOCK_PIECE) { /* what is left, with bytes before it */
		uint32_t base = t->n - BLOCK_PIECE;

		return core_among(t, base, block_cores(t->s + base) & ~0u << (at - base));
	}
	while (at < t->n && !is_core(t, at))
		at++;
	return at;
}

/* What the mark at this place belongs to; *at_r is where to go on without a match. */
static bool mark_next(const struct mask_text *t, uint32_t *at_r, unsigned kinds,
		      struct mask_span *span)
{
	uint32_t at = *at_r, len;

	switch ((enum mark)marks[text_byte(t, at)]) {
	case DIGIT: return digits_next(t, at, kinds, span, at_r);
	case SIGN: ++*at_r; return TRY(MASK_EMAIL, email_match(t, at, span));
	case COLON: ++*at_r; return colon_next(t, at, kinds, span);
	case WIDE:
		if (number_digit(t, at, &len) >= 0)
			return digits_next(t, at, kinds, span, at_r);
		*at_r = skip_wide(t, at);
		return TRY(MASK_EMAIL, email_match(t, at, span));
	case HIGH: *at_r = skip_wide(t, at); return letter_next(t, *at_r, kinds, span);
	case NO_MARK: *at_r = skip_plain(t, at); break;
	}
	return false;
}

bool finder_next(struct mask_text *t, uint32_t from, unsigned kinds, struct mask_span *span)
{
	t->low = from;
	for (uint32_t at = from, core; (core = next_core(t, at)) < t->n;) {
		at = core - at > REACH_BEFORE ? core - REACH_BEFORE : at;
		while (at <= core)
			if (mark_next(t, &at, kinds, span))
				return true;
	}
	return false;
}
