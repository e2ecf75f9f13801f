/*
 * mask_people.c - made names and addresses, and decoys that look like them.
 *
 * Names are put together from surnames and given names of many lands, some of which
 * no list has (pinyin names, rare characters).  One in four stands in the middle of a sentence
 * with nothing that announces it; in Chinese nothing but a title tells those.
 */
#include "mask_people.h"

#define PICK(list) (list)[texts_roll(sizeof(list) / sizeof((list)[0]))]

static const char *const zh_surnames[] = {"王",	  "李",	  "张",	  "刘", "陈", "杨", "赵",
					  "黄",	  "周",	  "吴",	  "徐", "孙", "胡", "朱",
					  "高",	  "林",	  "何",	  "郭", "马", "罗", "欧阳",
					  "司马", "诸葛", "上官", "邓", "冉", "缪", "覃"};
static const char *const zh_given[] = {"伟",   "芳",   "娜",   "敏",   "静",   "秀英", "丽",
				       "强",   "磊",   "军",   "洋",   "勇",   "艳",   "杰",
				       "娟",   "涛",   "明",   "超",   "秀兰", "霞",   "晓东",
				       "子涵", "雨桐", "建国", "思远", "梓萱", "浩然", "佳怡"};
static const char *const en_given[] = {"James",	  "Mary",    "Robert", "Patricia", "Emily",
				       "Oliver",  "Amelia",  "Priya",  "Mohammed", "Chloe",
				       "Wei",	  "Siobhan", "Dmitri", "Yuki",	   "Kwame",
				       "Harriet", "Declan",  "Ingrid", "Mateusz",  "Xiaoling"};
static const char *const en_surnames[] = {"Smith",    "Johnson", "O'Brien",    "Patel",
					  "Williams", "Garcia",	 "Nguyen",     "Kowalski",
					  "Thompson", "Larsson", "MacDonald",  "Zhang",
					  "Okafor",   "Hughes",	 "Fitzgerald", "Ivanova"};

static void truth_from(struct made_text *t, unsigned from, unsigned kind)
{
	t->truth[t->truths++] = (struct truth){from, t->n, kind};
}

static void zh_name(struct made_text *t)
{
	static const char *const leads[] = {"收件人：", "收货人", "联系人：",  "姓名：",
					    "我叫",	"本人",	  "客户姓名:", "寄件人 "};
	static const char *const callings[] = {"先生", "女士", "小姐", "老师", "师傅", "经理"};
	static const char *const before[] = {"感谢", "客服", "找", "请联系", "", "上次是"};
	unsigned way = texts_roll(4);

	texts_put(t, "%s", way < 2 ? PICK(leads) : PICK(before));
	unsigned from = t->n;
	bool full = way != 2 || texts_roll(2);
	texts_put(t, "%s%s", PICK(zh_surnames), full ? PICK(zh_given) : "");
	truth_from(t, from, TRUTH_NAME);
	if (way == 2)
		texts_put(t, "%s", PICK(callings));
}

static void en_name(struct made_text *t)
{
	static const char *const leads[] = {"my name is ", "Name: ",	  "Mr. ", "Mrs ",
					    "Dr. ",	   "Full name: ", "Ms. ", "Miss "};
	static const char *const before[] = {"I spoke to ", "ask for ", "",
					     "thanks to ",  "it was ",	"delivered to "};
	unsigned way = texts_roll(4);

	texts_put(t, "%s", way < 3 ? PICK(leads) : PICK(before));
	unsigned from = t->n;
	bool full = texts_roll(3) != 0;
	if (full && texts_roll(6) == 0)
		texts_put(t, "%s %c. %s", PICK(en_given), 'A' + (int)texts_roll(26),
			  PICK(en_surnames));
	else if (full)
		texts_put(t, "%s %s", PICK(en_given), PICK(en_surnames));
	else
		texts_put(t, "%s", way < 3 ? PICK(en_surnames) : PICK(en_given));
	truth_from(t, from, TRUTH_NAME);
}

static void zh_address(struct made_text *t)
{
	static const char *const leads[] = {"地址：", "收货地址", "寄到", "我住在",
					    "送到",   "",	  "",	  "请发"};
	static const char *const regions[] = {"北京市朝阳区",
					      "上海市浦东新区",
					      "广东省深圳市南山区",
					      "浙江省杭州市西湖区",
					      "四川省成都市武侯区",
					      "江苏省昆山市花桥镇",
					      "湖南省长沙县黄兴镇",
					      "",
					      "天河区",
					      "河北省石家庄市裕华区"};
	static const char *const roads[] = {"建国路",	"世纪大道", "中山北路", "科技园南区",
					    "文三西路", "人民东街", "光谷大道", "福星小区"};
	unsigned n = 1 + texts_roll(300);

	texts_put(t, "%s", PICK(leads));
	unsigned from = t->n;
	texts_put(t, "%s%s", PICK(regions), PICK(roads));
	switch (texts_roll(5)) {
	case 0: texts_put(t, "%u号", n); break;
	case 1: texts_put(t, "%u号%u栋%u室", n, 1 + n % 20, 101 + n); break;
	case 2: texts_put(t, "%u弄%u号%u室", n, 1 + n % 50, 101 + n); break;
	case 3: texts_put(t, "%u号楼%u单元%u", 1 + n % 30, 1 + n % 6, 101 + n); break;
	default: texts_put(t, "%u号院%u号楼%u层", n, 1 + n % 9, 1 + n % 30); break;
	}
	truth_from(t, from, TRUTH_ADDRESS);
}

static void en_address(struct made_text *t)
{
	static const char *const leads[] = {"my address is ", "ship to ", "I live at ",
					    "Address: ",      "",	  "deliver it to "};
	static const char *const roads[] = {
		"Main Street", "Oak Ave",    "Church Road", "Elm St",	     "Kings Drive",
		"Sunset Blvd", "Station Rd", "Willow Lane", "Park Crescent", "Old Mill Court"};
	static const char *const towns[] = {"Springfield, IL 62704", "Leeds LS1 4AP",
					    "London SW1A 1AA",	     "Austin, TX 78701",
					    "Boston, MA 02118",	     "Bristol BS1 5TR"};

	texts_put(t, "%s", PICK(leads));
	unsigned from = t->n;
	if (texts_roll(5) == 0)
		texts_put(t, "Flat %u, ", 1 + texts_roll(40));
	texts_put(t, "%u %s", 1 + texts_roll(9000), PICK(roads));
	if (texts_roll(4) == 0)
		texts_put(t, " Apt %u", 1 + texts_roll(90));
	if (texts_roll(3))
		texts_put(t, ", %s", PICK(towns));
	truth_from(t, from, TRUTH_ADDRESS);
}

void people_put(struct made_text *t, unsigned kind, bool zh)
{
	if (kind == TRUTH_NAME)
		(zh ? zh_name : en_name)(t);
	else
		(zh ? zh_address : en_address)(t);
}

void people_decoy(struct made_text *t, bool zh)
{
	static const char *const zh_decoys[] = {"上周小姐姐态度很好", "对方先生气了",
						"在路上耽误了三天",   "这个城市地区没有网点",
						"2号店比1号店好",     "13号线旁边",
						"第3单元没看懂",      "官方旗舰店",
						"高老师傅版本",	      "市区路况差",
						"型号A12在5楼",	      "微信支付失败",
						"小米手机很好",	      "马上处理",
						"任何女士都适合",     "地址错了"};
	static const char *const en_decoys[] = {"the product name is misleading",
						"I Love It",
						"Best Buy Ever",
						"a 5 star place",
						"Apple Watch Series 9",
						"Windows 11 Pro",
						"my name is not on the list",
						"Galaxy Note 20",
						"in New York",
						"2 days late",
						"Black Friday sale",
						"WeChat payment failed",
						"down the road",
						"the drive way",
						"Mark my words",
						"unit price",
						"Size 42 Blue",
						"April and June"};

	texts_put(t, "%s", zh ? PICK(zh_decoys) : PICK(en_decoys));
}
