/* What the filter mask finds by the words around, and what it takes over to fields. */
#define heard_plugin mask_plugin
#include "../../plugins/filter/mask/again.c"
#include "../../plugins/filter/mask/clean.c"
#include "../../plugins/filter/mask/context.c"
#include "../../plugins/filter/mask/cue.c"
#include "../../plugins/filter/mask/custom.c"
#include "../../plugins/filter/mask/finder.c"
#include "../../plugins/filter/mask/form.c"
#include "../../plugins/filter/mask/han.c"
#include "../../plugins/filter/mask/han_name.c"
#include "../../plugins/filter/mask/han_place.c"
#include "../../plugins/filter/mask/ids.c"
#include "../../plugins/filter/mask/latin.c"
#include "../../plugins/filter/mask/lexicon.c"
#include "../../plugins/filter/mask/mask.c"
#include "../../plugins/filter/mask/name.c"
#include "../../plugins/filter/mask/net.c"
#include "../../plugins/filter/mask/number.c"
#include "../../plugins/filter/mask/papers.c"
#include "../../plugins/filter/mask/phone.c"
#include "../../plugins/filter/mask/place.c"
#include "../../plugins/filter/mask/plate.c"
#include "../../plugins/filter/mask/social.c"
#include "../../plugins/filter/mask/sure.c"
#include "../../plugins/filter/mask/words.c"
#include "../../plugins/filter/mask/work.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

struct fixture {
	struct mask mask;
	struct mask_lane lane;
	struct heard_batch *batch;
};

static void begin(struct fixture *f)
{
	struct heard_error err = {0};

	assert_int_equal(mask_open(&f->mask, NULL, &err), 0);
	assert_int_equal(mask_lane_open(&f->mask, &f->lane, &err), 0);
	f->batch = batch_create(1 << 20);
	assert_non_null(f->batch);
}

static void end(struct fixture *f)
{
	mask_lane_close(&f->mask, &f->lane);
	mask_close(&f->mask);
	batch_destroy(f->batch);
}

static void process(struct fixture *f)
{
	struct heard_error err = {0};

	assert_int_equal(mask_process(&f->mask, &f->lane, f->batch, &err), 0);
}

static void assert_body(const struct heard_record *r, const char *want)
{
	struct heard_str body = heard_get_str(r, HEARD_BODY);

	if (!heard_str_is(body, want))
		fail_msg("got  \"%.*s\"\n  want \"%s\"", HEARD_ARG(body), want);
}

/* Each body becomes the other; equal ones survive. */
static void becomes(const char *const (*cases)[2])
{
	struct fixture f = {0};

	begin(&f);
	for (; (*cases)[0]; cases++) {
		struct heard_record *r;

		batch_clear(f.batch);
		r = heard_batch_add(f.batch);
		assert_int_equal(heard_set_str(r, HEARD_BODY, heard_str((*cases)[0])), 0);
		process(&f);
		assert_body(r, (*cases)[1]);
	}
	end(&f);
}
/* What is taken over from a body. */
static void fills(const char *body, enum heard_field field, const char *want)
{
	struct fixture f = {0};

	begin(&f);
	struct heard_record *r = heard_batch_add(f.batch);
	heard_set_str(r, HEARD_BODY, heard_str(body));
	process(&f);
	assert_true(heard_str_is(heard_get_str(r, field), want));
	end(&f);
}
#define SAME(text)         \
	{                  \
		text, text \
	}
#define END                \
	{                  \
		NULL, NULL \
	}

static void names_behind_a_word_or_before_a_title(void **state)
{
	static const char *const cases[][2] = {
		{"收件人：王小明，电话13812345678", "收件人：王**，电话138****5678"},
		{"收货人欧阳娜娜。", "收货人欧**。"},
		{"我叫李雷", "我叫李**"},
		{"联系人：阿依古丽·买买提", "联系人：阿**"},
		{"感谢张先生", "感谢张**先生"},
		{"客服李小明女士很好", "客服李**女士很好"},
		{"聯絡人：陳大文", "聯絡人：陳**"},
		{"My name is Zoe Quill.", "My name is Z***."},
		{"Ask for Mr. O'Brien, please", "Ask for Mr. O***, please"},
		{"Name: Kamila \xC4\x8C"
		 "ervinkov\xC3\xA1",
		 "Name: K***"},
		{"I spoke to Emily Johnson today", "I spoke to E*** today"},
		{"Emma van de Berg called", "E*** called"},
		{"Brad L. Key wrote", "B*** wrote"},
		SAME("任何女士都可以"),
		SAME("上周小姐姐态度很好"),
		SAME("对方先生气了"),
		SAME("老师傅手艺好"),
		SAME("The product name is misleading"),
		SAME("my name is not on the list"),
		SAME("I MISS U"),
		SAME("I will never buy the Mark again"),
		SAME("flights to New York and San Francisco"),
		END,
	};
	(void)state;

	becomes(cases);
}

/* The word stands there once, the name does not. */
static void names_that_come_again(void **state)
{
	static const char *const cases[][2] = {
		{"我叫张伟，张伟昨天来过，没人理张伟", "我叫张**，张**昨天来过，没人理张**"},
		{"欧阳秀英在等。收件人：欧阳秀英", "欧**在等。收件人：欧**"},
		{"联系人：阿依古丽·买买提，找阿依古丽·买买提", "联系人：阿**，找阿**"},
		{"Xqo Zyx waits. My name is Xqo Zyx. Xqo Zyx!",
		 "X*** waits. My name is X***. X***!"},
		{"my name is Xqo Zyx: Xqo Zyxer, aXqo Zyx, Xqo Zyx\xC3\xA9, \xC3\xA9Xqo Zyx",
		 "my name is X***: Xqo Zyxer, aXqo Zyx, Xqo Zyx\xC3\xA9, \xC3\xA9Xqo Zyx"},
		{"my name is Xqo Zyx,好Xqo Zyx好", "my name is X***,好X***好"},
		{"收件人：张伟，寄到朝阳区张伟路12号", "收件人：张**，寄到***"},
		/* one character, one word, or found without a word that is sure */
		{"感谢张先生，一张纸", "感谢张**先生，一张纸"},
		{"Mr. Bean ate a Bean", "Mr. B*** ate a Bean"},
		/* an ordinary word, too: what is felt and asked for stays */
		{"我叫高兴，今天很高兴", "我叫高**，今天很高兴"},
		{"联系人：方便，坏了很不方便，方便处理吗",
		 "联系人：方**，坏了很不方便，方便处理吗"},
		{"联系人：方便面坏了很不方便，方便处理吗",
		 "联系人：方**坏了很不方便，方便处理吗"},
		{"我叫高兴国，高兴国很高兴", "我叫高**，高**很高兴"},
		END,
	};
	(void)state;

	becomes(cases);
}

/* Each name costs a pass over the text: a list of names must not take a pass for each. */
static void many_names_are_looked_for_once_each(void **state)
{
	enum { NAMES = 20000 };
	struct fixture f = {0};
	struct heard_buf text;
	(void)state;

	begin(&f);
	batch_destroy(f.batch);
	f.batch = batch_create(64 << 20);
	heard_buf_init(&text, 16 << 20);
	for (unsigned i = 0; i < NAMES; i++)
		heard_buf_printf(&text, "my name is X%c%c%cq Zyx\n", 'a' + i % 26,
				 'a' + i / 26 % 26, 'a' + i / 676 % 26);
	struct heard_record *r = heard_batch_add(f.batch);
	assert_int_equal(heard_set_str(r, HEARD_BODY, heard_buf_view(&text)), 0);
	clock_t from = clock();
	process(&f);
	assert_true((double)(clock() - from) / CLOCKS_PER_SEC < 5);
	heard_buf_release(&text);
	end(&f);
}

static void addresses(void **state)
{
	static const char *const cases[][2] = {
		{"地址：北京市朝阳区建国路88号3栋501室。", "地址：***。"},
		{"寄到四川省成都市武侯区文三西路169弄20号270室，谢谢", "寄到***，谢谢"},
		{"我住在天河区中山路１２号", "我住在***"},
		{"寄：上海市浦东新区张江高科技园区碧波路690号", "寄：***"},
		{"苏州工业园区星湖街328号5楼", "***"},
		{"昨天送建国路八十八号没人", "昨天送***没人"},
		{"朝阳区建国路八号三栋二单元五零一室", "***"},
		{"中山路十号三楼有人", "***有人"},
		{"地址：中山路十号", "地址：***"},
		{"广州中山路十号", "***"},
		{"光华巷一百二十弄六号", "***"},
		{"三号楼二单元五零一室没人", "***没人"},
		SAME("中山路十号开业"),
		SAME("中山路八十八号店很好"),
		SAME("坐人民路四号线"),
		SAME("空调得弄一弄了"),
		SAME("走道一层灰，马路一座桥，这条街十号停电"),
		SAME("小区一号楼和二号楼，一楼三室"),
		SAME("在上海市区买的，园区门口"),
		{"3号楼2单元501室没人", "***没人"},
		{"I live at 12 Main Street, Springfield, IL 62704. Thanks",
		 "I live at ***. Thanks"},
		{"ship to Flat 3, 5 Church Road, Leeds LS1 4AP", "ship to ***"},
		{"20789 Allika 46\n Suite 501\n Riisa", "***\n Riisa"},
		{"Via Roma 5 is near", "*** is near"},
		{"my zip code is 35350", "my zip code is ***"},
		SAME("在路上耽误了三天"),
		SAME("这个城市地区没有网点"),
		SAME("2号店比1号店好"),
		SAME("为了区区20元"),
		SAME("a 5 star place"),
		SAME("2 VIP row"),
		SAME("Windows 11 Pro"),
		SAME("2019 MacBook Pro 16"),
		END,
	};
	(void)state;

	becomes(cases);
}

/* One row of letters to both searches: nothing of either may stay. */
static void two_kinds_without_a_sign_between(void **state)
{
	static const char *const cases[][2] = {
		{"邮箱zhang@example.com朝阳区幸福路12号3单元501室", "邮箱***"},
		{"mail a@b.com幸福小区3号楼2单元501室，谢谢", "mail ***，谢谢"},
		{"寄到4111111111111111幸福路口袋店路8号", "寄到***"},
		{"我在192.168.77.5号楼3单元501室", "我在***"},
		{"电话13812345678朝阳区建国路88号501室", "电话***"},
		{"邮箱zhang@example.com，朝阳区幸福路12号", "邮箱z***@example.com，***"},
		{"zhang@example.com13812345678", "z***@example.com138****5678"},
		{"zhang@example.com-13812345678", "z***@example.com-138****5678"},
		{"zhang@example.com（13812345678）", "z***@example.com138****5678）"},
		{"zhang@example.com203.0.113.77 ok", "z***@example.com203.0.*.* ok"},
		{"write to zhang@example.com.2 days ago",
		 "write to z***@example.com.2 days ago"},
		{"a zhang@qq.c0m, b@xn--fiqs8s.xn--fiqs8s",
		 "a z***@qq.c0m, ***@xn--fiqs8s.xn--fiqs8s"},
		{"Tom(13812345678) and Ann (010-65529988)",
		 "T***138****5678) and A*** 010-****9988)"},
		{"QQ：88321456-12345678", "QQ：***-12345678"},
		{"Emily Johnson QQ: 88321456", "E*** QQ: ***"},
		{"Emily Johnson WeChat: emily_88", "E*** WeChat: ***"},
		{"车牌京A12345-13812345678", "车牌京A*****-138****5678"},
		SAME("icon@2x.png img@3x.png"),
		SAME("2026-13812345678 a13812345678"),
		END,
	};
	(void)state;

	becomes(cases);
	fills(cases[0][0], HEARD_AUTHOR_EMAIL, "zhang@example.com");
}

/* What stands between groups may be wide: never half a character of it, and the number
 * of the author is whole. */
static void wide_gaps(void **state)
{
	static const char *const cases[][2] = {
		{"卡号 6222－0202－0011－2230－004 好", "卡号 ****0004 好"},
		{"卡号 6222\xC2\xA0"
		 "0202\xC2\xA0"
		 "0011\xC2\xA0"
		 "2230\xC2\xA0"
		 "004",
		 "卡号 ****0004"},
		{"phone +44—7700—900—123 ok", "phone +44****0123 ok"},
		{"电话010－65529988转8001", "电话010-****9988"},
		END,
	};
	(void)state;

	becomes(cases);
	fills(cases[2][0], HEARD_AUTHOR_PHONE, "+447700900123");
}

static void ids_behind_their_word(void **state)
{
	static const char *const cases[][2] = {
		{"加微信xiaoming_88", "加微信***"},
		{"微信号：happyday", "微信号：***"},
		{"my wechat id is zhang-san1", "my wechat id is ***"},
		{"QQ123456789", "QQ***"},
		{"加QQ：63410093，", "加QQ：***，"},
		{"护照E12345678", "护照***"},
		{"passport no. 533380006", "passport no. ***"},
		{"港澳通行证C12345678", "港澳通行证***"},
		{"card A123456(3)", "card ***"},
		{"my driver's license number is F162823540116",
		 "my driver's license number is ***"},
		{"社会信用代码91350100M000100Y43", "社会信用代码****0Y43"},
		{"SSN: 550-53-3582", "SSN: ***"},
		{"NI number AB 12 34 56 C", "NI number ***"},
		{"Desk: (898)666-3621x0135", "Desk: 898****3621"},
		SAME("微信支付失败"),
		SAME("WeChat payment failed"),
		SAME("微信iphone版"),
		SAME("型号E12345678"),
		SAME("card A123456(4)"),
		SAME("code 91350100M000100Y44"),
		SAME("ISBN 978-7-123-45678-9"),
		SAME("打电话400-711-6699"),
		END,
	};
	(void)state;

	becomes(cases);
}

static void working_numbers_are_copied_and_stay(void **state)
{
	static const char body[] = "订单号：1457306335，快递SF1234567890123，批号：20260102A，"
				   "税号91350100M000100Y43";
	struct fixture f = {0};
	(void)state;

	begin(&f);
	struct heard_record *r = heard_batch_add(f.batch);
	heard_set_str(r, HEARD_BODY, heard_str(body));
	process(&f);
	assert_body(r, body);
	assert_true(heard_str_is(heard_get_str(r, HEARD_ORDER), "1457306335"));
	static const char *const want[][2] = {{"courier", "SF1234567890123"},
					      {"batch", "20260102A"},
					      {"tax", "91350100M000100Y43"}};
	for (size_t i = 0; i < 3; i++)
		assert_true(heard_str_is(
			heard_family_get(r, HEARD_ATTRIBUTES, heard_str(want[i][0])).str,
			want[i][1]));
	assert_int_equal(heard_family_size(r, HEARD_MASKED), 0);
	end(&f);
}

static void a_given_order_stays_and_masking_can_be_asked_for(void **state)
{
	static const char *const kinds[] = {"order"};
	struct fixture f = {.mask = {.kinds = {kinds, 1}}};
	(void)state;

	begin(&f);
	struct heard_record *r = heard_batch_add(f.batch);
	heard_set_str(r, HEARD_ORDER, heard_str("A-1"));
	heard_set_str(r, HEARD_BODY, heard_str("order no. 1457306335 of Mr. Bean"));
	process(&f);
	assert_body(r, "order no. ****6335 of Mr. Bean");
	assert_true(heard_str_is(heard_get_str(r, HEARD_ORDER), "A-1"));
	end(&f);
}

static void confidence_decides(void **state)
{
	struct fixture f = {.mask = {.sure = {.name = 0.9, .address = 1}}};
	(void)state;

	begin(&f);
	struct heard_record *r = heard_batch_add(f.batch);
	heard_set_str(r, HEARD_BODY, heard_str("Emily of 12 Main Street, Mr. Bean"));
	process(&f);
	assert_body(r, "Emily of 12 Main Street, Mr. B***");
	end(&f);
}

static void names_of_attributes_say_what_they_hold(void **state)
{
	struct fixture f = {0};
	struct heard_value v = {.type = HEARD_STR_, .str = HEARD_STR_OF("Qwx Zzyzx")};
	(void)state;

	begin(&f);
	struct heard_record *r = heard_batch_add(f.batch);
	heard_family_set(r, HEARD_ATTRIBUTES, HEARD_STR_OF("full_name"), v);
	heard_family_set(r, HEARD_ATTRIBUTES, HEARD_STR_OF("colour"), v);
	process(&f);
	assert_true(heard_str_is(
		heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("full_name")).str, "Q***"));
	assert_true(
		heard_str_is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("colour")).str,
			     "Qwx Zzyzx"));
	end(&f);
}

static void checks(void **state)
{
	(void)state;
	assert_true(check_credit_code("91350100M000100Y43"));
	assert_false(check_credit_code("91350100M000100Y44"));
	assert_false(check_credit_code("91350100I000100Y43"));
	assert_true(check_hkid("A", 1, "123456", '3'));
	assert_false(check_hkid("A", 1, "123456", '4'));
}

/* Words are read a piece at a time: where one ends makes no difference. */
static void names_and_addresses_at_any_place(void **state)
{
	static const char *const fill[] = {"so ",
					   "it is ",
					   "Then ",
					   "in 3 days, ",
					   "\xC3\xA9t\xC3\xA9 ",
					   "\xE5\xA5\xBD\xE3\x80\x82"};
	char text[2048], want[2048];
	struct fixture f = {0};
	(void)state;

	begin(&f);
	for (unsigned n = 0; n < 120; n++)
		for (size_t k = 0; k < sizeof(fill) / sizeof(fill[0]); k++) {
			size_t at = 0;

			for (unsigned i = 0; i < n; i++)
				at += (size_t)sprintf(text + at, "%s", fill[k]);
			memcpy(want, text, at);
			strcpy(text + at,
			       "Ask Emily Johnson of 12 Old Mill Lane, Springfield, IL "
			       "62704 or dr. watson at Storgatan 5. so it is");
			strcpy(want + at, "Ask E*** of *** or dr. w*** at ***. so it is");
			batch_clear(f.batch);
			struct heard_record *r = heard_batch_add(f.batch);
			heard_set_str(r, HEARD_BODY, heard_str(text));
			process(&f);
			assert_body(r, want);
		}
	end(&f);
}

/* The bits of a block are those that a loop finds, whatever its end and what is before. */
static void blocks_are_read_by_pieces(void **state)
{
	char bytes[4096];
	uint64_t random = 20260102;
	(void)state;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (char)(random >> 56);
	}
	for (uint32_t at = 0; at + 128 <= sizeof(bytes); at++)
		for (uint32_t n = 1; n <= BLOCK_BYTES; n++) {
			struct block a = block_plain(bytes + at, n);
			struct block b = block_read(bytes + at, n, at);

			assert_true(a.alnum == b.alnum && a.digit == b.digit &&
				    a.lead == b.lead);
		}
}

static void runs_are_words_and_numbers(void **state)
{
	static const char *const want[] = {"Caf", "\xC3", "x86", "64", "a", "OK", NULL};
	char text[400] = "";
	struct mask_text t = {.s = text};
	struct runs runs;
	struct run run = {0};
	(void)state;

	for (unsigned shift = 0; shift < 200; shift++) { /* over the borders of blocks */
		memset(text, '.', shift);
		strcpy(text + shift, "Caf\xC3\xA9 x86_64, a\xE5\xA5\xBD OK");
		t.n = (uint32_t)strlen(text);
		runs_begin(&runs, &t);
		for (size_t i = 0; want[i]; i++) {
			assert_true(runs_next(&runs, &run));
			assert_int_equal(run.to - run.from, strlen(want[i]));
			assert_memory_equal(text + run.from, want[i], strlen(want[i]));
			assert_int_equal(run.digits, strpbrk(want[i], "0123456789") != NULL);
		}
		assert_false(runs_next(&runs, &run));
	}
	runs_begin(&runs, &t);
	runs_skip(&runs, t.n - 1);
	assert_true(runs_next(&runs, &run));
	assert_int_equal(run.from, t.n - 1);
	runs_skip(&runs, t.n);
	assert_false(runs_next(&runs, &run));
}

static void hostile_text_takes_linear_time(void **state)
{
	static const char *const pieces[] = {"Mr. ", "12 Main ", "Emily ",	     "Apt 1 ",
					     "省",   "1号",	 "王先生",	     "收件人：",
					     "微信", "QQ1",	 "the corner of A ", "name is ",
					     "\xC3", "E1"};
	struct fixture f = {0};
	size_t size = 200000;
	char *text = malloc(size + 1);
	(void)state;

	begin(&f);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = strlen(pieces[i]);

		for (size_t at = 0; at < size; at += n)
			memcpy(text + at, pieces[i], at + n <= size ? n : size - at);
		text[size] = '\0';
		batch_clear(f.batch);
		heard_set_str(heard_batch_add(f.batch), HEARD_BODY, heard_str(text));
		process(&f);
	}
	free(text);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_behind_a_word_or_before_a_title),
		cmocka_unit_test(names_that_come_again),
		cmocka_unit_test(many_names_are_looked_for_once_each),
		cmocka_unit_test(addresses),
		cmocka_unit_test(two_kinds_without_a_sign_between),
		cmocka_unit_test(wide_gaps),
		cmocka_unit_test(ids_behind_their_word),
		cmocka_unit_test(working_numbers_are_copied_and_stay),
		cmocka_unit_test(a_given_order_stays_and_masking_can_be_asked_for),
		cmocka_unit_test(confidence_decides),
		cmocka_unit_test(names_of_attributes_say_what_they_hold),
		cmocka_unit_test(checks),
		cmocka_unit_test(names_and_addresses_at_any_place),
		cmocka_unit_test(blocks_are_read_by_pieces),
		cmocka_unit_test(runs_are_words_and_numbers),
		cmocka_unit_test(hostile_text_takes_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
