/* Real mail with every oddity, from $HEARD_DATA (../shared/data): each becomes a message,
 * or an error with its reason, in reasonable time, and of many it is known what is in
 * them.  Then each again, cut at many places. */
#include "mime_fixture.h"

#include <dirent.h>
#include <time.h>

enum { AT_LEAST = 222 };

static void need_data(void)
{
	if (mime_data() == NULL) {
		print_message("skipped: there are no oddities in $HEARD_DATA\n");
		skip();
	}
}

static const struct known {
	const char *file, *from, *subject; /* NULL: not looked at */
	size_t attachments;
	const char *name; /* of the first attachment */
	enum mime_auto automatic;
} known[] = {
	{"nodemailer_base64encodedroot", "test@example.com", "", 1, "screenshot.png", 0},
	{"nodemailer_decoderended", "booewq@uuui.com", "Fwd: fotos", 0, NULL, 0},
	{"nodemailer_delivery-status", "MAILER-DAEMON@amazonses.com", NULL, 0, NULL,
	 MIME_AUTO_BOUNCE},
	{"nodemailer_htmllargecallstack", "test@example.com", NULL, 0, NULL, 0},
	{"nodemailer_large_text", "brian@ubuntu.com", NULL, 0, NULL, MIME_AUTO_LIST},
	{"nodemailer_mixed", "", "", 0, NULL, 0},
	{"nodemailer_nodemailer", "andris@kreata.ee",
	 "Nodemailer is unicode friendly ✔ (1476358788189)", 3, "image.png", 0},
	{"nodemailer_simple", "andris@kreata.ee", "test", 0, NULL, 0},
	{"rspamd_alt-html-calendar", "test@test.com", NULL, 1, "invite.ics", 0},
	{"rspamd_alternative-nested-rfc822", "test@test.com", NULL, 1, "spacer.png", 0},
	{"rspamd_alternative-related", "test@test.com", NULL, 2, "docd.png", 0},
	{"rspamd_arcallow", "testcpsf@outlook.com", "test", 0, NULL, 0},
	{"rspamd_arcbad", "vstakhov@outlook.com", "test MS arc", 0, NULL, MIME_AUTO_LIST},
	{"rspamd_bad_ext.dotted_file_name", "", "", 1, "bad_ext.dotted_file_name.exe", 0},
	{"rspamd_bad_message", "nasutkadqw@esumare.ru", "Скидки до 36 процентов на насосы!", 24,
	 NULL, 0},
	{"rspamd_badboundary", "test@example.org", "Test message", 1, "Transparent.gif", 0},
	{"rspamd_btc2", "test@test.com", "Fwd:", 0, NULL, 0},
	{"rspamd_currency", "", "£600", 0, NULL, 0},
	{"rspamd_empty_part", "example@example.net", "This is the subject", 0, NULL, 0},
	{"rspamd_exe_attm", "root@srv.example.com", NULL, 1, "hello_world.exe", 0},
	{"rspamd_f.zip.001", "", "", 1, "f.zip.001", 0},
	{"rspamd_fname", "test@test.com", "Fwd:", 2, "[삼성생명]2020.08.14 데일리 경제뉴스.pdf",
	 0},
	{"rspamd_from_comment", "user@example.org", "", 0, NULL, 0},
	{"rspamd_from_dn_base64", "user@example.org", "", 0, NULL, 0},
	{"rspamd_from_quoted_dn_middle_inner", "user@example.org", "", 0, NULL, 0},
	{"rspamd_gtube", "sender@example.net", "Test spam mail (GTUBE)", 0, NULL,
	 MIME_AUTO_BULK},
	{"rspamd_ham", "user@example.com",
	 "Re: [Cfrg] Adoption call for draft-sullivan-cfrg-voprf", 0, NULL, MIME_AUTO_LIST},
	{"rspamd_ics", "root@srv.example.com", NULL, 1, "test2.ics", 0},
	{"rspamd_mixed-html-zip", "test@test.com", NULL, 1, "ComplaintLetter_1508658544.zip",
	 0},
	{"rspamd_mixed-related-html-only", "test@test.com", NULL, 2,
	 "dc660250d1b3d161181bd661989c2a74.jpg", 0},
	{"rspamd_newsletter", "newsletter@example.com", NULL, 0, NULL, MIME_AUTO_LIST},
	{"rspamd_next2last-digits_in_brackets", "", "", 1, "PDF417(3.2.4).msi", 0},
	{"rspamd_next2last-doublebad", "", "", 1, "файл.scr.xz", 0},
	{"rspamd_numeric_urls", "nerf@judo.za.org", NULL, 1, "lamecontent.pdf", 0},
	{"rspamd_pdf_encrypted", "root@srv.example.com", NULL, 1, "990777.pdf", 0},
	{"rspamd_phish_sender", "any@attack.com", "Fwd:", 0, NULL, 0},
	{"rspamd_phish_sender6", "test@attack.com", "Fwd:", 0, NULL, 0},
	{"rspamd_rar4", "", "", 1, "f.rar", 0},
	{"rspamd_rcvd7", "test@test.ru", "Fwd: 123", 0, NULL, 0},
	{"rspamd_spam", "info@jbshvnthwigaf.ru", NULL, 1, "Список-Аудиоэнциклопедии.txt", 0},
	{"rspamd_subject1", "", "Some subject", 0, NULL, 0},
	{"rspamd_urlinsubject", "", "http://example.com", 0, NULL, 0},
	{"rspamd_utf", "yy@example.com", "Hello", 0, NULL, 0},
	{"rspamd_yand_forward", "test@test.eu", "Fwd: 123", 0, NULL, 0},
	{"rspamd_zip", "", "", 1, "f.zip", 0},
};

static void what_is_known_is_found(void **state)
{
	(void)state;
	need_data();
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct known *k = &known[i];
		struct heard_buf bytes;
		char name[256];

		snprintf(name, sizeof(name), "oddities/%s.eml", k->file);
		mime_load("", name, &bytes);
		struct mime_message m = mime_of_bytes(heard_buf_view(&bytes));
		assert_text(m.from.email, k->from);
		if (k->subject != NULL)
			assert_text(m.subject, k->subject);
		assert_int_equal(m.n_attachments, k->attachments);
		if (k->name != NULL)
			assert_text(m.attachments[0].name, k->name);
		assert_int_equal(m.automatic, k->automatic);
		mime_release(&m);
		heard_buf_release(&bytes);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void assert_sound(const struct mime_message *m)
{
	size_t at = 0;

	for (size_t i = 0; i < m->n_spans; i++) {
		assert_true(m->spans[i].begin >= at && m->spans[i].begin < m->spans[i].end);
		at = m->spans[i].end;
	}
	assert_true(at <= m->text.len);
	assert_int_equal(m->text.len == 0, m->fresh.len == 0);
	assert_true(m->text.len == 0 || memchr(m->text.ptr, 0, m->text.len) == NULL);
}

/* 1: a message; 0: an error with a reason. */
static unsigned read_one(struct heard_str bytes)
{
	struct heard_error err = {0};
	struct mime_message m;
	char *copy = malloc(bytes.len + 1);

	memcpy(copy, bytes.ptr ? bytes.ptr : "", bytes.len);
	int rc = mime_read(heard_str_n(copy, bytes.len), &mime_limits, NULL, &m, &err);
	free(copy);
	if (rc != 0) {
		assert_true(err.text[0] != '\0');
		return 0;
	}
	assert_sound(&m);
	mime_release(&m);
	return 1;
}

static void each_is_a_message_or_has_a_reason(void **state)
{
	unsigned messages = 0, errors = 0;
	double slowest = 0;
	char path[8192];

	(void)state;
	need_data();
	snprintf(path, sizeof(path), "%s/oddities", mime_data());
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		struct heard_buf bytes;
		char name[512];

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "oddities/%.300s", e->d_name);
		mime_load("", name, &bytes);
		double begin = seconds();
		unsigned is_message = read_one(heard_buf_view(&bytes));
		double took = seconds() - begin;
		slowest = took > slowest ? took : slowest;
		messages += is_message;
		errors += !is_message;
		for (size_t i = 0; i < 40; i++)
			read_one(heard_str_n(bytes.ptr,
					     (bytes.len < 20000 ? bytes.len : 20000) * i / 40));
		heard_buf_release(&bytes);
	}
	closedir(dir);
	print_message("%u messages, %u errors with a reason, the slowest %.0f ms\n", messages,
		      errors, slowest * 1e3);
	assert_true(messages + errors >= AT_LEAST);
	assert_true(slowest < 10);
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
		cmocka_unit_test(what_is_known_is_found),
		cmocka_unit_test(each_is_a_message_or_has_a_reason),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
