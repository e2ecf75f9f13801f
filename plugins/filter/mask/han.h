/*
 * han.h - names and addresses in Chinese characters.
 *
 * A character is three bytes of UTF-8 from U+3007 on; everything else, and malformed
 * bytes, is a border.
 */
#ifndef MASK_HAN_H
#define MASK_HAN_H

#include "lexicon.h"
#include "text.h"

enum { HAN_BYTES = 3 };

struct heard_buf;

/* Append a struct mask_span for each name, address and id, of the kinds in the set.  Moves
 * t->low on. */
void han_find(struct mask_text *, const struct lexicon *, unsigned kinds,
	      struct heard_buf *spans);

/* Is there one at this place? */
static inline bool han_at(const struct mask_text *t, uint32_t at)
{
	return at + HAN_BYTES <= t->n && (text_byte(t, at) & 0xF0) == 0xE0 &&
	       text_byte(t, at) >= 0xE3 && text_byte(t, at) <= 0xE9 &&
	       (text_byte(t, at + 1) & 0xC0) == 0x80 && (text_byte(t, at + 2) & 0xC0) == 0x80;
}
/* Its classes; 0 where there is none. */
static inline unsigned han_class(const struct mask_text *t, const struct lexicon *lexicon,
				 uint32_t at)
{
	if (!han_at(t, at))
		return 0;
	return lexicon_han(lexicon, (uint32_t)(text_byte(t, at) & 15) << 12 |
					    (uint32_t)(text_byte(t, at + 1) & 63) << 6 |
					    (text_byte(t, at + 2) & 63));
}
/* A character of ours, not a sign of punctuation (U+3000..U+303F but 〇)? */
static inline bool han_is_letter(const struct mask_text *t, uint32_t at)
{
	return han_at(t, at) && text_byte(t, at) >= 0xE4;
}

/* A name announced by the word that ends with the character at this place, or one
 * before the title that begins here.  Nothing below t->low. */
bool han_name_match(const struct mask_text *, const struct lexicon *, uint32_t at,
		    struct mask_span *);
/* An address of which the character at this place ends the first part. */
bool han_place_match(const struct mask_text *, const struct lexicon *, uint32_t at,
		     struct mask_span *);

#endif
