/*
 * again.c - a name that was announced once, wherever else the text has it.
 *
 * Only the word around tells that 张伟 in "我叫张伟" is somebody, and it stands there once:
 * "张伟昨天也来过" would tell the rest.  So what was found by a word that is sure is looked
 * for, byte by byte, in all of the text.  It has to be a name of two Chinese characters, or
 * of two Latin words: 张 and Bean mean too much else.  So does 高兴 in "今天很高兴", which
 * tells how somebody feels: a name that is an ordinary word, too, is masked where it was
 * announced and nowhere else.
 *
 * Each name costs a pass over the text, and a text may be a list of names; those beyond the
 * first NAMES_MOST are found by their own words alone, so that the time stays linear.
 */
#include "again.h"

#include "han.h"
#include "ordinary.h"

#include <heard/buf.h>

enum { NAMES_MOST = 8, SURE_SAID_SO = 90 };

static struct mask_span span_at(const struct heard_buf *spans, size_t i)
{
	struct mask_span span;

	memcpy(&span, spans->ptr + i * sizeof(span), sizeof(span));
	return span;
}

/* Is this name of two Chinese characters a word of every day? */
static bool is_ordinary(const struct mask_text *t, const struct mask_span *span)
{
	if (span->to - span->from != 2 * HAN_BYTES)
		return false;
	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
		if (text_has(t, span->from, ordinary[i].surname))
			for (const char *c = ordinary[i].rest; *c; c += HAN_BYTES)
				if (memcmp(t->s + span->from + HAN_BYTES, c, HAN_BYTES) == 0)
					return true;
	return false;
}

static bool is_full_name(const struct mask_text *t, const struct mask_span *span)
{
	uint32_t n = span->to - span->from;

	if (span->kind != MASK_NAME || span->surety < SURE_SAID_SO)
		return false;
	return han_is_letter(t, span->from) ? n >= 2 * HAN_BYTES && !is_ordinary(t, span)
					    : memchr(t->s + span->from, ' ', n) != NULL;
}

/* Does a Latin letter of two bytes begin here?  (é, not a Chinese character) */
static bool is_accented(const struct mask_text *t, uint32_t at)
{
	return at < t->n && text_byte(t, at) >= 0xC3 && text_byte(t, at) <= 0xD4;
}

/* Latin letters on either side make it a part of another word. */
static bool stands_alone(const struct mask_text *t, uint32_t from, uint32_t to)
{
	if (han_is_letter(t, from))
		return true;
	return !(from && ascii_is_alnum(text_byte(t, from - 1))) &&
	       !(from > 1 && is_accented(t, from - 2)) && !alnum_at(t, to) &&
	       !is_accented(t, to);
}

static void find_name(const struct mask_text *t, struct mask_span name, struct heard_buf *spans)
{
	uint32_t n = name.to - name.from, own = name.from;
	const char *what = t->s + own, *end = t->s + t->n;

	for (const char *at = t->s; (at = memmem(at, (size_t)(end - at), what, n)); at += n) {
		name.from = (uint32_t)(at - t->s);
		name.to = name.from + n;
		if (name.from != own && stands_alone(t, name.from, name.to))
			heard_buf_add(spans, &name, sizeof(name));
	}
}

static bool is_same(const struct mask_text *t, const struct mask_span *a,
		    const struct mask_span *b)
{
	return heard_str_eq(heard_str_n(t->s + a->from, a->to - a->from),
			    heard_str_n(t->s + b->from, b->to - b->from));
}

void again_find(const struct mask_text *t, struct heard_buf *spans, size_t n)
{
	struct mask_span names[NAMES_MOST];
	size_t known = 0, end = spans->len / sizeof(names[0]);

	for (; n < end && known < NAMES_MOST && !spans->failed; n++) {
		struct mask_span span = span_at(spans, n);
		bool is_known = !is_full_name(t, &span);

		for (size_t i = 0; i < known && !is_known; i++)
			is_known = is_same(t, &names[i], &span);
		if (is_known)
			continue;
		names[known++] = span;
		find_name(t, span, spans);
	}
}
