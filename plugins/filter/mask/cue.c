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

struct word {
	struct heard_str is; /* lower case */
	enum mask_cue cue;
};
#define ID(w)                        \
	{                            \
		HEARD_STR(w), CUE_ID \
	}
#define TOPIC(w)                        \
	{                               \
		HEARD_STR(w), CUE_TOPIC \
	}
#define PHONE(w)                        \
	{                               \
		HEARD_STR(w), CUE_PHONE \
	}
#define CARD(w)                        \
	{                              \
		HEARD_STR(w), CUE_CARD \
	}
#define PERSON(w)                        \
	{                                \
		HEARD_STR(w), CUE_PERSON \
	}
#define IP(w)                        \
	{                            \
		HEARD_STR(w), CUE_IP \
	}
#define VERSION(w)                        \
	{                                 \
		HEARD_STR(w), CUE_VERSION \
	}
#define MONEY(w)                        \
	{                               \
		HEARD_STR(w), CUE_MONEY \
	}

/* Where one word ends with another, the longer one stands first. */
static const struct word cue_words[] = {
	PHONE("订单电话"),
	PHONE("订单手机"),
	PHONE("快递员电话"),
	CARD("付款账号"),
	TOPIC("订单"),
	TOPIC("訂單"),
	ID("订单号"),
	ID("訂單號"),
	ID("单号"),
	ID("單號"),
	TOPIC("运单"),
	TOPIC("運單"),
	TOPIC("快递"),
	TOPIC("快遞"),
	TOPIC("物流"),
	TOPIC("包裹"),
	ID("面单"),
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
	ID("批号"),
	TOPIC("批次"),
	ID("批次号"),
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
	TOPIC("order"),
	TOPIC("orders"),
	TOPIC("tracking"),
	TOPIC("track"),
	ID("waybill"),
	ID("awb"),
	TOPIC("parcel"),
	TOPIC("package"),
	TOPIC("shipment"),
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
	TOPIC("lot"),
	TOPIC("batch"),
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

static enum mask_cue nearest_word(const struct cues *cues, struct heard_str s)
{
	size_t longest = 0;
	enum mask_cue cue = CUE_NONE;

	for (unsigned i = s.len ? cues->word[last_byte(s)] : 0; i; i = cues->word_next[i - 1])
		if (cue_words[i - 1].is.len > longest && ends_with(s, cue_words[i - 1].is)) {
			longest = cue_words[i - 1].is.len;
			cue = cue_words[i - 1].cue;
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

enum mask_cue cue_before(const struct mask_text *t, uint32_t at)
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
	while ((cue = nearest_word(t->cues, s)) == CUE_NONE &&
	       strip_joint(t->cues, &s, &announced))
		;
	return cue == CUE_TOPIC && announced ? CUE_ID : cue;
}

enum mask_cue cue_after(const struct mask_text *t, uint32_t at)
{
	static const struct word after[] = {
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
