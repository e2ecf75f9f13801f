/*
 * text.h - the text under search, and what is found in it.
 *
 * Offsets are in bytes.  Texts of 4 GiB do not occur: a batch is smaller.
 */
#ifndef MASK_TEXT_H
#define MASK_TEXT_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

/* The kinds that we know by ourselves; those of the user's patterns follow. */
enum mask_kind {
	MASK_PHONE,
	MASK_LANDLINE,
	MASK_EMAIL,
	MASK_RESIDENT_ID,
	MASK_BANK_CARD,
	MASK_IP,
	MASK_PLATE,
	MASK_IBAN,
	MASK_SOCIAL_SECURITY,
	MASK_PASSPORT,
	MASK_PERMIT,
	MASK_LICENCE,
	MASK_CREDIT_CODE,
	MASK_WECHAT,
	MASK_QQ,
	MASK_NAME,
	MASK_ADDRESS,
	/* working numbers: copied to fields, and kept unless asked for */
	MASK_ORDER_NO,
	MASK_COURIER_NO,
	MASK_BATCH_NO,
	MASK_TAX_NO,
	MASK_KINDS
};
enum {
	MASK_WORKING = 1u << MASK_ORDER_NO | 1u << MASK_COURIER_NO | 1u << MASK_BATCH_NO |
		       1u << MASK_TAX_NO
};

struct cues;
struct lexicon;

struct mask_text {
	const char *s;
	uint32_t n;
	uint32_t low;		 /* what lies before was taken already          */
	const struct cues *cues; /* words that tell numbers apart               */
	struct heard_str label;	 /* name of the attribute, stands before the text */
	const uint8_t *least;	 /* confidence asked for, of each kind; NULL: any */
};

struct mask_span {
	uint32_t from, to;
	unsigned kind;	 /* enum mask_kind, or MASK_KINDS + index of a pattern */
	unsigned surety; /* confidence, in percent                         */
};

/* Is this span sure enough? */
static inline bool text_takes(const struct mask_text *t, const struct mask_span *span)
{
	return t->least == NULL || span->surety >= t->least[span->kind];
}

static inline unsigned char text_byte(const struct mask_text *t, uint32_t at)
{
	return (unsigned char)t->s[at];
}
static inline bool ascii_is_digit(unsigned char c)
{
	return (unsigned)c - '0' <= 9;
}
static inline bool ascii_is_letter(unsigned char c)
{
	return ((unsigned)c | 0x20) - 'a' <= 'z' - 'a';
}
static inline bool ascii_is_alnum(unsigned char c)
{
	return ascii_is_digit(c) || ascii_is_letter(c);
}
/* Is there an ASCII letter or digit just before, or at, this place?  What was taken is gone. */
static inline bool alnum_before(const struct mask_text *t, uint32_t at)
{
	return at > t->low && ascii_is_alnum(text_byte(t, at - 1));
}
static inline bool alnum_at(const struct mask_text *t, uint32_t at)
{
	return at < t->n && ascii_is_alnum(text_byte(t, at));
}
/* Do these bytes stand here? */
static inline bool text_has(const struct mask_text *t, uint32_t at, struct heard_str what)
{
	return at + what.len <= t->n && memcmp(t->s + at, what.ptr, what.len) == 0;
}
/* Do these bytes end here, not reaching below `low`? */
static inline bool text_has_before(const struct mask_text *t, uint32_t at,
				   struct heard_str what)
{
	return at >= t->low + what.len && memcmp(t->s + at - what.len, what.ptr, what.len) == 0;
}

#endif
