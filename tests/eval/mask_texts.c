/*
 * mask_texts.c - made texts with private data and decoys, and where they are.
 *
 * A text is a few clauses of feedback, in Chinese or English.  A clause holds a
 * private item behind a word that leads to it or behind none, a decoy in its
 * usual setting, or neither.  The decoys are what shops' texts are full of:
 * order, courier and article numbers, also with a right check digit, times,
 * prices, versions, links, codes, and words that look like names or places.
 *
 * Names and addresses are made by mask_people.c; a quarter of them stands where no word
 * announces it.
 */
#include "mask_texts.h"
#include "mask_people.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static uint64_t state;

void texts_seed(uint64_t seed)
{
	state = seed * 0x9E3779B97F4A7C15u + 1;
}

unsigned texts_roll(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

static unsigned roll(unsigned n)
{
	return texts_roll(n);
}

#define PICK(list) (list)[roll(sizeof(list) / sizeof((list)[0]))]

void texts_put(struct made_text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(t->s + t->n, sizeof(t->s) - t->n, format, args);
	va_end(args);
	if (n > 0 && t->n + (unsigned)n < sizeof(t->s))
		t->n += (unsigned)n;
}

/* n random digits, the first not 0. */
static char *digits(char *out, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = (char)('0' + (i ? roll(10) : 1 + roll(9)));
	out[n] = '\0';
	return out;
}

/* Make the last digit the one that Luhn wants. */
static void luhn_end(char *s)
{
	size_t n = strlen(s);

	for (char c = '0'; c <= '9'; c++) {
		unsigned sum = 0, twice = 0;

		s[n - 1] = c;
		for (size_t i = n; i-- > 0; twice ^= 1) {
			unsigned d = (unsigned)(s[i] - '0') << twice;

			sum += d / 10 + d % 10;
		}
		if (sum % 10 == 0)
			return;
	}
}

/* ---- private items */

static void make_mobile(struct made_text *t)
{
	static const char *const forms[] = {
		"%.3s%.4s%.4s",	      "%.3s%.4s%.4s",	   "%.3s%.4s%.4s",
		"%.3s-%.4s-%.4s",     "%.3s %.4s %.4s",	   "+86%.3s%.4s%.4s",
		"+86 %.3s %.4s %.4s", "+86-%.3s%.4s%.4s",  "86-%.3s-%.4s-%.4s",
		"0086%.3s%.4s%.4s",   "(+86)%.3s%.4s%.4s", "%.3s.%.4s.%.4s",
		"86 %.3s%.4s%.4s",    "%.3s %.4s%.4s",	   "（+86）%.3s%.4s%.4s"};
	char d[12];

	digits(d, 11);
	d[0] = '1';
	d[1] = (char)('3' + roll(7));
	texts_put(t, PICK(forms), d, d + 3, d + 7);
}

static void make_foreign(struct made_text *t)
{
	char d[16];

	digits(d, 12);
	d[3] = (char)('2' + roll(8));
	d[0] = (char)('2' + roll(6));
	switch (roll(7)) {
	case 0: texts_put(t, "+1 %.3s-%.3s-%.4s", d, d + 3, d + 6); break;
	case 1: texts_put(t, "+1 (%.3s) %.3s-%.4s", d, d + 3, d + 6); break;
	case 2: texts_put(t, "+44 20 7%.3s %.4s", d, d + 3); break;
	case 3: texts_put(t, "+447%.9s", d); break;
	case 4: texts_put(t, "+852 9%.3s %.4s", d, d + 3); break;
	case 5: texts_put(t, "+49 151 %.8s", d); break;
	default: texts_put(t, "(2%.2s) %.3s-%.4s", d + 1, d + 3, d + 6); break;
	}
}

static void make_phone(struct made_text *t)
{
	if (roll(5))
		make_mobile(t);
	else
		make_foreign(t);
}

static void make_landline(struct made_text *t)
{
	static const char *const cities[] = {"010",  "021",  "020",  "028",  "0571", "0755",
					     "0512", "0311", "0871", "0591", "0931", "0451"};
	static const char *const forms[] = {
		"%s-%.4s%.4s",	  "%s-%.4s%.4s",      "(%s)%.4s%.4s",
		"（%s）%.4s%.4s", "%s %.4s %.4s",     "%s-%.4s-%.4s",
		"%s%.4s%.4s",	  "%s-%.4s%.4s转801", "%s-%.4s%.4s-8012"};
	char d[9];

	digits(d, 8);
	d[0] = (char)('2' + roll(7));
	texts_put(t, PICK(forms), PICK(cities), d, d + 4);
}

static void make_email(struct made_text *t)
{
	static const char *const names[] = {
		"zhang.san", "li_si",	    "wang5",	"amy-chen",   "john.doe+shop",
		"x",	     "13812345678", "k.o'neil", "sales%team", "HelloKitty"};
	static const char *const hosts[] = {"qq.com",
					    "163.com",
					    "gmail.com",
					    "example.co.uk",
					    "mail.example.org",
					    "foxmail.com",
					    "sub-domain.example.museum",
					    "126.com"};

	texts_put(t, "%s%u@%s", PICK(names), roll(1000), PICK(hosts));
}

static void make_resident(struct made_text *t)
{
	static const char *const regions[] = {"110105", "310101", "440304", "510107", "330106",
					      "420111", "650102", "230103", "370202", "500112"};
	static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	char s[32];
	int sum = 0;

	snprintf(s, sizeof(s), "%s%04u%02u%02u%03u", PICK(regions), 1945 + roll(65),
		 1 + roll(12), 1 + roll(28), roll(1000));
	for (int i = 0; i < 17; i++)
		sum += (s[i] - '0') * weights[i];
	char last = "10X98765432"[sum % 11];
	if (last == 'X' && roll(3) == 0)
		last = 'x';
	if (roll(6) == 0)
		texts_put(t, "%.6s %.8s %.3s%c", s, s + 6, s + 14, last);
	else
		texts_put(t, "%s%c", s, last);
}

static void make_old_resident(struct made_text *t)
{
	texts_put(t, "11010%u%02u%02u%02u%03u", 1 + roll(8), 30 + roll(60), 1 + roll(12),
		  1 + roll(28), roll(1000));
}

static void make_card(struct made_text *t)
{
	static const struct {
		const char *bin;
		unsigned n;
	} banks[] = {{"622202", 19}, {"621700", 19}, {"622848", 19}, {"625912", 16},
		     {"4", 16},	     {"51", 16},     {"55", 16},     {"37", 15},
		     {"622588", 16}, {"3530", 16},   {"6011", 16},   {"2221", 16}};
	unsigned i = roll(sizeof(banks) / sizeof(banks[0]));
	char s[20];

	digits(s, banks[i].n);
	memcpy(s, banks[i].bin, strlen(banks[i].bin));
	luhn_end(s);
	const char *gap = roll(2) ? " " : "-";
	if (banks[i].n == 16 && roll(3) == 0)
		texts_put(t, "%.4s%s%.4s%s%.4s%s%.4s", s, gap, s + 4, gap, s + 8, gap, s + 12);
	else if (banks[i].n == 19 && roll(3) == 0)
		texts_put(t, "%.4s%s%.4s%s%.4s%s%.4s%s%.3s", s, gap, s + 4, gap, s + 8, gap,
			  s + 12, gap, s + 16);
	else if (banks[i].n == 15 && roll(2) == 0)
		texts_put(t, "%.4s %.6s %.5s", s, s + 4, s + 10);
	else
		texts_put(t, "%s", s);
}

static void make_ip(struct made_text *t)
{
	switch (roll(4)) {
	case 0:
		texts_put(t, "2001:db8:%x::%x:%x", 1 + roll(0xfff), 1 + roll(0xffff),
			  roll(0xffff));
		break;
	case 1:
		texts_put(t, "fe80::%x:%xff:fe%02x:%x", 0x1000 + roll(0xefff),
			  0x10 + roll(0xef), roll(255), 0x1000 + roll(0xefff));
		break;
	default:
		texts_put(t, "%u.%u.%u.%u", 32 + roll(90), roll(256), roll(256), 1 + roll(254));
		break;
	}
}

static void make_plate(struct made_text *t)
{
	static const char *const places[] = {"京", "沪", "粤", "浙", "苏",
					     "川", "鲁", "渝", "湘", "闽"};
	static const char letters[] = "ABCDEFGHJK";
	char d[7];

	digits(d, 6);
	const char *dot = roll(3) ? "" : "·";
	char city = letters[roll(10)];
	switch (roll(4)) {
	case 0: texts_put(t, "%s%c%sD%.5s", PICK(places), city, dot, d); break; /* new energy */
	case 1:
		texts_put(t, "%s%c%s%c%.4s", PICK(places), city, dot,
			  "ABCDEFGHJKLMNPQRSTUVWXYZ"[roll(24)], d);
		break;
	case 2: texts_put(t, "%s%c%s%.3sVK", PICK(places), city, dot, d); break;
	default: texts_put(t, "%s%c%s%.5s", PICK(places), city, dot, d); break;
	}
}

static void make_iban(struct made_text *t)
{
	char d[24], s[40];
	unsigned rest = 0;

	digits(d, 18);
	const bool british = (bool)roll(2);
	/* letters as 10..35: D 13, E 14; G 16, B 11; W 32 E 14 S 28 T 29 */
	snprintf(s, sizeof(s), "%s%.*s%s00", british ? "32142829" : "", british ? 14 : 18, d,
		 british ? "1611" : "1314");
	for (const char *p = s; *p; p++)
		rest = (rest * 10 + (unsigned)(*p - '0')) % 97;
	unsigned check = 98 - rest;
	snprintf(s, sizeof(s), "%s%02u%s%.*s", british ? "GB" : "DE", check,
		 british ? "WEST" : "", british ? 14 : 18, d);
	for (unsigned i = 0, n = (unsigned)strlen(s); i < n; i += 4)
		texts_put(t, "%s%.4s", i && british ? " " : "", s + i);
}

static void make_social_security(struct made_text *t)
{
	if (roll(3)) {
		char lead[] = {"ABCEGHJKLMNPRSTWXYZ"[roll(19)], "ACEHJKLMPRSTWXYZ"[roll(16)],
			       0};
		const char *gap = roll(2) ? " " : "";

		lead[0] = lead[0] == 'G' || lead[0] == 'N' || lead[0] == 'K' ||
					  lead[0] == 'T' || lead[0] == 'B' || lead[0] == 'Z'
				  ? 'A'
				  : lead[0];
		texts_put(t, "%s%s%02u%s%02u%s%02u%s%c", lead, gap, roll(100), gap, roll(100),
			  gap, roll(100), gap, "ABCD"[roll(4)]);
		return;
	}
	texts_put(t, "%03u-%02u-%04u", 1 + roll(665), 1 + roll(99), 1 + roll(9999));
}

static void make_passport(struct made_text *t)
{
	char d[10];

	digits(d, 9);
	switch (roll(4)) {
	case 0: texts_put(t, "%s", d); break; /* USA, Britain */
	case 1: texts_put(t, "E%c%.7s", 'A' + (int)roll(8), d); break;
	case 2: texts_put(t, "G%.8s", d); break;
	default: texts_put(t, "E%.8s", d); break;
	}
}

static void make_permit(struct made_text *t)
{
	char d[11];

	digits(d, 10);
	switch (roll(5)) {
	case 0: texts_put(t, "C%.8s", d); break;
	case 1: texts_put(t, "H%.10s", d); break;
	case 2: texts_put(t, "M%.8s", d); break;
	case 3: texts_put(t, "%.8s", d); break;
	default: { /* Hong Kong: eight times the letter's place, 7 to 2 for the digits */
		int letter = (int)roll(26), sum = 324 + 8 * (letter + 10);

		for (int i = 0; i < 6; i++)
			sum += (d[i] - '0') * (7 - i);
		texts_put(t, "%c%.6s(%c)", 'A' + letter, d, "0A987654321"[sum % 11]);
		break;
	}
	}
}

static void make_licence(struct made_text *t)
{
	char d[14];

	digits(d, 13);
	switch (roll(3)) {
	case 0: texts_put(t, "%c%.12s", 'A' + (int)roll(26), d); break;
	case 1: texts_put(t, "%.12s", d); break;
	default: texts_put(t, "%.7s", d); break;
	}
}

static void make_credit_code(struct made_text *t)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	static const int weights[] = {1,  3,  9,  27, 19, 26, 16, 17, 20,
				      29, 25, 13, 8,  24, 10, 30, 28};
	char s[19];
	int sum = 0;

	snprintf(s, sizeof(s), "91%06uMA%c%c%05u%c", 110000 + roll(540000), alphabet[roll(31)],
		 alphabet[roll(31)], roll(100000), alphabet[roll(31)]);
	s[16] = alphabet[roll(31)];
	for (int i = 0; i < 17; i++)
		sum += (int)(strchr(alphabet, s[i]) - alphabet) * weights[i];
	s[17] = alphabet[(31 - sum % 31) % 31];
	s[18] = '\0';
	texts_put(t, "%s", s);
}

static void make_wechat(struct made_text *t)
{
	static const char *const names[] = {"xiaoming", "Lily_", "wxid_k", "zhang-san",
					    "happy"};

	texts_put(t, "%s%u", PICK(names), 100 + roll(90000));
}

static void make_qq(struct made_text *t)
{
	char d[12];

	texts_put(t, "%s", digits(d, 6 + roll(5)));
}

/* ---- decoys */

static void decoy_number(struct made_text *t, bool zh)
{
	static const char *const zh_words[] = {
		"订单号",   "订单编号：", "运单号 ", "快递单号:", "流水号",   "商品编号",
		"工单号：", "退款单号",	  "交易号 ", "条形码",	  "序列号：", "订单："};
	static const char *const en_words[] = {
		"order no. ",	     "order #",	  "order number ",
		"tracking number: ", "order id ", "SN ",
		"invoice no ",	     "ref ",	  "transaction id: ",
		"serial number ",    "waybill ",  "SKU "};
	char s[24];

	digits(s, 11 + roll(10));
	switch (roll(4)) {
	case 0: memcpy(s, "62220", 5); break;
	case 1: s[0] = '4'; break;
	case 2: memcpy(s, "139", 3); break;
	default: break;
	}
	if (roll(2))
		luhn_end(s);
	texts_put(t, "%s%s", zh ? PICK(zh_words) : PICK(en_words), s);
}

static void decoy_courier(struct made_text *t)
{
	static const char *const lead[] = {"SF",  "YT",	 "JD",	"JDVA",
					   "ZTO", "EMS", "STO", "DPK"};
	char s[16];

	texts_put(t, "%s%s", PICK(lead), digits(s, 12 + roll(3)));
}

static void decoy_time(struct made_text *t)
{
	switch (roll(6)) {
	case 0: texts_put(t, "17%011u", roll(100000000)); break;
	case 1: texts_put(t, "1%09u", 700000000 + roll(90000000)); break;
	case 2:
		texts_put(t, "202%u%02u%02u%02u%02u%02u", roll(7), 1 + roll(12), 1 + roll(28),
			  roll(24), roll(60), roll(60));
		break;
	case 3:
		texts_put(t, "202%u-%02u-%02u %02u:%02u:%02u", roll(7), 1 + roll(12),
			  1 + roll(28), roll(24), roll(60), roll(60));
		break;
	case 4:
		texts_put(t, "202%u-%02u-%02uT%02u:%02u:%02u.%03uZ", roll(7), 1 + roll(12),
			  1 + roll(28), roll(24), roll(60), roll(60), roll(1000));
		break;
	default:
		texts_put(t, "202%u.%u.%u %02u:%02u", roll(7), 1 + roll(12), 1 + roll(28),
			  roll(24), roll(60));
		break;
	}
}

static void decoy_price(struct made_text *t, bool zh)
{
	switch (roll(4)) {
	case 0: texts_put(t, "¥%u.%02u", roll(100000), roll(100)); break;
	case 1: texts_put(t, zh ? "%u.%02u元" : "$%u.%02u", roll(10000), roll(100)); break;
	case 2:
		texts_put(t, zh ? "共%u件，%u元" : "%u pcs, %u USD", roll(100), roll(10000));
		break;
	default: texts_put(t, "%u,%03u,%03u.00", 1 + roll(9), roll(1000), roll(1000)); break;
	}
}

static void decoy_version(struct made_text *t, bool zh)
{
	static const char *const zh_words[] = {"版本", "固件版本 ", "升级到",
					       "v",    "App版本：", "系统"};
	static const char *const en_words[] = {"version ",    "v",    "firmware ",
					       "updated to ", "App ", "driver "};

	texts_put(t, "%s%u.%u.%u.%u", zh ? PICK(zh_words) : PICK(en_words), 1 + roll(120),
		  roll(30), roll(200), roll(100));
}

static void decoy_code(struct made_text *t)
{
	char s[20];

	switch (roll(10)) {
	case 0: texts_put(t, "ISBN 978-7-%.3s-%.5s-%u", digits(s, 8), s + 3, roll(10)); break;
	case 1:
		digits(s, 13);
		memcpy(s, "690", 3);
		texts_put(t, "EAN %s", s);
		break;
	case 2: texts_put(t, "AB-%s-%c%u", digits(s, 8), 'A' + (int)roll(26), roll(100)); break;
	case 3: texts_put(t, "https://item.jd.com/%s.html", digits(s, 12)); break;
	case 4: texts_put(t, "https://detail.tmall.com/item.htm?id=%s", digits(s, 12)); break;
	case 5: texts_put(t, "550e8400-e29b-41d4-a716-4%s", digits(s, 11)); break;
	case 6: texts_put(t, "00:1A:%02X:3C:4D:%02X", roll(256), roll(256)); break;
	case 7: texts_put(t, "31.%s, 121.%.6s", digits(s, 6), s); break;
	case 8: texts_put(t, "IMEI 86%s", digits(s, 13)); break;
	default: texts_put(t, "全新A%s", digits(s, 5)); break;
	}
}

static void decoy_service(struct made_text *t)
{
	static const char *const numbers[] = {"400-820-8820",	"4008208820", "800-810-8888",
					      "12315",		"10086",      "95588",
					      "400 650 5566",	"@客服",      "icon@2x.png",
					      "npm i pkg@1.2.3"};

	texts_put(t, "%s", PICK(numbers));
}

static void make_decoy(struct made_text *t, bool zh)
{
	switch (roll(11)) {
	case 9:
	case 10: people_decoy(t, zh); break;
	case 0:
	case 1:
	case 2: decoy_number(t, zh); break;
	case 3: decoy_courier(t); break;
	case 4: decoy_time(t); break;
	case 5: decoy_price(t, zh); break;
	case 6: decoy_version(t, zh); break;
	case 7: decoy_code(t); break;
	default: decoy_service(t); break;
	}
}

/* ---- clauses */

static const char *const leads[TRUTH_KINDS][2][6] = {
	[TRUTH_PHONE] = {{"", "call ", "my phone is ", "Tel: ", "reach me at ", "or text "},
			 {"", "电话", "手机号：", "请打", "我的号码是", "联系方式:"}},
	[TRUTH_LANDLINE] = {{"", "call ", "office: ", "Tel ", "fax ", "or "},
			    {"", "座机", "固定电话：", "请拨打", "公司电话", "我家是"}},
	[TRUTH_EMAIL] = {{"", "mail ", "write to ", "Email: ", "at ", "<"},
			 {"", "邮箱", "发到", "邮箱：", "请回复", "我的邮件是"}},
	[TRUTH_RESIDENT_ID] = {{"", "my ID is ", "ID number ", "identity card: ", "citizen ",
				"("},
			       {"", "身份证", "身份证号：", "证件号", "实名", "本人"}},
	[TRUTH_BANK_CARD] = {{"", "card ", "my card number is ", "paid with ", "Visa ",
			      "account: "},
			     {"", "卡号", "银行卡：", "打到", "我的卡是", "工行"}},
	[TRUTH_IP] = {{"", "from IP ", "my address is ", "host ", "ping ", "ip="},
		      {"", "IP", "地址是", "IP：", "登录", "来自"}},
	[TRUTH_PLATE] = {{"plate ", "car ", "my car is ", "", "registration: ", "the van "},
			 {"", "车牌", "车牌号：", "我的车", "停着一辆", "车主"}},
	[TRUTH_IBAN] = {{"", "IBAN ", "my IBAN is ", "account ", "IBAN: ", "to "},
			{"", "IBAN", "账号", "汇到", "国际账号：", "收款"}},
	[TRUTH_SOCIAL_SECURITY] = {{"", "my SSN is ", "social security number ",
				    "SSN: ", "NI number ", "for "},
				   {"SSN号", "SSN：", "我的SSN是", "SSN ", "", "SSN:"}},
	[TRUTH_PASSPORT] = {{"passport ", "my passport number is ", "passport no. ",
			     "Passport: ", "passport number: ", "passport no "},
			    {"护照", "护照号：", "护照号码是", "我的护照", "护照号", "护照："}},
	[TRUTH_PERMIT] = {{"permit ", "travel permit ", "permit number ", "Permit: ", "HKID ",
			   "home return permit "},
			  {"港澳通行证", "通行证号码：", "回乡证", "台胞证号", "通行证：",
			   "台湾通行证"}},
	[TRUTH_LICENCE] = {{"driving licence ", "my driver's license number is ",
			    "driving license: ", "driving licence number ", "driver's license ",
			    "driver license: "},
			   {"驾驶证", "驾驶证号：", "驾照号码", "驾照", "驾照：", "驾驶证号"}},
	[TRUTH_CREDIT_CODE] = {{"", "credit code ", "company ", "code: ", "of ", "("},
			       {"", "统一社会信用代码", "信用代码：", "公司", "我司", "企业"}},
	[TRUTH_WECHAT] = {{"wechat ", "my wechat id is ", "WeChat: ", "wx: ", "add wechat ",
			   "wechat id: "},
			  {"微信", "微信号", "加微信", "微信：", "加我微信", "vx："}},
	[TRUTH_QQ] = {{"QQ ", "my QQ is ", "QQ: ", "qq ", "add QQ ", "QQ number "},
		      {"QQ", "QQ号", "加QQ", "QQ：", "扣扣", "我的qq是"}},
};

static void put_item(struct made_text *t, bool zh)
{
	static void (*const makers[TRUTH_NAME])(struct made_text *) = {
		make_phone,	  make_landline, make_email,
		make_resident,	  make_card,	 make_ip,
		make_plate,	  make_iban,	 make_social_security,
		make_passport,	  make_permit,	 make_licence,
		make_credit_code, make_wechat,	 make_qq};
	unsigned kind = roll(TRUTH_KINDS + 2); /* more of the last two */

	if (kind >= TRUTH_NAME) {
		people_put(t, kind % 2 ? TRUTH_NAME : TRUTH_ADDRESS, zh);
		return;
	}
	bool old = kind == TRUTH_RESIDENT_ID && roll(8) == 0;
	texts_put(t, "%s",
		  old ? (zh ? "身份证号" : "identity card ") : leads[kind][zh][roll(6)]);
	/* An English word does not run into a number. */
	unsigned from = t->n;
	if (old)
		make_old_resident(t);
	else
		makers[kind](t);
	t->truth[t->truths++] = (struct truth){from, t->n, kind};
}

void texts_make(unsigned i, struct made_text *t)
{
	static const char *const zh_clauses[] = {
		"质量不错",	      "物流太慢了",	  "客服一直不回复", "请尽快处理",
		"我昨天买的耳机坏了", "颜色和图片不一样", "希望退款",	    "等了3天",
		"打9折买的",	      "买了2件"};
	static const char *const en_clauses[] = {"the quality is good",
						 "delivery was slow",
						 "nobody answered",
						 "please help",
						 "the zipper broke after 2 days",
						 "I want a refund",
						 "waited 45 minutes",
						 "it cost more than before",
						 "bought 2 of them",
						 "size 42 is too small"};
	static const char *const zh_joins[] = {"，", "。", "！", "\n", "，", "；", " "};
	static const char *const en_joins[] = {", ", ". ", "; ", "\n", " - ", ", and ", "! "};
	bool zh = i % 2;
	unsigned clauses = 2 + roll(4);

	t->n = t->truths = 0;
	for (unsigned c = 0; c < clauses; c++) {
		switch (roll(3)) {
		case 0: put_item(t, zh); break;
		case 1: make_decoy(t, zh); break;
		default: texts_put(t, "%s", zh ? PICK(zh_clauses) : PICK(en_clauses)); break;
		}
		texts_put(t, "%s", zh ? PICK(zh_joins) : PICK(en_joins));
	}
}
