/* Mail read as a message: headers, the choice of text, files, messages in messages,
 * invitations, limits. */
#include "mime_fixture.h"

#include "mime/encode.h"

static void headers_are_read(void **state)
{
	struct mime_message m = mime_of(
		"From: \"=?utf-8?B?5byg5LiJ?=\" <Zhang.San@Example.COM>\r\n"
		"To: a@b.example, \"Doe, John\" <j@b.example>\r\n"
		"Cc: team: x@b.example, y@b.example;\r\n"
		"Reply-To: <other@b.example>\r\n"
		"Delivered-To: kf@shop.example\r\n"
		"Return-Path: <bounce@b.example>\r\n"
		"Subject: Re: [#AB12CD] =?gb2312?B?zcu/7g==?=\r\n"
		"Date: Fri, 2 Jan 2026 10:00:00 +0800\r\n"
		"Message-ID: <1@b.example>\r\n"
		"In-Reply-To: Your message <0@shop.example>\r\n"
		"References: <a@x>\r\n <b@x>\t<0@shop.example>\r\n\r\n你好\r\n");

	(void)state;
	assert_text(m.from.name, "张三");
	assert_text(m.from.email, "Zhang.San@example.com");
	assert_int_equal(m.to.n, 2);
	assert_text(m.to.list[1].name, "Doe, John");
	assert_int_equal(m.cc.n, 2);
	assert_text(m.cc.list[0].email, "x@b.example");
	assert_text(m.reply_to.list[0].email, "other@b.example");
	assert_text(m.delivered_to.list[0].email, "kf@shop.example");
	assert_text(m.return_path.email, "bounce@b.example");
	assert_text(m.subject, "Re: [#AB12CD] 退款");
	assert_text(m.topic, "退款");
	assert_text(m.token, "AB12CD");
	assert_true(m.is_reply && !m.is_forward);
	assert_int_equal(m.date_ms, INT64_C(1767319200000));
	assert_text(m.message_id, "1@b.example");
	assert_text(m.in_reply_to.list[0], "0@shop.example");
	assert_int_equal(m.references.n, 3);
	assert_text(m.references.list[1], "b@x");
	assert_text(m.text, "你好");
	assert_int_equal(m.notes, 0);
	assert_int_equal(m.automatic, MIME_AUTO_NONE);
	mime_release(&m);
	mime_release(&m); /* once more does no harm */
}

static void assert_from_(const char *value, const char *name, const char *email, int line)
{
	char mail[2048];

	snprintf(mail, sizeof(mail), "From: %s\n\nx", value);
	struct mime_message m = mime_of(mail);
	assert_text_(m.from.name, name, __FILE__, line);
	assert_text_(m.from.email, email, __FILE__, line);
	mime_release(&m);
}
#define assert_from(value, name, email) assert_from_(value, name, email, __LINE__)

static void addresses_are_read_as_they_are_found(void **state)
{
	(void)state;
	assert_from("a@b.example", "", "a@b.example");
	assert_from("<a@b.example>", "", "a@b.example");
	assert_from("a@b.example (Li)", "Li", "a@b.example");
	assert_from("Li Si <a@b.example> (work)", "Li Si", "a@b.example");
	assert_from("Doe, John <a@b.example>", "Doe, John", "a@b.example");
	assert_from("=?utf-8?Q?Doe,_J?= <a@b.example>", "Doe, J", "a@b.example");
	assert_from("\"a\\\"b\" <a@b.example>", "a\"b", "a@b.example");
	assert_from("\"a@b.example\" <c@d.example>", "a@b.example", "c@d.example");
	assert_from("a@b.example <c@d.example>", "a@b.example", "c@d.example");
	assert_from("<@r1.example,@r2.example:a@b.example>", "", "a@b.example");
	assert_from("\xd5\xc5\xc8\xfd <a@b.example>", "张三", "a@b.example");
	assert_from("Li <a@b.example", "Li", "a@b.example");
	assert_from("'a@b.example'", "", "a@b.example");
	assert_from("<>", "", "");
	assert_from("undisclosed-recipients:;", "", "");
	assert_from("nobody", "nobody", "");
	assert_from("a b@c.example <x y>", "a b@c.example", "");
	assert_from("mailto:a@b.example", "", "a@b.example");
	assert_from("a@@b.example", "a@@b.example", "");
}

static void the_plain_one_of_two_is_taken(void **state)
{
	const char *head =
		"From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\n"
		"Content-Type: text/plain; charset=utf-8\n\n%s\n--b\n"
		"Content-Type: text/html; charset=utf-8\n\n<p>%s</p>\n--b--\n";
	static const struct {
		const char *plain, *html, *text;
	} cases[] = {
		{"plain", "html", "plain"},
		{"", "html", "html"},
		{" \n\u00a0", "html", "html"},
		{"Your mail program cannot show HTML", "what is said there is so much longer",
		 "what is said there is so much longer"},
		{"plain", "", "plain"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char mail[1024];

		snprintf(mail, sizeof(mail), head, cases[i].plain, cases[i].html);
		struct mime_message m = mime_of(mail);
		assert_text(m.text, cases[i].text);
		assert_int_equal(m.n_attachments, 0);
		mime_release(&m);
	}
}

static void files_are_kept_with_their_names(void **state)
{
	struct mime_message m = mime_of(
		"From: a@b.example\nContent-Type: multipart/mixed; "
		"boundary=b\n\n--b\n\ntext\n--b\n"
		"Content-Type: image/PNG; "
		"name=\"=?gbk?B?zbzGrC5wbmc=?=\"\nContent-Disposition: inline\n"
		"Content-ID: <c1>\nContent-Transfer-Encoding: base64\n\nAAEC\n--b\n"
		"Content-Type: application/pdf\nContent-Disposition: attachment;\n"
		" filename*0*=utf-8''%E5%8F%91;\n filename*1*=%E7%A5%A8;\n "
		"filename*2=\".pdf\"\n"
		"Content-Transfer-Encoding: quoted-printable\n\na=3Db\n--b\n"
		"Content-Type: text/plain; name=\"../../etc/passwd\"\nContent-Disposition: "
		"attachment\n\nfile\n--b\n"
		"Content-Type: application/octet-stream; name=a.uu\nContent-Transfer-Encoding: "
		"x-uuencode\n\n"
		"begin 644 a.txt\n#86)C\n`\nend\n--b\n"
		"Content-Type: application/ms-tnef; name=winmail.dat\n\nx\n--b\n"
		"Content-Type: application/pgp-signature\n\nx\n--b--\n");

	(void)state;
	assert_text(m.text, "text");
	assert_int_equal(m.n_attachments, 5);
	assert_text(m.attachments[0].name, "图片.png");
	assert_text(m.attachments[0].type, "image/png");
	assert_text(m.attachments[0].cid, "c1");
	assert_true(m.attachments[0].is_inline);
	assert_int_equal(m.attachments[0].bytes.len, 3);
	assert_memory_equal(m.attachments[0].bytes.ptr, "\0\1\2", 3);
	assert_text(m.attachments[1].name, "发票.pdf");
	assert_false(m.attachments[1].is_inline);
	assert_text(m.attachments[1].bytes, "a=b");
	assert_text(m.attachments[2].name, "passwd");
	assert_text(m.attachments[3].bytes, "abc");
	assert_true(m.notes & MIME_NOTE_WINMAIL);
	mime_release(&m);
}

static void text_in_pieces_is_one(void **state)
{
	struct mime_message m = mime_of("From: a@b.example\nContent-Type: multipart/mixed; "
					"boundary=b\n\n--b\n\nabove\n--b\n"
					"Content-Type: image/jpeg\nContent-Disposition: "
					"inline; filename=a.jpg\n\nx\n--b\n\nbelow\n--b--\n");

	(void)state;
	assert_text(m.text, "above\n\nbelow");
	assert_int_equal(m.n_attachments, 1);
	mime_release(&m);
}

static void a_forwarded_message_is_read(void **state)
{
	struct mime_message m = mime_of(
		"From: a@b.example\nSubject: Fwd: x\nContent-Type: multipart/mixed; "
		"boundary=b\n\n--b\n\nsee below\n"
		"--b\nContent-Type: message/rfc822\n\nFrom: c@d.example\nSubject: "
		"=?utf-8?B?5oqV6K+J?=\n"
		"Content-Type: multipart/mixed; boundary=c\n\n--c\n\n> not a quote "
		"here\nbad\n--c\n"
		"Content-Type: image/gif; name=a.gif\n\nx\n--c--\n--b--\n");

	(void)state;
	assert_text(m.from.email, "a@b.example");
	assert_text(m.text,
		    "see below\n\n---------- Forwarded message ----------\nFrom: c@d.example\n"
		    "Subject: 投诉\n\n> not a quote here\nbad");
	assert_text(m.fresh,
		    "see below\n\n---------- Forwarded message ----------\nFrom: c@d.example\n"
		    "Subject: 投诉\n\n> not a quote here\nbad");
	assert_int_equal(m.n_attachments, 1);
	mime_release(&m);
}

static void an_invitation_is_read(void **state)
{
	struct mime_message m = mime_of(
		"From: a@b.example\nContent-Type: text/calendar; method=REQUEST; "
		"charset=utf-8\n\n"
		"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nDTSTART:"
		"19700101T000000\nEND:VTIMEZONE\n"
		"BEGIN:VEVENT\nSUMMARY;LANGUAGE=zh:上门\n 维修\\, "
		"空调\nDTSTART;TZID=\"a:b\":20260102T100000\n"
		"DTEND:20260102T110000\nLOCATION:家\nEND:VEVENT\nEND:VCALENDAR\n");

	(void)state;
	assert_text(m.calendar.method, "REQUEST");
	assert_text(m.calendar.summary, "上门维修, 空调");
	assert_text(m.calendar.begin, "20260102T100000");
	assert_text(m.calendar.location, "家");
	assert_text(m.text, "上门维修, 空调\n20260102T100000 - 20260102T110000\n家");
	mime_release(&m);
}

static void flowed_text_is_joined(void **state)
{
	struct mime_message m = mime_of(
		"From: a@b.example\nContent-Type: text/plain; format=flowed\n\n"
		"one \ntwo\n> a \n> b\n-- \nme\n");

	(void)state;
	assert_text(m.text, "one two\n> a b\n-- \nme");
	assert_text(m.fresh, "one two");
	mime_release(&m);
}

static void broken_mail_is_salvaged(void **state)
{
	static const struct {
		const char *mail, *text;
	} cases[] = {
		{"just text\nwithout a header\n", "just text\nwithout a header"},
		{"From a@b.example Fri Jan  2 10:00:00 2026\nFrom: a@b.example\n\nx", "x"},
		{"\n\nFrom: a@b.example\n\nx", "x"},
		{"Content-Type: multipart/mixed; boundary=a\n\n--b\nContent-Type: "
		 "text/html\n\n<p>x\n--b--\n",
		 "x"},
		{"Content-Type: multipart/mixed\n\nloose", "loose"},
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end", "no end"},
		{"Content-Type: text/plain; charset=\"utf-8\nContent-Transfer-Encoding: "
		 "base64\n\neA==",
		 "x"},
		{"Content-Transfer-Encoding: base64\n\neA", "x"},
		{"Content-Transfer-Encoding: quoted-printable\n\na=ZZb=\n=", "a=ZZb"},
		{"Content-Type: garbage\n\nx", "x"},
		{"Content-Type: text/html; charset=gb2312\n\n<p>\xc4\xe3\xba\xc3", "你好"},
		{"Content-Type: text/html\n\n<meta charset=gbk><p>\xc4\xe3\xba\xc3", "你好"},
		{"Subject: x\n\na\rb\r\nc", "a\nb\nc"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mime_message m = mime_of(cases[i].mail);

		assert_text(m.text, cases[i].text);
		mime_release(&m);
	}
}

static void assert_refused_(struct heard_str mail, const struct mime_limits *limits, int code,
			    int line)
{
	struct heard_error err = {0};
	struct mime_message m;
	int rc = mime_read(mail, limits, NULL, &m, &err);

	if (rc != -code || err.text[0] == '\0') {
		print_error("rc %d, line %d\n", rc, line);
		fail();
	}
}
#define assert_refused(mail, limits, code) assert_refused_(mail, limits, code, __LINE__)

static void what_holds_nothing_is_refused_in_a_sentence(void **state)
{
	struct mime_limits small = MIME_LIMITS_DEFAULT;

	(void)state;
	assert_refused(HEARD_STR_OF(""), &mime_limits, EBADMSG);
	assert_refused(HEARD_STR_OF(" \r\n\n"), &mime_limits, EBADMSG);
	assert_refused(HEARD_STR_OF("\0\1\2\3"), &mime_limits, EBADMSG);
	small.max_size = 10;
	assert_refused(HEARD_STR_OF("From: a@b.example\n\nx"), &small, EMSGSIZE);
	small.max_size = 1 << 20;
	small.max_memory = 100;
	assert_refused(HEARD_STR_OF("From: a@b.example\n\nx"), &small, ENOMEM);
}

static void limits_cut_and_say_so(void **state)
{
	struct mime_limits small = MIME_LIMITS_DEFAULT;
	struct heard_error err = {0};
	struct mime_message m;
	const char *mail =
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n你好，世界\n--b\n"
		"Content-Type: image/gif\n\nx\n--b\nContent-Type: image/gif\n\ny\n--b--\n";

	(void)state;
	small.max_text = 7;
	small.max_attachments = 1;
	assert_int_equal(mime_read(heard_str(mail), &small, NULL, &m, &err), 0);
	assert_text(m.text, "你好");
	assert_int_equal(m.n_attachments, 1);
	assert_int_equal(m.notes, MIME_NOTE_TEXT_CUT | MIME_NOTE_ATTACHMENTS);
	mime_release(&m);
	small.max_parts = 2;
	assert_int_equal(mime_read(heard_str(mail), &small, NULL, &m, &err), 0);
	assert_true(m.notes & MIME_NOTE_PARTS);
	mime_release(&m);
	small.max_depth = 0;
	assert_int_equal(mime_read(heard_str(mail), &small, NULL, &m, &err), 0);
	assert_true(m.notes & MIME_NOTE_TOO_DEEP);
	assert_true(m.notes & MIME_NOTE_NO_TEXT);
	mime_release(&m);
	for (unsigned bit = 0; bit < 12; bit++)
		assert_string_not_equal(mime_note_text((enum mime_note)(1u << bit)),
					"unknown note");
}

/* What is nested and encoded is no line like a boundary until it is decoded. */
static void a_bomb_in_a_nested_message_is_left_out(void **state)
{
	static const struct {
		const char *head, *again;
	} bombs[] = {{"Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n"},
		     {"Content-Type: multipart/mixed; boundary=b\n\n--b\n", "a:\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
		struct heard_buf inner, mail;

		heard_buf_init(&inner, 64 << 20);
		heard_buf_init(&mail, 64 << 20);
		heard_buf_puts(&inner, bombs[i].head);
		for (int k = 0; k < 500000; k++)
			heard_buf_puts(&inner, bombs[i].again);
		heard_buf_puts(&mail, "From: a@b.example\nContent-Type: message/rfc822\n"
				      "Content-Transfer-Encoding: base64\n\n");
		mime_put_base64(heard_buf_view(&inner), &mail);
		struct mime_message m = mime_of_bytes(heard_buf_view(&mail));
		assert_true(m.notes & MIME_NOTE_PARTS);
		assert_text(m.from.email, "a@b.example");
		mime_release(&m);
		/* As the mail itself it is an error. */
		struct heard_error err = {0};
		assert_int_equal(
			mime_read(heard_buf_view(&inner), &mime_limits, NULL, &m, &err),
			-EBADMSG);
		heard_buf_release(&inner);
		heard_buf_release(&mail);
	}
}

static int read_repeated(const char *head, const char *again, int times)
{
	struct heard_error err = {0};
	struct heard_buf mail;
	struct mime_message m;

	heard_buf_init(&mail, 64 << 20);
	heard_buf_puts(&mail, head);
	for (int i = 0; i < times; i++)
		heard_buf_puts(&mail, again);
	heard_buf_puts(&mail, "\nx");
	int rc = mime_read(heard_buf_view(&mail), &mime_limits, NULL, &m, &err);
	if (rc == 0)
		mime_release(&m);
	heard_buf_release(&mail);
	return rc;
}

/* What GMime would make of it is more than 64 MB, of a megabyte or less. */
static void a_mail_that_would_take_much_memory_is_refused(void **state)
{
	const char *mixed = "Content-Type: multipart/mixed; boundary=b\n\n";

	(void)state;
	assert_int_equal(read_repeated(mixed, "--b\n\n", 40000), 0);
	assert_int_equal(read_repeated(mixed, "--b\n\n", 50000), -EBADMSG);
	assert_int_equal(read_repeated("Content-Type: multipart/mixed; boundary*=''b\n\n",
				       "--b\n\n", 50000),
			 -EBADMSG);
	assert_int_equal(read_repeated(mixed, "--b\na:\n\n", 40000), -EBADMSG);
	assert_int_equal(read_repeated("Content-Type: multipart/mixed; boundary=b\n\n--b\n",
				       "a:\n", 150000),
			 -EBADMSG);
	assert_int_equal(read_repeated("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
				       "Content-Type: a/b",
				       "; a=b", 150000),
			 -EBADMSG);
}

/* Logs and patches in a mail are text, whatever their lines look like. */
static void a_long_log_is_no_bomb(void **state)
{
	(void)state;
	assert_int_equal(read_repeated("From: a@b.example\n\n", "12:00:00; a: b\n", 500000), 0);
	assert_int_equal(read_repeated("From: a@b.example\n\n", "--- a/b\n+++ a: b\n", 200000),
			 0);
	assert_int_equal(read_repeated("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n",
				       "12:00:00; a: b\n", 500000),
			 0);
}

/* The trees of messages in messages are there at the same time: their sum counts. */
static void bombs_in_a_row_are_one(void **state)
{
	struct heard_buf mail, inner;
	struct mime_message m;

	(void)state;
	heard_buf_init(&mail, 64 << 20);
	for (int level = 0; level < 3; level++) {
		heard_buf_init(&inner, 64 << 20);
		heard_buf_puts(&inner, "From: a@b.example\nSubject: s\nContent-Type: "
				       "multipart/mixed; boundary=b\n\n--b\n"
				       "Content-Type: message/rfc822\n"
				       "Content-Transfer-Encoding: base64\n\n");
		mime_put_base64(level ? heard_buf_view(&mail) : HEARD_STR_OF("Subject: x\n\nx"),
				&inner);
		for (int i = 0; i < 20000; i++)
			heard_buf_puts(&inner, "--b\n\n");
		heard_buf_release(&mail);
		mail = inner;
	}
	m = mime_of_bytes(heard_buf_view(&mail));
	assert_true(m.notes & MIME_NOTE_PARTS);
	assert_text(m.subject, "s");
	mime_release(&m);
	heard_buf_release(&mail);
}

/* Each message is held while the one in it is decoded. */
static void messages_in_messages_do_not_pile_up(void **state)
{
	struct mime_limits small = mime_limits;
	struct heard_error err = {0};
	struct mime_message m;
	struct heard_buf mail;

	(void)state;
	small.max_memory = 1 << 20;
	heard_buf_init(&mail, 8 << 20);
	heard_buf_puts(&mail, "From: a@b.example\n");
	for (int i = 0; i < 10; i++)
		heard_buf_puts(&mail, "Content-Type: message/rfc822\n\n");
	heard_buf_puts(&mail, "Subject: x\n\n");
	for (int i = 0; i < 400 << 10; i++)
		heard_buf_puts(&mail, "x");
	assert_int_equal(mime_read(heard_buf_view(&mail), &small, NULL, &m, &err), 0);
	assert_true(m.notes & MIME_NOTE_TOO_DEEP);
	mime_release(&m);
	heard_buf_release(&mail);
}

/* Each is repeated to some megabytes; a stall shows as a test that does not end. */
static void hostile_mail_ends(void **state)
{
	static const struct {
		const char *head, *again, *tail;
	} cases[] = {
		{"From: ", "a:", "\n\nx"},
		{"From: ", "(", "\n\nx"},
		{"From: ", "a,", "\n\nx"},
		{"To: ", "=?a?", "\n\nx"},
		{"To: ", "\"a\" <a@b.example>,", "\n\nx"},
		{"To: ", "@:", "\n\nx"},
		{"Subject: ", "=?utf-8?q?", "\n\nx"},
		{"Subject: ", "Re:", "\n\nx"},
		{"Subject: ", "[#", "\n\nx"},
		{"References: ", "<a@b>", "\n\nx"},
		{"References: ", "<", "\n\nx"},
		{"From: a@b.example\n", "Content-Type: message/rfc822\n\n", "x"},
		{"From: a@b.example\n", "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
		 "x"},
		{"Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", "--b--"},
		{"Content-Type: multipart/mixed; boundary=b\n\n", "--c\n", ""},
		{"Content-Type: text/plain", "; a*0=b", "\n\nx"},
		{"Content-Type: image/png; name=\"", "=?utf-8?q?a?=", "\"\n\nx"},
		{"Content-Type: text/html\n\n", "<blockquote>", "x"},
		{"Content-Type: text/html\n\n", "<blockquote>a<br>", "x"},
		{"Content-Type: text/html\n\n", "<div id=\"", "x"},
		{"Content-Type: text/html\n\n", "<hr id=\"stopSpelling\">", "x"},
		{"Content-Type: text/calendar\n\n", "BEGIN:VEVENT\n ", "x"},
		{"Content-Type: message/delivery-status\n\n", "Action: a\n\n", "x"},
		{"", "a: b\n", "\nx"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_buf mail;
		struct heard_error err = {0};
		struct mime_message m;

		heard_buf_init(&mail, 4 << 20);
		heard_buf_puts(&mail, cases[i].head);
		while (mail.len < (2 << 20) - 4096)
			heard_buf_puts(&mail, cases[i].again);
		heard_buf_puts(&mail, cases[i].tail);
		int rc = mime_read(heard_buf_view(&mail), &mime_limits, NULL, &m, &err);
		assert_true(rc == 0 || err.text[0] != '\0');
		if (rc == 0)
			mime_release(&m);
		heard_buf_release(&mail);
	}
}

/* ---- topics */

static void assert_topic_(const char *subject, const char *topic, const char *token, int line)
{
	struct mime_topic t = mime_topic(heard_str(subject));

	assert_text_(t.topic, topic, __FILE__, line);
	assert_text_(t.token, token, __FILE__, line);
}
#define assert_topic(subject, topic, token) assert_topic_(subject, topic, token, __LINE__)

static void prefixes_are_no_topic(void **state)
{
	(void)state;
	assert_topic("Re: Fwd: RE[5]: fw: x", "x", "");
	assert_topic("回复：答复: 转发：退款", "退款", "");
	assert_topic("回复[2]： 退款", "退款", "");
	assert_topic("Re(2): Re^3: x", "x", "");
	assert_topic("Re : x", "x", "");
	assert_topic("AW: WG: SV: x", "x", "");
	assert_topic("自动回复: x", "x", "");
	assert_topic("Regarding: x", "Regarding: x", "");
	assert_topic("Re", "Re", "");
	assert_topic("Re:", "", "");
	assert_topic("", "", "");
	assert_topic("[#AB-12_cd] Re: x [#ZZZZ]", "x", "AB-12_cd");
	assert_topic("回复: [#T1234]退款", "退款", "T1234");
	assert_topic("a [#T1234] b", "a [#T1234] b", "T1234");
	assert_topic("[#abc] x", "[#abc] x", "");
	assert_topic("[list] Re: x", "[list] Re: x", "");
	assert_true(mime_topic_same(heard_str("A  b"), heard_str("a b")));
	assert_true(mime_topic_same(heard_str("退款\u3000"), heard_str("退款")));
	assert_false(mime_topic_same(heard_str("a"), heard_str("ab")));
	assert_true(mime_topic_same(heard_str(""), heard_str(NULL)));
	assert_true(mime_topic(heard_str("转发: x")).is_forward);
	assert_false(mime_topic(heard_str("转发: x")).is_reply);
}

static int setup(void **state)
{
	(void)state;
	mime_init();
	mime_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(addresses_are_read_as_they_are_found),
		cmocka_unit_test(the_plain_one_of_two_is_taken),
		cmocka_unit_test(files_are_kept_with_their_names),
		cmocka_unit_test(text_in_pieces_is_one),
		cmocka_unit_test(a_forwarded_message_is_read),
		cmocka_unit_test(an_invitation_is_read),
		cmocka_unit_test(flowed_text_is_joined),
		cmocka_unit_test(broken_mail_is_salvaged),
		cmocka_unit_test(what_holds_nothing_is_refused_in_a_sentence),
		cmocka_unit_test(limits_cut_and_say_so),
		cmocka_unit_test(a_bomb_in_a_nested_message_is_left_out),
		cmocka_unit_test(messages_in_messages_do_not_pile_up),
		cmocka_unit_test(a_mail_that_would_take_much_memory_is_refused),
		cmocka_unit_test(a_long_log_is_no_bomb),
		cmocka_unit_test(bombs_in_a_row_are_one),
		cmocka_unit_test(hostile_mail_ends),
		cmocka_unit_test(prefixes_are_no_topic),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
