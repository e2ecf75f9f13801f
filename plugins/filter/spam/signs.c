/*
 * signs.c - what in a text is a sign of spam to anybody who reads it.
 *
 * The folded text (model/gram.h) is put back into UTF-8 and searched for the words of a
 * table; a group of words is one sign, however many of them there are.  Some count only
 * with an id right behind them: "微信" is a word of daily life, "加微信 abc123" is not.
 */
#include "signs.h"

#include <model/gram.h>
#include <text/utf8.h>

#include <string.h>

enum { FOLDED = 2048 }; /* characters that are looked at */

struct group {
	const char *reason;
	float odds;
	bool needs_id; /* letters and digits, five or more, within a few bytes */
	const char *const *words;
};

/* In folded writing; a digit is '0'.  The variants are those in use to get by filters. */
static const char *const contacts[] = {
	"加微信", "加个微信", "加v信",	  "加vx",   "加薇信",  "加威信",   "加徽信",   "加微",
	"+微信",  "+vx",      "+v:",	  "加我v",  "v信同号", "vx同号",   "微信同号", "薇芯",
	"嶶信",	  "加q",      "加扣扣",	  "加企鹅", "q群",     "扣扣群",   "qq群",     "进群",
	"加群",	  "whatsapp", "telegram", "电报群", "飞机号",  "加我line", NULL};
static const char *const ids[] = {"微信",     "vx", "v信",  "薇信", "wechat",
				  "weixin",   "qq", "扣扣", "企鹅", "telegram",
				  "whatsapp", "tg", NULL};
static const char *const trades[] = {
	"刷单",	    "代开发票", "代开票",   "办证",	"刻章",	      "兼职日结",   "日结工资",
	"在家赚钱", "躺赚",	"稳赚不赔", "博彩",	"彩票计划",   "澳门赌场",   "百家乐",
	"时时彩",   "六合彩",	"网贷",	    "无抵押贷", "套现",	      "代还信用卡", "办信用卡",
	"约炮",	    "一夜情",	"成人视频", "裸聊",	"私家侦探",   "迷药",	    "枪支",
	"假币",	    "代写论文", "替考",	    "代孕",	"刷好评返现", "返利群",	    "优惠券群",
	"淘宝客",   "招代理",	"微商代理", "一件代发", "诚招加盟",   NULL};
static const char *const lures[] = {"make money fast",
				    "work from home",
				    "casino",
				    "viagra",
				    "cialis",
				    "payday loan",
				    "crypto investment",
				    "double your",
				    "earn $",
				    "hot singles",
				    "seo services",
				    "backlinks",
				    "guest post",
				    "rank your website",
				    "bitcoin investment",
				    "free iphone",
				    NULL};

static const struct group groups[] = {
	{"asks to go on in private: a chat group or account", 2.5f, false, contacts},
	{"names a private account to trade with", 1.5f, true, ids},
	{"offers what shops' customers do not write of", 3.5f, false, trades},
	{"offers what shops' customers do not write of", 2.5f, false, lures},
};

struct looked {
	char text[FOLDED * 4 + 1];
	size_t n;
};

static void unfold(const uint32_t *folded, size_t n, struct looked *l)
{
	l->n = 0;
	for (size_t i = 0; i < n; i++)
		l->n += text_encode(folded[i], l->text + l->n);
	l->text[l->n] = '\0';
}

static bool is_id_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Behind a word: at most a few bytes of anything (":", "号是"), then an id.  Of a long
 * number folding leaves "000"; with a character right behind it, it is an amount. */
static bool has_id(const char *at)
{
	enum { BETWEEN = 9, ID = 5 };
	for (size_t skip = 0; skip <= BETWEEN && at[skip] != '\0'; skip++) {
		size_t n = 0, digits = 0;
		for (; is_id_char((unsigned char)at[skip + n]); n++)
			digits += at[skip + n] == '0';
		bool is_number = n == 3 && digits == 3 && (at[skip + n] & 0x80) == 0;
		if ((n >= ID && digits > 0) || is_number)
			return true;
	}
	return false;
}

static bool is_met(const struct group *g, const struct looked *l)
{
	for (size_t i = 0; g->words[i] != NULL; i++)
		for (const char *at = l->text; (at = strstr(at, g->words[i])) != NULL; at++) {
			size_t n = strlen(g->words[i]);
			bool inside = (unsigned char)g->words[i][0] < 0x80 && at > l->text &&
				      is_id_char((unsigned char)at[-1]);
			if (!inside && (!g->needs_id || has_id(at + n)))
				return true;
		}
	return false;
}

static void add(struct signs *s, const char *reason, float odds)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->reasons[i] == reason)
			return;
	if (s->n < SIGNS_MAX) {
		s->reasons[s->n++] = reason;
		s->odds += odds;
	}
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
		add(s, "links to an address without a name", 1.5f);
	if (n.shorteners > 0 && !is_mail)
		add(s, "hides where a link leads", 1.5f);
	if (n.all >= 4 && !is_mail)
		add(s, "has many links", 2);
}

void signs_find(struct signs *s, struct heard_str subject, struct heard_str body, bool is_mail)
{
	uint32_t folded[FOLDED];
	struct looked l;
	*s = (struct signs){.n = 0};
	size_t n = gram_fold(subject, folded, FOLDED / 4);
	if (n > 0)
		folded[n++] = '\n';
	unfold(folded, n + gram_fold(body, folded + n, FOLDED - n), &l);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (is_met(&groups[i], &l))
			add(s, groups[i].reason, groups[i].odds);
	add_links(s, &l, is_mail);
}
