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

#include <heard/buf.h>

enum { NAMES_MOST = 8, SURE_SAID_SO = 90 };

static struct mask_span span_at(const struct heard_buf *spans, size_t i)
{
	struct mask_span span;

	memcpy(&span, spans->ptr + i * sizeof(span), sizeof(span));
	return span;
}

/* The first column is a surname, the second what makes an ordinary word with it: 高 and 兴.
 * Written by hand: for each surname the words of two characters that complaints, praise
 * and orders have, less those that are more often a name (黎明). */
static const struct {
	struct heard_str surname;
	const char *rest;
} ordinary[] = {
	{HEARD_STR("高"), "兴大度级低手价中档考校温端速层效尚铁额興級"},
	{HEARD_STR("方"), "便法式向面案才针形位圆程"},
	{HEARD_STR("安"), "全装心排静慰置定保抚检稳逸裝"},
	{HEARD_STR("任"), "何务意职性命凭选教由"},
	{HEARD_STR("关"), "于心系闭键注怀爱机掉门照税节联停"},
	{HEARD_STR("马"), "上路桶达虎力"},
	{HEARD_STR("明"), "白天显确明年细月知信示了顯"},
	{HEARD_STR("时"), "间候常刻时代期限长尚而机效速段"},
	{HEARD_STR("白"), "色天费送白痴搭酒纸板費"},
	{HEARD_STR("黄"), "色金瓜油昏牛山豆"},
	{HEARD_STR("钱"), "包财款币数少"},
	{HEARD_STR("温"), "度馨和暖柔水情差泉热控"},
	{HEARD_STR("万"), "一分能万元岁事"},
	{HEARD_STR("包"), "装括裹含容邮子间换月年退修赔"},
	{HEARD_STR("馬"), "上"},
	{HEARD_STR("關"), "於心"},
	{HEARD_STR("尚"), "未且可好"},
	{HEARD_STR("路"), "上过由程线口费途径边人"},
	{HEARD_STR("田"), "地"},
	{HEARD_STR("石"), "头油材家"},
	{HEARD_STR("毛"), "病巾衣利线孔毛坯"},
	{HEARD_STR("江"), "苏西湖北"},
	{HEARD_STR("项"), "目链"},
	{HEARD_STR("连"), "接续锁忙带夜同线"},
	{HEARD_STR("連"), "接"},
	{HEARD_STR("程"), "序度式"},
	{HEARD_STR("单"), "独位子号纯个品价据元方"},
	{HEARD_STR("易"), "碎坏用懂拆"},
	{HEARD_STR("古"), "老怪代典"},
	{HEARD_STR("严"), "重格肃谨厉禁"},
	{HEARD_STR("华"), "为丽人"},
	{HEARD_STR("曾"), "经有"},
	{HEARD_STR("何"), "时必况处以止苦等"},
	{HEARD_STR("向"), "来导上下前着我你往"},
	{HEARD_STR("于"), "是此"},
	{HEARD_STR("齐"), "全了"},
	{HEARD_STR("简"), "单直介易洁陋"},
	{HEARD_STR("纪"), "念录律"},
	{HEARD_STR("商"), "品家店量场标城业务"},
	{HEARD_STR("梅"), "花雨"},
	{HEARD_STR("付"), "款费钱出清給"},
	{HEARD_STR("阳"), "光台"},
	{HEARD_STR("文"), "件字章明化具员"},
	{HEARD_STR("车"), "辆站票主子上次费间位厢门险速"},
	{HEARD_STR("左"), "右边"},
	{HEARD_STR("凌"), "晨乱"},
	{HEARD_STR("段"), "时落子位"},
	{HEARD_STR("钟"), "头表点情爱"},
	{HEARD_STR("景"), "色区点象"},
	{HEARD_STR("盛"), "大夏行"},
	{HEARD_STR("宁"), "愿可静"},
	{HEARD_STR("荣"), "幸誉耀"},
	{HEARD_STR("贺"), "卡喜年"},
	{HEARD_STR("童"), "装年车鞋話"},
	{HEARD_STR("雷"), "同达电雨人霆區"},
	{HEARD_STR("游"), "戏客泳玩"},
	{HEARD_STR("牛"), "奶肉逼仔油"},
	{HEARD_STR("熊"), "猫孩"},
	{HEARD_STR("米"), "饭粉面色"},
	{HEARD_STR("汤"), "圆料"},
	{HEARD_STR("席"), "位"},
	{HEARD_STR("沙"), "发滩子漠拉"},
	{HEARD_STR("陆"), "续地"},
	{HEARD_STR("陈"), "述旧列年皮設"},
	{HEARD_STR("张"), "开贴嘴数口"},
	{HEARD_STR("李"), "子"},
	{HEARD_STR("王"), "牌"},
	{HEARD_STR("周"), "到末边一二三四五六日期围年转岁"},
	{HEARD_STR("孙"), "子女"},
	{HEARD_STR("朱"), "红"},
	{HEARD_STR("胡"), "说乱子同萝椒扯"},
	{HEARD_STR("许"), "多可久愿诺了"},
	{HEARD_STR("苏"), "打州"},
	{HEARD_STR("丁"), "点"},
	{HEARD_STR("叶"), "子片"},
	{HEARD_STR("余"), "额下款地量生味震"},
	{HEARD_STR("杜"), "绝"},
	{HEARD_STR("戴"), "上着好"},
	{HEARD_STR("夏"), "天季装日令"},
	{HEARD_STR("汪"), "汪"},
	{HEARD_STR("龙"), "头虾卷"},
	{HEARD_STR("史"), "上"},
	{HEARD_STR("陶"), "瓷醉"},
	{HEARD_STR("顾"), "客虑问及全忌"},
	{HEARD_STR("武"), "器汉断术力"},
	{HEARD_STR("莫"), "名非大过"},
	{HEARD_STR("康"), "复"},
	{HEARD_STR("施"), "工加肥"},
	{HEARD_STR("申"), "请诉述报明請"},
	{HEARD_STR("宗"), "旨"},
	{HEARD_STR("甘"), "心愿"},
	{HEARD_STR("辛"), "苦勤"},
	{HEARD_STR("符"), "合号"},
	{HEARD_STR("司"), "机"},
	{HEARD_STR("章"), "程节"},
	{HEARD_STR("鲁"), "莽"},
	{HEARD_STR("谷"), "歌物"},
	{HEARD_STR("巩"), "固"},
	{HEARD_STR("乔"), "装"},
};

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
