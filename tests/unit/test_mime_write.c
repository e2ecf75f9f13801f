/* Mail as we write it: what is read back is what was written, nothing of a ticket gets
 * into a header, and our ids cannot be guessed. */
#include "mime_fixture.h"

static const struct mime_address to = {HEARD_STR("张三"), HEARD_STR("a@b.example")};

static struct mime_outgoing plain(void)
{
	return (struct mime_outgoing){
		.from = {HEARD_STR("客服"), HEARD_STR("kf@shop.example")},
		.to = {&to, 1},
		.subject = HEARD_STR("Re: 退款"),
		.date_ms = INT64_C(1767319200000),
		.message_id = HEARD_STR("<1@shop.example>"),
		.text = HEARD_STR("您好\n"),
	};
}

static struct heard_buf written(const struct mime_outgoing *out)
{
	struct heard_error err = {0};
	struct heard_buf mail;

	heard_buf_init(&mail, 4 << 20);
	if (mime_write(out, &mail, &err) != 0)
		fail_msg("%s", err.text);
	return mail;
}

/* Every line ends with CRLF, is ASCII and not longer than 998. */
static void assert_form(struct heard_str s)
{
	size_t column = 0;

	for (size_t i = 0; i < s.len; i++) {
		assert_true(s.ptr[i] == '\t' || s.ptr[i] == '\r' || s.ptr[i] == '\n' ||
			    (s.ptr[i] >= ' ' && s.ptr[i] < 0x7F));
		assert_int_equal(s.ptr[i] == '\n', i > 0 && s.ptr[i - 1] == '\r');
		column = s.ptr[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 998 + 1);
	}
	assert_true(s.len > 2 && s.ptr[s.len - 1] == '\n');
}

static bool holds(const struct heard_buf *b, const char *what)
{
	return memmem(b->ptr, b->len, what, strlen(what)) != NULL;
}

static void what_is_written_is_read_back(void **state)
{
	static const struct heard_str ids[] = {HEARD_STR("a@x"), HEARD_STR("<b@x>")};
	static const struct mime_header headers[] = {
		{HEARD_STR("X-Ticket"), HEARD_STR("工单 17")}};
	static const struct mime_attachment files[] = {{.name = HEARD_STR("发票 2026.pdf"),
							.type = HEARD_STR("application/pdf"),
							.bytes = HEARD_STR("\0\1\xff")}};
	struct mime_outgoing o = plain();

	(void)state;
	o.text = HEARD_STR_OF("您好，\n\n.dot\nFrom here = there  \r\nend");
	o.html = HEARD_STR_OF("<p>您好</p>");
	o.in_reply_to = HEARD_STR_OF("b@x");
	o.references = (struct mime_ids){ids, 2};
	o.headers = headers;
	o.n_headers = 1;
	o.attachments = files;
	o.n_attachments = 1;
	o.is_automatic = true;
	struct heard_buf mail = written(&o), again = written(&o);
	assert_true(heard_str_eq(heard_buf_view(&mail), heard_buf_view(&again)));
	assert_form(heard_buf_view(&mail));
	assert_true(holds(&mail, "\r\nAuto-Submitted: auto-replied\r\n"));
	assert_true(holds(&mail, "\r\nX-Auto-Response-Suppress: All\r\n"));
	assert_true(holds(&mail, "Date: Fri, 2 Jan 2026 02:00:00 +0000\r\n"));
	assert_true(holds(&mail, "\r\nX-Ticket: =?utf-8?B?"));
	struct mime_message m = mime_of_bytes(heard_buf_view(&mail));
	assert_text(m.from.name, "客服");
	assert_text(m.from.email, "kf@shop.example");
	assert_text(m.to.list[0].name, "张三");
	assert_text(m.subject, "Re: 退款");
	assert_int_equal(m.date_ms, o.date_ms);
	assert_text(m.message_id, "1@shop.example");
	assert_text(m.in_reply_to.list[0], "b@x");
	assert_int_equal(m.references.n, 2);
	assert_text(m.text, "您好，\n\n.dot\nFrom here = there  \nend");
	assert_text(m.attachments[0].name, "发票 2026.pdf");
	assert_int_equal(m.attachments[0].bytes.len, 3);
	assert_memory_equal(m.attachments[0].bytes.ptr, "\0\1\xff", 3);
	assert_int_equal(m.automatic, MIME_AUTO_REPLY);
	mime_release(&m);
	heard_buf_release(&mail);
	heard_buf_release(&again);
}

static void any_subject_comes_back(void **state)
{
	static const char *const subjects[] = {
		"",
		"x",
		"=?utf-8?B?eA==?=",
		"a  b",
		"\"quoted\" (x) <y>, z: w;",
		"很长的主题很长的主题很长的主题很长的主题很长的主题很长的主题很长的主题很长的主"
		"题很长的主题",
		"🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
		"long words that go on and on and on and on and on and on and on and on and on "
		"and on and on",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		struct mime_outgoing o = plain();
		struct mime_address from = {heard_str(subjects[i]),
					    HEARD_STR_OF("kf@shop.example")};

		o.subject = heard_str(subjects[i]);
		o.from = from;
		struct heard_buf mail = written(&o);
		assert_form(heard_buf_view(&mail));
		struct mime_message m = mime_of_bytes(heard_buf_view(&mail));
		/* One of several blanks stays. */
		assert_text(m.subject, strcmp(subjects[i], "a  b") == 0 ? "a b" : subjects[i]);
		assert_text(m.from.name,
			    strcmp(subjects[i], "a  b") == 0 ? "a b" : subjects[i]);
		assert_text(m.from.email, "kf@shop.example");
		mime_release(&m);
		heard_buf_release(&mail);
	}
}

static void any_text_comes_back(void **state)
{
	(void)state;
	for (size_t n = 0; n < 300; n++) {
		struct mime_outgoing o = plain();
		struct heard_buf text;

		heard_buf_init(&text, 8192);
		heard_buf_puts(&text, "a");
		for (size_t i = 0; i < n; i++)
			heard_buf_puts(&text, n % 3 == 0 ? "字" : n % 3 == 1 ? "=" : "x ");
		heard_buf_puts(&text, "z");
		o.text = heard_buf_view(&text);
		struct heard_buf mail = written(&o);
		assert_form(heard_buf_view(&mail));
		struct mime_message m = mime_of_bytes(heard_buf_view(&mail));
		assert_true(heard_str_eq(m.text, o.text));
		mime_release(&m);
		heard_buf_release(&mail);
		heard_buf_release(&text);
	}
}

static void assert_not_written_(const struct mime_outgoing *o, const char *says, int line)
{
	struct heard_error err = {0};
	struct heard_buf mail;

	heard_buf_init(&mail, 1 << 20);
	if (mime_write(o, &mail, &err) != -EINVAL || strstr(err.text, says) == NULL ||
	    mail.len != 0) {
		print_error("line %d: \"%s\"\n", line, err.text);
		fail();
	}
	heard_buf_release(&mail);
}
#define assert_not_written(o, says) assert_not_written_(&(o), says, __LINE__)

static void nothing_gets_into_a_header(void **state)
{
	struct mime_outgoing o = plain();
	struct mime_address bad = {HEARD_STR("x\r\nBcc: y"), HEARD_STR("a@b.example")};
	struct mime_header header = {HEARD_STR("X-A"), HEARD_STR("x\nBcc: y")};
	struct mime_attachment file = {.type = HEARD_STR("text/plain\r\nX: y")};
	const struct heard_str ids[] = {HEARD_STR("a@x>\r\nBcc: y")};

	(void)state;
	o.subject = HEARD_STR_OF("x\r\nBcc: y@z.example");
	assert_not_written(o, "Subject");
	o = plain();
	o.subject = HEARD_STR_OF("x\0y");
	assert_not_written(o, "Subject");
	o.subject = HEARD_STR_OF("\xff");
	assert_not_written(o, "not UTF-8");
	o = plain();
	o.to = (struct mime_addresses){&bad, 1};
	assert_not_written(o, "To");
	bad = (struct mime_address){HEARD_STR("x"),
				    HEARD_STR("a@b.example>\r\nBcc: <y@z.example")};
	assert_not_written(o, "To is no address");
	o.to.n = 0;
	assert_not_written(o, "nobody");
	o = plain();
	o.message_id = ids[0];
	assert_not_written(o, "Message-ID");
	o = plain();
	o.references = (struct mime_ids){ids, 1};
	assert_not_written(o, "References");
	o = plain();
	o.headers = &header;
	o.n_headers = 1;
	assert_not_written(o, "further header");
	header = (struct mime_header){HEARD_STR("Bcc"), HEARD_STR("y")};
	assert_not_written(o, "bcc");
	header = (struct mime_header){HEARD_STR("X A:"), HEARD_STR("y")};
	assert_not_written(o, "name");
	o = plain();
	o.attachments = &file;
	o.n_attachments = 1;
	assert_not_written(o, "type");
	o = plain();
	o.text = HEARD_STR_OF("\xff");
	assert_not_written(o, "text");
	o = plain();
	o.date_ms = HEARD_TIME_NONE;
	assert_not_written(o, "date");
}

static void a_mail_past_its_limit_is_an_error(void **state)
{
	struct mime_outgoing o = plain();
	struct heard_error err = {0};
	struct heard_buf mail;

	(void)state;
	heard_buf_init(&mail, 100);
	assert_int_equal(mime_write(&o, &mail, &err), -ENOMEM);
	heard_buf_release(&mail);
}

static void our_ids_cannot_be_guessed(void **state)
{
	const struct mime_key key = {"0123456789abcdef0123456789abcde"}, other = {"x"};
	char id[MIME_ID_SIZE], same[MIME_ID_SIZE], text[MIME_ID_SIZE];
	struct mime_id read;
	struct heard_error err = {0};

	(void)state;
	assert_int_equal(mime_id_make(&key, heard_str("T-12"), heard_str("e_7"),
				      heard_str("shop.example"), id, &err),
			 0);
	assert_int_equal(mime_id_make(&key, heard_str("T-12"), heard_str("e_7"),
				      heard_str("shop.example"), same, &err),
			 0);
	assert_string_equal(id, same);
	assert_true(mime_id_check(&key, heard_str(id), &read));
	assert_text(read.ticket, "T-12");
	assert_text(read.event, "e_7");
	assert_false(mime_id_check(&other, heard_str(id), &read));
	/* Without <>, elsewhere, in capitals: still ours.  Changed: not. */
	strcpy(text, id + 1);
	text[strlen(text) - 1] = '\0';
	assert_true(mime_id_check(&key, heard_str(text), &read));
	strcpy(strchr(text, '@'), "@else.example");
	assert_true(mime_id_check(&key, heard_str(text), &read));
	*strchr(text, '@') = '\0';
	assert_true(mime_id_check(&key, heard_str(text), &read));
	for (size_t i = 0; text[i]; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			text[i] = (char)(text[i] - 32);
	assert_true(mime_id_check(&key, heard_str(text), &read));
	for (size_t i = 1; id[i] != '@'; i++) {
		strcpy(text, id);
		text[i] = text[i] == '2' ? '3' : '2';
		assert_false(mime_id_check(&key, heard_str(text), &read));
	}
	for (size_t n = 0; n < strlen(id) - strlen("@shop.example>"); n++)
		assert_false(mime_id_check(&key, heard_str_n(id, n), &read));
	/* What is moved from the one to the other is another id. */
	assert_int_equal(mime_id_make(&key, heard_str("T-1"), heard_str("2e_7"),
				      heard_str("shop.example"), same, &err),
			 0);
	assert_true(memcmp(strchr(id, '@') - 24, strchr(same, '@') - 24, 24) != 0);
	assert_int_equal(mime_id_make(&key, heard_str("a.b"), heard_str("1"),
				      heard_str("x.example"), id, &err),
			 -EINVAL);
	assert_int_equal(mime_id_make(&key, heard_str(""), heard_str("1"),
				      heard_str("x.example"), id, &err),
			 -EINVAL);
	assert_int_equal(mime_id_make(&key, heard_str("1"), heard_str("1"), heard_str("x>\r\n"),
				      id, &err),
			 -EINVAL);
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
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(any_subject_comes_back),
		cmocka_unit_test(any_text_comes_back),
		cmocka_unit_test(nothing_gets_into_a_header),
		cmocka_unit_test(a_mail_past_its_limit_is_an_error),
		cmocka_unit_test(our_ids_cannot_be_guessed),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
