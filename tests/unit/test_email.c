/*
 * test_email.c - the parts of output email that need no relay: words, templates, the
 * book, what a server said, and mails as they are composed.
 *
 * The plugin's own files are compiled in.
 */
#include "output/email/book.c"
#undef STATEMENTS
#include "output/email/builtin.c"
#include "output/email/compose.c"
#include "output/email/said.c"
#include "output/email/template.c"

#include "output/email/outbox.h"

#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static struct heard_error err;

/* ---- said.c */

static void check_said(const char *said, const char *wanted)
{
	char out[100];
	said_plain(heard_str(said), "ann.lee@customer.test", out, sizeof(out));
	assert_string_equal(out, wanted);
}

static void test_words_of_a_server_lose_addresses(void **state)
{
	(void)state;
	check_said("5.1.1 <ann.lee@customer.test>: unknown", "5.1.1 <(address)>: unknown");
	check_said("no mailbox for Ann.Lee here", "no mailbox for (address) here");
	check_said("to=a@b,relay=c", "to=(address),relay=c");
	check_said("  a\r\nb\x01"
		   "c\xc3\xa9 ",
		   "a  b c??");
	check_said("", "");
	check_said("@", "(address)");
}

static void test_words_of_a_server_are_cut(void **state)
{
	char out[9];
	(void)state;
	said_plain(HEARD_STR_OF("a@b c d"), NULL, out, sizeof(out));
	assert_string_equal(out, "(address");
	said_plain(HEARD_STR_OF("0123456789"), "x@y", out, sizeof(out));
	assert_string_equal(out, "01234567");
}

static void test_who_is_nobody(void **state)
{
	static const char *const others[] = {"5.1.0", "5.1.7", "5.1.8", "5.7.1", "5.2.2",
					     "5.4.5", "5.0.0", "4.1.1", ""};
	(void)state;
	assert_true(said_nobody(HEARD_STR_OF("5.1.1")));
	assert_true(said_nobody(HEARD_STR_OF("5.1.10")));
	assert_true(said_nobody(HEARD_STR_OF("5.2.1")));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(said_nobody(heard_str(others[i])));
}

static void test_a_status_is_one(void **state)
{
	(void)state;
	assert_true(heard_str_is(letter_status(HEARD_STR_OF("5.1.10")), "5.1.10"));
	assert_int_equal(letter_status(HEARD_STR_OF("5.1")).len, 0);
	assert_int_equal(letter_status(HEARD_STR_OF("..")).len, 0);
	assert_int_equal(letter_status(HEARD_STR_OF("5.1.")).len, 0);
	assert_int_equal(letter_status(HEARD_STR_OF("5.1.1.1")).len, 0);
	assert_int_equal(letter_status(HEARD_STR_OF("5.1.1\"")).len, 0);
	assert_int_equal(letter_status(HEARD_STR_OF("5.1.1\x1b")).len, 0);
	assert_int_equal(letter_status(HEARD_STR_OF("5.1234.56789")).len, 0);
	assert_int_equal(letter_status(heard_str_n(NULL, 0)).len, 0);
}

/* ---- template.c */

static const char *write_text(const char *source, enum template_form form,
			      const struct heard_str *values)
{
	static char out[4096];
	struct templates t = {.own = {{{NULL}}}};
	struct heard_buf buf;
	t.own[0][0][form] = (char *)(uintptr_t)source;
	heard_buf_init(&buf, sizeof(out) - 1);
	heard_buf_puts(&buf, "");
	template_write(&t, 0, 0, form, values, &buf);
	snprintf(out, sizeof(out), "%s", buf.ptr);
	heard_buf_release(&buf);
	return out;
}

static void test_values_and_sections(void **state)
{
	struct heard_str v[TEMPLATE_VALUE_COUNT] = {
		[TEMPLATE_TICKET] = HEARD_STR("17"),
		[TEMPLATE_TEXT] = HEARD_STR("a<b>\n\"c\" & {{due}}")};
	(void)state;
	assert_string_equal(write_text("#{{ticket}}.", TEMPLATE_PLAIN, v), "#17.");
	assert_string_equal(write_text("{{#due}}by {{due}}{{/due}}x", TEMPLATE_PLAIN, v), "x");
	assert_string_equal(
		write_text("{{#due}}a{{#ticket}}b{{/ticket}}c{{/due}}{{#ticket}}d{{/ticket}}",
			   TEMPLATE_PLAIN, v),
		"d");
	assert_string_equal(
		write_text("{{#ticket}}a{{#due}}b{{/due}}c{{/ticket}}", TEMPLATE_PLAIN, v),
		"ac");
	assert_string_equal(write_text("{{text}}", TEMPLATE_PLAIN, v), "a<b>\n\"c\" & {{due}}");
	assert_string_equal(write_text("{{text}}", TEMPLATE_HTML, v),
			    "a&lt;b&gt;<br>\n&quot;c&quot; &amp; {{due}}");
	assert_string_equal(write_text("{{text}}", TEMPLATE_SUBJECT, v),
			    "a<b> \"c\" & {{due}}");
}

static void test_faults_of_a_template_have_a_line(void **state)
{
	(void)state;
	assert_int_equal(check("t", "a\n{{tikcet}}", &err), -EINVAL);
	assert_int_equal(err.line, 2);
	assert_int_equal(check("t", "{{#due}}", &err), -EINVAL);
	assert_int_equal(check("t", "{{/due}}", &err), -EINVAL);
	assert_int_equal(check("t", "{{#due}}{{/link}}", &err), -EINVAL);
	assert_int_equal(check("t", "{{due", &err), -EINVAL);
	assert_int_equal(
		check("t",
		      "{{#due}}{{#due}}{{#due}}{{#due}}{{#due}}{{#due}}{{#due}}{{#due}}"
		      "{{#due}}",
		      &err),
		-EINVAL);
	assert_int_equal(check("t", "{{#due}}{{due}}{{/due}} } { {{ticket}}", &err), 0);
}

static void test_a_section_stays_in_its_form(void **state)
{
	char bad[] = "Subject: {{#due}}a\n\nb{{/due}}", good[] = "Subject: a\n\n{{due}}";
	char *to[TEMPLATE_FORMS] = {NULL};
	(void)state;
	assert_int_equal(check("t", bad, &err), 0);
	assert_int_equal(split("t", bad, to, &err), -EINVAL);
	for (int i = 0; i < TEMPLATE_FORMS; i++)
		free(to[i]);
	assert_int_equal(split("t", good, to, &err), 0);
	assert_string_equal(to[TEMPLATE_SUBJECT], "a");
	assert_string_equal(to[TEMPLATE_PLAIN], "{{due}}");
	for (int i = 0; i < TEMPLATE_FORMS; i++)
		free(to[i]);
}

static void test_what_is_built_in_is_good(void **state)
{
	(void)state;
	for (int kind = 0; kind < TEMPLATE_KINDS; kind++)
		for (int lang = 0; lang < TEMPLATE_LANGS; lang++)
			for (int form = 0; form < TEMPLATE_FORMS; form++) {
				const char *s = template_builtin[kind][lang][form];
				assert_non_null(s);
				assert_int_equal(check("built in", s, &err), 0);
				assert_true(text_is_valid(heard_str(s)));
			}
}

/* ---- book.c */

static char folder[] = "/tmp/heard-email.XXXXXX";

static int open_book(void **state)
{
	char path[100];
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/email.db", folder);
	*state = book_open(path, true, &err);
	return *state ? 0 : -1;
}

static int close_book(void **state)
{
	char command[100];
	book_close(*state);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void note_mail(struct book *b, unsigned char n, const char *address, int64_t at)
{
	unsigned char key[BOOK_KEY] = {n};
	char id[32];
	snprintf(id, sizeof(id), "Heard.1.E%d.hash", n);
	struct book_mail m = {
		.key = key, .id = heard_str(id), .address = address, .is_automatic = true};
	assert_int_equal(book_note(b, &m, at, &err), 0);
}

static void test_book_counts(void **state)
{
	struct book *b = *state;
	unsigned char key[BOOK_KEY] = {1};
	int64_t n, first;
	bool has;
	for (unsigned char i = 1; i <= 5; i++)
		note_mail(b, i, i % 2 ? "odd" : "even", 1000 * i);
	note_mail(b, 5, "odd", 9000); /* again: nothing changes */
	assert_int_equal(book_has(b, key, &has, &err), 0);
	assert_true(has);
	key[0] = 9;
	assert_int_equal(book_has(b, key, &has, &err), 0);
	assert_false(has);
	assert_int_equal(book_sent_since(b, 2000, &n, &first, &err), 0);
	assert_int_equal(n, 3);
	assert_int_equal(first, 3000);
	assert_int_equal(book_told_since(b, "odd", 0, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_int_equal(book_told_since(b, "odd", 3000, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(book_forget(b, 3000, &err), 0);
	assert_int_equal(book_sent_since(b, 0, &n, &first, &err), 0);
	assert_int_equal(n, 3);
	assert_int_equal(book_begun(b, 77, &n, &err), 0);
	assert_int_equal(book_begun(b, 99, &n, &err), 0);
	assert_int_equal(n, 77);
}

static bool bounces(struct book *b, const char *id, unsigned char n, const char *status)
{
	unsigned char key[BOOK_KEY] = {n};
	bool is_new;
	assert_int_equal(book_bounced(b, heard_str(id), key, heard_str(status),
				      said_nobody(heard_str(status)), 1000 * n, &is_new, &err),
			 0);
	return is_new;
}

static void test_bounces_suppress(void **state)
{
	struct book *b = *state;
	char status[BOOK_STATUS];
	bool is, was;
	note_mail(b, 1, "hard", 1);
	note_mail(b, 2, "soft", 1);
	assert_false(bounces(b, "heard.1.e7.hash", 1, "5.1.1")); /* not one of ours */
	assert_true(bounces(b, "HEARD.1.e1.HASH", 2, "5.1.1"));
	assert_false(bounces(b, "heard.1.e1.hash", 3, "5.2.2"));
	assert_int_equal(book_is_suppressed(b, "hard", &is, status, &err), 0);
	assert_true(is);
	assert_string_equal(status, "5.1.1");
	for (unsigned char i = 0; i < 4; i++)
		assert_false(bounces(b, "heard.1.e2.hash", (unsigned char)(10 + i), "4.2.2"));
	assert_false(bounces(b, "heard.1.e2.hash", 13, "4.2.2")); /* the same bounce */
	assert_true(bounces(b, "heard.1.e2.hash", 14, "5.7.1"));  /* what, not to whom */
	assert_int_equal(book_release(b, "soft", &was, &err), 0);
	assert_true(was);
	assert_false(bounces(b, "heard.1.e2.hash", 15, "4.2.2")); /* counted anew */
	assert_int_equal(book_is_suppressed(b, "soft", &is, status, &err), 0);
	assert_false(is);
	assert_int_equal(book_release(b, "soft", &was, &err), 0);
	assert_false(was);
}

/* ---- compose.c */

static void test_references_stay_bounded(void **state)
{
	struct heard_buf text;
	struct ids ids = {.n = 0};
	struct letter_cite cite = {.message_id = HEARD_STR("last@x")};
	(void)state;
	heard_buf_init(&text, 1 << 20);
	heard_buf_puts(&text, "first@x bad no<id@x \x01@x first@x");
	for (int i = 0; i < 500; i++)
		heard_buf_printf(&text, " n%d@x", i);
	cite.references = heard_buf_view(&text);
	read_references(&cite, &ids);
	assert_int_equal(ids.n, REFERENCES);
	assert_true(heard_str_is(ids.list[0], "first@x"));
	assert_true(heard_str_is(ids.list[1], "n461@x"));
	assert_true(heard_str_is(ids.list[REFERENCES - 1], "last@x"));
	heard_buf_release(&text);
}

static void test_the_language_of_a_text(void **state)
{
	const struct email e = {.lang = TEMPLATE_ZH};
	const struct heard_str no = {NULL, 0};
	(void)state;
	assert_int_equal(lang_of(&e, HEARD_STR_OF("en-US"), HEARD_STR_OF("退货")), TEMPLATE_EN);
	assert_int_equal(lang_of(&e, HEARD_STR_OF("zh"), no), TEMPLATE_ZH);
	assert_int_equal(lang_of(&e, no, HEARD_STR_OF("where is my parcel?")), TEMPLATE_EN);
	assert_int_equal(lang_of(&e, no, HEARD_STR_OF("my parcel 没有到")), TEMPLATE_ZH);
	assert_int_equal(lang_of(&e, no, HEARD_STR_OF("ok")), TEMPLATE_ZH);
	assert_int_equal(lang_of(&e, HEARD_STR_OF("fr"), HEARD_STR_OF("ou est mon colis")),
			 TEMPLATE_ZH);
}

static void check_time(const char *zone, const char *time, const char *zh, const char *en)
{
	struct heard_host host = {.zone = heard_zone_create(zone)};
	struct email e = {.host = &host};
	char out[80];
	time_text(&e, heard_str(time), TEMPLATE_ZH, out);
	assert_string_equal(out, zh);
	time_text(&e, heard_str(time), TEMPLATE_EN, out);
	assert_string_equal(out, en);
	heard_zone_destroy(host.zone);
}

static void test_dates(void **state)
{
	(void)state;
	check_time("UTC", "1970-01-01T00:00:00.000Z", "1970年1月1日 00:00（UTC）",
		   "1 Jan 1970, 00:00 (UTC)");
	check_time("Asia/Shanghai", "2026-02-28T16:05:59.000Z",
		   "2026年3月1日 00:05（北京时间）", "1 Mar 2026, 00:05 (Asia/Shanghai)");
	check_time("America/New_York", "2024-03-01T04:59:00.000Z",
		   "2024年2月29日 23:59（America/New_York）",
		   "29 Feb 2024, 23:59 (America/New_York)");
	check_time("UTC", "soon", "", "");
	check_time("UTC", "", "", "");
}

static void test_a_cut_keeps_characters(void **state)
{
	(void)state;
	assert_int_equal(heard_str_cut(HEARD_STR_OF("ab退货"), 4).len, 2);
	assert_int_equal(heard_str_cut(HEARD_STR_OF("ab退货"), 5).len, 5);
	assert_int_equal(heard_str_cut(HEARD_STR_OF("ab"), 5).len, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_a_server_lose_addresses),
		cmocka_unit_test(test_words_of_a_server_are_cut),
		cmocka_unit_test(test_who_is_nobody),
		cmocka_unit_test(test_a_status_is_one),
		cmocka_unit_test(test_values_and_sections),
		cmocka_unit_test(test_faults_of_a_template_have_a_line),
		cmocka_unit_test(test_a_section_stays_in_its_form),
		cmocka_unit_test(test_what_is_built_in_is_good),
		cmocka_unit_test_setup_teardown(test_book_counts, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_bounces_suppress, open_book, close_book),
		cmocka_unit_test(test_references_stay_bounded),
		cmocka_unit_test(test_the_language_of_a_text),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_a_cut_keeps_characters),
	};
	return cmocka_run_group_tests_name("email", tests, NULL, NULL);
}
