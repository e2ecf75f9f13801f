/*
 * test_http_input.c - the http input: bodies of every kind to records, and what
 * it answers.
 *
 * The plugin's own files are compiled in; emitting and answering are replaced
 * by what a test can look at.
 */
#define heard_plugin	      http_plugin
#define heard_emit	      test_emit
#define heard_is_paused	      test_is_paused
#define heard_http_method     test_method
#define heard_http_header     test_header
#define heard_http_take_body  test_take_body
#define heard_http_principal  test_principal
#define heard_http_set_header test_set_header
#define heard_http_reply      test_reply
#define heard_http_problem    test_problem
#define heard_http_mount      test_mount
#define heard_http_body	      test_body
#define heard_keyed_hash      test_keyed_hash
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
#include "lib/intake/intake.c"
#include "lib/once/way.c"

#include "batch.h"
#include "option.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <zlib.h>

static struct {
	struct heard_batch *batch;
	struct http http;
	/* the request */
	const char *type, *encoding, *key, *origin, *principal;
	bool is_paused, is_options;
	/* what came of it */
	struct heard_emission emission;
	struct body_context context;
	int n_emitted, status;
	char body[8192], headers[2048];
} t;

void test_emit(struct heard_host *host, const struct heard_emission *e)
{
	(void)host;
	t.n_emitted++;
	t.emission = *e;
	memcpy(&t.context, e->context.ptr, sizeof(t.context));
}

bool test_is_paused(const struct heard_host *host)
{
	(void)host;
	return t.is_paused;
}

enum heard_http_method test_method(const struct heard_http *r)
{
	(void)r;
	return t.is_options ? HEARD_HTTP_OPTIONS : HEARD_HTTP_POST;
}

struct heard_str test_header(const struct heard_http *r, const char *name)
{
	(void)r;
	if (strcmp(name, "Content-Type") == 0)
		return heard_str(t.type);
	if (strcmp(name, "Content-Encoding") == 0)
		return heard_str(t.encoding);
	if (strcmp(name, "Idempotency-Key") == 0)
		return heard_str(t.key);
	return heard_str(strcmp(name, "Origin") == 0 ? t.origin : NULL);
}

struct heard_str test_take_body(struct heard_http *r, void (**free_r)(void *), void **arg_r)
{
	(void)r;
	*free_r = free;
	*arg_r = NULL;
	return heard_str("{}");
}

struct heard_str test_body(const struct heard_http *r)
{
	(void)r;
	return heard_str("{}");
}

struct heard_str test_principal(const struct heard_http *r)
{
	(void)r;
	return heard_str(t.principal);
}

void test_set_header(struct heard_http *r, const char *name, const char *value)
{
	(void)r;
	size_t n = strlen(t.headers);
	snprintf(t.headers + n, sizeof(t.headers) - n, "%s: %s\n", name, value);
}

void test_reply(struct heard_http *take, int status, const char *type, struct heard_str body)
{
	(void)take, (void)type;
	t.status = status;
	snprintf(t.body, sizeof(t.body), "%.*s", HEARD_ARG(body));
}

void test_problem(struct heard_http *take, int status, const char *format, ...)
{
	va_list args;
	(void)take;
	t.status = status;
	va_start(args, format);
	vsnprintf(t.body, sizeof(t.body), format, args);
	va_end(args);
}

int test_mount(struct heard_host *host, const struct heard_route *route,
	       struct heard_error *err)
{
	(void)host, (void)err;
	assert_int_equal(route->max_body, 1000);
	return 0;
}

void test_keyed_hash(const struct heard_host *host, const char *purpose, struct heard_str text,
		     unsigned char out[32])
{
	(void)host;
	assert_string_equal(purpose, "status");
	assert_int_equal(text.len, 36);
	memset(out, 0xff, 32);
}

static int setup(void **state)
{
	struct heard_error err = {0};
	(void)state;
	memset(&t, 0, sizeof(t));
	t.batch = batch_create(16 << 20);
	t.http = (struct http){
		.listener = "public", .path = "/feedback", .channel = "web", .max_body = 1000};
	return http_plugin.open(&t.http, (struct heard_host *)&t, &err);
}

static int teardown(void **state)
{
	(void)state;
	batch_destroy(t.batch);
	return 0;
}

/* ---- bodies */

static int decode(enum body_kind kind, const char *text, struct heard_error *err)
{
	struct body_context c = {.kind = kind, .max_plain = 1 << 20};
	batch_clear(t.batch);
	*err = (struct heard_error){0};
	return http_plugin.decode(&t.http, heard_str(text), heard_str_n((char *)&c, sizeof(c)),
				  t.batch, err);
}

static void expect_records(enum body_kind kind, const char *text, size_t n)
{
	struct heard_error err;
	if (decode(kind, text, &err) < 0)
		fail_msg("<%s>: %s", text, err.text);
	assert_int_equal(heard_batch_size(t.batch), n);
}

static void expect_bad(enum body_kind kind, const char *text, int line)
{
	struct heard_error err;
	int result = decode(kind, text, &err);
	if (result != -EBADMSG || err.line != line)
		fail_msg("<%s>: %d, line %d: %s", text, result, err.line, err.text);
	assert_true(err.text[0]);
}

static const char *text_of(size_t i, enum heard_field f)
{
	static char copy[256];
	snprintf(copy, sizeof(copy), "%.*s",
		 HEARD_ARG(heard_get_str(heard_batch_at(t.batch, i), f)));
	return copy;
}

static void object_array_and_lines_become_records(void **state)
{
	(void)state;
	expect_records(BODY_JSON, " {\"body\":\"}{\\\"[\",\n \"channel\":\"app\"}\n", 1);
	assert_string_equal(text_of(0, HEARD_BODY), "}{\"[");
	assert_string_equal(text_of(0, HEARD_CHANNEL), "app");
	expect_records(BODY_JSON, "[{\"body\":\"a\"} , {\"body\":\"b\"}]", 2);
	assert_string_equal(text_of(1, HEARD_BODY), "b");
	assert_string_equal(text_of(1, HEARD_CHANNEL), "web");
	expect_records(BODY_NDJSON, "{\"body\":\"a\"}\r\n\n  {\"body\":\"b\"}", 2);
	expect_records(BODY_ANY, "{\"body\":\"a\"}\n{\"body\":\"b\"}\n", 2);
	expect_records(BODY_ANY, "\xef\xbb\xbf[{\"body\":\"a\"}]", 1);
}

static void bad_json_names_its_line(void **state)
{
	(void)state;
	expect_bad(BODY_NDJSON, "{\"body\":\"a\"}\n{\"body\":\n", 2);
	expect_bad(BODY_NDJSON, "{\"body\":\"a\"}\n\n[]", 3);
	expect_bad(BODY_JSON, "[\n{\"body\":\"a\"},\n{\"body\":1e}]", 3);
	expect_bad(BODY_JSON, "[{\"body\":\"a\"},\n]", 2);
	expect_bad(BODY_JSON, "[{\"body\":\"a\"}\n{\"body\":\"b\"}]", 2);
	expect_bad(BODY_JSON, "[{\"body\":\"a\"}]\n]", 2);
	expect_bad(BODY_JSON, "[{\"body\":\"a\"}", 1);
	expect_bad(BODY_JSON, "[", 1);
	expect_bad(BODY_JSON, "\n\n\"text\"", 3);
	expect_bad(BODY_JSON, "{\"body\":\"a", 1);
	expect_bad(BODY_JSON, "{\"body\":\"a\"}{\"body\":\"b\"}", 1);
	expect_bad(BODY_JSON, "{\"body\":\"a\xff\"}", 1);
}

static void body_without_a_record_is_bad(void **state)
{
	(void)state;
	expect_bad(BODY_JSON, "", 0);
	expect_bad(BODY_JSON, "[]", 0);
	expect_bad(BODY_ANY, " \n", 0);
	expect_bad(BODY_NDJSON, "\n\n", 0);
	expect_bad(BODY_FORM, "", 0);
}

static void deep_nesting_is_refused(void **state)
{
	enum { DEEP = 10000 };
	char *text = malloc(2 * DEEP + 20);
	(void)state;
	strcpy(text, "{\"a\":");
	memset(text + 5, '[', DEEP);
	memset(text + 5 + DEEP, ']', DEEP);
	strcpy(text + 5 + 2 * DEEP, "}");
	expect_bad(BODY_JSON, text, 1);
	free(text);
}

static void too_much_inside_gzip_is_too_large_not_malformed(void **state)
{
	static char plain[1 << 20], packed[1 << 14];
	struct body_context c = {.kind = BODY_JSON, .is_gzip = true, .max_plain = 1000};
	struct heard_error err = {0};
	z_stream z = {.next_in = (Bytef *)plain,
		      .avail_in = sizeof(plain),
		      .next_out = (Bytef *)packed,
		      .avail_out = sizeof(packed)};
	(void)state;
	deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	assert_int_equal(http_plugin.decode(&t.http, heard_str_n(packed, z.total_out),
					    heard_str_n((char *)&c, sizeof(c)), t.batch, &err),
			 -EFBIG);
}

static void form_fields_have_the_types_of_the_table(void **state)
{
	(void)state;
	expect_records(BODY_FORM,
		       "body=caf%C3%A9+au%20lait&rating=4.5&tags=a&tags=b&size=XL&subject="
		       "&author.email=x%40y.example&created_at=2026-01-02T03%3A04%3A05Z",
		       1);
	const struct heard_record *r = heard_batch_at(t.batch, 0);
	assert_string_equal(text_of(0, HEARD_BODY), "caf\xc3\xa9 au lait");
	assert_string_equal(text_of(0, HEARD_CHANNEL), "web");
	assert_string_equal(text_of(0, HEARD_AUTHOR_EMAIL), "x@y.example");
	assert_true(heard_get_number(r, HEARD_RATING, 0) > 4.4);
	assert_int_equal(heard_get(r, HEARD_TAGS).list.n, 2);
	assert_false(heard_has(r, HEARD_SUBJECT));
	assert_int_equal(heard_get_time(r, HEARD_CREATED_AT), 1767323045000);
	assert_int_equal(heard_family_get(r, HEARD_ATTRIBUTES, heard_str("size")).type,
			 HEARD_STR_);
}

static void bad_forms_are_refused(void **state)
{
	(void)state;
	expect_bad(BODY_FORM, "rating=good", 0);
	expect_bad(BODY_FORM, "body=%zz", 0);
	expect_bad(BODY_FORM, "body=%4", 0);
	expect_bad(BODY_FORM, "body=%ff", 0);
	expect_bad(BODY_FORM, "body=%00", 0);
	expect_bad(BODY_FORM, "created_at=soon", 0);
	expect_bad(BODY_FORM, "attachments=x", 0);
	expect_bad(BODY_FORM, "{\"body\":\"curl -d forgot the type\"}", 0);
}

/* ---- who may name other records */

static int decode_as(bool is_anonymous, enum body_kind kind, const char *text)
{
	struct body_context c = {
		.kind = kind, .is_anonymous = is_anonymous, .max_plain = 1 << 20};
	struct heard_error err;
	return http_plugin.decode(&t.http, heard_str(text), heard_str_n((char *)&c, sizeof(c)),
				  t.batch, &err);
}

static const char claiming[] =
	"[{\"body\":\"a\"},{\"body\":\"b\",\"source_id\":\"s\",\"op\":\"delete\",\"revision\":"
	"7,"
	"\"duplicate_of\":\"d\",\"related\":[\"r\"],\"thread\":\"t\",\"in_reply_to\":\"i\"}]";
static const enum heard_field claimed[] = {HEARD_SOURCE_ID,    HEARD_REVISION, HEARD_OP,
					   HEARD_DUPLICATE_OF, HEARD_RELATED,  HEARD_THREAD,
					   HEARD_IN_REPLY_TO};
enum { CLAIMED = sizeof(claimed) / sizeof(claimed[0]) };

static void who_has_a_key_may_name_other_records(void **state)
{
	(void)state;
	assert_int_equal(decode_as(false, BODY_JSON, claiming), 0);
	for (size_t i = 0; i < CLAIMED; i++)
		assert_true(heard_has(heard_batch_at(t.batch, 1), claimed[i]));
}

static void the_anonymous_may_not(void **state)
{
	(void)state;
	assert_int_equal(decode_as(false, BODY_JSON, claiming), 0); /* of another emission */
	assert_int_equal(decode_as(true, BODY_JSON, claiming), 0);
	for (size_t i = 0; i < CLAIMED; i++) {
		assert_true(heard_has(heard_batch_at(t.batch, 1), claimed[i]));
		assert_false(heard_has(heard_batch_at(t.batch, 3), claimed[i]));
	}
	assert_string_equal(text_of(3, HEARD_BODY), "b");
	assert_int_equal(decode_as(true, BODY_FORM, "body=c&source_id=s&op=delete"), 0);
	assert_false(heard_has(heard_batch_at(t.batch, 4), HEARD_SOURCE_ID));
	assert_false(heard_has(heard_batch_at(t.batch, 4), HEARD_OP));
}

static bool is_said(size_t record, const char *name)
{
	return heard_family_get(heard_batch_at(t.batch, record), HEARD_ATTRIBUTES,
				heard_str(name))
		       .type != HEARD_NONE;
}

static void what_mail_says_of_itself_needs_a_key(void **state)
{
	static const char mail[] =
		"{\"body\":\"a\",\"attributes\":{\"mail\":{\"traits\":\"html\"},"
		"\"mail.automatic\":\"list\",\"sku\":\"1\"}}";
	(void)state;
	assert_int_equal(decode_as(false, BODY_JSON, mail), 0);
	assert_int_equal(decode_as(true, BODY_JSON, mail), 0);
	assert_int_equal(decode_as(true, BODY_FORM,
				   "body=c&attributes.mail.traits=html&mail.answers=1&sku=1"),
			 0);
	assert_true(is_said(0, "mail.traits") && is_said(0, "mail.automatic"));
	for (size_t i = 1; i < 3; i++) {
		assert_false(is_said(i, "mail.traits") || is_said(i, "mail.automatic") ||
			     is_said(i, "mail.answers"));
		assert_true(is_said(i, "sku"));
	}
}

/* ---- answers */

static void post(void)
{
	t.status = t.n_emitted = 0;
	t.headers[0] = t.body[0] = '\0';
	http_handle(&t.http, NULL);
}

static void receive(struct heard_receipt receipt)
{
	post();
	assert_int_equal(t.n_emitted, 1);
	t.emission.receipt(t.emission.arg, &receipt);
}

static void request_is_emitted_with_key_and_principal(void **state)
{
	struct heard_receipt taken = {.n = 0};
	(void)state;
	t.type = "Application/JSON; charset=utf-8";
	t.encoding = "gzip";
	t.key = "order-1";
	t.principal = "partner";
	receive(taken);
	assert_int_equal(t.context.kind, BODY_JSON);
	assert_false(t.context.is_anonymous);
	assert_true(t.context.is_gzip);
	assert_true(heard_str_is(t.emission.source_id, "order-1"));
	assert_true(heard_str_is(t.emission.principal, "partner"));
	assert_int_equal(t.status, 202);
}

static void request_without_a_principal_is_anonymous(void **state)
{
	struct heard_receipt taken = {.n = 0};
	(void)state;
	t.key = "order-1";
	receive(taken);
	assert_true(t.context.is_anonymous);
	assert_true(heard_str_is(t.emission.source_id, "order-1"));
}

static void receipt_tells_ids_and_status_links(void **state)
{
	static const char ids[2][37] = {"0190b0e2-1111-7000-8000-000000000001",
					"0190b0e2-1111-7000-8000-000000000002"};
	struct heard_receipt taken = {.n = 2, .ids = ids};
	(void)state;
	receive(taken);
	assert_string_equal(t.body,
			    "{\"accepted\":2,\"ids\":[\"0190b0e2-1111-7000-8000-000000000001\","
			    "\"0190b0e2-1111-7000-8000-000000000002\"],"
			    "\"status\":[\"/status/_____________________w\","
			    "\"/status/_____________________w\"]}");
}

static void receipts_that_refuse_have_their_status(void **state)
{
	struct heard_receipt bad = {.code = -EBADMSG, .error = "no", .line = 3};
	struct heard_receipt again = {.code = -EAGAIN, .after_ms = 2500};
	struct heard_receipt other = {.code = -EEXIST};
	struct heard_receipt large = {.code = -EFBIG, .error = "too much"};
	(void)state;
	receive(bad);
	assert_int_equal(t.status, 400);
	assert_string_equal(t.body, "{\"error\":\"no\",\"line\":3}");
	receive(again);
	assert_int_equal(t.status, 503);
	assert_non_null(strstr(t.headers, "Retry-After: 3\n"));
	receive(other);
	assert_int_equal(t.status, 422);
	receive(large);
	assert_int_equal(t.status, 413);
}

static void a_conflict_names_what_the_request_had(void **state)
{
	struct heard_receipt other = {.code = -EEXIST};
	(void)state;
	t.principal = "partner";
	receive(other);
	assert_non_null(strstr(t.body, "source_id"));
	assert_null(strstr(t.body, "Idempotency-Key"));
	t.key = "k";
	receive(other);
	assert_non_null(strstr(t.body, "source_id"));
	assert_non_null(strstr(t.body, "Idempotency-Key"));
	other.line = 3;
	receive(other);
	assert_non_null(strstr(t.body, "record 3"));
	other.line = 0;
	t.principal = NULL;
	receive(other);
	assert_null(strstr(t.body, "source_id"));
	assert_non_null(strstr(t.body, "Idempotency-Key"));
}

static void another_charset_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(body_kind(HEARD_STR_OF("application/json; charset=\"UTF-8\"")),
			 BODY_JSON);
	assert_int_equal(body_kind(HEARD_STR_OF("application/json;a=b; charset=utf8;")),
			 BODY_JSON);
	assert_int_equal(body_kind(HEARD_STR_OF("application/json; Charset=GBK")),
			 BODY_UNKNOWN);
	assert_int_equal(body_kind(HEARD_STR_OF("application/json;a=b;charset=")),
			 BODY_UNKNOWN);
	assert_int_equal(body_kind(HEARD_STR_OF("")), BODY_ANY);
	assert_int_equal(body_kind(heard_str_n(NULL, 0)), BODY_ANY);
}

static void expect_status(int status)
{
	post();
	assert_int_equal(t.status, status);
	assert_int_equal(t.n_emitted, 0);
}

static void what_cannot_be_taken_is_refused_at_once(void **state)
{
	char key[300];
	(void)state;
	t.is_paused = true;
	expect_status(503);
	assert_non_null(strstr(t.headers, "Retry-After: "));
	t.is_paused = false;
	t.type = "text/html";
	expect_status(415);
	t.type = NULL;
	t.encoding = "br";
	expect_status(415);
	t.encoding = NULL;
	memset(key, 'k', sizeof(key));
	key[256] = '\0';
	t.key = key;
	expect_status(400);
	t.key = "";
	expect_status(400);
	t.key = "caf\xc3\xa9";
	expect_status(400);
}

static void cors_answers_named_origins_only(void **state)
{
	static const char *const origins[] = {"https://shop.example"};
	(void)state;
	t.http.cors = (struct heard_list){origins, 1};
	t.origin = "https://shop.example";
	t.is_options = true;
	expect_status(204);
	assert_non_null(
		strstr(t.headers, "Access-Control-Allow-Origin: https://shop.example\n"));
	assert_non_null(strstr(t.headers, "Access-Control-Allow-Headers: "));
	t.origin = "https://evil.example";
	expect_status(204);
	assert_null(strstr(t.headers, "Allow-Origin"));
}

static void option_table_is_well_formed(void **state)
{
	struct heard_error err = {0};
	(void)state;
	if (option_check_table(http_plugin.options, &err) < 0)
		fail_msg("%s", err.text);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(object_array_and_lines_become_records),
		WITH(bad_json_names_its_line),
		WITH(body_without_a_record_is_bad),
		WITH(deep_nesting_is_refused),
		WITH(too_much_inside_gzip_is_too_large_not_malformed),
		WITH(form_fields_have_the_types_of_the_table),
		WITH(bad_forms_are_refused),
		WITH(who_has_a_key_may_name_other_records),
		WITH(the_anonymous_may_not),
		WITH(what_mail_says_of_itself_needs_a_key),
		WITH(request_is_emitted_with_key_and_principal),
		WITH(request_without_a_principal_is_anonymous),
		WITH(receipt_tells_ids_and_status_links),
		WITH(receipts_that_refuse_have_their_status),
		WITH(another_charset_is_unknown),
		WITH(a_conflict_names_what_the_request_had),
		WITH(what_cannot_be_taken_is_refused_at_once),
		WITH(cors_answers_named_origins_only),
		cmocka_unit_test(option_table_is_well_formed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
