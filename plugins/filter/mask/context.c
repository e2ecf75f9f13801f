/*
 * context.c - names, addresses and chat ids: what only the words around tell.
 *
 * Two walks over the text, one by words of Latin letters and one by Chinese characters;
 * a text without either costs next to nothing.  At each word an address is tried
 * first, as it may hold the name of a person (Kálmán Imre utca 12).
 */
#include "context.h"

#include "han.h"
#include "name.h"
#include "place.h"
#include "social.h"
#include "words.h"

#include <heard/buf.h>

static bool keep(const struct mask_text *t, unsigned kinds, const struct mask_span *span,
		 struct heard_buf *spans)
{
	if (!(kinds >> span->kind & 1) || span->to <= span->from || !text_takes(t, span))
		return false;
	heard_buf_add(spans, span, sizeof(*span));
	return true;
}

/* QQ123456789 is one word. */
static bool is_qq_number(const struct mask_text *t, const struct word *w)
{
	return w->n >= 7 && w->n <= 13 && w->digits + 2 == w->n &&
	       (t->s[w->from] | 0x20) == 'q' && (t->s[w->from + 1] | 0x20) == 'q';
}

static void social(const struct mask_text *t, const struct word *w, unsigned kinds,
		   struct heard_buf *spans)
{
	struct mask_span span;
	bool wechat = w->class & WORD_WECHAT;
	uint32_t end = is_qq_number(t, w) ? w->from + 2 : w->to;

	if (social_match(t, end, wechat ? MASK_WECHAT : MASK_QQ, &span))
		keep(t, kinds, &span, spans);
}

static void find_latin(const struct mask_text *t, const struct words *words, unsigned kinds,
		       struct heard_buf *spans)
{
	struct mask_span span;
	unsigned end;

	for (unsigned i = 0; i < words->n;) {
		const struct word *w = &words->at[i];

		if ((w->class & (WORD_WECHAT | WORD_QQ)) || is_qq_number(t, w))
			social(t, w, kinds, spans);
		if (!w->capital && !w->class && !w->digits && w->n != 3 && w->n != 4 &&
		    w->n < 6) {
			i++;
			continue;
		}
		if (kinds & 1u << MASK_ADDRESS && (end = place_match(t, words, i, &span)) &&
		    keep(t, kinds, &span, spans))
			i = end;
		else if (kinds & 1u << MASK_NAME && (end = name_match(t, words, i, &span)) &&
			 keep(t, kinds, &span, spans))
			i = end;
		else
			i++;
	}
}

static void find_han(struct mask_text *t, const struct lexicon *lexicon, unsigned kinds,
		     struct heard_buf *spans)
{
	enum { MARKS = HAN_PLACE | HAN_UNIT | HAN_TITLE | HAN_CUE };
	struct mask_span span;
	uint32_t at = 0;

	while (at < t->n) {
		if (!han_at(t, at)) {
			at++;
			continue;
		}
		unsigned class = han_class(t, lexicon, at);
		uint32_t end = at + HAN_BYTES;

		if (class & MARKS) {
			enum mask_kind whose = MASK_KINDS;

			if (class & HAN_CUE)
				whose = social_word(t, end);
			if (whose != MASK_KINDS && social_match(t, end, whose, &span))
				keep(t, kinds, &span, spans);
			if (han_name_match(t, lexicon, at, &span) &&
			    keep(t, kinds, &span, spans))
				t->low = end = span.to > end ? span.to : end;
			else if (class & (HAN_PLACE | HAN_UNIT) &&
				 han_place_match(t, lexicon, at, &span) &&
				 keep(t, kinds, &span, spans))
				t->low = end = span.to;
		}
		at = end;
	}
}

/* Names of attributes whose whole text is one thing. */
static unsigned label_kind(struct heard_str label)
{
	static const struct {
		struct heard_str is;
		unsigned kind;
	} labels[] = {
		{HEARD_STR("name"), MASK_NAME},
		{HEARD_STR("full_name"), MASK_NAME},
		{HEARD_STR("customer_name"), MASK_NAME},
		{HEARD_STR("contact_name"), MASK_NAME},
		{HEARD_STR("recipient"), MASK_NAME},
		{HEARD_STR("consignee"), MASK_NAME},
		{HEARD_STR("姓名"), MASK_NAME},
		{HEARD_STR("收件人"), MASK_NAME},
		{HEARD_STR("收货人"), MASK_NAME},
		{HEARD_STR("联系人"), MASK_NAME},
		{HEARD_STR("客户姓名"), MASK_NAME},
		{HEARD_STR("address"), MASK_ADDRESS},
		{HEARD_STR("shipping_address"), MASK_ADDRESS},
		{HEARD_STR("street"), MASK_ADDRESS},
		{HEARD_STR("postcode"), MASK_ADDRESS},
		{HEARD_STR("地址"), MASK_ADDRESS},
		{HEARD_STR("收货地址"), MASK_ADDRESS},
		{HEARD_STR("收件地址"), MASK_ADDRESS},
		{HEARD_STR("详细地址"), MASK_ADDRESS},
		{HEARD_STR("wechat"), MASK_WECHAT},
		{HEARD_STR("微信"), MASK_WECHAT},
		{HEARD_STR("微信号"), MASK_WECHAT},
		{HEARD_STR("qq"), MASK_QQ},
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (heard_str_eq(label, labels[i].is))
			return labels[i].kind;
	return MASK_KINDS;
}

void context_find(const struct mask_text *text, const struct lexicon *lexicon,
		  struct words *words, unsigned kinds, struct heard_buf *spans)
{
	struct mask_text t = *text;
	unsigned labelled = t.label.len ? label_kind(t.label) : MASK_KINDS;

	t.low = 0;
	if (labelled < MASK_KINDS && t.n && t.n <= 200) {
		const struct mask_span whole = {0, t.n, labelled, 90};

		if (keep(&t, kinds, &whole, spans))
			return;
	}
	for (uint32_t at = 0; at < t.n;) {
		at = words_read(&t, lexicon, at, words);
		find_latin(&t, words, kinds, spans);
	}
	find_han(&t, lexicon, kinds, spans);
}
