/* What a customer has newly written: without quotes and signature, for the mail
 * programs that we know.
 *
 * The replies of real programs in $HEARD_DATA (../shared/data) are measured against the
 * numbers of the lines that are the writer's own; their texts are not kept here. */
#include "mime_fixture.h"

static void assert_fresh_(const char *text, bool is_forward, const char *wanted, int line)
{
	struct heard_buf out;

	heard_buf_init(&out, 1 << 20);
	assert_true(mime_strip(heard_str(text), is_forward, &out, NULL, NULL));
	assert_text_(heard_buf_view(&out), wanted, __FILE__, line);
	heard_buf_release(&out);
}
#define assert_fresh(text, wanted) assert_fresh_(text, false, wanted, __LINE__)

static void chinese_programs_mark_their_quotes(void **state)
{
	(void)state;
	/* QQ */
	assert_fresh("还是没收到。\n\n------------------ 原始邮件 ------------------\n"
		     "发件人: \"客服\" <kf@shop.example>;\n发送时间: 2026年1月2日(星期五) "
		     "上午10:00\n"
		     "收件人: \"张三\"<a@qq.example>;\n主题: 工单\n\n您好",
		     "还是没收到。");
	assert_fresh("OK\n\n------------------ Original ------------------\nFrom: x\n\nhi",
		     "OK");
	/* 163 */
	assert_fresh("请退款\n\n\n\n在 2026-01-02 10:00:00，\"客服\" <kf@shop.example> "
		     "写道：\n\n您好",
		     "请退款");
	assert_fresh("请退款\n在 2026-01-02 10:00:00，kf@shop.example 写道：\n> 您好\n> "
		     "再见\n\n补充一句",
		     "请退款\n\n补充一句");
	assert_fresh(
		"好的\n\n---- 回复的原邮件 ----\n| 发件人 | 客服<kf@shop.example> |\n"
		"| 日期 | 2026年01月02日 10:00 |\n| 收件人 | 张三 |\n| 主题 | 工单 |\n您好",
		"好的");
	/* Outlook */
	assert_fresh("仍然不行。\n\n________________________________\n发件人: 客服 "
		     "<kf@shop.example>\n"
		     "发送时间: 2026年1月2日 10:00\n收件人: 张三 <a@b.example>\n主题: 答复: "
		     "工单\n\n您好",
		     "仍然不行。");
	assert_fresh("仍然不行。\n\n发件人：客服 "
		     "[mailto:kf@shop.example]\n发送时间：2026年1月2日 10:00\n"
		     "收件人：张三\n抄送：李四\n主题：答复: 工单\n\n您好",
		     "仍然不行。");
	/* Foxmail */
	assert_fresh("已付款\n\n\n\nzhangsan@qq.example\n \n发件人： 客服\n发送时间： "
		     "2026-01-02 10:00\n"
		     "收件人： zhangsan\n主题： 工单\n您好",
		     "已付款\n\n\n\nzhangsan@qq.example");
	/* Alibaba's mail */
	assert_fresh(
		"谢谢\n------------------------------------------------------------------\n"
		"发件人：客服 <kf@shop.example>\n发送时间：2026年1月2日(星期五) 10:00\n"
		"收件人：张三 <a@b.example>\n主　题：Re: 工单\n\n您好",
		"谢谢");
	/* Gmail and Thunderbird in Chinese */
	assert_fresh(
		"收到了\n\n客服 <kf@shop.example> 于2026年1月2日周五 10:00写道：\n\n> 您好\n",
		"收到了");
	assert_fresh("收到了\n\n于 2026/1/2 10:00, 客服 写道:\n> 您好\n", "收到了");
	/* In Taiwan */
	assert_fresh("收到\n\n寄件者: 客服 <kf@shop.example>\n寄件日期: 2026年1月2日\n收件者: "
		     "張三\n主旨: 工單\n\n您好",
		     "收到");
}

static void phones_add_lines(void **state)
{
	(void)state;
	assert_fresh("催一下\n\n发自我的 iPhone\n\n> 在 2026年1月2日，10:00，客服 "
		     "<kf@shop.example> 写道：\n> \n> 您好",
		     "催一下");
	assert_fresh("催一下\n\n发自我的iPhone\n\n在 2026年1月2日，上午10:00，客服 "
		     "<kf@shop.example> 写道：\n\n您好",
		     "催一下");
	assert_fresh("好\n\n来自我的华为手机", "好");
	assert_fresh("好\n\n发自我的小米手机\n\n客服 <kf@shop.example> 于 2026年1月2日 10:00 "
		     "写道：\n> 您好",
		     "好");
	assert_fresh("ok\n\nGet Outlook for iOS\n________________________________\nFrom: S "
		     "<s@b.example>\n"
		     "Sent: Friday\nTo: x\nSubject: y\n\nhello",
		     "ok");
	assert_fresh("ok\n\n获取 Outlook for Android\n", "ok");
	assert_fresh("发自我的内心，感谢你们。", "发自我的内心，感谢你们。");
	assert_fresh("ok\n\n-- \nLi\nShop", "ok");
}

static void a_line_to_reply_above_cuts(void **state)
{
	(void)state;
	assert_fresh("mine\n\nOn Fri, Jan 2, 2026, Shop <a@b.example> wrote:\n"
		     "> -- Please reply above this line --\n> theirs\nfoot",
		     "mine");
	assert_fresh("我的\n-- 请在此行上方回复 --\n您好", "我的");
	assert_fresh("我的\n> -- 请在此行以上回复 --\n您好", "我的");
	assert_fresh("mine\n-- Please reply above this line --\ntheirs", "mine");
}

static void a_parcel_has_a_sender_too(void **state)
{
	(void)state;
	assert_fresh("我的快递有问题：\n发件人：张三\n收件人：李四\n物品：手机\n请处理",
		     "我的快递有问题：\n发件人：张三\n收件人：李四\n物品：手机\n请处理");
	assert_fresh("From: Beijing\nTo: Shanghai\nIt took two weeks.",
		     "From: Beijing\nTo: Shanghai\nIt took two weeks.");
	assert_fresh("On Monday I wrote:\nplease call me.",
		     "On Monday I wrote:\nplease call me.");
	assert_fresh("订单如下\n-----\n1. 手机\n-----\n谢谢",
		     "订单如下\n-----\n1. 手机\n-----\n谢谢");
	assert_fresh("I called twice\n--\nand nobody\nanswered, which\nis "
		     "bad\n\n1\n2\n3\n4\n5\n6\n7\n8\n9",
		     "I called twice\n--\nand nobody\nanswered, which\nis "
		     "bad\n\n1\n2\n3\n4\n5\n6\n7\n8\n9");
}

static void answers_between_quotes_stay(void **state)
{
	(void)state;
	assert_fresh("> when?\nyesterday\n> where?\nat home\n", "yesterday\n\nat home");
	assert_fresh("first\n\nOn 2026-01-02, A B <a@b.example> wrote:\n> one\n\nanswer\n\n> "
		     "two\n>\n> three\n",
		     "first\n\nanswer");
}

static void nothing_left_is_everything(void **state)
{
	(void)state;
	assert_fresh("> all\n> of it", "> all\n> of it");
	assert_fresh("发自我的 iPhone", "发自我的 iPhone");
	assert_fresh("", "");
	assert_fresh("\n \n", "");
}

static void what_is_forwarded_is_no_quote(void **state)
{
	const char *mail =
		"看看这个\n\n-----Original Message-----\nFrom: x <x@y.example>\nSent: Fri\n"
		"To: z\nSubject: s\n\n投诉内容";

	(void)state;
	assert_fresh_(mail, true, mail, __LINE__);
	assert_fresh(mail, "看看这个");
	assert_fresh("see\n\n---------- Forwarded message ---------\ncontent",
		     "see\n\n---------- Forwarded message ---------\ncontent");
}

struct spans {
	struct mime_span list[8];
	size_t n;
};

static void on_span(void *arg, struct mime_span s)
{
	struct spans *all = arg;

	assert_true(all->n < 8);
	all->list[all->n++] = s;
}

static void ranges_are_told(void **state)
{
	const char *text = "a\n> b\nc\n-- \nd";
	struct spans s = {.n = 0};
	struct heard_buf out;

	(void)state;
	heard_buf_init(&out, 100);
	assert_true(mime_strip(heard_str(text), false, &out, on_span, &s));
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[0].kind, MIME_QUOTED);
	assert_int_equal(s.list[0].begin, 2);
	assert_int_equal(s.list[0].end, 5);
	assert_int_equal(s.list[1].kind, MIME_SIGNATURE);
	assert_int_equal(s.list[1].begin, 8);
	assert_int_equal(s.list[1].end, 13);
	heard_buf_release(&out);
}

static void html_quotes_are_found(void **state)
{
	static const struct {
		const char *html, *fresh;
	} cases[] = {
		{"<div>新的</"
		 "div><div><includetail><div>------------------&nbsp;原始邮件&nbsp;------------"
		 "------"
		 "</div><div>发件人: x</div></includetail></div>",
		 "新的"},
		{"<div>新的</div><blockquote id=\"isReplyContent\">在 2026-01-02 "
		 "10:00:00，\"x\" &lt;a@b.example&gt; 写道："
		 "<br>旧的</blockquote>",
		 "新的"},
		{"<p>new</p><div id=\"divRplyFwdMsg\"><b>发件人:</b> x "
		 "&lt;a@b.example&gt;<br><b>发送时间:</b> y<br>"
		 "<b>收件人:</b> z</div><div>old</div>",
		 "new"},
		{"<div>new</div><div id=\"yahoo_quoted_1\"><div>On Friday, 2 January 2026, X "
		 "&lt;a@b.example&gt; "
		 "wrote:</div><div>old</div></div>",
		 "new"},
		{"a<blockquote style=\"margin:0 0 0 "
		 "40px;border:none;padding:0px\">indented</blockquote>b",
		 "a\n\nindented\n\nb"},
		{"<div>a</div><blockquote>q<blockquote>qq</blockquote></blockquote><div>b</"
		 "div>",
		 "a\n\nb"},
		{"<style>x</style><p>a &lt; b</p><script>1</script>", "a < b"},
		{"<blockquote><blockquote>x</blockquote></blockquote></blockquote></"
		 "blockquote>y",
		 "y"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char mail[2048];

		snprintf(mail, sizeof(mail),
			 "From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n%s",
			 cases[i].html);
		struct mime_message m = mime_of(mail);
		assert_text(m.fresh, cases[i].fresh);
		assert_true(m.is_html);
		mime_release(&m);
	}
}

/* Lines without end that look like something, in linear time: a test that hangs fails. */
static void hostile_text_takes_linear_time(void **state)
{
	static const char *const lines[] = {"--\n",
					    "-- \n",
					    "------------------\n",
					    "________________________\n",
					    "> \n",
					    "\n",
					    "On 1 wrote:\n",
					    "From: 1\n",
					    "From: 1\nSent: 1\n",
					    "a@b.c 1:11\n",
					    "发自我的\n",
					    "On ",
					    "请在",
					    "-",
					    ">",
					    "\xE3\x80\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (int forward = 0; forward < 2; forward++) {
			struct heard_buf text, out;

			heard_buf_init(&text, 2 << 20);
			heard_buf_init(&out, 4 << 20);
			while (text.len < 600000)
				heard_buf_puts(&text, lines[i]);
			assert_true(
				mime_strip(heard_buf_view(&text), forward, &out, NULL, NULL));
			heard_buf_release(&text);
			heard_buf_release(&out);
		}
}

/* ---- replies of real programs */

static const struct reply {
	const char *file, *lines; /* those of the text that are the writer's own */
} replies[] = {
	{"replies-eml/android.eml", "1"},
	{"replies-eml/aol.eml", "1"},
	{"replies-eml/apple_mail.eml", "1"},
	{"replies-eml/apple_mail_2.eml", "1"},
	{"replies-eml/comcast.eml", "1"},
	{"replies-eml/gmail.eml", "1"},
	{"replies-eml/hotmail.eml", "1"},
	{"replies-eml/iphone.eml", "1"},
	{"replies-eml/outlook.eml", "1"},
	{"replies-eml/sparrow.eml", "1"},
	{"replies-eml/thunderbird.eml", "3"},
	{"replies-eml/yahoo.eml", "1"},
	{"replies-html/gmail.html", "1-4"},
	{"replies-html/hotmail.html", "1-4"},
	{"replies-html/mail_ru.html", "1-4"},
	{"replies-html/ms_outlook_2003.html", "1-5"},
	{"replies-html/ms_outlook_2007.html", "1-5"},
	{"replies-html/ms_outlook_2010.html", "1-5"},
	{"replies-html/thunderbird.html", "1-4"},
	{"replies-html/windows_mail.html", "1-4"},
	{"replies-html/yandex_ru.html", "1-4"},
	{"replies-text/correct_sig.txt", "1"},
	{"replies-text/email_1_1.txt", "1-5"},
	{"replies-text/email_1_2.txt", "1,9-34"},
	{"replies-text/email_1_3.txt", "1-3"},
	{"replies-text/email_1_4.txt", "1"},
	{"replies-text/email_1_5.txt", "1-15"},
	{"replies-text/email_1_6.txt", "1"},
	{"replies-text/email_1_7.txt", "1"},
	{"replies-text/email_1_8.txt", "13,19"},
	{"replies-text/email_2_1.txt", "1"},
	{"replies-text/email_2_2.txt", "1"},
	{"replies-text/email_2_3.txt", "1"},
	{"replies-text/email_BlackBerry.txt", "1"},
	{"replies-text/email_bullets.txt", "1-9"},
	{"replies-text/email_gmail.txt", "1"},
	{"replies-text/email_headers_no_delimiter.txt", "1"},
	{"replies-text/email_iPhone.txt", "1"},
	{"replies-text/email_multi_word_sent_from_my_mobile_device.txt", "1"},
	{"replies-text/email_one_is_not_on.txt", "1-5"},
	{"replies-text/email_partial_quote_header.txt", "1-6"},
	{"replies-text/email_sent_from_my_not_signature.txt", "1-3"},
	{"replies-text/email_sig_delimiter_in_middle_of_line.txt", "1-7"},
	{"replies-text/greedy_on.txt", "1-6"},
	{"replies-text/pathological.txt", "1-2"},
};

static bool wanted(const char *lines, unsigned line)
{
	while (*lines) {
		char *end;
		unsigned long from = strtoul(lines, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		if (line >= from && line <= to)
			return true;
		lines = end + (*end == ',');
	}
	return false;
}

/* What is wanted, from the text itself: runs of lines, an empty line between them. */
static void pick(struct heard_str text, const char *lines, struct heard_buf *out)
{
	bool was_wanted = false;

	for (unsigned line = 1; text.len; line++) {
		const char *end = memchr(text.ptr, '\n', text.len);
		struct heard_str one = heard_str_n(text.ptr,
						   end ? (size_t)(end - text.ptr) : text.len);

		text = heard_str_skip(text, one.len + (end != NULL));
		if (wanted(lines, line)) {
			while (one.len && one.ptr[one.len - 1] == ' ')
				one.len--;
			heard_buf_puts(out, out->len == 0 ? "" : was_wanted ? "\n" : "\n\n");
			heard_buf_str(out, one);
			was_wanted = true;
		} else {
			was_wanted = false;
		}
	}
}

static bool is_right(const struct reply *r, const char *head, bool html_only)
{
	struct heard_buf bytes, want;
	char *plain;

	mime_load(head, r->file, &bytes);
	while (html_only && (plain = memmem(bytes.ptr, bytes.len, "text/plain", 10)) != NULL)
		memcpy(plain, "text/xxxxx", 10);
	struct mime_message m = mime_of_bytes(heard_buf_view(&bytes));
	heard_buf_init(&want, 1 << 20);
	pick(m.text, r->lines, &want);
	bool right = heard_str_eq(heard_buf_view(&want), m.fresh);
	if (!right)
		print_message("%s%s: not as wanted\n", r->file, html_only ? " (as HTML)" : "");
	heard_buf_release(&want);
	heard_buf_release(&bytes);
	mime_release(&m);
	return right;
}

static void replies_of_real_programs(void **state)
{
	static const char *const with_html[] = {"android", "aol",     "comcast", "gmail",
						"hotmail", "outlook", "sparrow"};
	unsigned all = 0, right = 0;

	(void)state;
	if (mime_data() == NULL) {
		print_message("skipped: there are no replies in $HEARD_DATA\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++, all++) {
		const char *head = strncmp(replies[i].file, "replies-html", 12) == 0
					   ? "From: a@b.example\nContent-Type: text/html; "
					     "charset=utf-8\n\n"
				   : strncmp(replies[i].file, "replies-text", 12) == 0
					   ? "From: a@b.example\nContent-Type: text/plain; "
					     "charset=utf-8\n\n"
					   : "";
		right += is_right(&replies[i], head, false);
	}
	for (size_t i = 0; i < sizeof(with_html) / sizeof(with_html[0]); i++, all++) {
		char file[64];
		struct reply r = {file, "1"};

		snprintf(file, sizeof(file), "replies-eml/%s.eml", with_html[i]);
		right += is_right(&r, "", true);
	}
	print_message("%u of %u replies stripped as wanted\n", right, all);
	assert_true(right * 100 >= all * 95);
}

static int setup(void **state)
{
	(void)state;
	mime_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chinese_programs_mark_their_quotes),
		cmocka_unit_test(phones_add_lines),
		cmocka_unit_test(a_line_to_reply_above_cuts),
		cmocka_unit_test(a_parcel_has_a_sender_too),
		cmocka_unit_test(answers_between_quotes_stay),
		cmocka_unit_test(nothing_left_is_everything),
		cmocka_unit_test(what_is_forwarded_is_no_quote),
		cmocka_unit_test(ranges_are_told),
		cmocka_unit_test(html_quotes_are_found),
		cmocka_unit_test(hostile_text_takes_linear_time),
		cmocka_unit_test(replies_of_real_programs),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
