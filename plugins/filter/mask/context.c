/*
 * context.c - names, addresses and chat ids: what only the words around tell.
 *
 * Two walks over the text, one by words of Latin letters (latin.c) and one by Chinese
 * characters (han.c); a text without either costs next to nothing.  Then what they were
 * sure of is looked for once more (again.c).  An attribute whose name says what it holds
 * needs none of this.
 */
#include "context.h"

#include "again.h"
#include "han.h"
#include "latin.h"

#include <heard/buf.h>

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
		if (label.ptr[0] == labels[i].is.ptr[0] && heard_str_eq(label, labels[i].is))
			return labels[i].kind;
	return MASK_KINDS;
}

void context_find(struct mask_text *t, const struct lexicon *lexicon, unsigned kinds,
		  struct heard_buf *spans)
{
	unsigned kind = t->label.len ? label_kind(t->label) : MASK_KINDS;
	size_t others = spans->len / sizeof(struct mask_span);

	t->low = 0;
	if (kind < MASK_KINDS && t->n && t->n <= 200) {
		const struct mask_span whole = {0, t->n, kind, 90};

		if (kinds >> kind & 1 && text_takes(t, &whole)) {
			heard_buf_add(spans, &whole, sizeof(whole));
			return;
		}
	}
	latin_find(t, lexicon, kinds, spans);
	han_find(t, lexicon, kinds, spans);
	again_find(t, spans, others);
}
