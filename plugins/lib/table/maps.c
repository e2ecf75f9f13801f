/*
 * maps.c - the maps that come with heard: headers as exports have them.
 *
 * A table in C and no files, so that `heard send`, the daemon and a container know
 * the same names (docs/decisions/0053).  Marketplaces change their headers without
 * a word, so each field has all spellings that were seen, and a map of one's own
 * is five lines of config.
 */
#include "map.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* What the marketplaces' exports share. */
#define BUYER                                                                                 \
	{"author.name", "买家昵称|买家昵称(脱敏)|用户昵称|昵称|评价人|评论人|买家|客户昵称"}, \
		{"author.id", "买家ID|会员名|买家会员名|用户ID|用户账号|买家账号"},           \
	{                                                                                     \
		"author.phone", "手机号|手机号码|联系电话|买家手机"            \
	}
#define GOODS                                                                                          \
	{"product", "商品名称|商品标题|宝贝标题|宝贝名称|商品|产品名称"},                              \
		{"attributes.sku",                                                                     \
		 "SKU|SKU信息|商品SKU|规格|商品规格|颜色分类|购买规格|SKU名称"},                       \
	{                                                                                              \
		"attributes.product_id", "商品ID|宝贝ID|商品编号|商品编码|SKU编号|SKUID" \
	}
#define PARTS                                                                                         \
	{"ratings.logistics", "物流评分|物流服务评分|物流服务|物流速度|发货速度评分"},                \
		{"ratings.service", "服务评分|服务态度|服务态度评分|卖家服务评分"},                   \
	{                                                                                             \
		"ratings.function", "描述相符|描述相符评分|商品描述评分|商品评分" \
	}
#define REVIEW                     \
	{"channel", "=review"},    \
	{                          \
		"rating_max", "=5" \
	}

static const struct map_entry taobao[] = {
	REVIEW,
	{"attributes.platform", "=taobao"},
	{"body", "评价内容|评论内容|初评内容|首次评价|买家评价|评价"},
	{"created_at", "评价时间|评论时间|初评时间|首次评价时间|评价日期"},
	{"rating", "评价等级|评价类型|评价结果|好中差评|评分|总评分|评价星级"},
	{"order", "订单编号|订单号|子订单编号|交易编号|主订单编号"},
	{"followup.body", "追评内容|追加评价|追加评论|追评|追加内容"},
	{"followup.created_at", "追评时间|追加评价时间|追加时间|追加评论时间"},
	{"store", "店铺名称|店铺|卖家昵称"},
	BUYER,
	GOODS,
	PARTS,
};

static const struct map_entry jd[] = {
	REVIEW,
	{"attributes.platform", "=jd"},
	{"source_id", "评价ID|评论ID|评价编号"},
	{"body", "评价内容|评论内容|评价正文|商品评价"},
	{"created_at", "评价时间|评论时间|评价日期"},
	{"rating", "评分|星级|评价星级|评价等级|商品星级|评价得分"},
	{"order", "订单编号|订单号"},
	{"followup.body", "追评内容|追加评价|追评"},
	{"followup.created_at", "追评时间|追加评价时间"},
	{"store", "店铺名称|店铺"},
	BUYER,
	GOODS,
	PARTS,
};

static const struct map_entry pdd[] = {
	REVIEW,
	{"attributes.platform", "=pdd"},
	{"source_id", "评价ID|评论ID"},
	{"body", "评价内容|用户评价|评论内容"},
	{"created_at", "评价时间|评论时间|评价日期"},
	{"rating", "用户评分|评分|评价星级|综合评分|评价等级"},
	{"order", "订单编号|订单号|订单SN"},
	{"followup.body", "追评内容|追评|追加评价"},
	{"followup.created_at", "追评时间|追加评价时间"},
	{"store", "店铺名称|店铺"},
	BUYER,
	GOODS,
	PARTS,
};

static const struct map_entry generic_zh[] = {
	{"source_id", "反馈编号|反馈ID|工单编号|记录编号|编号|流水号"},
	{"subject", "标题|主题|反馈标题"},
	{"body", "反馈内容|内容|留言内容|留言|意见|意见内容|意见建议|投诉内容|问题描述|描述|"
		 "评价内容|评论内容|备注内容|开放题"},
	{"created_at",
	 "反馈时间|提交时间|创建时间|时间|日期|留言时间|投诉时间|评价时间|来电时间"},
	{"rating", "评分|星级|打分|评价等级|满意度|总体评价|满意程度"},
	{"nps", "NPS|推荐度|推荐意愿|推荐分"},
	{"csat", "CSAT|满意度评分"},
	{"ces", "CES|费力度"},
	{"order", "订单编号|订单号"},
	{"product", "商品名称|产品名称|产品|商品|产品型号"},
	{"store", "店铺名称|门店|门店名称|店铺|网点"},
	{"region", "地区|区域|省份|城市|省市"},
	{"channel", "渠道|反馈渠道"},
	{"author.name", "姓名|客户姓名|客户名称|联系人|昵称|用户昵称|买家昵称|收货人"},
	{"author.phone", "手机|手机号|手机号码|电话|联系电话|联系方式"},
	{"author.email", "邮箱|电子邮箱|电子邮件"},
	{"author.id", "用户ID|客户ID|客户编号|会员号|会员卡号"},
	{"rating_max", "=5"},
	{"followup.body", "追评内容|追加评价|追评"},
	{"followup.created_at", "追评时间|追加评价时间"},
};

static const struct map_entry generic_en[] = {
	{"source_id", "id|review id|feedback id|response id|ticket id|submission id"},
	{"subject", "title|subject|review title|headline"},
	{"body", "body|text|review|review text|review body|comment|comments|feedback|message|"
		 "content|description|review content"},
	{"created_at", "created at|created|date|time|timestamp|submitted at|review date|"
		       "date submitted|review time|submission date"},
	{"rating", "rating|stars|star rating|score|review rating|overall rating"},
	{"rating_max", "rating max|max rating"},
	{"nps", "nps|nps score|likelihood to recommend"},
	{"csat", "csat|csat score|satisfaction"},
	{"ces", "ces|ces score|effort"},
	{"order", "order|order id|order number|order no"},
	{"product", "product|product name|product title|item|item name"},
	{"attributes.sku", "sku|variant|product sku|asin"},
	{"store", "store|shop|branch|location|store name"},
	{"region", "region|country|city|state"},
	{"channel", "channel|source"},
	{"lang", "language|lang|locale"},
	{"author.name", "name|author|reviewer|customer|customer name|reviewer name|nickname"},
	{"author.email", "email|e-mail|email address|reviewer email|customer email"},
	{"author.phone", "phone|phone number|mobile|telephone"},
	{"author.id", "user id|customer id|author id|reviewer id"},
	{"rating_max", "=5"},
	{"followup.body", "follow-up|follow up|follow-up review|updated review"},
	{"followup.created_at", "follow-up date|follow-up time|updated at"},
};

/* Answers of surveys: paper forms that were typed in, and exports of 问卷星, 腾讯问卷,
 * LimeSurvey, Typeform, Tally and Formbricks.  Their questions are the author's, so only
 * those are found that are called by what they ask; a scale of another length is said by
 * a map of one's own. */
#define SURVEY                     \
	{"channel", "=survey"},    \
	{                          \
		"rating_max", "=5" \
	}

static const struct map_entry survey_zh[] = {
	SURVEY,
	{"attributes.survey.name", "问卷名称|问卷标题|调查名称|调研名称"},
	{"source_id", "答卷编号|答卷ID|答卷序号|问卷编号|序号|编号"},
	{"created_at", "提交答卷时间|结束答题时间|答题结束时间|提交时间|答题时间|填写时间|"
		       "填写日期|填表日期|回收时间|日期"},
	{"nps", "NPS|净推荐值|推荐意愿|推荐度|推荐分|推荐可能性|推荐指数|"
		"您有多大可能向朋友或同事推荐我们|您有多大可能把我们推荐给朋友或同事|"
		"您向朋友或同事推荐我们的可能性有多大"},
	{"csat", "CSAT|满意度|总体满意度|整体满意度|综合满意度|满意度评分|满意程度|"
		 "您的总体满意度|您对本次服务满意吗|您对我们满意吗"},
	{"ces", "CES|费力度|省力程度|轻松程度|容易程度|便捷程度"},
	{"rating", "评分|星级|总评分|总体评价"},
	{"ratings.appearance", "外观评分|外观满意度"},
	{"ratings.function", "功能评分|功能满意度|商品质量评分|商品质量满意度"},
	{"ratings.value", "性价比评分|性价比满意度|价格满意度"},
	{"ratings.packaging", "包装评分|包装满意度"},
	{"ratings.logistics", "物流评分|物流满意度|配送满意度|物流速度评分"},
	{"ratings.service", "服务评分|服务满意度|客服满意度|服务态度评分|售后满意度"},
	{"body", "建议|您的建议|意见|意见建议|意见与建议|意见和建议|意见或建议|"
		 "您的意见和建议|您的意见或建议|改进建议|其他建议|原因|评分原因|"
		 "给出该评分的原因|请说明原因|留言|开放题"},
	{"order", "订单编号|订单号"},
	{"product", "商品名称|产品名称|商品|产品"},
	{"store", "门店|门店名称|店铺|店铺名称"},
	{"region", "地区|省份|城市|省市"},
	{"author.name", "姓名|您的姓名|客户姓名|联系人"},
	{"author.phone", "手机|手机号|手机号码|联系电话|联系方式|您的联系方式"},
	{"author.email", "邮箱|电子邮箱"},
};

static const struct map_entry survey_en[] = {
	SURVEY,
	{"attributes.survey.name", "survey|survey name|survey title|form name|form"},
	{"source_id", "response id|respondent id|submission id|response number|#|id"},
	{"created_at", "submit date (utc)|submitted at|date submitted|submitdate|"
		       "submission date|end date|completed at|timestamp|date"},
	{"nps", "nps|nps score|net promoter score|likelihood to recommend|recommend|"
		"how likely are you to recommend us to a friend or colleague?|"
		"how likely are you to recommend us?"},
	{"csat", "csat|csat score|satisfaction|overall satisfaction|customer satisfaction|"
		 "how satisfied are you?|how satisfied are you with us?|"
		 "how satisfied were you with our service?"},
	{"ces", "ces|ces score|customer effort score|effort score|ease|"
		"how easy was it?|how easy was it to get help?"},
	{"rating", "rating|stars|overall rating"},
	{"ratings.appearance", "appearance rating|appearance satisfaction"},
	{"ratings.function", "quality rating|function rating|quality satisfaction"},
	{"ratings.value", "value rating|price rating|value for money"},
	{"ratings.packaging", "packaging rating|packaging satisfaction"},
	{"ratings.logistics", "delivery rating|shipping rating|delivery satisfaction"},
	{"ratings.service", "service rating|support rating|service satisfaction"},
	{"body", "comment|comments|suggestions|suggestion|reason|why?|"
		 "what is the reason for your score?|what could we do better?|"
		 "how can we improve?|any other comments?|feedback"},
	{"lang", "start language|startlanguage|language"},
	{"order", "order|order id|order number"},
	{"product", "product|product name"},
	{"store", "store|shop|branch"},
	{"region", "region|country|city"},
	{"author.name", "name|full name|customer name"},
	{"author.email", "email|e-mail|email address"},
	{"author.phone", "phone|phone number|mobile"},
	{"author.id", "user id|userid|customer id"},
};

static const struct map maps[] = {
	{"taobao", taobao, N(taobao)},
	{"jd", jd, N(jd)},
	{"pdd", pdd, N(pdd)},
	{"generic-zh", generic_zh, N(generic_zh)},
	{"generic-en", generic_en, N(generic_en)},
	{"survey-zh", survey_zh, N(survey_zh)},
	{"survey-en", survey_en, N(survey_en)},
};

const char *const map_names[] = {"auto",       "taobao",     "tmall",	  "jd",	       "pdd",
				 "generic-zh", "generic-en", "survey-zh", "survey-en", NULL};

const struct map *map_find(struct heard_str name)
{
	if (heard_str_is(name, "tmall")) /* one house, one form */
		return &maps[0];
	for (size_t i = 0; i < N(maps); i++)
		if (heard_str_is(name, maps[i].name))
			return &maps[i];
	return NULL;
}

const struct map *map_at(size_t i)
{
	return i < N(maps) ? &maps[i] : NULL;
}
