/*
 * social.c - ids of WeChat and QQ, behind the word for them.
 *
 * A WeChat id is 6 to 20 letters, digits, _ and -, a letter first; a QQ number 5 to 11
 * digits.  "wechat payment" and "微信iphone版" look alike, so an id of letters only
 * counts behind 号 or "id".
 */
#include "social.h"

static uint32_t pass_to_id(const struct mask_text *t, uint32_t at, bool *says_id)
{
	static const struct {
		struct heard_str is;
		bool says_id;
	} between[] = {
		{HEARD_STR(" "), false},     {HEARD_STR(":"), false},
		{HEARD_STR("："), false},    {HEARD_STR("是"), false},
		{HEARD_STR("为"), false},    {HEARD_STR("="), false},
		{HEARD_STR("号码"), true},   {HEARD_STR("号"), true},
		{HEARD_STR("號"), true},     {HEARD_STR("id"), true},
		{HEARD_STR("ID"), true},     {HEARD_STR("is"), false},
		{HEARD_STR("我"), false},    {HEARD_STR("加"), false},
		{HEARD_STR("("), false},     {HEARD_STR("（"), false},
		{HEARD_STR("number"), true}, {HEARD_STR("联系"), false},
	};

	for (int pass = 0; pass < 5; pass++)
		for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
			if (text_has(t, at, between[i].is)) {
				at += (uint32_t)between[i].is.len;
				*says_id |= between[i].says_id;
				break;
			}
	return at;
}

bool social_match(const struct mask_text *t, uint32_t end, enum mask_kind kind,
		  struct mask_span *span)
{
	bool says_id = false;
	uint32_t from = pass_to_id(t, end, &says_id), at = from;
	unsigned letters = 0, signs = 0;

	while (at < t->n && at - from <= 20) {
		unsigned char c = text_byte(t, at);

		if (ascii_is_digit(c) || (kind == MASK_WECHAT && (c == '_' || c == '-')))
			signs++;
		else if (ascii_is_letter(c))
			letters++;
		else
			break;
		at++;
	}
	/* an e-mail address or a link is no id */
	if (at > from && at + 1 < t->n && (t->s[at] == '@' || t->s[at] == '.') &&
	    alnum_at(t, at + 1))
		return false;
	unsigned n = at - from;
	if (kind == MASK_QQ ? letters || n < 5 || n > 11 || t->s[from] == '0'
			    : n < 6 || n > 20 || !ascii_is_letter(text_byte(t, from)) ||
				      (signs == 0 && !says_id))
		return false;
	*span = (struct mask_span){from, at, kind, kind == MASK_QQ || says_id ? 95 : 80};
	return true;
}

enum mask_kind social_word(const struct mask_text *t, uint32_t end)
{
	static const struct heard_str wechat[] = {HEARD_STR("微信"), HEARD_STR("薇信"),
						  HEARD_STR("威信"), HEARD_STR("微信号"),
						  HEARD_STR("微信號")};
	static const struct heard_str qq[] = {HEARD_STR("扣扣"), HEARD_STR("企鹅"),
					      HEARD_STR("企鹅号"), HEARD_STR("企鵝")};

	for (size_t i = 0; i < sizeof(wechat) / sizeof(wechat[0]); i++)
		if (text_has_before(t, end, wechat[i]))
			return MASK_WECHAT;
	for (size_t i = 0; i < sizeof(qq) / sizeof(qq[0]); i++)
		if (text_has_before(t, end, qq[i]))
			return MASK_QQ;
	return MASK_KINDS;
}
