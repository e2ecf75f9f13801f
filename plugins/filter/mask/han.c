/*
 * han.c - names, addresses and chat ids in Chinese characters.
 *
 * One walk from character to character.  The class of each (lexicon.h) says whether a word
 * for a name or an id may end there, a title begin, or a part of an address end; only
 * there the text around is read.
 */
#include "han.h"

#include "social.h"

#include <heard/buf.h>

static bool keep_han(const struct mask_text *t, unsigned kinds, const struct mask_span *span,
		     struct heard_buf *spans)
{
	if (!(kinds >> span->kind & 1) || span->to <= span->from || !text_takes(t, span))
		return false;
	heard_buf_add(spans, span, sizeof(*span));
	return true;
}

/* What the character at this place tells of; returns where to go on. */
static uint32_t look_han(struct mask_text *t, const struct lexicon *lexicon, uint32_t at,
			 unsigned class, unsigned kinds, struct heard_buf *spans)
{
	uint32_t end = at + HAN_BYTES;
	enum mask_kind whose = class & HAN_CUE ? social_word(t, end) : MASK_KINDS;
	struct mask_span span;

	if (whose != MASK_KINDS && social_match(t, end, whose, &span))
		keep_han(t, kinds, &span, spans);
	if (class & (HAN_CUE | HAN_TITLE) && han_name_match(t, lexicon, at, &span) &&
	    keep_han(t, kinds, &span, spans))
		t->low = end = span.to > end ? span.to : end;
	else if (class & (HAN_PLACE | HAN_UNIT) && han_place_match(t, lexicon, at, &span) &&
		 keep_han(t, kinds, &span, spans))
		t->low = end = span.to;
	return end;
}

/* The next byte from this place on at which a character of ours may begin. */
static uint32_t next_han(const struct mask_text *t, uint32_t at)
{
	uint64_t bytes;

	for (; t->n - at >= sizeof(bytes); at += sizeof(bytes)) {
		memcpy(&bytes, t->s + at, sizeof(bytes));
		if (bytes & 0x8080808080808080u)
			break;
	}
	while (at < t->n && text_byte(t, at) < 0xE3)
		at++;
	return at;
}

void han_find(struct mask_text *t, const struct lexicon *lexicon, unsigned kinds,
	      struct heard_buf *spans)
{
	enum { MARKS = HAN_PLACE | HAN_UNIT | HAN_TITLE | HAN_CUE };

	for (uint32_t at = 0; at < t->n;) {
		if (!han_at(t, at)) {
			at = next_han(t, at + 1);
			continue;
		}
		unsigned class = han_class(t, lexicon, at);

		at = class & MARKS ? look_han(t, lexicon, at, class, kinds, spans)
				   : at + HAN_BYTES;
	}
}
