/*
 * test_webhook.c - the webhook output: signatures, and what each answer means.
 *
 * The plugin's own files are compiled in, with the core's side of a delivery
 * and of a batch replaced by what a test can look at.
 */
#define heard_plugin	      webhook_plugin
#define heard_delivery_finish test_finish
#define heard_batch_at	      test_batch_at
#define heard_batch_line      test_batch_line
#define heard_get_str	      test_get_str
#define heard_get_time	      test_get_time
#define heard_output_window   test_output_window
#define heard_done	      test_done
#define heard_log	      test_log
#define heard_zone	      test_zone
#include "lib/hook/hook.c"
#include "lib/hook/minute.c"
#include "lib/hook/preset.c"
#include "lib/hook/robot.c"
#undef HEX
#include "lib/hook/sms.c"
#include "lib/hook/standard.c"
#include "lib/hook/template.c"
#include "lib/hook/verdict.c"
#include "output/webhook/webhook.c"

#include "endpoint.h"
#include "host.h"
#include "option.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char line[] = "{\"id\":\"0190-a\",\"body\":\"caf\xc3\xa9\"}";

static struct {
	struct loop *loop;
	struct endpoint endpoint;
	struct heard_host host;
	struct webhook hook;
	int n_finished, n_stopped, n_logged;
	enum heard_outcome outcome;
	int64_t after_ms;
	char reason[600], url[128];
} t;

void test_finish(struct heard_delivery *take, enum heard_outcome outcome, int64_t after_ms,
		 const char *reason)
{
	(void)take;
	t.n_finished++;
	t.outcome = outcome;
	t.after_ms = after_ms;
	snprintf(t.reason, sizeof(t.reason), "%s", reason ? reason : "");
}

struct heard_record *test_batch_at(const struct heard_batch *batch, size_t i)
{
	(void)batch, (void)i;
	return (struct heard_record *)&t;
}

struct heard_str test_batch_line(const struct heard_batch *batch, size_t i)
{
	(void)batch, (void)i;
	return heard_str(line);
}

struct heard_str test_get_str(const struct heard_record *r, enum heard_field f)
{
	(void)r;
	return heard_str(f == HEARD_ID ? "0190-a" : "");
}

int64_t test_get_time(const struct heard_record *r, enum heard_field f)
{
	(void)r;
	assert_int_equal(f, HEARD_RECEIVED_AT);
	return 1614265330123;
}

struct heard_zone *test_zone(struct heard_host *host)
{
	(void)host;
	return NULL;
}

void test_output_window(struct heard_host *host, unsigned batches, unsigned records,
			size_t bytes)
{
	(void)host, (void)bytes;
	assert_int_equal(batches, 16);
	assert_int_equal(records, 1);
}

void test_done(struct heard_done *take)
{
	(void)take;
	t.n_stopped++;
}

void test_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	(void)host, (void)level, (void)format;
	t.n_logged++;
}

static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

static int setup(void **state)
{
	struct heard_error err = {0};
	(void)state;
	memset(&t, 0, sizeof(t));
	t.loop = loop_create("test", NULL);
	t.host = (struct heard_host){.full_name = (char *)"shop/webhook", .loop = t.loop};
	endpoint_open(&t.endpoint, loop_base(t.loop));
	t.hook = (struct webhook){.hook = {.url = "http://127.0.0.1/",
					   .body = "",
					   .text = "",
					   .secret = secret,
					   .in_flight = 16,
					   .rate = -1,
					   .timeout = 500,
					   .allow_private = true}};
	assert_int_equal(webhook_plugin.open(&t.hook, &t.host, &err), 0);
	assert_int_equal(webhook_plugin.start(&t.hook, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	webhook_plugin.close(&t.hook);
	endpoint_close(&t.endpoint);
	loop_destroy(t.loop);
	return 0;
}

static void begin(const char *path)
{
	snprintf(t.url, sizeof(t.url), "http://127.0.0.1:%d%s", t.endpoint.port, path);
	t.hook.hook.url = t.url;
	webhook_plugin.write(&t.hook, NULL, NULL);
}

static void wait_finished(int wanted)
{
	time_t deadline = time(NULL) + 20;
	while (t.n_finished < wanted && time(NULL) < deadline)
		event_base_loop(loop_base(t.loop), EVLOOP_ONCE);
	assert_int_equal(t.n_finished, wanted);
}

static void expect(const char *path, enum heard_outcome outcome, int64_t after_ms)
{
	int n = t.n_finished;
	begin(path);
	wait_finished(n + 1);
	if (t.outcome != outcome || t.after_ms != after_ms)
		fail_msg("%s: outcome %d after %lld (%s)", path, t.outcome,
			 (long long)t.after_ms, t.reason);
}

static void signature_agrees_with_the_published_vector(void **state)
{
	struct verify s;
	char out[VERIFY_SIGNATURES], two[128];
	(void)state;
	assert_int_equal(verify_init(&s, VERIFY_STANDARD, secret, NULL), 0);
	verify_sign(&s, heard_str("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
		    heard_str("{\"test\": 2432232314}"), out);
	assert_string_equal(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	snprintf(two, sizeof(two), " whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  %s ", secret);
	assert_int_equal(verify_init(&s, VERIFY_STANDARD, two, NULL), 0);
	verify_sign(&s, heard_str("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
		    heard_str("{\"test\": 2432232314}"), out);
	assert_non_null(strstr(out, " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
	assert_int_equal(strncmp(out, "v1,", 3), 0);
	verify_release(&s);
}

static void bad_secrets_are_refused_and_not_told(void **state)
{
	static const char *const bad[] = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short",
					  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct heard_error err = {0};
		struct verify s;
		assert_true(verify_init(&s, VERIFY_STANDARD, bad[i], &err) < 0);
		assert_null(strstr(err.text, bad[i]));
	}
}

static void record_is_posted_signed_and_delivered(void **state)
{
	(void)state;
	expect("/204", HEARD_DELIVERED, 0);
	const char *r = t.endpoint.request;
	assert_non_null(strstr(r, "POST /204 HTTP/1.1\r\n"));
	assert_non_null(strstr(r, "\r\nwebhook-id: 0190-a\r\n"));
	assert_non_null(strstr(r, "\r\nwebhook-timestamp: 1"));
	assert_non_null(strstr(r, "\r\nwebhook-signature: v1,"));
	assert_non_null(strstr(r, "\r\nContent-Type: application/json\r\n"));
	const char *body = strstr(r, "\r\n\r\n") + 4;
	char want[256];
	snprintf(want, sizeof(want),
		 "{\"type\":\"feedback.received\",\"timestamp\":\"2021-02-25T15:02:10.123Z\","
		 "\"data\":%s}",
		 line);
	assert_string_equal(body, want);
}

static void failures_of_the_endpoint_are_tried_again(void **state)
{
	(void)state;
	expect("/500", HEARD_RETRY, 0);
	assert_string_equal(t.reason, "HTTP 500");
	expect("/408", HEARD_RETRY, 0);
	expect("/after/7", HEARD_RETRY, 7000);
	expect("/after/999999999", HEARD_RETRY, 3600 * 1000);
	expect("/reset", HEARD_RETRY, 0);
	expect("/hang", HEARD_RETRY, 0);
	expect("/drip", HEARD_RETRY, 0);
	expect("/head", HEARD_RETRY, 0);
}

static void oversized_answer_does_not_undo_a_success(void **state)
{
	(void)state;
	expect("/huge", HEARD_DELIVERED, 0);
}

static void refusal_of_one_record_is_final(void **state)
{
	(void)state;
	expect("/400", HEARD_REFUSED, 0);
	assert_string_equal(t.reason, "HTTP 400");
	expect("/422", HEARD_REFUSED, 0);
	expect("/413", HEARD_REFUSED, 0);
}

static void wrong_endpoint_loses_nothing(void **state)
{
	(void)state;
	expect("/redirect", HEARD_RETRY, 0);
	assert_int_equal(t.endpoint.n_requests, 1);
	expect("/401", HEARD_RETRY, 0);
	expect("/404", HEARD_RETRY, 0);
}

static void what_must_be_mended_is_told_once_until_something_gets_through(void **state)
{
	(void)state;
	expect("/404", HEARD_RETRY, 0);
	expect("/500", HEARD_RETRY, 0);
	expect("/404", HEARD_RETRY, 0);
	assert_int_equal(t.n_logged, 1);
	expect("/redirect", HEARD_RETRY, 0);
	assert_int_equal(t.n_logged, 2);
	expect("/200", HEARD_DELIVERED, 0);
	expect("/redirect", HEARD_RETRY, 0);
	assert_int_equal(t.n_logged, 3);
}

static void private_address_is_not_even_connected_to(void **state)
{
	(void)state;
	t.hook.hook.allow_private = false;
	expect("/200", HEARD_RETRY, 0);
	assert_int_equal(t.endpoint.n_accepted, 0);
}

static void gone_endpoint_is_asked_no_more(void **state)
{
	(void)state;
	expect("/410", HEARD_RETRY, 3600 * 1000);
	expect("/200", HEARD_RETRY, 3600 * 1000);
	assert_int_equal(t.endpoint.n_requests, 1);
}

static void stop_waits_for_the_last_answer(void **state)
{
	(void)state;
	begin("/200");
	begin("/hang");
	webhook_plugin.stop(&t.hook, NULL);
	wait_finished(2);
	assert_int_equal(t.n_stopped, 1);
}

static void headers_of_ours_cannot_be_overridden(void **state)
{
	static const char *const bad[] = {"webhook-id: x",
					  "Webhook-Signature: v1,x",
					  "no colon",
					  "A: b\r\nC: d",
					  "X:",
					  "X: "};
	struct heard_error err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct hook_options o = {.headers = {&bad[i], 1}};
		assert_int_equal(check_headers(&o, &err), -EINVAL);
	}
}

static void option_table_is_well_formed(void **state)
{
	struct heard_error err = {0};
	(void)state;
	if (option_check_table(webhook_plugin.options, &err) < 0)
		fail_msg("%s", err.text);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_agrees_with_the_published_vector),
		cmocka_unit_test(bad_secrets_are_refused_and_not_told),
		WITH(record_is_posted_signed_and_delivered),
		WITH(failures_of_the_endpoint_are_tried_again),
		WITH(oversized_answer_does_not_undo_a_success),
		WITH(refusal_of_one_record_is_final),
		WITH(wrong_endpoint_loses_nothing),
		WITH(what_must_be_mended_is_told_once_until_something_gets_through),
		WITH(private_address_is_not_even_connected_to),
		WITH(gone_endpoint_is_asked_no_more),
		WITH(stop_waits_for_the_last_answer),
		cmocka_unit_test(headers_of_ours_cannot_be_overridden),
		cmocka_unit_test(option_table_is_well_formed),
	};
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
