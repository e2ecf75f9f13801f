/*
 * test_letter.c - mails to records: which part is which field, and what stays secret.
 */
#define heard_keyed_hash   test_keyed_hash
#define heard_blob_allowed test_blob_allowed
#define heard_blob_put	   test_blob_put
#define heard_now	   test_now
#include "lib/letter/attach.c"
#include "lib/letter/cite.c"
#include "lib/letter/letter.c"
#include "lib/letter/name.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	struct letter letter;
	struct letter_options options;
	bool allows;
	struct heard_batch *batch;
	struct heard_record *r;
} t;

/* Of the purpose and the text, so that different ones differ. */
void test_keyed_hash(const struct heard_host *host, const char *purpose, struct heard_str text,
		     unsigned char out[32])
{
	uint64_t h = 14695981039346656037u;
	(void)host;
	for (; *purpose; purpose++)
		h = (h ^ (unsigned char)*purpose) * 1099511628211u;
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.ptr[i]) * 1099511628211u;
	for (size_t i = 0; i < 32; i++, h = h * 6364136223846793005u + 1)
		out[i] = (unsigned char)(h >> 56);
}

bool test_blob_allowed(const struct heard_host *host)
{
	(void)host;
	return t.allows;
}

int test_blob_put(struct heard_host *host, struct heard_str bytes, char name[HEARD_BLOB_NAME],
		  struct heard_error *err)
{
	(void)host, (void)err, (void)bytes;
	memset(name, 'a', HEARD_BLOB_NAME - 1);
	name[HEARD_BLOB_NAME - 1] = '\0';
	return 0;
}

int64_t test_now(const struct heard_host *host)
{
	(void)host;
	return 1800000000000;
}

static void decode(const char *mail)
{
	const struct letter_place at = {"INBOX uid 7", 7};
	struct heard_error err = {0};
	batch_destroy(t.batch);
	t.batch = batch_create(16 << 20);
	assert_int_equal(letter_decode(&t.letter, heard_str(mail), &at, t.batch, &err), 0);
	t.r = heard_batch_size(t.batch) ? heard_batch_at(t.batch, 0) : NULL;
}

static void field_is(enum heard_field field, const char *text)
{
	struct heard_str got = heard_get_str(t.r, field);
	if (!heard_str_is(got, text))
		fail_msg("field %d is <%.*s>, not <%s>", field, HEARD_ARG(got), text);
}

static struct heard_str attribute(const char *name)
{
	struct heard_value v = heard_family_get(t.r, HEARD_ATTRIBUTES, heard_str(name));
	return v.type == HEARD_STR_ ? v.str : heard_str_n(NULL, 0);
}

static const char *hash(const char *kind, const char *text)
{
	static char out[LETTER_HASH];
	letter_hash(NULL, kind, heard_str(text), out);
	return out;
}

static const char plain_mail[] =
	"From: =?gb2312?B?uL6/zQ==?= <Wang@Example.Net>\r\nTo: help@shop.example\r\n"
	"Reply-To: wang2@example.net\r\nSubject: Re: =?utf-8?B?5YyF6KO5?= late\r\n"
	"Message-ID: <m3@example.net>\r\nIn-Reply-To: <m2@example.net>\r\n"
	"References: <m1@example.net> <m2@example.net>\r\n"
	"Date: Thu, 1 Oct 2026 10:00:00 +0800\r\nContent-Type: text/plain; "
	"charset=utf-8\r\n\r\n"
	"It did not come.\r\n\r\nOn Mon, A <a@b.example> wrote:\r\n> old words\r\n";

static void a_long_subject_can_be_answered(void **state)
{
	struct letter_cite cite;
	char mail[30000] = "From: wang@example.net\r\nSubject: ab";
	size_t n = strlen(mail);
	(void)state;
	for (int i = 0; i < 8000; i++, n += 3)
		memcpy(mail + n, "退", 3);
	snprintf(mail + n, sizeof(mail) - n, "\r\n\r\nIt did not come.\r\n");
	decode(mail);
	assert_true(letter_cite_read(NULL, heard_get_str(t.r, HEARD_AUTHOR_ID), &cite));
	assert_true(heard_str_is(cite.reply_to, "wang@example.net"));
	assert_int_equal(cite.subject.len, 1022); /* no half character */
}

static void parts_become_fields(void **state)
{
	(void)state;
	struct letter_cite cite;
	decode(plain_mail);
	field_is(HEARD_CHANNEL, "email");
	field_is(HEARD_SUBJECT, "Re: 包裹 late");
	field_is(HEARD_BODY, "It did not come.");
	field_is(HEARD_SOURCE_ID, hash("message", "<m3@example.net>"));
	field_is(HEARD_IN_REPLY_TO, hash("message", "m2@example.net"));
	field_is(HEARD_THREAD, hash("message", "m1@example.net"));
	field_is(HEARD_AUTHOR_EMAIL, "Wang@example.net");
	assert_true(letter_cite_read(NULL, heard_get_str(t.r, HEARD_AUTHOR_ID), &cite));
	assert_true(heard_str_is(cite.reply_to, "wang2@example.net"));
	assert_true(heard_str_is(cite.message_id, "m3@example.net"));
	assert_true(heard_str_is(cite.references, "m1@example.net m2@example.net"));
	assert_true(heard_str_is(cite.to, "help@shop.example"));
	assert_true(heard_get_time(t.r, HEARD_CREATED_AT) != HEARD_TIME_NONE);
	assert_int_equal(attribute("mail.automatic").len, 0);
	assert_true(heard_str_is(attribute("mail.topic"), hash("topic", "包裹 LATE")));
}

static void the_same_mail_has_the_same_name_without_an_id(void **state)
{
	(void)state;
	static const char mail[] = "From: a@example.net\n\nhello\n";
	char first[LETTER_HASH] = "";
	decode(mail);
	struct heard_str id = heard_get_str(t.r, HEARD_SOURCE_ID);
	assert_int_equal(id.len, LETTER_HASH - 1);
	memcpy(first, id.ptr, id.len);
	decode(mail);
	field_is(HEARD_SOURCE_ID, first);
	decode("From: a@example.net\n\nhello!\n");
	assert_false(heard_str_is(heard_get_str(t.r, HEARD_SOURCE_ID), first));
}

static void automatic_mail_cannot_be_answered(void **state)
{
	(void)state;
	decode("From: a@example.net\nAuto-Submitted: auto-replied\nSubject: away\n\nI am "
	       "away\n");
	assert_true(heard_str_is(attribute("mail.automatic"), mime_auto_name(MIME_AUTO_REPLY)));
	assert_false(heard_has(t.r, HEARD_AUTHOR_ID));
	assert_true(heard_has(t.r, HEARD_AUTHOR_EMAIL));
}

static void an_id_of_ours_is_told_and_a_forged_one_is_not(void **state)
{
	(void)state;
	struct mime_key key;
	char id[MIME_ID_SIZE], mail[1024];
	struct heard_error err = {0};
	letter_key(NULL, &key);
	assert_int_equal(mime_id_make(&key, HEARD_STR_OF("17"), HEARD_STR_OF("answer-1"),
				      HEARD_STR_OF("shop.example"), id, &err),
			 0);
	snprintf(mail, sizeof(mail), "From: a@example.net\nIn-Reply-To: %s\n\nthanks\n", id);
	decode(mail);
	assert_true(heard_str_starts(attribute("mail.answers"), HEARD_STR_OF("heard.17.")));
	assert_null(memchr(attribute("mail.answers").ptr, '@', attribute("mail.answers").len));
	id[strcspn(id, "@") - 1] ^= 1;
	snprintf(mail, sizeof(mail), "From: a@example.net\nIn-Reply-To: %s\n\nthanks\n", id);
	decode(mail);
	assert_int_equal(attribute("mail.answers").len, 0);
}

static const char with_files[] =
	"From: a@example.net\nContent-Type: multipart/mixed; boundary=b\n\n"
	"--b\n\nsee\n--b\nContent-Type: text/html; name=x.html\n"
	"Content-Disposition: attachment; filename=x.html\n\n<script>\n"
	"--b\nContent-Type: image/png\nContent-Disposition: inline; filename=logo.png\n\nPNG\n"
	"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; "
	"filename=a.pdf\n\nPDF\n--b--\n";

static void files_are_kept_if_they_can_be_sealed(void **state)
{
	(void)state;
	decode(with_files);
	assert_false(heard_has(t.r, HEARD_ATTACHMENTS));
	assert_int_equal(
		heard_family_get(t.r, HEARD_ATTRIBUTES, HEARD_STR_OF("mail.left_out")).integer,
		2);
	t.allows = true;
	decode(with_files);
	struct heard_value v = heard_get(t.r, HEARD_ATTACHMENTS);
	assert_int_equal(v.files.n, 2); /* a logo is no attachment */
	assert_true(heard_str_is(v.files.at[0].type, "application/octet-stream"));
	assert_true(heard_str_is(v.files.at[1].type, "application/pdf"));
	t.allows = false;
}

static void what_is_no_mail_is_a_dead_letter(void **state)
{
	(void)state;
	decode("");
	assert_null(t.r);
	assert_int_equal(batch_dead_count(t.batch), 1);
}

static void citations_cannot_be_forged(void **state)
{
	(void)state;
	struct letter_cite in = {.reply_to = HEARD_STR("a@b"),
				 .subject = HEARD_STR("x\nreply-to evil@c")};
	struct letter_cite out;
	struct heard_buf b;
	heard_buf_init(&b, 1000);
	letter_cite_write(NULL, &in, &b);
	assert_true(letter_cite_read(NULL, heard_buf_view(&b), &out));
	assert_true(heard_str_is(out.reply_to, "a@b"));
	b.ptr[b.len - 2] ^= 1; /* somebody else's words */
	assert_false(letter_cite_read(NULL, heard_buf_view(&b), &out));
	assert_false(letter_cite_read(NULL, HEARD_STR_OF("openid-17"), &out));
	heard_buf_release(&b);
}

/* Not the first receiver, but ours, however it is written in the config. */
static void our_address_is_known_in_any_case(void **state)
{
	static const char *const own[] = {"Help@Shop.Example"};
	struct letter_options options = {
		.channel = "email", .max_size = 1 << 20, .max_text = 1 << 16};
	const struct letter_place at = {"INBOX uid 7", 7};
	struct heard_error err = {0};
	struct letter_cite cite;
	struct letter l;
	(void)state;
	options.own.at = (void *)own;
	options.own.n = 1;
	assert_int_equal(letter_init(&l, NULL, &options, &err), 0);
	batch_destroy(t.batch);
	t.batch = batch_create(16 << 20);
	assert_int_equal(letter_decode(&l,
				       HEARD_STR_OF("From: wang@example.net\n"
						    "To: li@example.net, help@shop.example\n"
						    "Subject: x\n\nIt leaks.\n"),
				       &at, t.batch, &err),
			 0);
	assert_true(letter_cite_read(
		NULL, heard_get_str(heard_batch_at(t.batch, 0), HEARD_AUTHOR_ID), &cite));
	assert_true(heard_str_is(cite.to, "help@shop.example"));
	letter_release(&l);
}

static int set_up(void **state)
{
	struct heard_error err = {0};
	(void)state;
	t.options = (struct letter_options){.channel = "email",
					    .max_size = 1 << 20,
					    .max_text = 1 << 16,
					    .attachments = {20, 1 << 20}};
	return letter_init(&t.letter, NULL, &t.options, &err);
}

static int tear_down(void **state)
{
	(void)state;
	batch_destroy(t.batch);
	letter_release(&t.letter);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_become_fields),
		cmocka_unit_test(a_long_subject_can_be_answered),
		cmocka_unit_test(the_same_mail_has_the_same_name_without_an_id),
		cmocka_unit_test(automatic_mail_cannot_be_answered),
		cmocka_unit_test(an_id_of_ours_is_told_and_a_forged_one_is_not),
		cmocka_unit_test(files_are_kept_if_they_can_be_sealed),
		cmocka_unit_test(what_is_no_mail_is_a_dead_letter),
		cmocka_unit_test(our_address_is_known_in_any_case),
		cmocka_unit_test(citations_cannot_be_forged),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
