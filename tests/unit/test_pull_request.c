/*
 * test_pull_request.c - what is sent of a request, and that half of one is not.
 */
#define heard_fetch	   test_fetch
#define heard_fetch_stream test_stream
#include "lib/pull/request.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	struct pull_request q;
	struct heard_fetch_request sent;
	char headers[512], body[32];
	int n_sent;
	struct heard_error err;
} t;

struct heard_fetch *test_fetch(struct heard_fetch_client *c,
			       const struct heard_fetch_request *r, struct heard_error *err)
{
	(void)c, (void)err;
	t.sent = *r;
	t.headers[0] = '\0';
	for (size_t i = 0; r->headers[i]; i++) {
		size_t n = strlen(t.headers);
		snprintf(t.headers + n, sizeof(t.headers) - n, "%s\n", r->headers[i]);
	}
	snprintf(t.body, sizeof(t.body), "%.*s", HEARD_ARG(r->body));
	t.n_sent++;
	return (struct heard_fetch *)&t;
}
struct heard_fetch *test_stream(struct heard_fetch_client *c,
				const struct heard_fetch_request *r,
				void (*bytes)(void *arg, struct heard_str),
				struct heard_error *err)
{
	(void)bytes;
	return test_fetch(c, r, err);
}

static const struct request_limits limits = {.timeout_ms = 1000, .max_answer = 77};

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	request_init(&t.q);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	request_release(&t.q);
	return 0;
}

static void is_sent_as(const char *method, const char *headers, const char *body)
{
	if (request_send(&t.q, NULL, &limits, NULL, &t, &t.err) == NULL)
		fail_msg("%s", t.err.text);
	assert_string_equal(t.sent.method, method);
	assert_string_equal(t.headers, headers);
	assert_string_equal(t.body, body);
	assert_ptr_equal(t.sent.arg, &t);
}

static void is_not_sent(void)
{
	assert_null(request_send(&t.q, NULL, &limits, NULL, NULL, &t.err));
	assert_int_equal(t.err.code, EAGAIN);
	t.err = (struct heard_error){0};
	assert_null(request_stream(&t.q, NULL, &limits, NULL, NULL, NULL, &t.err));
	assert_int_equal(t.err.code, EAGAIN);
	assert_int_equal(t.n_sent, 0);
}

static void fill(char *text, size_t n)
{
	memset(text, 'x', n);
	text[n] = '\0';
}

static void all_of_it_is_sent(void **state)
{
	(void)state;
	heard_buf_puts(&t.q.url, "https://x.test/");
	t.q.wait_ms = 500;
	is_sent_as("GET", "", "");
	assert_int_equal(t.sent.timeout_ms, 1500);
	assert_int_equal(t.sent.max_answer, 77);
	assert_false(t.sent.allow_private);
	assert_true(pull_header(&t.q, "Authorization: Bearer %s", "key"));
	assert_true(pull_header(&t.q, "X: %d", 7));
	heard_buf_puts(&t.q.body, "words");
	is_sent_as("POST", "Authorization: Bearer key\nX: 7\n", "words");
	t.q.method = "PUT";
	is_sent_as("PUT", "Authorization: Bearer key\nX: 7\n", "words");
	assert_non_null(request_stream(&t.q, NULL, &limits, NULL, NULL, NULL, &t.err));
}

static void a_request_without_an_address_is_not_sent(void **state)
{
	(void)state;
	is_not_sent();
}

static void a_request_that_lacks_a_header_is_not_sent(void **state)
{
	static char text[HEADER_MAX + 2];
	(void)state;
	heard_buf_puts(&t.q.url, "https://x.test/");
	fill(text, HEADER_MAX + 1);
	assert_false(pull_header(&t.q, "Authorization: %s", text));
	is_not_sent();
	request_release(&t.q);
	request_init(&t.q);
	heard_buf_puts(&t.q.url, "https://x.test/");
	for (int i = 0; i < PULL_HEADERS; i++)
		assert_true(pull_header(&t.q, "X-%d: 1", i));
	assert_non_null(request_send(&t.q, NULL, &limits, NULL, NULL, &t.err));
	t.n_sent = 0;
	assert_false(pull_header(&t.q, "Authorization: key"));
	is_not_sent();
}

static void half_of_a_url_or_a_body_is_not_sent(void **state)
{
	static char text[BODY_MAX + 2];
	(void)state;
	fill(text, URL_MAX + 1);
	heard_buf_puts(&t.q.url, "https://x.test/");
	heard_buf_puts(&t.q.url, text);
	is_not_sent();
	request_release(&t.q);
	request_init(&t.q);
	heard_buf_puts(&t.q.url, "https://x.test/");
	fill(text, BODY_MAX + 1);
	heard_buf_puts(&t.q.body, text);
	is_not_sent();
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(all_of_it_is_sent),
		WITH(a_request_without_an_address_is_not_sent),
		WITH(a_request_that_lacks_a_header_is_not_sent),
		WITH(half_of_a_url_or_a_body_is_not_sent),
	};
	return cmocka_run_group_tests_name("pull_request", tests, NULL, NULL);
}
