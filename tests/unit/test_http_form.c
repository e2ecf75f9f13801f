/*
 * test_http_form.c - the form of the http input: its token, what is filled in, files.
 *
 * The plugin's own files are compiled in; keeping blobs is replaced.  The pages are
 * looked at by tests/system/t0800-form.sh.
 */
#define heard_blob_put test_blob_put
#define heard_now      test_now
#include "input/http/answer.c"
#include "input/http/body.c"
#include "input/http/cors.c"
#include "input/http/entry.c"
#include "input/http/fault.c"
#include "input/http/form.c"
#include "input/http/http.c"
#include "input/http/multipart.c"
#include "input/http/screen.c"
#include "input/http/upload.c"
#include "input/http/widget.c"
#include "once/once.c"

#include "batch.h"
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	struct http http;
	struct heard_host host;
	unsigned char secret[32];
	struct heard_batch *batch;
	int64_t now;
	int n_blobs, blob_result;
} t;

int64_t test_now(const struct heard_host *host)
{
	(void)host;
	return t.now;
}

int test_blob_put(struct heard_host *host, struct heard_str bytes, char name[HEARD_BLOB_NAME],
		  struct heard_error *err)
{
	(void)host, (void)bytes;
	t.n_blobs++;
	memset(name, 'a', HEARD_BLOB_NAME - 1);
	name[HEARD_BLOB_NAME - 1] = '\0';
	return t.blob_result < 0 ? heard_fail(err, -t.blob_result, "the disk is full") : 0;
}

static int setup(void **state)
{
	static const char *const types[] = {"image/png", "application/pdf"};
	(void)state;
	memset(&t, 0, sizeof(t));
	memset(t.secret, 7, sizeof(t.secret));
	t.now = 1772692200000;
	t.host = (struct heard_host){.full_name = (char *)"shop/http", .secret = t.secret};
	t.batch = batch_create(16 << 20);
	t.http = (struct http){.channel = "web",
			       .max_body = 1000,
			       .path = "/feedback",
			       .consent = {"", "", "7"},
			       .attachments = {2, 64, {types, 2}},
			       .has_form = true,
			       .has_files = true,
			       .host = &t.host};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	batch_destroy(t.batch);
	return 0;
}

/* ---- the token */

static void token_is_good_for_a_day(void **state)
{
	char a[ONCE_TEXT], b[ONCE_TEXT];
	(void)state;
	once_make(&t.host, a);
	once_make(&t.host, b);
	assert_string_not_equal(a, b);
	assert_int_equal(once_check(&t.host, heard_str(a)), ONCE_GOOD);
	t.now += 24 * 3600 * 1000;
	assert_int_equal(once_check(&t.host, heard_str(a)), ONCE_GOOD);
	t.now += 1;
	assert_int_equal(once_check(&t.host, heard_str(a)), ONCE_EXPIRED);
	t.now -= 25 * 3600 * 1000; /* a clock that was set back by much */
	assert_int_equal(once_check(&t.host, heard_str(a)), ONCE_EXPIRED);
}

static void token_cannot_be_made_by_others(void **state)
{
	char text[ONCE_TEXT], forged[ONCE_TEXT];
	(void)state;
	once_make(&t.host, text);
	for (size_t i = 0; i < ONCE_TEXT - 1; i++) {
		strcpy(forged, text);
		forged[i] = forged[i] == 'A' ? 'B' : 'A';
		assert_int_equal(once_check(&t.host, heard_str(forged)), ONCE_FORGED);
	}
	assert_int_equal(once_check(&t.host, heard_str("")), ONCE_FORGED);
	assert_int_equal(once_check(&t.host, heard_str_n(text, ONCE_TEXT - 2)), ONCE_FORGED);
	t.host.full_name = (char *)"shop/other";
	assert_int_equal(once_check(&t.host, heard_str(text)), ONCE_FORGED);
	t.host.full_name = (char *)"shop/http";
	t.secret[0] ^= 1;
	assert_int_equal(once_check(&t.host, heard_str(text)), ONCE_FORGED);
}

/* ---- what is filled in */

static const char *value(const struct entry *e, enum entry_field f)
{
	static char copy[256];
	snprintf(copy, sizeof(copy), "%.*s", HEARD_ARG(entry_get(e, f)));
	return copy;
}

#define PART(name, text) \
	"--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" text "\r\n"
#define FILE_PART(file, text)                                                           \
	"--b\r\nContent-Disposition: form-data; name=\"attachments\"; filename=\"" file \
	"\"\r\nContent-Type: x/y\r\n\r\n" text "\r\n"
#define PNG "\x89PNG\r\n\x1a\n"

static void both_kinds_of_form_are_read_alike(void **state)
{
	static const struct {
		enum body_kind kind;
		const char *body;
	} forms[] = {
		{BODY_FORM, "once=T&lang=en&unknown=1&body=+a%20b%0D%0Ac+&rating=&author.name="
			    "%E5%BC%A0&consent=7"},
		{BODY_MULTIPART,
		 PART("once", "T") PART("lang", "en") PART("unknown", "1")
			 PART("body", " a b\r\nc ") PART("rating", "")
				 PART("author.name", "\xe5\xbc\xa0") PART("consent", "7")
					 FILE_PART("x.png", PNG) "cut short"},
	};
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct entry e;
		bool is_ours;
		entry_init(&e);
		assert_int_equal(
			entry_read(&e, forms[i].kind, "b", heard_str(forms[i].body), &is_ours),
			i ? FAULT_MALFORMED : FAULT_NONE);
		assert_true(is_ours);
		assert_string_equal(value(&e, ENTRY_ONCE), "T");
		assert_string_equal(value(&e, ENTRY_BODY), "a b\nc");
		assert_string_equal(value(&e, ENTRY_RATING), "");
		assert_string_equal(value(&e, ENTRY_NAME), "\xe5\xbc\xa0");
		assert_int_equal(entry_check(&e, &t.http.consent), FAULT_NONE);
		entry_release(&e);
	}
}

/* The main loop must not search megabytes for the end of a file. */
static void home_looks_no_further_than_fields_reach(void **state)
{
#define ENDLESS(more) "--b\r\nContent-Disposition: form-data; name=\"order\"" more "\r\n\r\n"
	static const struct {
		const char *head;
		enum form_fault fault;
		bool is_ours;
	} cases[] = {
		{PART("once", "T") PART("body", "b") ENDLESS("; filename=\"x\""), FAULT_NONE,
		 true},
		{PART("once", "T") PART("body", "b") ENDLESS(""), FAULT_TOO_LONG, true},
		{PART("once", "T") PART("body", "b") "--b\r\n", FAULT_TOO_LONG, true},
		{ENDLESS(""), FAULT_NONE, false},
		{"", FAULT_NONE, false},
	};
	size_t size = ENTRY_REACH + 1;
	char *body = malloc(size);
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct entry e;
		bool is_ours;
		memset(body, 'a', size);
		memcpy(body, cases[i].head, strlen(cases[i].head));
		entry_init(&e);
		assert_int_equal(
			entry_look(&e, BODY_MULTIPART, "b", heard_str_n(body, size), &is_ours),
			cases[i].fault);
		assert_int_equal(is_ours, cases[i].is_ours);
		assert_string_equal(value(&e, ENTRY_BODY), is_ours ? "b" : "");
		entry_release(&e);
	}
	free(body);
#undef ENDLESS
}

static void form_without_the_token_first_is_not_ours(void **state)
{
	static const char *const others[] = {"body=x&once=T", "", "once", "x"};
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct entry e;
		bool is_ours;
		entry_init(&e);
		assert_int_equal(entry_read(&e, BODY_FORM, "", heard_str(others[i]), &is_ours),
				 FAULT_NONE);
		assert_int_equal(is_ours, strcmp(others[i], "once") == 0);
		assert_int_equal(e.text.len, 0);
		entry_release(&e);
	}
}

static enum form_fault fault_of(const char *body)
{
	struct entry e;
	bool is_ours;
	entry_init(&e);
	enum form_fault fault = entry_read(&e, BODY_FORM, "", heard_str(body), &is_ours);
	if (fault == FAULT_NONE)
		fault = entry_check(&e, &t.http.consent);
	entry_release(&e);
	return fault;
}

static void what_is_missing_or_malformed_is_told(void **state)
{
	char *body = malloc(ENTRY_MAX + 100);
	(void)state;
	assert_int_equal(fault_of("once=T&body=x&consent=7"), FAULT_NONE);
	assert_int_equal(fault_of("once=T&body=%20%0a&consent=7"), FAULT_EMPTY);
	assert_int_equal(fault_of("once=T&body=x"), FAULT_CONSENT);
	assert_int_equal(fault_of("once=T&body=x&consent=6"), FAULT_CONSENT);
	assert_int_equal(fault_of("once=T&body=x&consent=7&rating=6"), FAULT_MALFORMED);
	assert_int_equal(fault_of("once=T&body=%zz&consent=7"), FAULT_MALFORMED);
	assert_int_equal(fault_of("once=T&body=%00&consent=7"), FAULT_MALFORMED);
	assert_int_equal(fault_of("once=T&body=%ff&consent=7"), FAULT_MALFORMED);
	strcpy(body, "once=T&body=");
	memset(body + 12, 'x', ENTRY_MAX);
	strcpy(body + 12 + ENTRY_MAX, "&consent=7");
	assert_int_equal(fault_of(body), FAULT_TOO_LONG);
	for (int i = 0; i < 200; i++)
		strcpy(body + 2 * i, "x&");
	memcpy(body, "once&", 5);
	assert_int_equal(fault_of(body), FAULT_MALFORMED);
	t.http.consent.version = "";
	assert_int_equal(fault_of("once=T&body=x"), FAULT_NONE);
	free(body);
}

/* ---- on a worker */

static int decode(const char *body, bool is_page, struct heard_error *err)
{
	struct body_context c = {.kind = BODY_MULTIPART,
				 .is_anonymous = true,
				 .is_page = is_page,
				 .boundary = "b"};
	*err = (struct heard_error){0};
	batch_clear(t.batch);
	return http_decode(&t.http, heard_str(body), heard_str_n((char *)&c, sizeof(c)),
			   t.batch, err);
}

static const char *text_of(enum heard_field f)
{
	static char copy[256];
	snprintf(copy, sizeof(copy), "%.*s",
		 HEARD_ARG(heard_get_str(heard_batch_at(t.batch, 0), f)));
	return copy;
}

static void record_has_the_fields_of_the_form_and_no_others(void **state)
{
	struct heard_error err;
	(void)state;
	assert_int_equal(decode(PART("once", "T") PART("lang", "en") PART("body", "充电宝坏了")
					PART("rating", "4") PART("order", "20260305") PART(
						"source_id", "x") PART("channel", "app")
						PART("tags", "x") PART("consent", "7") "--b--",
				true, &err),
			 0);
	const struct heard_record *r = heard_batch_at(t.batch, 0);
	assert_string_equal(text_of(HEARD_BODY), "充电宝坏了");
	assert_string_equal(text_of(HEARD_CHANNEL), "web");
	assert_string_equal(text_of(HEARD_ORDER), "20260305");
	assert_string_equal(text_of(HEARD_LANG), "zh"); /* by what is written */
	assert_int_equal(heard_get_number(r, HEARD_RATING, 0), 4);
	assert_int_equal(heard_get_number(r, HEARD_RATING_MAX, 0), 5);
	assert_false(heard_has(r, HEARD_SOURCE_ID) || heard_has(r, HEARD_TAGS));
	assert_true(heard_str_is(
		heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("consent")).str, "7"));
	assert_int_equal(decode(PART("once", "T") PART("lang", "en") PART("body", "broken")
					PART("consent", "7") "--b--",
				true, &err),
			 0);
	assert_string_equal(text_of(HEARD_LANG), "en");
}

static void body_from_elsewhere_has_any_field_but_no_claims(void **state)
{
	struct heard_error err;
	(void)state;
	assert_int_equal(decode(PART("body", "x") PART("tags", "a") PART("size", "XL")
					PART("empty", "") PART("source_id", "mine") "--b--",
				false, &err),
			 0);
	assert_int_equal(heard_get(heard_batch_at(t.batch, 0), HEARD_TAGS).list.n, 1);
	assert_false(heard_has(heard_batch_at(t.batch, 0), HEARD_SOURCE_ID));
	assert_int_equal(decode(PART("body", "x") PART("rating", "good") "--b--", false, &err),
			 -EBADMSG);
	assert_non_null(strstr(err.text, "part 2"));
}

static void fields_from_elsewhere_are_no_longer_than_a_body(void **state)
{
	struct heard_error err;
	char body[2000];
	(void)state;
	snprintf(body, sizeof(body), PART("a", "%0500d") PART("b", "%0500d") "--b--", 0, 0);
	assert_int_equal(decode(body, false, &err), 0);
	snprintf(body, sizeof(body), PART("a", "%0500d") PART("b", "%0501d") "--b--", 0, 0);
	assert_int_equal(decode(body, false, &err), -EFBIG);
	assert_int_equal(fault_find(err.text), FAULT_TOO_LONG);
}

static void files_are_what_their_bytes_say(void **state)
{
	struct heard_error err;
	(void)state;
	assert_int_equal(decode(PART("body", "x") FILE_PART("C:\\dir\\a\\\"\x01 b.exe", PNG "1")
					FILE_PART("", "") FILE_PART("/", "%PDF-1.7") "--b--",
				false, &err),
			 0);
	struct heard_value v = heard_get(heard_batch_at(t.batch, 0), HEARD_ATTACHMENTS);
	assert_int_equal(v.files.n, 2);
	assert_true(heard_str_is(v.files.at[0].type, "image/png"));
	assert_true(heard_str_is(v.files.at[0].name, "a b.exe"));
	assert_int_equal(v.files.at[0].size, 9);
	assert_true(heard_str_is(v.files.at[1].type, "application/pdf"));
	assert_true(heard_str_is(v.files.at[1].name, "file"));
	assert_int_equal(t.n_blobs, 2);
}

static void expect_refused(const char *body, enum form_fault fault)
{
	struct heard_error err;
	int result = decode(body, false, &err);
	assert_true(result == -EBADMSG || result == -EFBIG);
	assert_int_equal(fault_find(err.text), fault);
	assert_int_equal(t.n_blobs, 0);
}

static void one_bad_file_keeps_all_out(void **state)
{
	(void)state;
	expect_refused(PART("body", "x") FILE_PART("a", PNG)
			       FILE_PART("b.png", "<html>") "--b--",
		       FAULT_FILE_TYPE);
	expect_refused(PART("body", "x") FILE_PART("a", PNG) FILE_PART("b", "GIF89a") "--b--",
		       FAULT_FILE_TYPE); /* known, but not wanted */
	expect_refused(PART("body", "x") FILE_PART("a", "") "--b--", FAULT_FILE_TYPE);
	expect_refused(PART("body", "x") FILE_PART("a", PNG) FILE_PART("b", PNG)
			       FILE_PART("c", PNG) "--b--",
		       FAULT_FILE_COUNT);
	expect_refused(PART("body", "x") FILE_PART("a", PNG)
			       FILE_PART("b", PNG "0123456789012345678901234567890123456789"
						  "01234567890123456789") "--b--",
		       FAULT_FILE_SIZE);
	t.http.has_files = false;
	expect_refused(PART("body", "x") FILE_PART("a", PNG) "--b--", FAULT_NO_FILES);
}

static void full_disk_is_not_the_senders_fault(void **state)
{
	struct heard_error err;
	(void)state;
	t.blob_result = -ENOSPC;
	assert_int_equal(decode(PART("body", "x") FILE_PART("a", PNG) "--b--", false, &err),
			 -ENOSPC);
}

static void types_are_told_by_content(void **state)
{
	static const struct {
		struct heard_str bytes;
		const char *type;
	} cases[] = {
		{HEARD_STR("\xff\xd8\xff\xe0"), "image/jpeg"},
		{HEARD_STR(PNG), "image/png"},
		{HEARD_STR("GIF89a"), "image/gif"},
		{HEARD_STR("RIFF\1\2\3\4WEBP"), "image/webp"},
		{HEARD_STR("RIFF\1\2\3\4WAVE"), "audio/wav"},
		{HEARD_STR("RIFF\1\2\3\4AVI "), NULL},
		{HEARD_STR("\0\0\0\x18"
			   "ftypheic"),
		 "image/heic"},
		{HEARD_STR("\0\0\0\x18"
			   "ftypmp42"),
		 "video/mp4"},
		{HEARD_STR("\0\0\0\x18"
			   "ftypqt  "),
		 "video/quicktime"},
		{HEARD_STR("\0\0\0\x18"
			   "ftypM4A "),
		 "audio/mp4"},
		{HEARD_STR("\0\0\0\x18"
			   "ftyp"),
		 NULL},
		{HEARD_STR("%PDF-"), "application/pdf"},
		{HEARD_STR("MZ\x90"), NULL},
		{HEARD_STR("\x7f"
			   "ELF"),
		 NULL},
		{HEARD_STR("PK\3\4"), NULL},
		{HEARD_STR("<svg xmlns"), NULL},
		{HEARD_STR(" " PNG), NULL},
		{HEARD_STR(""), NULL},
		{{NULL, 0}, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *type = sniff_type(cases[i].bytes);
		if (type != cases[i].type &&
		    (!type || !cases[i].type || strcmp(type, cases[i].type) != 0))
			fail_msg("case %zu: %s", i, type ? type : "none");
		bool is_listed = type == NULL;
		for (size_t k = 0; sniff_types[k]; k++)
			is_listed |= type && strcmp(type, sniff_types[k]) == 0;
		assert_true(is_listed);
	}
}

static void every_fault_has_its_words_and_status(void **state)
{
	(void)state;
	for (int f = FAULT_NONE + 1; f < FAULTS; f++) {
		struct heard_error err = {0};
		struct page_phrase words = fault_phrase((enum form_fault)f);
		assert_true(words.in[PAGE_ZH][0] && words.in[PAGE_EN][0]);
		assert_true(fault_status((enum form_fault)f) >= 400);
		assert_true(fault_fail(&err, (enum form_fault)f) < 0);
		assert_int_equal(fault_find(err.text), f);
	}
	assert_int_equal(fault_find(NULL), FAULT_MALFORMED);
	assert_int_equal(fault_find("field 2 is malformed"), FAULT_MALFORMED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(token_is_good_for_a_day),
		TEST(token_cannot_be_made_by_others),
		TEST(both_kinds_of_form_are_read_alike),
		TEST(home_looks_no_further_than_fields_reach),
		TEST(form_without_the_token_first_is_not_ours),
		TEST(what_is_missing_or_malformed_is_told),
		TEST(record_has_the_fields_of_the_form_and_no_others),
		TEST(body_from_elsewhere_has_any_field_but_no_claims),
		TEST(fields_from_elsewhere_are_no_longer_than_a_body),
		TEST(files_are_what_their_bytes_say),
		TEST(one_bad_file_keeps_all_out),
		TEST(full_disk_is_not_the_senders_fault),
		TEST(types_are_told_by_content),
		TEST(every_fault_has_its_words_and_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
