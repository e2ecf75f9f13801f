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

static const struct map maps[] = {
	{"taobao", taobao, N(taobao)},
	{"jd", jd, N(jd)},
	{"pdd", pdd, N(pdd)},
	{"generic-zh", generic_zh, N(generic_zh)},
	{"generic-en", generic_en, N(generic_en)},
};

const char *const map_names[] = {"auto", "taobao",     "tmall",	     "jd",
				 "pdd",	 "generic-zh", "generic-en", NULL};

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
