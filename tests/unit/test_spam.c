/*
 * test_spam.c - the parts of the filter spam: what it looks at, floods, senders, what it
 * keeps of corrections, and that no single author teaches it much.
 */
#include "../../plugins/filter/spam/corrections.c"
#include "../../plugins/filter/spam/examples.c"
#include "../../plugins/filter/spam/features.c"
#include "../../plugins/filter/spam/flood.c"
#include "../../plugins/filter/spam/learn.c"
#include "../../plugins/filter/spam/models.c"
#include "../../plugins/filter/spam/rspamd.c"
#include "../../plugins/filter/spam/senders.c"
#include "../../plugins/filter/spam/signs.c"

#include <letter/layout.h>
#include <letter/relays.h>

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- traits */

static struct heard_str traits_of(const char *mail, struct heard_buf *b)
{
	struct mime_limits limits = MIME_LIMITS_DEFAULT;
	struct mime_message m;
	struct heard_error err = {0};
	heard_buf_init(b, LETTER_TRAITS_MAX);
	assert_int_equal(mime_read(heard_str(mail), &limits, NULL, &m, &err), 0);
	letter_traits(heard_str(mail), &m, b);
	mime_release(&m);
	return heard_buf_view(b);
}

static bool has_word(struct heard_str s, const char *word)
{
	char all[LETTER_TRAITS_MAX + 2], wanted[64];
	snprintf(all, sizeof(all), " %.*s ", HEARD_ARG(s));
	snprintf(wanted, sizeof(wanted), " %s ", word);
	return strstr(all, wanted) != NULL;
}

static void test_traits(void **state)
{
	(void)state;
	struct heard_buf b;
	struct heard_str s = traits_of("Received: from [10.0.0.1] by x with ESMTP\n"
				       "From: \"Zhang San\" <zhang17@example.org>\n"
				       "To: undisclosed-recipients:;\n"
				       "Reply-To: other@example.net\n"
				       "X-Mailer: Microsoft Outlook\n Express 6.0\n"
				       "Subject: BUY NOW!!! 50%\n"
				       "Content-Type: text/html\n\n"
				       "<p>Hello <a href='http://192.0.2.1/x'>Li Si</a>"
				       "<IMG src=x></p>",
				       &b);
	static const char *const words[] = {
		"has-reply-to",	 "hop-number",	   "hop-esmtp",
		"relay-foreign", "to-undisclosed", "reply-to-other",
		"images-1",	 "number-links-1", "links-foreign",
		"from-quoted",	 "id-none",	   "subject-marks-2",
		"html"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!has_word(s, words[i]))
			fail_msg("%s is missing in: %.*s", words[i], HEARD_ARG(s));
	/* nothing that anybody wrote */
	assert_null(memmem(s.ptr, s.len, "hang", 4));
	assert_null(memmem(s.ptr, s.len, "example", 7));
	assert_null(memmem(s.ptr, s.len, "BUY", 3));
	assert_null(memmem(s.ptr, s.len, "17", 2));
	heard_buf_release(&b);
	s = traits_of("\tnot a field\nX: y\n:\n\nx", &b);
	assert_true(has_word(s, "id-none"));
	heard_buf_release(&b);
}

/* The words with that mark, in `out`; how many. */
static size_t marks_of(const char *mark, const char *fields, char out[512])
{
	char mail[1024];
	struct heard_buf b;
	size_t n = 0;
	snprintf(mail, sizeof(mail), "%sSubject: x\n\nx", fields);
	struct heard_str s = traits_of(mail, &b);
	out[0] = '\0';
	size_t length = strlen(mark) + 4;
	for (const char *at = s.ptr;
	     (at = memmem(at, (size_t)(s.ptr + s.len - at), mark, length - 4)) != NULL;
	     at += length, n++)
		strncat(out, at, length);
	heard_buf_release(&b);
	return n;
}

static size_t program_of(const char *fields, char out[512])
{
	return marks_of("by-", fields, out);
}

static void test_program(void **state)
{
	(void)state;
	char a[512], b[512];
	assert_int_equal(program_of("", a), 0);
	assert_int_equal(program_of("X-Mailer: Bulk-Sender\n", a), 1);
	assert_int_equal(program_of("x-mailer: Bulk-Sender\n\t\n", b), 1);
	assert_string_equal(a, b);
	assert_int_equal(program_of("User-Agent: Bulk-Sender\n", b), 1);
	assert_string_not_equal(a, b);
	/* its version does not count, how long it is does */
	assert_int_equal(program_of("X-Mailer: Foo 1.23 (x)\n", a), 7);
	assert_int_equal(program_of("X-Mailer: Foo 4.56 (x)\n", b), 7);
	assert_string_equal(a, b);
	program_of("X-Mailer: Foo 4.567 (x)\n", b);
	assert_string_not_equal(a, b);
	/* the first of several, and no more than so many */
	program_of("X-Mailer: A\n", a);
	assert_int_equal(program_of("X-Mailer: A\nX-Mailer: B\n", b), 1);
	assert_string_equal(a, b);
	assert_int_equal(program_of("X-Mailer: 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k l m n o "
				    "p q r s t u v w x y z\n",
				    a),
			 24);
}

static void expect_layout(const char *text, const char *words)
{
	struct heard_buf b;
	char all[512];
	struct mime_message m = {.text = heard_str(text), .fresh = heard_str(text)};
	heard_buf_init(&b, LETTER_TRAITS_MAX);
	layout_say(&m, &b);
	snprintf(all, sizeof(all), "%.*s", (int)b.len, b.len ? b.ptr : "");
	assert_string_equal(all, words);
	heard_buf_release(&b);
}

static void test_layout(void **state)
{
	(void)state;
	expect_layout("", "");
	expect_layout("\n", "width-0 lines-0 blank-8");
	expect_layout("Hi,\n\nwhere is it?\n", "width-0 lines-2 blank-2");
	expect_layout("> is it there?\n>\nNo.",
		      "quoted-2 quoted-share-5 width-0 lines-2 blank-0");
	/* characters, not bytes */
	expect_layout("包裹一直没有收到请帮忙查一下谢谢你们了", "width-0 lines-1 blank-0");
	expect_layout("0123456789012345678901234567890123456789012345678901234567890123456789",
		      "width-3 lines-1 blank-0 wrapped");
	struct heard_buf b;
	struct heard_str s = traits_of("From: a@shop.example\nSubject: Re: x\n\nYes.\n\n-- \n"
				       "Zhang San\nShop of Lamps\n",
				       &b);
	assert_true(has_word(s, "signature-1") || has_word(s, "signature-2"));
	assert_true(has_word(s, "cut-1") || has_word(s, "cut-2"));
	heard_buf_release(&b);
}

static void test_route(void **state)
{
	(void)state;
	char a[512], b[512];
	assert_int_equal(marks_of("via-", "", a), 0);
	assert_int_equal(marks_of("via-",
				  "Received: from Mx1.Shop.example (dsl-7.net.example "
				  "[192.0.2.1])\n\tby us.example with SMTP id a.b.c0; "
				  "Mon, 1 Jan 2026 not.this.one\n",
				  a),
			 4);
	/* each once, whatever its case and its numbers */
	assert_int_equal(marks_of("via-",
				  "Received: from mx9.shop.example. (dsl-1.net.example)\n"
				  "Received: by us.example id a.b.c0 mx2.shop.example\n",
				  b),
			 4);
	assert_string_equal(a, b);
	/* what a host calls itself, and for which mailbox */
	assert_int_equal(marks_of("via-",
				  "Received: from laptop by mx with SMTP id x for "
				  "<info@shop.example>; Mon\n",
				  a),
			 3);
	/* nothing of who sent it */
	assert_int_equal(marks_of("via-",
				  "Received: (from zhang.san@localhost) (envelope-from "
				  "<wang.wei@x>) (from ann.lee@y)\n",
				  a),
			 0);
	/* neither addresses nor versions, and no end without a beginning */
	assert_int_equal(marks_of("via-",
				  "Received: from 192.0.2.1 (fetchmail-5.9.0) for x with a@b\n"
				  "Received: .. a. .b -.- by ;\n",
				  a),
			 0);
	assert_int_equal(marks_of("via-",
				  "Received: a.a b.b c.c d.d e.e f.f g.g h.h i.i j.j k.k l.l "
				  "m.m n.n o.o p.p q.q r.r s.s t.t u.u v.v\n",
				  a),
			 20);
}

static void expect_word(const char *received, const char *from, const char *word, bool wanted)
{
	char mail[1024];
	struct heard_buf b;
	snprintf(mail, sizeof(mail), "Received: %s\nFrom: a@%s\nSubject: x\n\nx", received,
		 from);
	struct heard_str s = traits_of(mail, &b);
	if (has_word(s, word) != wanted)
		fail_msg("%s of %s from %s: %.*s", word, received, from, HEARD_ARG(s));
	heard_buf_release(&b);
}

static void test_relays(void **state)
{
	(void)state;
	const char *good =
		"from mx.shop.example (mx.shop.example [192.0.2.1])\n\tby us with SMTP";
	expect_word(good, "shop.example", "relay-named", true);
	expect_word(good, "shop.example", "relay-own", true);
	expect_word(good, "other.example", "relay-foreign", true);
	expect_word(good, "other.example", "relay-own", false);
	const char *liar = "from shop.example (dsl-1234.net.example [192.0.2.1]) by us";
	expect_word(liar, "shop.example", "relay-misnamed", true);
	expect_word(liar, "shop.example", "relay-claimed", true);
	expect_word(liar, "shop.example", "relay-numbered", true);
	expect_word("from laptop ([192.0.2.1]) by us", "x.example", "relay-bare", true);
	expect_word("from laptop ([192.0.2.1]) by us", "x.example", "relay-nameless", true);
	expect_word("from 192.0.2.1 (HELO x) by us", "x.example", "relay-numeric", true);
	expect_word("from 192.0.2.1 (HELO x) by us", "x.example", "relay-said-helo", true);
	expect_word("from a (b [10.0.0.1]) by us", "x.example", "relay-bare", false);
	expect_word("from", "x.example", "relay-foreign", true);
	expect_word("from  ( by (", "x.example", "relay-foreign", true);
	assert_true(heard_str_is(relays_owner(HEARD_STR_OF("mail.shop.co.uk")), "shop.co.uk"));
	assert_true(heard_str_is(relays_owner(HEARD_STR_OF("mail.shop.com")), "shop.com"));
	assert_true(heard_str_is(relays_owner(HEARD_STR_OF("t.cn")), "t.cn"));
	assert_true(heard_str_is(relays_owner(HEARD_STR_OF("com")), "com"));
	assert_int_equal(relays_owner(heard_str_n(NULL, 0)).len, 0);
}

/* ---- features */

static void test_known_letters(void **state)
{
	(void)state;
	assert_true(
		spam_is_known(&(struct spam_text){.body = HEARD_STR("where is my parcel")}));
	assert_false(spam_is_known(&(struct spam_text){.body = HEARD_STR("包裹在哪里 SF123")}));
	assert_false(spam_is_known(&(struct spam_text){.body = HEARD_STR("где мой заказ")}));
	assert_false(spam_is_known(&(struct spam_text){.body = HEARD_STR("12345 !!!")}));
}

/* Chinese in a mail changes nothing for the shipped model, and is there to be learned. */
static void test_other_letters_are_left_out(void **state)
{
	(void)state;
	struct gram_lane *lane = gram_lane_create();
	struct spam_text both = {.body = HEARD_STR("offer 包裹在哪里 today"),
				 .subject = HEARD_STR("退款")},
			 latin = {.body = HEARD_STR("offer today")};
	size_t n, known, all;
	spam_features(lane, SPAM_MAIL, &latin);
	gram_places(lane, &n);
	spam_shipped_features(lane, SPAM_MAIL, &both);
	gram_places(lane, &known);
	spam_features(lane, SPAM_MAIL, &both);
	gram_places(lane, &all);
	assert_int_equal(known, n);
	assert_true(all > n + 20);
	gram_lane_destroy(lane);
}

static void test_pairs_have_no_order(void **state)
{
	(void)state;
	size_t n, m;
	struct gram_lane *a = gram_lane_create(), *b = gram_lane_create();
	spam_features(a, SPAM_MADE,
		      &(struct spam_text){.traits = HEARD_STR("html to-one links-2")});
	spam_features(b, SPAM_MADE,
		      &(struct spam_text){.traits = HEARD_STR("links-2 html to-one")});
	gram_places(a, &n);
	gram_places(b, &m);
	assert_int_equal(n, 6); /* three, and three pairs */
	assert_int_equal(n, m);
	gram_lane_destroy(a);
	gram_lane_destroy(b);
}

static size_t places_of(struct gram_lane *lane, enum spam_kind kind, const struct spam_text *t)
{
	size_t n;
	spam_shipped_features(lane, kind, t);
	gram_places(lane, &n);
	return n;
}

/* Each model has its own side; what is learned here has the sender, too. */
static void test_sides_of_a_mail(void **state)
{
	(void)state;
	struct gram_lane *lane = gram_lane_create();
	struct spam_text said = {.subject = HEARD_STR("offer"),
				 .body = HEARD_STR("today"),
				 .traits = HEARD_STR("html to-one")},
			 all = said;
	all.name = HEARD_STR_OF("Tom");
	all.email = HEARD_STR_OF("tom@example.org");
	all.traits = HEARD_STR_OF("html by-000001 to-one by-000002 by-000001 "
				  "via-000001 via-000002 via-000003");
	assert_int_equal(places_of(lane, SPAM_MAIL, &said), places_of(lane, SPAM_MAIL, &all));
	assert_int_equal(places_of(lane, SPAM_MADE, &said), places_of(lane, SPAM_MADE, &all));
	assert_int_equal(places_of(lane, SPAM_SENDER, &said), 1);
	assert_true(places_of(lane, SPAM_SENDER, &all) > 20);
	assert_int_equal(places_of(lane, SPAM_PROGRAM, &said), 1);
	assert_int_equal(places_of(lane, SPAM_PROGRAM, &all),
			 5); /* two, two pairs, and the one of all */
	assert_int_equal(places_of(lane, SPAM_ROUTE, &said), 1);
	assert_int_equal(places_of(lane, SPAM_ROUTE, &all), 6);
	size_t n;
	spam_features(lane, SPAM_MAIL, &all);
	gram_places(lane, &n);
	assert_true(n > places_of(lane, SPAM_MAIL, &all) + 20);
	gram_lane_destroy(lane);
}

/* The log-odds of a mail if the side `k` alone has an opinion, and which. */
static float odds_with(enum spam_kind k, float opinion)
{
	struct spam_models m = {{NULL}, {NULL}};
	struct gram_lane *lane = gram_lane_create();
	struct spam_text t = {.body = HEARD_STR("x"), .traits = HEARD_STR("html by-0001")};
	for (int i = 0; i < SPAM_MODELS; i++) {
		m.shipped[i] = linear_create(spam_kind_names[i], &spam_shapes[i], 2);
		m.shipped[i]->labels[0].slope = 1;
		m.shipped[i]->labels[0].offset = i == (int)k ? opinion : 0;
	}
	float odds = spam_shipped_odds(&m, lane, &t);
	spam_models_release(&m);
	gram_lane_destroy(lane);
	return odds;
}

/* Whoever sends a mail writes there whatever he likes. */
static void test_program_frees_nobody(void **state)
{
	(void)state;
	assert_true(odds_with(SPAM_PROGRAM, -50) >= -1.001f);
	assert_true(odds_with(SPAM_PROGRAM, -50) < -0.9f);
	assert_true(odds_with(SPAM_PROGRAM, 20) > 5);
	assert_true(odds_with(SPAM_MAIL, -50) < -10);
	assert_true(odds_with(SPAM_ROUTE, -50) < -10);
}

/* ---- signs */

static struct signs signs_of(const char *text)
{
	struct signs s;
	signs_find(&s, heard_str(""), heard_str(text), false);
	return s;
}

static size_t signs_in(const char *text)
{
	return signs_of(text).n;
}

static void test_signs(void **state)
{
	(void)state;
	assert_int_equal(signs_in("加 微 信 ａｂｃ１２３４５"), 1);
	assert_int_equal(signs_in("刷單日結"), 1);
	assert_int_equal(signs_in("用微信付款失败了"), 0);
	assert_int_equal(signs_in("微信付了300元"), 0);
	assert_int_equal(signs_in("微信支付 500 没到账"), 0);
	assert_int_equal(signs_in("扫码登录 QQ 总是闪退"), 0);
	assert_int_equal(signs_in("QQ12345678刷单返利"), 2);
	assert_int_equal(signs_in("QQ 群里有300人"), 0);
	assert_int_equal(signs_in("兼职的客服说返利要等"), 0); /* without a contact */
	assert_int_equal(signs_in("返利，加微信 abc12345"), 2);
	assert_int_equal(signs_in("返利，进群问了"), 1); /* without an account */
	assert_int_equal(signs_in("I wrote to you on WhatsApp and Telegram"), 0);
	assert_int_equal(signs_in("WhatsApp me on 07700900123"), 1);
	assert_int_equal(signs_in("work from home, WhatsApp +44 7700 900123"), 2);
	assert_int_equal(signs_in("see http://10.11.12.13/x"), 1);
	assert_int_equal(signs_in("see https://bit.ly/3xyz"), 1);
	assert_int_equal(signs_in("a://b c://d e://f g://h"), 1);
	assert_int_equal(signs_in("version 10.11.12.13 is fine"), 0);
	assert_int_equal(signs_in(""), 0);
}

/* One wish, however it is said, weighs as its strongest form. */
static void test_a_word_is_evidence_of_one_thing(void **state)
{
	(void)state;
	float asks = signs_of("加微信").odds, whole = signs_of("加微信 abc12345").odds,
	      account = signs_of("微信 abc12345").odds;
	assert_true(account > 0 && account < asks && asks < whole && whole < asks + account);
	assert_true(fabsf(signs_of("加微信 abc12345，加QQ 123456，微信 abc12345").odds -
			  whole) < 0.01f);
	/* what is offered is no complaint */
	assert_true(signs_of("要求退款，加微信 abc12345").is_customers);
	assert_false(signs_of("代退款，加微信 abc12345").is_customers);
	assert_true(signs_of("代退款是骗人的，加微信 abc12345").is_customers);
	assert_true(signs_of("not arrived. WhatsApp me").is_customers);
	assert_false(signs_of("要求退款").is_customers); /* without a contact it is nothing */
}

/* Complaints are whole words, and what sellers promise is none. */
static void test_promises_are_no_complaints(void **state)
{
	(void)state;
	static const char *const of_sellers[] = {
		"forex broker",
		"crash game casino",
		"our compensation plan",
		"txt STOP to cancel",
		"cancel anytime",
		"replacement guaranteed",
		"refund guarantee",
		"log in today",
		"leakproof",
		"let me help me and you",
		"不满意全额退款",
		"不满意退",
		"包退包换",
		"为什么不来试试",
		"无法拒绝",
	};
	static const char *const of_customers[] = {
		"it broke",  "it is broken",	    "the app crashed", "it leaks.",
		"a refund",  "compensation please", "I can't log in",  "the replacement",
		"(damaged)", "不满意，要求退款",    "包包退货",	       "为什么还没发",
		"无法登录",
	};
	char text[128];
	for (size_t i = 0; i < sizeof(of_sellers) / sizeof(of_sellers[0]); i++) {
		snprintf(text, sizeof(text), "%s 加微信 abc12345", of_sellers[i]);
		if (signs_of(text).is_customers)
			fail_msg("%s", text);
	}
	for (size_t i = 0; i < sizeof(of_customers) / sizeof(of_customers[0]); i++) {
		snprintf(text, sizeof(text), "%s 加微信 abc12345", of_customers[i]);
		if (!signs_of(text).is_customers)
			fail_msg("%s", text);
	}
}

static const float suspect = -0.85f, doubt = -0.4f;

static float weighed(const char *text, float model, float others)
{
	struct signs s = signs_of(text);
	return signs_weigh(&s, model, others, suspect, doubt);
}

static void test_signs_alone_make_no_spam_of_a_customer(void **state)
{
	(void)state;
	static const char *const of_customers[] = {
		"商品坏了，要求退款，加微信 abc123456",
		"客服讓我加微信 abc12345 刷單返現，結果沒返，騙子",
		"快递没收到，加我QQ 12345678 联系，链接 http://10.11.12.13/x",
		"It never arrived, I want a refund. WhatsApp +44 7700 900123",
		"they told me to work from home, I was cheated. me on Telegram",
		"返利没到账，加微信 abc12345 处理一下",
		"Is it a replica? It broke. WhatsApp me on 07700900123",
		"加微信 abc123456", /* one kind */
		"代开发票",
		"加我微信 zhang12345 说明了副业课程的问题，谢谢", /* an everyday word */
		"在海外代购里买的，QQ 12345678，想再买一罐",
	};
	for (size_t i = 0; i < sizeof(of_customers) / sizeof(of_customers[0]); i++)
		if (weighed(of_customers[i], -3.9f, 0) > doubt)
			fail_msg("%s", of_customers[i]);
	assert_true(weighed("加微信 abc12345 兼职日赚500", -3.9f, 0) > 2);
	assert_true(weighed("QQ 12345678 刷单返利", -3.9f, 0) > 0.5f);
	assert_true(weighed("代退款，加微信 abc12345", -3.9f, 0) > 2);
	assert_true(weighed("加我微信 abc12345 带你赚钱", -3.9f, 0) > 1);
	assert_true(weighed("原单奢侈品，微信 abc12345", -3.9f, 0) > 0);
	assert_true(weighed("work from home, WhatsApp +44 7700 900123", -3.9f, 0) > 0);
	assert_true(weighed("加微信 abc12345 http://bit.ly/x", -3.9f, 0) > 0);
}

static void test_signs_beside_other_doubts(void **state)
{
	(void)state;
	const char *ad = "加微信 abc12345", *complaint = "退款，加微信 abc12345";
	assert_true(weighed(ad, -0.8f, 0) > 2);	   /* the model doubts, too */
	assert_true(weighed(ad, -3.9f, 3.5f) > 2); /* so does a flood */
	assert_true(weighed("海外代购，加微信 abc12345", -0.8f, 0) > 2);
	assert_true(weighed("海外代购，加微信 abc12345", -3.9f, 3.5f) > 2);
	assert_true(weighed("海外代购，加微信 abc12345", -3.9f, 0) <= doubt);
	assert_true(weighed(complaint, -0.8f, 0) <= doubt);
	assert_true(weighed(complaint, -3.9f, 3.5f) <= doubt);
	assert_true(weighed(complaint, 5, 0) <= doubt); /* of a short text */
	assert_true(weighed(complaint, -3.9f, 6) > 2);	/* a flood needs no sign */
	assert_true(fabsf(weighed("退款", 5, 0) - 5) < 0.01f);
	struct signs mail;
	signs_find(&mail, heard_str(""), heard_str(complaint), true);
	assert_true(fabsf(signs_weigh(&mail, 5, 0, suspect, doubt) - 5) < 0.01f);
	assert_true(signs_weigh(&mail, -2, 0, suspect, doubt) <= doubt);
}

/* ---- floods */

enum { THREADS = 4, TIMES = 10000 };

static void *count_many(void *arg)
{
	for (unsigned i = 0; i < TIMES; i++)
		flood_count(arg, 0x123456789abcdef0u, 7);
	return NULL;
}

static void test_floods(void **state)
{
	(void)state;
	struct flood *f = flood_create();
	assert_int_equal(flood_count(f, 1, 1), 1);
	assert_int_equal(flood_count(f, 1, 1), 2);
	assert_int_equal(flood_count(f, 1u << 31, 1), 1);
	assert_int_equal(flood_look(f, 1, 1), 2); /* to look is not to count */
	assert_int_equal(flood_look(f, 1, 1), 2);
	assert_int_equal(flood_look(f, 1, 2), 0);
	assert_int_equal(flood_look(f, 77, 1), 0);
	assert_int_equal(flood_count(f, 1, 2), 1); /* the next window */
	pthread_t threads[THREADS];
	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, count_many, f);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(flood_count(f, 0x123456789abcdef0u, 7), THREADS * TIMES + 1);
	for (uint64_t i = 0; i < 1000000; i++) /* full: it goes on */
		assert_in_range(flood_count(f, i * 0x9e3779b97f4a7c15u, 3), 1, 16);
	flood_destroy(f);
}

/* ---- senders */

static void test_senders(void **state)
{
	(void)state;
	static const char *const at[] = {"@Shop.example", "a@b.example", "u-1", ""};
	struct heard_list list = {at, 4};
	struct heard_str none = {NULL, 0};
	assert_true(senders_have(&list, heard_str("x@shop.EXAMPLE"), none));
	assert_true(senders_have(&list, heard_str("x@mail.shop.example"), none));
	assert_false(senders_have(&list, heard_str("x@myshop.example"), none));
	assert_true(senders_have(&list, heard_str("A@b.example"), none));
	assert_true(senders_have(&list, none, heard_str("U-1")));
	assert_false(senders_have(&list, none, none));
}

/* ---- learning */

static float moved_by(const struct linear *m, const struct learn_example *e)
{
	float sum;
	linear_sum(m, e->places, e->n, &sum);
	return sum;
}

static struct learn_example example_of(struct gram_lane *lane, const char *text, bool is_spam,
				       uint64_t author, float odds)
{
	size_t n;
	spam_features(lane, SPAM_TEXT, &(struct spam_text){.body = heard_str(text)});
	const uint32_t *places = gram_places(lane, &n);
	uint32_t *copy = malloc(n * sizeof(*copy));
	memcpy(copy, places, n * sizeof(*copy));
	return (struct learn_example){copy, (uint32_t)n, is_spam, author, odds};
}

enum { CORRECTED = 1000 };

/* A thousand corrections of texts of `authors` authors, 0: nobody knows whose; how far a text
 * like them moves. */
static float teach(unsigned authors)
{
	static struct learn_example e[CORRECTED];
	struct gram_lane *lane = gram_lane_create();
	const char *text = "我的包裹还没有收到，请帮我查一下";
	for (unsigned i = 0; i < CORRECTED; i++)
		e[i] = example_of(lane, text, true,
				  authors > 0 ? 1 + i * authors / CORRECTED : 0, -4);
	struct linear *m = learn("spam-text+", &spam_shapes[SPAM_TEXT], e, CORRECTED);
	float moved = moved_by(m, &e[0]);
	for (unsigned i = 0; i < CORRECTED; i++)
		free((void *)(uintptr_t)e[i].places);
	linear_destroy(m);
	gram_lane_destroy(lane);
	return moved;
}

static void test_nobody_poisons_it(void **state)
{
	(void)state;
	float one = teach(1), ten = teach(10), nameless = teach(0);
	assert_true(one > 0.5f);
	assert_true(one <= LEARN_RATE * LEARN_ROUNDS * LEARN_AUTHOR + 0.1f);
	assert_true(fabsf(nameless - one) < 0.01f); /* no way round it without a name */
	assert_true(ten > 3 && ten > one);	    /* ten people are right */
}

/* An honest correction moves its text over the middle, and leaves another alone. */
static void test_learning_is_near(void **state)
{
	(void)state;
	struct learn_example e[4];
	struct gram_lane *lane = gram_lane_create();
	static const char *const texts[] = {"高仿名表 支持验货", "高仿名表 款式齐全",
					    "高仿名表 价格面议", "高仿名表 一比一"};
	for (unsigned i = 0; i < 4; i++)
		e[i] = example_of(lane, texts[i], true, i + 1, -3.9f);
	struct linear *m = learn("spam-text+", &spam_shapes[SPAM_TEXT], e, 4),
		      *again = learn("spam-text+", &spam_shapes[SPAM_TEXT], e, 4);
	struct learn_example other = example_of(lane, "物流太慢了，等了一周", false, 0, -3.9f);
	assert_true(moved_by(m, &e[0]) > 1);
	assert_true(fabsf(moved_by(m, &other)) < 0.3f);
	assert_memory_equal(m->weights, again->weights, (size_t)1 << m->shape.bits);
	for (unsigned i = 0; i < 4; i++)
		free((void *)(uintptr_t)e[i].places);
	free((void *)(uintptr_t)other.places);
	linear_destroy(m);
	linear_destroy(again);
	gram_lane_destroy(lane);
}

/* ---- corrections */

static int say_spam(struct corrections *c, const char *id, uint64_t author)
{
	static const uint32_t places[] = {1, 2, 3};
	struct heard_error err = {0};
	struct correction x = {.id = heard_str(id),
			       .kind = SPAM_TEXT,
			       .is_spam = true,
			       .author = author,
			       .places = places,
			       .n = 3};
	return corrections_put(c, &x, &err);
}

static int count_one(void *arg, const struct correction *x)
{
	*(unsigned *)arg += x->n == 3 && x->is_spam;
	return 0;
}

static unsigned count_all(struct corrections *c)
{
	unsigned n = 0;
	struct heard_error err = {0};
	assert_int_equal(corrections_each(c, SPAM_TEXT, count_one, &n, &err), 0);
	return n;
}

static bool may_write(const char *path)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	int rc = sqlite3_exec(db, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
	return rc == SQLITE_OK;
}

static void test_corrections(void **state)
{
	char folder[] = "/tmp/heard-spam-XXXXXX", path[64], other[80];
	struct heard_error err = {0};
	int64_t n = 0;
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/corrections.db", folder);
	struct corrections *c = corrections_open(folder, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(say_spam(c, "a", 7) || say_spam(c, "b", 7) || say_spam(c, "c", 8) ||
				 say_spam(c, "a", 7),
			 0);
	/* One who learns keeps others out until the model is written: before the commit, and
	 * behind it. */
	assert_false(may_write(path));
	assert_int_equal(corrections_commit(c, &err), 0);
	assert_false(may_write(path));
	assert_int_equal(count_all(c), 3);
	assert_int_equal(corrections_forget_author(c, 7, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(corrections_forget_author(c, 7, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(count_all(c), 1);
	corrections_close(c); /* without commit: undone */
	assert_true(may_write(path));
	c = corrections_open(folder, &err);
	assert_int_equal(count_all(c), 3);
	corrections_close(c);
	for (size_t i = 0; i < 3; i++) {
		snprintf(other, sizeof(other), "%s%s", path,
			 (const char *const[]){"", "-wal", "-shm"}[i]);
		unlink(other);
	}
	assert_int_equal(rmdir(folder), 0);
}

/* ---- examples */

struct seen {
	unsigned n, mails;
	int result;
};

static int see(void *arg, const struct example *e)
{
	struct seen *s = arg;
	s->n++;
	s->mails += spam_kind_of(&e->text) == SPAM_MAIL;
	return s->result;
}

static void test_examples(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct seen s = {0};
	assert_int_equal(
		examples_read(heard_str("one\n\n two \n{\"body\":\"three\"}\nNote: four"), see,
			      &s, &err),
		0);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.mails, 0);
	assert_int_equal(examples_read(heard_str("Subject: x\nFrom: a@b.c\n\ntext\nmore\n"),
				       see, &s, &err),
			 0);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.mails, 1);
	assert_int_equal(examples_read(heard_str("good\n{\"body\":"), see, &s, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "line 2"));
	assert_int_equal(examples_read(heard_str(""), see, &s, &err), 0);
	s.result = -ENOMEM;
	assert_int_equal(examples_read(heard_str("x\ny"), see, &s, &err), -ENOMEM);
}

/* ---- rspamd */

static struct rspamd_verdict verdict_of(const char *json, int wanted)
{
	struct rspamd_verdict v;
	struct heard_error err = {0};
	assert_int_equal(rspamd_read(heard_str(json), &v, &err), wanted);
	assert_true(wanted == 0 || err.text[0] != '\0');
	return v;
}

static void test_rspamd_answers(void **state)
{
	(void)state;
	struct rspamd_verdict v = verdict_of("{\"score\":12.5,\"required_score\":15}", 0);
	assert_true(v.is_there && rspamd_odds(&v) > 4 && rspamd_odds(&v) < 5);
	v = verdict_of("{\"score\":-3,\"required_score\":15.0}", 0);
	assert_true(rspamd_odds(&v) >= 0 && rspamd_odds(&v) <= 0); /* nothing speaks for ham */
	v = verdict_of("{\"score\":9999,\"required_score\":15}", 0);
	assert_true(rspamd_odds(&v) <= 5);
	static const char *const bad[] = {
		"",	"[]",	"{\"score\":\"1\",\"required_score\":15}",
		"null", "{}",	"{\"score\":1,\"required_score\":0}",
		"{",	"\xff", "{\"score\":1e300,\"required_score\":15}",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = verdict_of(bad[i], -EBADMSG);
		assert_false(v.is_there);
	}
}

static int begin(void **state)
{
	(void)state;
	mime_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traits),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_relays),
		cmocka_unit_test(test_known_letters),
		cmocka_unit_test(test_other_letters_are_left_out),
		cmocka_unit_test(test_pairs_have_no_order),
		cmocka_unit_test(test_sides_of_a_mail),
		cmocka_unit_test(test_program_frees_nobody),
		cmocka_unit_test(test_signs),
		cmocka_unit_test(test_a_word_is_evidence_of_one_thing),
		cmocka_unit_test(test_promises_are_no_complaints),
		cmocka_unit_test(test_signs_alone_make_no_spam_of_a_customer),
		cmocka_unit_test(test_signs_beside_other_doubts),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_senders),
		cmocka_unit_test(test_nobody_poisons_it),
		cmocka_unit_test(test_learning_is_near),
		cmocka_unit_test(test_corrections),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_rspamd_answers),
	};
	return cmocka_run_group_tests(tests, begin, NULL);
}
