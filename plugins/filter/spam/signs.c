/*
 * signs.c - what in a text is a sign of spam to anybody who reads it.
 *
 * The folded text (model/gram.h) is put back into UTF-8 and searched for the words of a
 * table.  Some count only with an id right behind them: "微信" is a word of daily life,
 * "加微信 abc123" is not.
 *
 * Words are evidence of a kind: somebody wants to go on in private; he offers a business
 * that nobody advertises openly; links.  Of each kind the strongest group that is met
 * counts, and it alone: "加微信 abc123" asks for a private chat and names the account for
 * it, which is one wish and not two.
 *
 * A business that is open elsewhere (兼职, 返利, 海外代购) is what customers write of every
 * day.  It counts only beside a private account that is named, and confirms nothing: without
 * a word of the other kinds, a model or a flood the text stays unsure.
 *
 * Only kinds confirm each other.  One alone may be a customer who wants to be called
 * back, so by itself it leaves a text unsure, unless a model or a flood has a doubt of its
 * own.  And customers complain of what others asked of them: where a private contact
 * stands beside a complaint or a demand (退款, 没收到, "not arrived"), signs never make
 * spam of it, however many they are, nor does the model of short texts, to which a number
 * to call is a sign, too.  A seller who writes so comes to a person's eyes; a customer
 * taken for one would be heard by nobody.  What is offered ("代退款") or promised ("不满意
 * 全额退款", "refund guaranteed") is taken out of the text before complaints are looked for,
 * as a word is evidence of one thing.  Complaints in Latin letters are whole words: brokers
 * do not say that something broke.
 */
#include "signs.h"

#include <model/gram.h>
#include <text/utf8.h>

#include <string.h>

enum { FOLDED = 2048 }; /* characters that are looked at */

/* OFFER: what confirms none of the others. */
enum kind { CONTACT, TRADE, LINKS, OFFER };

struct group {
	enum kind kind;
	const char *reason;
	float odds;    /* 0: without an id it is none                            */
	float with_id; /* letters and digits, five or more, within a few bytes */
	const char *const *words;
};

/* In folded writing; a digit is '0'.  The variants are those in use to get by filters. */
static const char *const contacts[] = {
	"加微信",   "加个微信", "加v信",  "加vx", "加薇信", "加威信",  "加徽信",
	"加微",	    "+微信",	"+vx",	  "+v:",  "加我v",  "v信同号", "vx同号",
	"微信同号", "薇芯",	"嶶信",	  "加q",  "加扣扣", "加企鹅",  "q群",
	"扣扣群",   "qq群",	"进群",	  "加群", "电报群", "飞机号",  "加我line",
	"加我微信", "加我vx",	"加我薇", "+薇",  NULL};
static const char *const invitations[] = {
	"whatsapp me",	"whatsapp +",	 "telegram @",	   "t.me/",	     "wa.me/",
	"me on wechat", "add my wechat", "me on whatsapp", "me on telegram", NULL};
static const char *const ids[] = {"微信",     "vx", "v信",  "薇信", "wechat",
				  "weixin",   "qq", "扣扣", "企鹅", "telegram",
				  "whatsapp", "tg", NULL};
static const char *const trades[] = {
	"刷单",	    "刷信誉",	  "代开发票", "代开票",	  "办证",     "刻章",	    "兼职日",
	"日赚",	    "日结0",	  "带你赚钱", "荐股内部", "荐股群",   "原单奢侈品", "月赚",
	"月入过",   "日结工资",	  "在家赚钱", "轻松赚",	  "躺赚",     "稳赚不赔",   "博彩",
	"彩票计划", "澳门赌场",	  "百家乐",   "时时彩",	  "六合彩",   "网贷",	    "无抵押贷",
	"套现",	    "代还信用卡", "约炮",     "办信用卡", "一夜情",   "成人视频",   "裸聊",
	"私家侦探", "迷药",	  "枪支",     "假币",	  "代写论文", "替考",	    "代孕",
	"返利群",   "优惠券群",	  "淘宝客",   "招代理",	  "微商代理", "一件代发",   "诚招加盟",
	"代退款",   "退款技术",	  "退款教程", "退款项目", "无效退款", "刷好评返现", "删差评",
	"一手货源", NULL};
static const char *const lures[] = {"make money fast",
				    "work from home",
				    "casino",
				    "viagra",
				    "cialis",
				    "payday loan",
				    "crypto investment",
				    "double your",
				    "earn $",
				    "daily profit",
				    "passive income",
				    "loan offer at",
				    "hot singles",
				    "seo services",
				    "backlinks",
				    "guest post",
				    "rank your website",
				    "bitcoin investment",
				    "free iphone",
				    NULL};

/* What shops' customers write of, too, but hardly beside a private account. */
static const char *const offers[] = {
	"兼职",	     "赚钱",	 "副业",     "代开",   "低息",	     "秒批",   "放款",
	"无抵押",    "一比一",	 "高仿",     "原单",   "货源",	     "奢侈品", "低价出售",
	"长期出售",  "高价回收", "棋牌",     "上分",   "荐股",	     "牛股",   "内部消息",
	"刷粉",	     "涨粉",	 "看片",     "同城约", "办学历",     "办文凭", "海外代购",
	"招人",	     "返利",	 "福利视频", "forex",  "bitcoin",    "crypto", "investment",
	"followers", "per day",	 "replica",  "escort", "loan offer", NULL};

/* What sellers promise, in a complaint's words. */
static const char *const promises[] = {
	"不满意全额退",	  "不满意包退", "不满意可退", "不满意就退", "不满意随时退",
	"不满意无条件退", "不满意退",	"无效全额退", "无效包退",   "保证退款",
	"包退包换",	  "支持退",	"质量问题包", "质量不输",   "质量不差",
	"上门维修",	  "专业维修",	"零投诉",     "0投诉",	    "不骗人",
	"非骗子",	  "骗子勿扰",	NULL};
static const char *const guarantees[] = {"refund guarantee",
					 "guaranteed refund",
					 "guaranteed full refund",
					 "replacement guarantee",
					 "guaranteed replacement",
					 "free replacement",
					 "compensation plan",
					 "credit repair",
					 "repair service",
					 "missing out",
					 NULL};

/* What sellers have no need to write: that something went wrong, and what is to be done. */
static const char *const complaints[] = {
	"退款",	    "退钱",	"退货",	    "换货",	"退换",	    "没退",	"不退",
	"赔偿",	    "赔付",	"补发",	    "维修",	"返修",	    "投诉",	"举报",
	"维权",	    "差评",	"假货",	    "次品",	"质量差",   "质量太",	"质量不",
	"质量问题", "坏了",	"坏的",	    "破了",	"碎了",	    "裂了",	"漏了",
	"漏水",	    "破损",	"损坏",	    "瑕疵",	"发霉",	    "变质",	"掉色",
	"味道不",   "过期",	"少发",	    "漏发",	"错发",	    "发错",	"缺件",
	"没收到",   "未收到",	"没到",	    "未到",	"没有收到", "没有到",	"一直不",
	"一直没",   "没发",	"未发货",   "不发货",	"没有发",   "没给",	"不给",
	"拖欠",	    "扣款",	"多扣",	    "乱扣",	"重复扣",   "闪退",	"打不开",
	"登不上",   "登录不",	"用不了",   "不能用",	"没法用",   "无法登",	"无法使用",
	"无法打开", "无法付",	"无法支付", "无法提现", "没反应",   "故障",	"黑屏",
	"死机",	    "不回复",	"不理",	    "没人理",	"没人管",   "没有下文", "没有进展",
	"踢出",	    "说好",	"骚扰",	    "消失了",	"态度差",   "联系不上", "被骗",
	"受骗",	    "骗子",	"骗人",	    "骗我",	"上当",	    "让我加",	"让我进",
	"叫我加",   "要我加",	"喊我加",   "不支持",	"是真的吗", "没效果",	"没用",
	"为什么没", "为什么还", "什么时候", "还没",	"查一下",   "处理一下", "订单号",
	"我的订单", "请处理",	"尽快处理", "请解决",	"尽快解决", "请帮",	"帮我查",
	NULL};
static const char *const faults[] = {"refund",
				     "refunds",
				     "refunded",
				     "my money",
				     "broke",
				     "broken",
				     "damaged",
				     "faulty",
				     "defective",
				     "cracked",
				     "leaks",
				     "leaked",
				     "leaking",
				     "t work",
				     "t working",
				     "not work",
				     "not working",
				     "stopped",
				     "t arrive",
				     "t arrived",
				     "not arrive",
				     "not arrived",
				     "never arrived",
				     "t receive",
				     "t received",
				     "not receive",
				     "not received",
				     "never received",
				     "never came",
				     "still waiting",
				     "wrong item",
				     "wrong size",
				     "wrong color",
				     "wrong colour",
				     "missing",
				     "complain",
				     "complained",
				     "complaint",
				     "complaints",
				     "return it",
				     "send it back",
				     "replacement",
				     "exchange it",
				     "charged",
				     "overcharged",
				     "my order",
				     "my orders",
				     "my parcel",
				     "my package",
				     "my account",
				     "compensate",
				     "compensated",
				     "compensation",
				     "scammed",
				     "cheated",
				     "crashes",
				     "crashed",
				     "crashing",
				     "t log in",
				     "cannot log in",
				     "under warranty",
				     "warranty claim",
				     "repair",
				     "repaired",
				     "repairs",
				     "please help",
				     NULL};

/* Of a kind the strongest first. */
static const struct group groups[] = {
	{CONTACT, "asks to go on in private: a chat group or account", 2.5f, 3.2f, contacts},
	{CONTACT, "asks to go on in private: a chat group or account", 2.5f, 3.2f, invitations},
	{CONTACT, "names a private account to trade with", 0, 1.5f, ids},
	{TRADE, "offers what shops' customers do not write of", 3.5f, 3.5f, trades},
	{TRADE, "offers what shops' customers do not write of", 2.5f, 2.5f, lures},
	{OFFER, "offers a business beside a private account", 2.5f, 2.5f, offers},
};

struct looked {
	char text[FOLDED * 4 + 1];
	size_t n;
	bool is_latin; /* most words need not be looked for, then */
};

static void unfold(const uint32_t *folded, size_t n, struct looked *l)
{
	l->n = 0;
	l->is_latin = true;
	for (size_t i = 0; i < n; i++) {
		l->n += text_encode(folded[i], l->text + l->n);
		l->is_latin &= folded[i] < 0x80;
	}
	l->text[l->n] = '\0';
}

static bool is_id_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool starts_with_one(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strncmp(s, *words, strlen(*words)) == 0)
			return true;
	return false;
}

/* Behind a word: at most a few bytes of anything (":", "号是"), then an id.  Of a long
 * number folding leaves "000"; one that is paid, or counted in something, is an amount. */
static bool has_id(const char *at)
{
	enum { BETWEEN = 9, ID = 5 };
	static const char *const paid[] = {"付", "转", "充", "收", "扣", NULL},
				 *const units[] = {"元", "块", "件", "个", "次", "天",
						   "年", "月", "日", "号", "分", "多",
						   "人", "万", "%",  NULL};
	for (size_t skip = 0; skip <= BETWEEN && at[skip] != '\0'; skip++) {
		size_t n = 0, digits = 0;
		for (; is_id_char((unsigned char)at[skip + n]); n++)
			digits += at[skip + n] == '0';
		if (starts_with_one(at + skip, paid))
			return false;
		if ((n >= ID && digits > 0) ||
		    (n == 3 && digits == 3 && !starts_with_one(at + skip + n, units)))
			return true;
	}
	return false;
}

/* The next place from `at` on where the word stands and no part of another one; NULL: none
 * does. */
static char *find_word(struct looked *l, char *at, const char *word)
{
	bool is_latin = (unsigned char)word[0] < 0x80;
	if (l->is_latin && !is_latin)
		return NULL;
	while ((at = strstr(at, word)) != NULL && is_latin && at > l->text &&
	       is_id_char((unsigned char)at[-1]))
		at++;
	return at;
}

static float find_group(const struct group *g, struct looked *l)
{
	float found = 0;
	for (size_t i = 0; g->words[i] != NULL && found < g->with_id; i++) {
		size_t n = strlen(g->words[i]);
		for (char *at = l->text; found < g->with_id; at++) {
			at = find_word(l, at, g->words[i]);
			if (at == NULL)
				break;
			found = has_id(at + n) ? g->with_id : g->odds;
		}
	}
	return found;
}

static void take_out(const char *const *words, struct looked *l)
{
	for (; *words != NULL; words++)
		for (char *at = l->text; (at = find_word(l, at, *words)) != NULL;)
			memset(at, ' ', strlen(*words));
}

static bool has_whole_word(struct looked *l, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t n = strlen(*words);
		bool is_latin = (unsigned char)(*words)[0] < 0x80;
		for (char *at = l->text; (at = find_word(l, at, *words)) != NULL; at++)
			if (!is_latin || at[n] < 'a' || at[n] > 'z')
				return true;
	}
	return false;
}

static void add(struct signs *s, enum kind kind, const char *reason, float odds)
{
	if (s->n == SIGNS_MAX)
		return;
	s->reasons[s->n++] = reason;
	s->odds += odds;
	s->kinds |= 1u << kind;
}

static bool has_kind(const struct signs *s, enum kind kind)
{
	return (s->kinds & 1u << kind) != 0;
}

/* The strongest group of the kind, if any; does it name an account? */
static bool add_group(struct signs *s, const struct group *g, struct looked *l)
{
	float odds = find_group(g, l);
	if (odds <= 0)
		return false;
	if (!has_kind(s, g->kind))
		add(s, g->kind, g->reason, odds);
	if (g->kind == TRADE)
		take_out(g->words, l);
	return g->kind == CONTACT && odds >= g->with_id;
}

static void add_words(struct signs *s, struct looked *l)
{
	bool has_account = false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		const struct group *g = &groups[i];
		if (g->kind == OFFER && (!has_account || has_kind(s, TRADE)))
			continue;
		has_account |= add_group(s, g, l);
	}
	if (!has_kind(s, CONTACT))
		return;
	take_out(promises, l);
	take_out(guarantees, l);
	s->is_customers = has_whole_word(l, complaints) || has_whole_word(l, faults);
}

/* ---- links */

struct links {
	unsigned all, numbers, shorteners;
};

static bool is_short(const char *host)
{
	static const char *const known[] = {"bit.ly/", "t.cn/",	  "goo.gl/", "tinyurl.com/",
					    "url.cn/", "dwz.cn/", "is.gd/",  "ow.ly/",
					    "suo.im/", "u.nu/",	  NULL};
	for (size_t i = 0; known[i] != NULL; i++)
		if (strncmp(host, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

static struct links count_links(const struct looked *l)
{
	struct links n = {0};
	for (const char *at = l->text; (at = strstr(at, "://")) != NULL;) {
		at += 3;
		n.all++;
		n.numbers += at[0] == '0' && strspn(at, "0.:/") >= 7;
		n.shorteners += is_short(at);
	}
	return n;
}

static void add_links(struct signs *s, const struct looked *l, bool is_mail)
{
	struct links n = count_links(l);
	if (n.numbers > 0)
		add(s, LINKS, "links to an address without a name", 1.5f);
	if (n.shorteners > 0 && !is_mail)
		add(s, LINKS, "hides where a link leads", 1.5f);
	if (n.all >= 4 && !is_mail)
		add(s, LINKS, "has many links", 2);
}

void signs_find(struct signs *s, struct heard_str subject, struct heard_str body, bool is_mail)
{
	uint32_t folded[FOLDED];
	struct looked l;
	*s = (struct signs){.is_mail = is_mail};
	size_t n = gram_fold(subject, folded, FOLDED / 4);
	if (n > 0)
		folded[n++] = '\n';
	unfold(folded, n + gram_fold(body, folded + n, FOLDED - n), &l);
	add_words(s, &l);
	add_links(s, &l, is_mail);
}

float signs_weigh(const struct signs *s, float model, float others, float suspect, float doubt)
{
	unsigned strong = s->kinds & ~(1u << OFFER);
	bool is_alone = (strong & (strong - 1)) == 0;
	if (s->is_customers && !s->is_mail && model > doubt)
		model = doubt;
	float before = model + others, all = before + s->odds;
	if (all <= doubt || !(s->is_customers || (is_alone && before < suspect)))
		return all;
	return before > doubt ? before : doubt;
}
