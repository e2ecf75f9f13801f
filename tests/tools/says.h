/*
 * says.h - what customers say, made up: records whose text has about 200 bytes, half of
 * them Chinese, no two alike unless they are meant to be.
 *
 * A text is made of clauses, a clause of a pattern with words in its gaps, so there are
 * some hundred thousand clauses in either language.  Of a hundred records five repeat one
 * of the last thousand, four hold a number or an address, two advertise, one swears.  The
 * same number gives the same record.
 */
#ifndef TESTS_SAYS_H
#define TESTS_SAYS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SAYS_TEXT = 200, SAYS_CAP = 1024, SAYS_LANGUAGES = 2, SAYS_GAPS = 9 };

struct says {
	char *out;
	size_t n, cap;
	uint64_t random;
};

static inline uint64_t says_random(struct says *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline void says_put(struct says *s, const char *text, size_t len)
{
	if (len > s->cap - s->n)
		len = 0;
	memcpy(s->out + s->n, text, len);
	s->n += len;
}

/* One of "a|b|c", by weight of place: the first ones are said more often. */
static inline void says_pick(struct says *s, const char *words)
{
	unsigned n = 1;
	for (const char *p = words; *p; p++)
		n += *p == '|';
	uint64_t a = says_random(s) % n, b = says_random(s) % n;
	for (a = a < b ? a : b; a > 0; words++)
		a -= *words == '|';
	says_put(s, words, strcspn(words, "|"));
}

/* What fills the gaps of patterns: of each line the first letter is the gap's. */
static inline const char *says_words(char gap, int language)
{
	static const char *const words[SAYS_LANGUAGES][SAYS_GAPS] = {
		{"g充电器|耳机|电饭煲|行李箱|洗发水|保温杯|台灯|键盘|运动鞋|连衣裙|面膜|"
		 "奶粉|床单|电动牙刷|微波炉|路由器|手机壳|儿童座椅|吸尘器|雨伞|羽绒服|"
		 "平底锅|沙发|打印机|手表|音箱|牛仔裤|猫粮|茶叶|护手霜|体重秤|风扇",
		 "p接口|盖子|拉链|屏幕|电池|按钮|说明书|包装盒|轮子|电线|颜色|味道|尺寸|"
		 "把手|密封圈|灯泡|鞋底|领口|滤芯|支架|螺丝|涂层|袖子|底座",
		 "f松了|裂开了|发热得厉害|不亮了|对不上|有划痕|掉漆|断了|卡住了|漏水|"
		 "褪色严重|有异味|起毛球|按不下去|充不进电|响个不停|比图片小|缺了一个|"
		 "生锈了|粘不住|做工粗糙|没有反应",
		 "t两天|一个星期|不到三个月|半个月|四十天|一年多|昨天才|五六次|二十分钟|"
		 "大半年|一晚上|十来天",
		 "s一直不回消息|态度很好|让我自己拍照举证|半小时就解决了|总是复制同样的话|"
		 "说要转给专员|答应补发|不肯退运费|很有耐心|直接挂了电话|承诺三天内处理|"
		 "把责任推给快递",
		 "l快递|仓库|驿站|配送员|物流公司|门店",
		 "d放错了地方|提前到了|三天没更新|送到了邻居家|压坏了箱子|打电话很客气|"
		 "没有按时发货|少发了一件|把地址写错了|当天就送来了",
		 "e总的来说还算满意|非常失望|有点后悔|家里老人很喜欢|性价比一般|会推荐给同事|"
		 "不会再买第二次|比上次那个好用|和描述差得远|值这个价|孩子爱不释手",
		 "w尽快退款|换一个新的|补发配件|给个说法|优化一下结算页面|出个大一号的|"
		 "把发票寄来|延长保修|说明书写清楚一点|取消自动续费"},
		{"gcharger|kettle|backpack|desk lamp|headphones|blender|office chair|"
		 "running shoes|winter coat|router|toaster|mattress|water bottle|"
		 "keyboard|stroller|printer|vacuum cleaner|frying pan|watch|speaker|"
		 "suitcase|phone case|shampoo|cat food|umbrella|heater|razor|curtain",
		 "plid|zip|screen|battery|plug|handle|manual|wheel|strap|button|cable|"
		 "seam|filter|hinge|sole|box|coating|sensor|remote|stand|label",
		 "fcame loose|cracked|gets far too hot|stopped working|does not fit|"
		 "was scratched|leaks|is missing|smells odd|rattles|faded|rusted|"
		 "looks smaller than in the picture|broke off|will not charge|is sticky",
		 "ttwo days|a week|less than three months|six weeks|a year|one evening|"
		 "ten minutes|half a year|five washes",
		 "snever replied|was very kind|asked for the same photo again|"
		 "solved it within an hour|keeps sending me templates|hung up|"
		 "promised a call back|refused to pay for shipping|blamed the carrier",
		 "lcourier|warehouse|driver|pickup point|shop",
		 "dleft it in the rain|came a day early|has not scanned it since Monday|"
		 "gave it to a neighbour|crushed the corner|called ahead|sent the wrong "
		 "size|forgot one item",
		 "eOverall I am quite happy|I am really disappointed|My parents love it|"
		 "It is worth the price|I would not buy it again|It beats the old one|"
		 "I expected more for the money|I have told my friends about it",
		 "wa refund|a replacement|the missing part|an explanation|a larger size|"
		 "an invoice|a longer warranty|clearer instructions|my account closed"}};
	size_t i = 0;
	while (words[language][i][0] != gap)
		i++;
	return words[language][i] + 1;
}

static inline void says_clause(struct says *s, int language)
{
	static const char *const patterns[SAYS_LANGUAGES] = {
		"$g的$p$f，|用了$t，$p就$f，|买了两个$g，一个$p$f，|$l$d，|客服$s，|$e，|"
		"希望能$w，|"
		"请问$g的$p在哪里买？|$g收到了，$p$f，|联系了客服，$s，只想$w，|第$n次在这里买$"
		"g，$e。|"
		"$l说$t后到，结果$d，|给妈妈买的$g，$e，|订了$n件，$l$d。|换了$p还是$f，",
		"The $p of the $g $f. |After $t the $p $f. |I bought $n of them and one $p $f. "
		"|"
		"The $l $d. |Support $s. |$e. |Please send me $w. |Where can I get a $p for my "
		"$g? |"
		"$e, but the $p $f. |All I want is $w. |The $l said $t, then $d. |My new $g: "
		"$e. "};
	struct says clause = {.out = (char[256]){0}, .cap = 255, .random = s->random};
	says_pick(&clause, patterns[language]);
	s->random = clause.random;
	for (size_t i = 0; i < clause.n; i++) {
		char number[8];
		if (clause.out[i] != '$')
			says_put(s, clause.out + i, 1);
		else if (clause.out[++i] == 'n')
			says_put(s, number,
				 (size_t)snprintf(number, sizeof(number), "%u",
						  (unsigned)(says_random(s) % 90 + 2)));
		else
			says_pick(s, says_words(clause.out[i], language));
	}
}

static inline void says_extra(struct says *s, int language)
{
	char text[128];
	unsigned any = (unsigned)(says_random(s) % 90000000) + 10000000;
	int n = 0;
	switch (says_random(s) % 100) {
	case 0:
	case 1:
		n = snprintf(text, sizeof(text),
			     language ? " Call 139 %04u %04u. " : "电话138%04u%04u，",
			     any / 10000, any % 10000);
		break;
	case 2: n = snprintf(text, sizeof(text), " user%u@example.com ", any); break;
	case 3:
		n = snprintf(text, sizeof(text),
			     language ? " Order 2024%u. " : "订单号2024%u，", any);
		break;
	case 4:
		n = snprintf(text, sizeof(text),
			     language ? " Free gift at http://x%u.example/win now! "
				      : "加微信wx%u领红包返现，",
			     any);
		break;
	case 5:
		n = snprintf(text, sizeof(text),
			     language ? "What a shitty product. " : "真是个傻逼商家，");
		break;
	default: break;
	}
	if (n > 0)
		says_put(s, text, (size_t)n);
}

/* One record of NDJSON without a line end; its length. */
static inline size_t says_render(char out[SAYS_CAP], uint64_t number)
{
	char text[SAYS_TEXT + 300];
	struct says s = {.out = text, .cap = sizeof(text), .random = number};
	uint64_t said = says_random(&s) % 100 < 5 ? number - says_random(&s) % 1000 : number;
	unsigned author = (unsigned)(says_random(&s) % 50000),
		 product = (unsigned)(says_random(&s) % 500),
		 stars = (unsigned)(says_random(&s) % 6);
	int language = (int)(said % SAYS_LANGUAGES);
	s.random = said * 0x2545f4914f6cdd1du;
	says_extra(&s, language);
	while (s.n < SAYS_TEXT)
		says_clause(&s, language);
	int n = snprintf(
		out, SAYS_CAP,
		"{\"channel\":\"review\",\"author\":{\"id\":\"u%u\"},\"product\":\"p%u\"",
		author, product);
	if (stars > 0)
		n += snprintf(out + n, SAYS_CAP - (size_t)n, ",\"rating\":%u", stars);
	n += snprintf(out + n, SAYS_CAP - (size_t)n, ",\"body\":\"%.*s\"}", (int)s.n, text);
	return (size_t)n;
}

#endif
