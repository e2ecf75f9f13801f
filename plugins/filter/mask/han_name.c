/*
 * han_name.c - names of people in Chinese characters.
 *
 * Names have no shape of their own in running text, so two things are asked for: a
 * surname of the table (one character, or two), and a word that says that somebody is
 * named: 收件人：, 我叫 before, or 先生, 女士, 老师 behind.  Where a surname is also an
 * ordinary word (上周小姐, 对方先生), the character before it tells.
 */
#include "han.h"

static const struct heard_str compound[] = {
	HEARD_STR("欧阳"), HEARD_STR("歐陽"), HEARD_STR("上官"), HEARD_STR("司马"),
	HEARD_STR("司馬"), HEARD_STR("诸葛"), HEARD_STR("諸葛"), HEARD_STR("东方"),
	HEARD_STR("皇甫"), HEARD_STR("尉迟"), HEARD_STR("公孙"), HEARD_STR("公孫"),
	HEARD_STR("慕容"), HEARD_STR("令狐"), HEARD_STR("夏侯"), HEARD_STR("司徒"),
	HEARD_STR("端木"), HEARD_STR("轩辕"), HEARD_STR("长孙"), HEARD_STR("宇文"),
	HEARD_STR("澹台"), HEARD_STR("淳于"), HEARD_STR("申屠"), HEARD_STR("太史"),
	HEARD_STR("独孤"), HEARD_STR("南宫"), HEARD_STR("西门"), HEARD_STR("百里"),
};

/* Bytes of the surname at this place, 0 if there is none. */
static uint32_t surname_at(const struct mask_text *t, const struct lexicon *lexicon,
			   uint32_t at)
{
	for (size_t i = 0; i < sizeof(compound) / sizeof(compound[0]); i++)
		if (text_has(t, at, compound[i]))
			return (uint32_t)compound[i].len;
	return han_class(t, lexicon, at) & HAN_SURNAME ? HAN_BYTES : 0;
}

static bool starts_with_any(const struct mask_text *t, uint32_t at,
			    const struct heard_str *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text_has(t, at, words[i]))
			return true;
	return false;
}
#define STARTS(t, at, words) starts_with_any(t, at, words, sizeof(words) / sizeof((words)[0]))

static const struct heard_str titles[] = {
	HEARD_STR("先生"), HEARD_STR("女士"), HEARD_STR("小姐"), HEARD_STR("老师"),
	HEARD_STR("老師"), HEARD_STR("师傅"), HEARD_STR("師傅"), HEARD_STR("经理"),
	HEARD_STR("經理"), HEARD_STR("太太"), HEARD_STR("阿姨"), HEARD_STR("医生"),
	HEARD_STR("醫生"), HEARD_STR("律师"), HEARD_STR("律師"), HEARD_STR("主任"),
};
/* What may follow a name without a sign between. */
static const struct heard_str followers[] = {
	HEARD_STR("先生"), HEARD_STR("女士"), HEARD_STR("小姐"),   HEARD_STR("电话"),
	HEARD_STR("電話"), HEARD_STR("手机"), HEARD_STR("手機"),   HEARD_STR("地址"),
	HEARD_STR("联系"), HEARD_STR("聯繫"), HEARD_STR("身份证"), HEARD_STR("本人"),
};

/* ---- behind a word */

struct opener {
	struct heard_str word;
	bool strong; /* needs no sign behind the name */
};
static const struct opener openers[] = {
	{HEARD_STR("收件人"), true}, {HEARD_STR("收货人"), true}, {HEARD_STR("收貨人"), true},
	{HEARD_STR("联系人"), true}, {HEARD_STR("聯繫人"), true}, {HEARD_STR("聯絡人"), true},
	{HEARD_STR("寄件人"), true}, {HEARD_STR("发件人"), true}, {HEARD_STR("签收人"), true},
	{HEARD_STR("持卡人"), true}, {HEARD_STR("收款人"), true}, {HEARD_STR("姓名"), true},
	{HEARD_STR("户名"), true},   {HEARD_STR("戶名"), true},	  {HEARD_STR("我叫"), true},
	{HEARD_STR("名叫"), true},   {HEARD_STR("户主"), true},	  {HEARD_STR("车主"), false},
	{HEARD_STR("机主"), false},  {HEARD_STR("本人"), false},  {HEARD_STR("申请人"), false},
};

static const struct opener *opener_before(const struct mask_text *t, uint32_t end)
{
	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		if (text_has_before(t, end, openers[i].word))
			return &openers[i];
	return NULL;
}

/* Pass over ":", blanks, 是, 为 and 叫; *colon_r: was there a sign? */
static uint32_t pass_to_name(const struct mask_text *t, uint32_t at, bool *colon_r)
{
	static const struct heard_str between[] = {
		HEARD_STR(" "),	 HEARD_STR(":"),   HEARD_STR("："), HEARD_STR("是"),
		HEARD_STR("为"), HEARD_STR("為"),  HEARD_STR("叫"), HEARD_STR("　"),
		HEARD_STR("【"), HEARD_STR("是叫")};
	*colon_r = false;
	for (int pass = 0; pass < 4; pass++)
		for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
			if (text_has(t, at, between[i])) {
				*colon_r |= i < 3;
				at += (uint32_t)between[i].len;
				break;
			}
	return at;
}

/* Is there an end of a name here: a sign, a word that follows names? */
static bool is_border(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at)
{
	if (!han_is_letter(t, at))
		return !text_has(t, at, HEARD_STR_OF("·"));
	return (han_class(t, lexicon, at) & HAN_STOP) || STARTS(t, at, followers);
}

/* 阿依古丽·买买提: two to six characters with a dot between. */
static uint32_t dotted_name(const struct mask_text *t, uint32_t at)
{
	unsigned before = 0, behind = 0;

	for (; han_is_letter(t, at) && before < 7; at += HAN_BYTES)
		before++;
	if (before < 2 || before > 6 || !text_has(t, at, HEARD_STR_OF("·")))
		return 0;
	for (at += 2; han_is_letter(t, at) && behind < 7; at += HAN_BYTES)
		behind++;
	return behind >= 2 && behind <= 6 ? at : 0;
}

static bool behind_word(const struct mask_text *t, const struct lexicon *lexicon, uint32_t end,
			struct mask_span *span)
{
	const struct opener *opener = opener_before(t, end);
	bool colon;

	if (opener == NULL)
		return false;
	uint32_t from = pass_to_name(t, end, &colon), at = dotted_name(t, from);
	if (at && colon) {
		*span = (struct mask_span){from, at, MASK_NAME, 90};
		return true;
	}
	uint32_t surname = surname_at(t, lexicon, from);
	if (surname == 0)
		return false;
	at = from + surname;
	/* one or two characters, to a border; without one, two behind a sure word */
	for (unsigned n = 0; n <= 2; n++, at += HAN_BYTES) {
		bool border = is_border(t, lexicon, at);

		if (n == 0 && border && !STARTS(t, at, titles))
			return false;
		if (border || (n == 2 && opener->strong && colon)) {
			bool sign = !han_is_letter(t, at);

			if (n == 0 || (!opener->strong && !sign))
				return false;
			*span = (struct mask_span){from, at, MASK_NAME, border ? 95 : 75};
			return true;
		}
	}
	return false;
}

/* ---- before a title */

/* The last of these before its first character is not the surname. */
static bool is_other_word(const struct mask_text *t, uint32_t at)
{
	static const struct heard_str words[] = {
		HEARD_STR("上周"), HEARD_STR("下周"), HEARD_STR("本周"), HEARD_STR("每周"),
		HEARD_STR("一周"), HEARD_STR("两周"), HEARD_STR("任何"), HEARD_STR("如何"),
		HEARD_STR("为何"), HEARD_STR("现金"), HEARD_STR("黄金"), HEARD_STR("对方"),
		HEARD_STR("官方"), HEARD_STR("地方"), HEARD_STR("厂方"), HEARD_STR("商方"),
		HEARD_STR("由于"), HEARD_STR("对于"), HEARD_STR("关于"), HEARD_STR("至于"),
		HEARD_STR("很高"), HEARD_STR("最高"), HEARD_STR("经常"), HEARD_STR("非常"),
		HEARD_STR("平安"), HEARD_STR("公安"), HEARD_STR("保安"), HEARD_STR("当时"),
		HEARD_STR("小时"), HEARD_STR("订单"), HEARD_STR("汽车"), HEARD_STR("完成"),
		HEARD_STR("不成"), HEARD_STR("面包"), HEARD_STR("红包"), HEARD_STR("说明"),
		HEARD_STR("证明"), HEARD_STR("主管"), HEARD_STR("不管"), HEARD_STR("物流"),
		HEARD_STR("手游"), HEARD_STR("旅游"), HEARD_STR("导游"), HEARD_STR("安全"),
		HEARD_STR("马路"), HEARD_STR("一路"), HEARD_STR("不和"), HEARD_STR("大师"),
		HEARD_STR("语文"), HEARD_STR("英文"), HEARD_STR("中文"), HEARD_STR("携程"),
		HEARD_STR("相关"), HEARD_STR("工程"), HEARD_STR("课程"), HEARD_STR("作文"),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_has(t, at, words[i]) && words[i].len == 6)
			return true;
	return false;
}

/* May a name begin here: behind a border, or a word that calls somebody? */
static bool name_may_begin(const struct mask_text *t, const struct lexicon *lexicon,
			   uint32_t at)
{
	static const struct heard_str before[] = {
		HEARD_STR("客服"), HEARD_STR("联系"),	HEARD_STR("感谢"), HEARD_STR("谢谢"),
		HEARD_STR("表扬"), HEARD_STR("投诉"),	HEARD_STR("找到"), HEARD_STR("员工"),
		HEARD_STR("店员"), HEARD_STR("快递员"), HEARD_STR("经理"), HEARD_STR("尊敬的"),
	};

	if (at < t->low + HAN_BYTES || !han_is_letter(t, at - HAN_BYTES) ||
	    (han_class(t, lexicon, at - HAN_BYTES) & HAN_STOP))
		return true;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (text_has_before(t, at, before[i]))
			return true;
	return false;
}

/* 大堂经理, 班主任: a post, whoever holds it. */
static bool is_post(const struct mask_text *t, uint32_t at)
{
	static const struct heard_str posts[] = {
		HEARD_STR("堂"), HEARD_STR("班"), HEARD_STR("房"), HEARD_STR("部"),
		HEARD_STR("店"), HEARD_STR("目"), HEARD_STR("户")};

	for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++)
		if (text_has_before(t, at, posts[i]))
			return text_has(t, at, HEARD_STR_OF("经理")) ||
			       text_has(t, at, HEARD_STR_OF("經理")) ||
			       text_has(t, at, HEARD_STR_OF("主任"));
	return false;
}

/* 张先生, 李小明女士, 欧阳老师: the longest name that begins at a border. */
static bool before_title(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at,
			 struct mask_span *span)
{
	if (!STARTS(t, at, titles) || text_has(t, at, HEARD_STR_OF("小姐姐")) ||
	    text_has(t, at, HEARD_STR_OF("老师傅")) || is_post(t, at))
		return false;
	for (unsigned n = 4; n >= 1; n--) {
		uint32_t size = n * HAN_BYTES, from = at - size;
		bool whole = at >= t->low + size;

		for (unsigned i = 1; whole && i < n; i++)
			whole = han_is_letter(t, from + i * HAN_BYTES) &&
				!(n > 1 &&
				  han_class(t, lexicon, from + i * HAN_BYTES) & HAN_STOP);
		uint32_t surname = whole ? surname_at(t, lexicon, from) : 0;
		if (surname == 0 || (n == 4 && surname == HAN_BYTES) ||
		    (n > 1 && !name_may_begin(t, lexicon, from)))
			continue;
		if (n == 2 && is_other_word(t, from))
			return false;
		if (n == 1 && from >= t->low + HAN_BYTES &&
		    (is_other_word(t, from - HAN_BYTES) ||
		     (han_class(t, lexicon, from) & HAN_STOP)))
			return false;
		bool sure = text_has(t, at, titles[0]) || text_has(t, at, titles[1]) ||
			    text_has(t, at, titles[2]);
		*span = (struct mask_span){from, at, MASK_NAME, sure ? 90 : 75};
		return true;
	}
	return false;
}

bool han_name_match(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at,
		    struct mask_span *span)
{
	unsigned class = han_class(t, lexicon, at);

	return ((class & HAN_CUE) && behind_word(t, lexicon, at + HAN_BYTES, span)) ||
	       ((class & HAN_TITLE) && before_title(t, lexicon, at, span));
}
