/*
 * cue.c - the words around a number that say what it is.
 *
 * Digits alone do not tell a phone number from an order number; the word before
 * them does.  From the number we walk back over what joins it to its word
 * (": ", "号码是", " no. ") and compare what then ends there with a table.  This
 * costs more than arithmetic, so it is asked last, of candidates that have passed
 * every other test.
 *
 * The nearest word decides: in "order 20, call 13812345678" it is "call".  A
 * thing that has a number is only a topic ("about my order 138...") until
 * something announces its number ("order no 138...", "订单：138...").
 */
#include "cue.h"

enum { REACH = 64 }; /* bytes looked at before a number */

struct cue_word {
	struct heard_str is; /* lower case */
	enum mask_cue cue;
	uint8_t of; /* of which working number, 1 + enum mask_kind; 0: any other */
};
#define ORDER(w)                                        \
	{                                               \
		HEARD_STR(w), CUE_ID, 1 + MASK_ORDER_NO \
	}
#define COURIER(w)                                        \
	{                                                 \
		HEARD_STR(w), CUE_ID, 1 + MASK_COURIER_NO \
	}
#define BATCH(w)                                        \
	{                                               \
		HEARD_STR(w), CUE_ID, 1 + MASK_BATCH_NO \
	}
#define TAX(w)                                        \
	{                                             \
		HEARD_STR(w), CUE_ID, 1 + MASK_TAX_NO \
	}
/* A topic whose announced number is that one. */
#define ABOUT(w, kind)                              \
	{                                           \
		HEARD_STR(w), CUE_TOPIC, 1 + (kind) \
	}
#define ID(w)                           \
	{                               \
		HEARD_STR(w), CUE_ID, 0 \
	}
#define TOPIC(w)                           \
	{                                  \
		HEARD_STR(w), CUE_TOPIC, 0 \
	}
#define PHONE(w)                           \
	{                                  \
		HEARD_STR(w), CUE_PHONE, 0 \
	}
#define CARD(w)                           \
	{                                 \
		HEARD_STR(w), CUE_CARD, 0 \
	}
#define PERSON(w)                           \
	{                                   \
		HEARD_STR(w), CUE_PERSON, 0 \
	}
#define SSN(w)                                       \
	{                                            \
		HEARD_STR(w), CUE_SOCIAL_SECURITY, 0 \
	}
#define PASSPORT(w)                           \
	{                                     \
		HEARD_STR(w), CUE_PASSPORT, 0 \
	}
#define PERMIT(w)                           \
	{                                   \
		HEARD_STR(w), CUE_PERMIT, 0 \
	}
#define COMPANY(w)                           \
	{                                    \
		HEARD_STR(w), CUE_COMPANY, 0 \
	}
#define LICENCE(w)                           \
	{                                    \
		HEARD_STR(w), CUE_LICENCE, 0 \
	}
#define IP(w)                           \
	{                               \
		HEARD_STR(w), CUE_IP, 0 \
	}
#define VERSION(w)                           \
	{                                    \
		HEARD_STR(w), CUE_VERSION, 0 \
	}
#define MONEY(w)                           \
	{                                  \
		HEARD_STR(w), CUE_MONEY, 0 \
	}

/* Where one word ends with another, the longer one stands first. */
static const struct cue_word cue_words[] = {
	PHONE("订单电话"),
	PHONE("订单手机"),
	PHONE("快递员电话"),
	CARD("付款账号"),
	ABOUT("订单", MASK_ORDER_NO),
	ABOUT("訂單", MASK_ORDER_NO),
	ORDER("订单号"),
	ORDER("訂單號"),
	ID("单号"),
	ORDER("订单编号"),
	ORDER("订单编码"),
	ORDER("下单号"),
	ORDER("order no"),
	ORDER("order number"),
	ORDER("order id"),
	ORDER("order ref"),
	ORDER("order reference"),
	COURIER("快递单号"),
	COURIER("快遞單號"),
	COURIER("物流单号"),
	COURIER("運單號"),
	COURIER("运单号"),
	COURIER("运单编号"),
	COURIER("tracking no"),
	COURIER("tracking number"),
	COURIER("tracking id"),
	COURIER("tracking code"),
	TAX("税号"),
	TAX("稅號"),
	TAX("纳税人识别号"),
	TAX("納稅人識別號"),
	TAX("纳税号"),
	TAX("税务登记号"),
	TAX("tax id"),
	TAX("tax no"),
	TAX("tax number"),
	TAX("vat no"),
	TAX("vat number"),
	TAX("vat"),
	TAX("tin"),
	TAX("ein"),
	BATCH("生产批号"),
	BATCH("产品批号"),
	BATCH("batch no"),
	BATCH("batch number"),
	BATCH("lot no"),
	BATCH("lot number"),
	ID("單號"),
	ABOUT("运单", MASK_COURIER_NO),
	ABOUT("運單", MASK_COURIER_NO),
	ABOUT("快递", MASK_COURIER_NO),
	ABOUT("快遞", MASK_COURIER_NO),
	ABOUT("物流", MASK_COURIER_NO),
	ABOUT("包裹", MASK_COURIER_NO),
	COURIER("面单"),
	ID("编号"),
	ID("編號"),
	ID("编码"),
	ID("流水"),
	ID("流水号"),
	ID("交易号"),
	TOPIC("交易"),
	ID("条码"),
	ID("条形码"),
	ID("條碼"),
	ID("二维码"),
	ID("序列号"),
	ID("序號"),
	ID("序号"),
	ID("货号"),
	ID("貨號"),
	ID("款号"),
	ID("型号"),
	ID("型號"),
	BATCH("批号"),
	BATCH("批號"),
	ABOUT("批次", MASK_BATCH_NO),
	BATCH("批次号"),
	TOPIC("工单"),
	ID("工单号"),
	TOPIC("退款单"),
	TOPIC("发票"),
	ID("发票号"),
	ID("发票代码"),
	TOPIC("商品"),
	ID("商品号"),
	ID("商品码"),
	TOPIC("店铺"),
	ID("券码"),
	ID("券号"),
	ID("兑换码"),
	ID("优惠码"),
	ID("验证码"),
	ID("取件码"),
	ID("提货码"),
	ID("参考号"),
	ID("机身号"),
	ID("产品码"),
	ID("产品号"),
	ID("防伪码"),
	ID("追溯码"),
	ID("设备号"),
	ID("时间戳"),
	TOPIC("保单"),
	ID("保单号"),
	ID("凭证号"),
	ID("合同号"),
	ID("案号"),
	ID("会员号"),
	ID("用户号"),
	TOPIC("积分"),
	ID("sku"),
	ID("imei"),
	ID("meid"),
	ID("isbn"),
	ID("ean"),
	ID("upc"),
	ID("gtin"),
	ID("asin"),
	ID("sn"),
	ID("s/n"),
	ID("serial"),
	ID("barcode"),
	ABOUT("order", MASK_ORDER_NO),
	ABOUT("orders", MASK_ORDER_NO),
	ABOUT("tracking", MASK_COURIER_NO),
	ABOUT("track", MASK_COURIER_NO),
	COURIER("waybill"),
	COURIER("courier"),
	COURIER("awb"),
	ABOUT("parcel", MASK_COURIER_NO),
	TOPIC("package"),
	ABOUT("shipment", MASK_COURIER_NO),
	TOPIC("invoice"),
	TOPIC("receipt"),
	ID("ref"),
	ID("reference"),
	TOPIC("case"),
	TOPIC("ticket"),
	ID("txn"),
	TOPIC("transaction"),
	TOPIC("trade"),
	TOPIC("item"),
	TOPIC("product"),
	TOPIC("part"),
	TOPIC("model"),
	ABOUT("lot", MASK_BATCH_NO),
	ABOUT("batch", MASK_BATCH_NO),
	ID("uid"),
	ID("uuid"),
	ID("oid"),
	ID("pid"),
	ID("timestamp"),
	ID("ts"),
	TOPIC("time"),
	ID("epoch"),
	TOPIC("code"),
	TOPIC("coupon"),
	TOPIC("voucher"),
	ID("po"),
	ID("rma"),
	TOPIC("device"),
	ID("message-id"),
	TOPIC("build"),
	TOPIC("log"),
	TOPIC("session"),
	PHONE("电话"),
	PHONE("電話"),
	PHONE("手机"),
	PHONE("手機"),
	PHONE("联系"),
	PHONE("聯繫"),
	PHONE("联系方式"),
	PHONE("致电"),
	PHONE("拨打"),
	PHONE("来电"),
	PHONE("回电"),
	PHONE("打给"),
	PHONE("微信"),
	PHONE("短信"),
	PHONE("座机"),
	PHONE("固话"),
	PHONE("座機"),
	PHONE("热线"),
	PHONE("传真"),
	PHONE("客服"),
	PHONE("本机"),
	PHONE("呼叫"),
	PHONE("机主"),
	PHONE("tel"),
	PHONE("telephone"),
	PHONE("phone"),
	PHONE("mobile"),
	PHONE("mob"),
	PHONE("cell"),
	PHONE("cellphone"),
	PHONE("call"),
	PHONE("called"),
	PHONE("calling"),
	PHONE("dial"),
	PHONE("ring"),
	PHONE("text"),
	PHONE("sms"),
	PHONE("whatsapp"),
	PHONE("wechat"),
	PHONE("weixin"),
	PHONE("wx"),
	PHONE("vx"),
	PHONE("contact"),
	PHONE("reach"),
	PHONE("reach me"),
	PHONE("reach us"),
	PHONE("call me"),
	PHONE("call us"),
	PHONE("text me"),
	PHONE("ring me"),
	PHONE("fax"),
	PHONE("landline"),
	PHONE("hotline"),
	PHONE("wa.me/"),
	PHONE("ph"),
	PHONE("desk"),
	PHONE("office"),
	PHONE("answering"),
	PHONE("call me on"),
	PHONE("messages to"),
	PHONE("registered"),
	CARD("银行卡"),
	CARD("銀行卡"),
	CARD("卡号"),
	CARD("卡號"),
	CARD("信用卡"),
	CARD("储蓄卡"),
	CARD("借记卡"),
	CARD("账号"),
	CARD("帐号"),
	CARD("賬號"),
	CARD("账户"),
	CARD("帐户"),
	CARD("收款账户"),
	CARD("工行"),
	CARD("建行"),
	CARD("农行"),
	CARD("招行"),
	CARD("中行"),
	CARD("交行"),
	CARD("银行"),
	CARD("card"),
	CARD("cc"),
	CARD("card to"),
	CARD("card no"),
	CARD("cards"),
	CARD("account"),
	CARD("acct"),
	CARD("a/c"),
	CARD("visa"),
	CARD("mastercard"),
	CARD("amex"),
	CARD("unionpay"),
	CARD("debit"),
	CARD("credit"),
	CARD("bank"),
	CARD("pan"),
	CARD("iban"),
	PERSON("身份证"),
	SSN("ssn"),
	SSN("social security"),
	SSN("social security number"),
	SSN("social security no"),
	SSN("national insurance"),
	SSN("national insurance number"),
	SSN("ni number"),
	SSN("nino"),
	COMPANY("信用代码"),
	COMPANY("信用代碼"),
	COMPANY("社会信用代码"),
	COMPANY("组织机构代码"),
	COMPANY("credit code"),
	PASSPORT("passport"),
	PASSPORT("passport number"),
	PASSPORT("passport no"),
	PASSPORT("护照"),
	PASSPORT("護照"),
	PASSPORT("护照号"),
	PERMIT("通行证"),
	PERMIT("通行證"),
	PERMIT("通行证号"),
	PERMIT("回乡证"),
	PERMIT("回鄉證"),
	PERMIT("台胞证"),
	PERMIT("台胞證"),
	PERMIT("港澳证"),
	PERMIT("居住证"),
	PERMIT("居住證"),
	PERMIT("香港身份证"),
	PERMIT("香港身份證"),
	PERMIT("hkid"),
	PERMIT("permit"),
	PERMIT("permit number"),
	PERMIT("residence permit"),
	PERMIT("travel permit"),
	PERMIT("home return permit"),
	LICENCE("驾驶证"),
	LICENCE("駕駛證"),
	LICENCE("驾照"),
	LICENCE("driving licence"),
	LICENCE("driving license"),
	LICENCE("driver's license"),
	LICENCE("drivers license"),
	LICENCE("driver's licence"),
	LICENCE("driver license"),
	LICENCE("driver's license number"),
	LICENCE("driving licence number"),
	PERSON("身份證"),
	PERSON("身份证号"),
	PERSON("证件"),
	PERSON("证件号"),
	PERSON("身份号"),
	PERSON("identity"),
	PERSON("identity card"),
	PERSON("id card"),
	PERSON("id number"),
	PERSON("citizen id"),
	PERSON("resident id"),
	IP("ip"),
	IP("ip地址"),
	IP("ipv4"),
	IP("ipv6"),
	IP("地址"),
	IP("登录"),
	IP("服务器"),
	IP("server"),
	IP("host"),
	IP("login"),
	IP("from"),
	IP("ping"),
	IP("来源"),
	IP("address"),
	VERSION("版本"),
	VERSION("版本号"),
	VERSION("固件"),
	VERSION("升级到"),
	VERSION("更新到"),
	VERSION("升级"),
	VERSION("更新"),
	VERSION("系统"),
	VERSION("客户端"),
	VERSION("驱动"),
	VERSION("version"),
	VERSION("ver"),
	VERSION("v"),
	VERSION("firmware"),
	VERSION("app"),
	VERSION("release"),
	VERSION("update"),
	VERSION("upgrade"),
	VERSION("updated to"),
	VERSION("upgraded to"),
	VERSION("android"),
	VERSION("ios"),
	VERSION("chrome"),
	VERSION("driver"),
	VERSION("sdk"),
	VERSION("section"),
	VERSION("chapter"),
	VERSION("章节"),
	VERSION("software"),
	VERSION("rev"),
	VERSION("windows"),
	MONEY("¥"),
	MONEY("￥"),
	MONEY("$"),
	MONEY("€"),
	MONEY("£"),
	MONEY("价格"),
	MONEY("金额"),
	MONEY("总价"),
	MONEY("price"),
	MONEY("amount"),
	MONEY("total"),
	MONEY("合计"),
	MONEY("销量"),
	MONEY("浏览量"),
	MONEY("播放量"),
	MONEY("views"),
};

/* What may stand between a word and its number. */
static const struct joint {
	struct heard_str is;
	bool announces; /* a number of that thing: "order no 1" */
} joints[] = {
	{HEARD_STR(" "), false},      {HEARD_STR(":"), true},
	{HEARD_STR("="), true},	      {HEARD_STR("#"), true},
	{HEARD_STR("("), false},      {HEARD_STR("["), false},
	{HEARD_STR("\""), false},     {HEARD_STR("'"), false},
	{HEARD_STR("-"), false},      {HEARD_STR("_"), true},
	{HEARD_STR("."), false},      {HEARD_STR("+"), false},
	{HEARD_STR("\t"), false},     {HEARD_STR("\n"), false},
	{HEARD_STR("："), true},      {HEARD_STR("（"), false},
	{HEARD_STR("【"), false},     {HEARD_STR("“"), false},
	{HEARD_STR("「"), false},     {HEARD_STR("是"), false},
	{HEARD_STR("为"), false},     {HEARD_STR("為"), false},
	{HEARD_STR("号码"), true},    {HEARD_STR("号"), true},
	{HEARD_STR("號碼"), true},    {HEARD_STR("號"), true},
	{HEARD_STR("我的"), false},   {HEARD_STR("我"), false},
	{HEARD_STR("码"), true},      {HEARD_STR("number"), true},
	{HEARD_STR("num"), true},     {HEARD_STR("no"), true},
	{HEARD_STR("is"), false},     {HEARD_STR("nr"), true},
	{HEARD_STR("id"), true},      {HEARD_STR("was"), false},
	{HEARD_STR("at"), false},     {HEARD_STR("on"), false},
	{HEARD_STR("ending"), false}, {HEARD_STR("\xE3\x80\x80"), false},
};

/* The end of `s`, in lower case and with a word boundary before it? */
static bool ends_with(struct heard_str s, struct heard_str word)
{
	if (s.len < word.len || s.ptr[s.len - 1] != word.ptr[word.len - 1] ||
	    memcmp(s.ptr + s.len - word.len, word.ptr, word.len) != 0)
		return false;
	if (!ascii_is_letter((unsigned char)word.ptr[0]) || s.len == word.len)
		return true;
	return !ascii_is_letter((unsigned char)s.ptr[s.len - word.len - 1]);
}

_Static_assert(sizeof(cue_words) / sizeof(cue_words[0]) <= CUE_WORDS, "CUE_WORDS is too small");

static unsigned char last_byte(struct heard_str s)
{
	return (unsigned char)s.ptr[s.len - 1];
}

void cues_init(struct cues *cues)
{
	memset(cues, 0, sizeof(*cues));
	for (size_t i = sizeof(cue_words) / sizeof(cue_words[0]); i-- > 0;) {
		uint16_t *first = &cues->word[last_byte(cue_words[i].is)];

		cues->word_next[i] = *first;
		*first = (uint16_t)(i + 1);
	}
	for (size_t i = sizeof(joints) / sizeof(joints[0]); i-- > 0;) {
		uint16_t *first = &cues->joint[last_byte(joints[i].is)];

		cues->joint_next[i] = *first;
		*first = (uint16_t)(i + 1);
	}
}

static enum mask_cue nearest_word(const struct cues *cues, struct heard_str s, unsigned *of_r)
{
	size_t longest = 0;
	enum mask_cue cue = CUE_NONE;

	for (unsigned i = s.len ? cues->word[last_byte(s)] : 0; i; i = cues->word_next[i - 1])
		if (cue_words[i - 1].is.len > longest && ends_with(s, cue_words[i - 1].is)) {
			longest = cue_words[i - 1].is.len;
			cue = cue_words[i - 1].cue;
			*of_r = cue_words[i - 1].of;
		}
	return cue;
}

/* Without one joint at its end; false if there is none. */
static bool strip_joint(const struct cues *cues, struct heard_str *s, bool *announced)
{
	for (unsigned i = s->len ? cues->joint[last_byte(*s)] : 0; i;
	     i = cues->joint_next[i - 1]) {
		const struct joint *joint = &joints[i - 1];

		if (!ends_with(*s, joint->is))
			continue;
		s->len -= joint->is.len;
		if (joint->is.ptr[0] == '-' && s->len && s->ptr[s->len - 1] == ' ')
			return false; /* a dash of the sentence */
		*announced |= joint->announces;
		return true;
	}
	return false;
}

static void lower(char *to, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] | 0x20) : from[i];
}

/* The cue, and 1 + the kind of working number that its word names. */
static enum mask_cue look_back(const struct mask_text *t, uint32_t at, unsigned *of_r)
{
	char buffer[REACH];
	size_t n = at < REACH ? at : REACH, m = 0;

	/* At the start of an attribute its name is the word before. */
	if (n < REACH && t->label.len) {
		m = t->label.len < REACH - n - 1 ? t->label.len : REACH - n - 1;
		lower(buffer, t->label.ptr + t->label.len - m, m);
		buffer[m++] = ':';
	}
	lower(buffer + m, t->s + at - n, n);

	struct heard_str s = {buffer, n + m};
	enum mask_cue cue;
	bool announced = false;
	*of_r = 0;
	while ((cue = nearest_word(t->cues, s, of_r)) == CUE_NONE &&
	       strip_joint(t->cues, &s, &announced))
		;
	return cue == CUE_TOPIC && announced ? CUE_ID : cue;
}

enum mask_cue cue_before(const struct mask_text *t, uint32_t at)
{
	unsigned of;

	return look_back(t, at, &of);
}

int cue_work_before(const struct mask_text *t, uint32_t at)
{
	unsigned of;

	return look_back(t, at, &of) == CUE_ID ? (int)of - 1 : -1;
}

enum mask_cue cue_after(const struct mask_text *t, uint32_t at)
{
	static const struct cue_word after[] = {
		MONEY("元"),	 MONEY("块钱"), MONEY("万"),	   MONEY("亿"),
		MONEY("円"),	 MONEY("ms"),	MONEY("毫秒"),	   MONEY(" yuan"),
		MONEY(" rmb"),	 MONEY(" usd"), MONEY(" ms"),	   ID("号订单"),
		ID("号包裹"),	 ID("号快递"),	TOPIC("这个订单"), TOPIC("的订单"),
		TOPIC("订单"),	 TOPIC("这单"), TOPIC("这一单"),   TOPIC("的快递"),
		TOPIC("的包裹"),
	};

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (text_has(t, at, after[i].is))
			return after[i].cue;
	return CUE_NONE;
}

bool cue_in_link(const struct mask_text *t, uint32_t at)
{
	uint32_t first = at > 256 ? at - 256 : 0;

	for (; at > first; at--) {
		unsigned char c = text_byte(t, at - 1);

		if (c <= ' ' || c >= 0x80 || c == '"' || c == '<')
			return false;
		if (c == '/' && at >= 3 && memcmp(t->s + at - 3, "://", 3) == 0)
			return true;
	}
	return false;
}
