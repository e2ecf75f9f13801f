/*
 * test_intake.c - what a sender hears, and that nothing is kept of a request.
 *
 * Host and request are stood in for: the test gives the receipt.
 */
#define heard_is_paused	      test_is_paused
#define heard_emit	      test_emit
#define heard_http_header     test_header
#define heard_http_reply      test_reply
#define heard_http_problem    test_problem
#define heard_http_set_header test_set_header
#define heard_http_take_body  test_take_body
#include "lib/intake/intake.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	bool is_paused;
	struct heard_emission e;
	int n_emitted, n_replied, status, n_freed, n_asked;
	char text[256], retry[32];
	const char *type;
} t;

bool test_is_paused(const struct heard_host *h)
{
	(void)h;
	return t.is_paused;
}

void test_emit(struct heard_host *h, const struct heard_emission *e)
{
	(void)h;
	t.e = *e;
	t.n_emitted++;
}

struct heard_str test_header(const struct heard_http *r, const char *name)
{
	(void)r;
	assert_string_equal(name, "Content-Type");
	return heard_str(t.type);
}

void test_reply(struct heard_http *r, int status, const char *type, struct heard_str body)
{
	(void)r;
	assert_string_equal(type, "application/json");
	t.n_replied++;
	t.status = status;
	snprintf(t.text, sizeof(t.text), "%.*s", HEARD_ARG(body));
}

HEARD_PRINTF(3, 4) void test_problem(struct heard_http *r, int status, const char *format, ...)
{
	va_list ap;
	(void)r;
	va_start(ap, format);
	vsnprintf(t.text, sizeof(t.text), format, ap);
	va_end(ap);
	t.n_replied++;
	t.status = status;
}

void test_set_header(struct heard_http *r, const char *name, const char *value)
{
	(void)r;
	assert_string_equal(name, "Retry-After");
	snprintf(t.retry, sizeof(t.retry), "%s", value);
}

static void count_free(void *arg)
{
	(void)arg;
	t.n_freed++;
}

struct heard_str test_take_body(struct heard_http *r, void (**fn)(void *), void **arg)
{
	(void)r;
	*fn = count_free;
	*arg = NULL;
	return heard_str("the body");
}

static void take(intake_answer *answer, void *arg, struct heard_str raw)
{
	struct heard_emission e = {.raw = raw, .source_id = heard_str("id")};
	intake_take(NULL, NULL, &e, answer, arg);
}

static void give(int code, size_t n, const char *error, int line, int64_t after_ms)
{
	struct heard_receipt r = {
		.code = code, .n = n, .error = error, .line = line, .after_ms = after_ms};
	t.e.receipt(t.e.arg, &r);
}

static int fresh(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	return 0;
}

static void each_receipt_has_its_answer(void **state)
{
	static const struct {
		int code;
		size_t n;
		const char *error;
		int line;
		int64_t after_ms;
		int status;
		const char *text, *retry;
	} cases[] = {
		{0, 3, NULL, 0, 0, 200, "{\"accepted\":3}", ""},
		{0, 0, NULL, 0, 0, 200, "{\"accepted\":0}", ""},
		{-EBADMSG, 0, "no object", 7, 0, 400, "no object (line 7)", ""},
		{-EBADMSG, 0, NULL, 0, 0, 400, "the body is malformed", ""},
		{-EFBIG, 0, "too long", 0, 0, 413, "too long", ""},
		{-EEXIST, 0, NULL, 0, 0, 422, "this came before with other content", ""},
		{-EAGAIN, 0, "full", 0, 1500, 503, "full", "2"},
		{-ENOSPC, 0, NULL, 0, 0, 503, "not now, send it again", "1"},
		{-EAGAIN, 0, NULL, 0, INT64_MAX, 503, "not now, send it again",
		 "9223372036854776"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fresh(NULL);
		take(NULL, NULL, (struct heard_str){0});
		assert_int_equal(t.n_emitted, 1);
		assert_int_equal(t.n_replied, 0);
		assert_true(heard_str_is(t.e.raw, "the body"));
		assert_true(heard_str_is(t.e.source_id, "id"));
		give(cases[i].code, cases[i].n, cases[i].error, cases[i].line,
		     cases[i].after_ms);
		assert_int_equal(t.n_replied, 1);
		assert_int_equal(t.status, cases[i].status);
		assert_string_equal(t.text, cases[i].text);
		assert_string_equal(t.retry, cases[i].retry);
	}
}

static void own_answer(void *arg, struct heard_http *request, const struct heard_receipt *r)
{
	(void)request;
	*(int *)arg = r->code;
}

static void caller_may_answer_in_its_own_way(void **state)
{
	int code = 1;
	(void)state;
	take(own_answer, &code, heard_str("other"));
	assert_true(heard_str_is(t.e.raw, "other"));
	give(-EBADMSG, 0, NULL, 0, 0);
	assert_int_equal(code, -EBADMSG);
	assert_int_equal(t.n_replied, 0);
}

static void paused_host_takes_nothing(void **state)
{
	int code = 1;
	struct heard_emission e = {.raw = heard_str("x"), .free_raw = count_free};
	(void)state;
	t.is_paused = true;
	take(NULL, NULL, (struct heard_str){0});
	assert_int_equal(t.status, 503);
	assert_string_equal(t.retry, "1");
	take(own_answer, &code, (struct heard_str){0});
	assert_int_equal(code, -EAGAIN);
	intake_take(NULL, NULL, &e, NULL, NULL);
	assert_int_equal(t.n_freed, 1); /* what was given is freed all the same */
	assert_int_equal(t.n_emitted, 0);
}

static void content_type_is_compared_without_its_parameters(void **state)
{
	(void)state;
	t.type = "Application/JSON ; charset=utf-8";
	assert_true(intake_type_is(NULL, "application/json"));
	assert_false(intake_type_is(NULL, "application/jso"));
	t.type = "text/xml";
	assert_true(intake_type_is(NULL, "text/xml"));
	assert_false(intake_type_is(NULL, "application/json"));
	t.type = NULL;
	assert_false(intake_type_is(NULL, "application/json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_receipt_has_its_answer, fresh),
		cmocka_unit_test_setup(caller_may_answer_in_its_own_way, fresh),
		cmocka_unit_test_setup(paused_host_takes_nothing, fresh),
		cmocka_unit_test_setup(content_type_is_compared_without_its_parameters, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
