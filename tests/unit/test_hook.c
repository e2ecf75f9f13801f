/*
 * test_hook.c - robots and SMS: signatures against the vendors' own figures, what
 * their answers mean, templates, and the minute with its digest.
 *
 * The library's files are compiled in, with the clock, the HTTP client and the timer
 * replaced, so that a minute passes when the test says so.
 */
#define heard_fetch		   test_fetch
#define heard_fetch_client_create  test_client_create
#define heard_fetch_client_destroy test_client_destroy
#define heard_timer_create	   test_timer_create
#define heard_timer_set		   test_timer_set
#define heard_timer_clear	   test_timer_clear
#define heard_timer_destroy	   test_timer_destroy
#define heard_now		   test_now
#define heard_log		   test_log
#define heard_zone		   test_zone
#define heard_unseal		   test_unseal
#include "lib/hook/hook.c"
#include "lib/hook/preset.c"
#include "lib/hook/robot.c"
#include "lib/hook/sign.c"
#undef PREFIX
#include "lib/hook/sms.c"
#include "lib/hook/standard.c"
#include "lib/hook/template.c"
#include "lib/hook/verdict.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	int64_t now, timer_at;
	void (*on_timer)(void *);
	void *timer_arg;
	struct heard_fetch_request last;
	char url[4096], body[16384], headers[4096];
	int n_requests, n_told, n_logged;
	enum heard_outcome outcome;
	int64_t after_ms;
	char reason[200];
	struct heard_batch *batch;
	struct hook_options options;
	struct hook *hook;
} t;

struct heard_fetch *test_fetch(struct heard_fetch_client *c,
			       const struct heard_fetch_request *r, struct heard_error *err)
{
	(void)c, (void)err;
	t.last = *r;
	t.n_requests++;
	snprintf(t.url, sizeof(t.url), "%s", r->url);
	snprintf(t.body, sizeof(t.body), "%.*s", HEARD_ARG(r->body));
	t.headers[0] = '\0';
	for (size_t i = 0; r->headers[i]; i++) {
		size_t n = strlen(t.headers);
		snprintf(t.headers + n, sizeof(t.headers) - n, "%s\n", r->headers[i]);
	}
	return (struct heard_fetch *)&t;
}
struct heard_fetch_client *test_client_create(struct heard_host *h, unsigned n,
					      struct heard_error *err)
{
	(void)h, (void)n, (void)err;
	return (struct heard_fetch_client *)&t;
}
void test_client_destroy(struct heard_fetch_client *c)
{
	(void)c;
}
struct heard_timer *test_timer_create(struct heard_host *h, void (*fn)(void *), void *arg)
{
	(void)h;
	t.on_timer = fn;
	t.timer_arg = arg;
	return (struct heard_timer *)&t;
}
void test_timer_set(struct heard_timer *timer, int64_t after_ms)
{
	(void)timer;
	t.timer_at = t.now + after_ms;
}
void test_timer_clear(struct heard_timer *timer)
{
	(void)timer;
	t.timer_at = 0;
}
void test_timer_destroy(struct heard_timer *timer)
{
	(void)timer;
}
int64_t test_now(const struct heard_host *h)
{
	(void)h;
	return t.now;
}
void test_log(struct heard_host *h, enum heard_level level, const char *format, ...)
{
	(void)h, (void)level, (void)format;
	t.n_logged++;
}
struct heard_zone *test_zone(struct heard_host *h)
{
	(void)h;
	return NULL;
}
int test_unseal(const struct heard_host *h, struct heard_str sealed, struct heard_buf *plain,
		struct heard_error *err)
{
	(void)h;
	if (!heard_str_is(sealed, "sealed:AAAA"))
		return heard_fail(err, EBADMSG, "damaged");
	heard_buf_puts(plain, "138 1234-5678");
	return 0;
}

static void on_told(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	(void)arg;
	t.n_told++;
	t.outcome = outcome;
	t.after_ms = after_ms;
	snprintf(t.reason, sizeof(t.reason), "%s", reason ? reason : "");
}

static const char event[] =
	"{\"id\":\"0190\",\"event\":\"breached\",\"subject\":\"充电宝 \\\"着火\\\" "
	"<b>\",\"priority\":"
	"\"high\",\"category\":\"product\",\"author\":{\"phone\":\"sealed:AAAA\"},"
	"\"attributes\":{"
	"\"ticket\":17,\"kind\":\"first_response\",\"due\":\"2026-11-21T06:30:00.000Z\"}}";

static const struct heard_record *record(const char *json)
{
	struct heard_error err = {0};
	size_t n = heard_batch_size(t.batch);
	if (heard_batch_add_json(t.batch, heard_str(json), &err) != 0)
		fail_msg("%s", err.text);
	return heard_batch_at(t.batch, n);
}

static int preset_index(const char *name)
{
	for (int i = 0; hook_presets[i]; i++)
		if (strcmp(hook_presets[i], name) == 0)
			return i;
	fail_msg("no preset %s", name);
	return -1;
}

static void start(const char *preset, const char *url, const char *secret)
{
	struct heard_error err = {0};
	t.options.preset = preset_index(preset);
	t.options.url = url;
	t.options.secret = secret;
	if (hook_check(&t.options, &err) != 0)
		fail_msg("%s", err.text);
	t.hook = hook_create(NULL, &t.options, &err);
	assert_non_null(t.hook);
}

static void say_one(const char *text)
{
	struct hook_message m = {.id = heard_str("id-1"),
				 .at = t.now,
				 .record = record(event),
				 .line = heard_str(event),
				 .text = heard_str(text)};
	hook_send(t.hook, &m, on_told, NULL);
}

static void answer(int status, const char *body)
{
	struct heard_fetch_answer a = {
		.status = status, .body = heard_str(body), .retry_after_ms = -1};
	t.last.done(t.last.arg, &a);
}

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.now = 1599360473000;
	t.batch = batch_create(1 << 24);
	t.options = (struct hook_options){.url = "",
					  .secret = "",
					  .body = "",
					  .text = "",
					  .in_flight = 4,
					  .timeout = 1000,
					  .rate = -1};
	t.options.sms = (struct hook_sms){.key_id = "AKID",
					  .app_id = "1400006666",
					  .region = "ap-guangzhou",
					  .sign_name = "听见",
					  .template_id = "SMS_1"};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hook_destroy(t.hook);
	batch_destroy(t.batch);
	return 0;
}

/* ---- signatures */

static void robot_signatures_agree_with_the_vectors(void **state)
{
	char text[64], sign[BASE64_MAC];
	static const char secret[] = "SECthis is secret";
	(void)state;
	struct heard_buf url;
	heard_buf_init(&url, 256);
	mac_base64(heard_str(secret), stamp(text, sizeof(text), 1599360473000, secret), sign);
	put_escaped(&url, sign);
	assert_string_equal(url.ptr, "34ZfaID44JFjYdnsx63%2F8kcge%2B4CqWG8VYyrEnLGCpc%3D");
	mac_base64(stamp(text, sizeof(text), 1599360473, secret), HEARD_STR_OF(""), sign);
	assert_string_equal(sign, "QpVnmvk/oJ0A4qI/wrf8r0LGtx2TDM5tpwGnUZlpgDo=");
	heard_buf_release(&url);
}

static void aliyun_signature_agrees_with_the_vectors(void **state)
{
	static const struct {
		const char *date, *nonce, *want;
	} cases[] = {
		{"2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d",
		 "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"},
		{"2023-10-26T09:01:01Z", "d410180a5abf7fe235dd9b74aca91fc0",
		 "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804"},
	};
	char hash[SMS_HEX], signature[SMS_HEX];
	(void)state;
	hex_hash(HEARD_STR_OF(""), hash);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct aliyun_request q = {
			heard_str("ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&"
				  "RegionId=cn-shanghai"),
			heard_str("ecs.cn-shanghai.aliyuncs.com"),
			"RunInstances",
			"2014-05-26",
			cases[i].date,
			cases[i].nonce,
			hash};
		aliyun_sign(heard_str("YourAccessKeySecret"), &q, signature);
		assert_string_equal(signature, cases[i].want);
	}
}

/* Computed with another implementation (Python's hmac) of the published method. */
static void tencent_signature_agrees_with_another_implementation(void **state)
{
	char signature[SMS_HEX];
	(void)state;
	struct tencent_request q = {heard_str("{\"a\":1}"),
				    heard_str("sms.tencentcloudapi.com"), "2019-02-25",
				    1551113065};
	tencent_sign(heard_str("Gu5t9xGARNpq86cd98joQYCN3*******"), &q, signature);
	assert_string_equal(signature,
			    "23288ebeb3c0f6417b2deff9e87408f952520d9a25cc93edb73b251d651b9882");
}

/* ---- requests */

static void each_robot_gets_its_own_body(void **state)
{
	(void)state;
	start("feishu", "https://open.feishu.cn/hook/x", "s3cret");
	say_one("");
	assert_non_null(strstr(t.body, "\"timestamp\":\"1599360473\",\"sign\":\""));
	assert_non_null(strstr(t.body,
			       "\"msg_type\":\"text\",\"content\":{\"text\":\"【高】已超时 "
			       "#17 产品"));
	assert_non_null(strstr(t.body, "充电宝 \\\"着火\\\" ＜b>"));
	assert_non_null(strstr(t.body, "首次响应期限：2026-11-21T06:30+00:00"));
	assert_null(strstr(t.body, "负责人"));
	assert_null(strstr(t.body, "sealed:"));
	answer(200, "{\"code\":0,\"msg\":\"success\"}");
	assert_int_equal(t.outcome, HEARD_DELIVERED);
	hook_destroy(t.hook);
	start("slack", "https://hooks.slack.com/x", "");
	say_one("a < b & c");
	assert_string_equal(t.body, "{\"text\":\"a &lt; b &amp; c\"}");
	answer(200, "ok");
	assert_int_equal(t.outcome, HEARD_DELIVERED);
}

static void long_text_is_cut_at_a_character(void **state)
{
	char text[3001];
	(void)state;
	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "字", 3);
	text[3000] = '\0';
	start("wecom", "https://qyapi.weixin.qq.com/x", "");
	say_one(text);
	size_t head = strlen("{\"msgtype\":\"text\",\"text\":{\"content\":\"");
	assert_int_equal(strlen(t.body), head + 2046 + strlen("\"}}"));
	answer(200, "{\"errcode\":0}");
}

static void own_body_is_escaped_for_json(void **state)
{
	(void)state;
	t.options.body = "{\"t\":\"{{ summary }}\",\"n\":{{attributes.ticket}},\"p\":\"{{"
			 "author.phone}}\"}";
	start("standard", "https://example.org/", "");
	say_one("");
	assert_string_equal(t.body, "{\"t\":\"充电宝 \\\"着火\\\" <b>\",\"n\":17,\"p\":\"\"}");
	answer(204, "");
}

/* "<at ...>" and "<!channel>" ring everybody: they work in what the operator wrote, and
 * not in what a customer did. */
static void customers_cannot_call_everybody(void **state)
{
	(void)state;
	t.options.text = "<at user_id=\"all\"></at> {{summary}}";
	start("feishu", "https://open.feishu.cn/hook/x", "");
	say_one("");
	assert_non_null(strstr(t.body, "<at user_id=\\\"all\\\"></at> 充电宝"));
	assert_non_null(strstr(t.body, "＜b>"));
	answer(200, "{\"code\":0}");
	say_one("sample: <at user_id=\"all\"></at>");
	assert_null(strstr(t.body, "<at"));
	answer(200, "{\"code\":0}");
	hook_destroy(t.hook);
	t.options.text = "";
	t.options.body = "{\"text\":\"<!here> {{summary}}\"}";
	start("slack", "https://hooks.slack.com/x", "");
	say_one("");
	assert_string_equal(t.body, "{\"text\":\"<!here> 充电宝 \\\"着火\\\" &lt;b>\"}");
	answer(200, "ok");
}

static void own_body_is_signed_as_any(void **state)
{
	(void)state;
	t.options.body = " { \"msg_type\":\"interactive\",\"n\":{{attributes.ticket}}}";
	start("feishu", "https://open.feishu.cn/hook/x", "s3cret");
	say_one("");
	assert_non_null(strstr(t.body, "{\"timestamp\":\"1599360473\",\"sign\":\""));
	assert_non_null(strstr(t.body, "=\",\"msg_type\":\"interactive\",\"n\":17}"));
	answer(200, "{\"code\":0}");
	hook_destroy(t.hook);
	t.options.body = "{}";
	start("feishu", "https://open.feishu.cn/hook/x", "s3cret");
	say_one("");
	assert_non_null(strstr(t.body, "=\"}"));
	answer(200, "{\"code\":0}");
	hook_destroy(t.hook);
	start("feishu", "https://open.feishu.cn/hook/x", "");
	say_one("");
	assert_string_equal(t.body, "{}");
	answer(200, "{\"code\":0}");
}

static void customers_number_is_opened_for_the_sms_only(void **state)
{
	static const char *to[] = {"customer"}, *names[] = {"code"},
			  *values[] = {"{{attributes.ticket}}"};
	(void)state;
	t.options.sms.to = (struct heard_list){to, 1};
	t.options.sms.params = (struct heard_map){names, values, 1};
	start("aliyun", "", "secret");
	say_one("");
	assert_non_null(
		strstr(t.url, "https://dysmsapi.aliyuncs.com/?PhoneNumbers=13812345678&"));
	assert_non_null(strstr(t.url, "TemplateParam=%7B%22code%22%3A%2217%22%7D"));
	assert_non_null(strstr(t.headers, "Authorization: ACS3-HMAC-SHA256 Credential=AKID,"));
	answer(200, "{\"Code\":\"OK\",\"Message\":\"OK\"}");
	assert_int_equal(t.outcome, HEARD_DELIVERED);
	hook_destroy(t.hook);
	start("tencent", "", "secret");
	say_one("");
	assert_non_null(strstr(t.body, "\"PhoneNumberSet\":[\"+8613812345678\"]"));
	assert_non_null(strstr(t.body, "\"TemplateParamSet\":[\"17\"]"));
	answer(200, "{\"Response\":{\"SendStatusSet\":[{\"Code\":\"Ok\"}]}}");
	assert_int_equal(t.outcome, HEARD_DELIVERED);
}

/* ---- answers */

static void answers_inside_http_200_count(void **state)
{
	static const struct {
		const char *preset, *body;
		enum heard_outcome outcome;
		int64_t after_ms;
	} cases[] = {
		{"dingtalk", "{\"errcode\":0,\"errmsg\":\"ok\"}", HEARD_DELIVERED, 0},
		{"dingtalk", "{\"errcode\":310000}", HEARD_RETRY, 0},
		{"dingtalk", "{\"errcode\":130101}", HEARD_RETRY, PENALTY_MS},
		{"dingtalk", "{\"errcode\":40035}", HEARD_REFUSED, 0},
		{"dingtalk", "{\"errcode\":99}", HEARD_RETRY, 0},
		{"dingtalk", "<html>", HEARD_RETRY, 0},
		{"dingtalk", "", HEARD_RETRY, 0},
		{"feishu", "{\"code\":19021}", HEARD_RETRY, 0},
		{"feishu", "{\"code\":9499}", HEARD_REFUSED, 0},
		{"wecom", "{\"errcode\":45009}", HEARD_RETRY, PENALTY_MS},
		{"wecom", "{\"errcode\":93000}", HEARD_RETRY, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		start(cases[i].preset, "https://example.org/", "");
		say_one("x");
		answer(200, cases[i].body);
		if (t.outcome != cases[i].outcome || t.after_ms != cases[i].after_ms)
			fail_msg("%s %s: %d after %lld", cases[i].preset, cases[i].body,
				 t.outcome, (long long)t.after_ms);
		hook_destroy(t.hook);
		t.hook = NULL;
	}
}

static void sms_answers_are_understood(void **state)
{
	static const char *to[] = {"+8613800000000"};
	static const struct {
		const char *preset, *body;
		enum heard_outcome outcome;
		int64_t after_ms;
	} cases[] = {
		{"aliyun", "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\"}", HEARD_RETRY,
		 3600 * 1000},
		{"aliyun", "{\"Code\":\"isv.MOBILE_NUMBER_ILLEGAL\"}", HEARD_REFUSED, 0},
		{"aliyun", "{\"Code\":\"SignatureDoesNotMatch\"}", HEARD_RETRY, 0},
		{"aliyun", "[]", HEARD_RETRY, 0},
		{"tencent", "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure\"}}}",
		 HEARD_RETRY, 0},
		{"tencent",
		 "{\"Response\":{\"SendStatusSet\":[{\"Code\":\"LimitExceeded."
		 "PhoneNumberDailyLimit\"}]}}",
		 HEARD_RETRY, 3600 * 1000},
		{"tencent", "{\"Response\":{}}", HEARD_RETRY, 0},
	};
	(void)state;
	t.options.sms.to = (struct heard_list){to, 1};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		start(cases[i].preset, "", "secret");
		say_one("");
		answer(200, cases[i].body);
		if (t.outcome != cases[i].outcome || t.after_ms != cases[i].after_ms)
			fail_msg("%s: %d after %lld", cases[i].body, t.outcome,
				 (long long)t.after_ms);
		hook_destroy(t.hook);
		t.hook = NULL;
	}
}

/* ---- the minute */

static void twenty_a_minute_then_one_digest(void **state)
{
	char text[32];
	(void)state;
	start("dingtalk", "https://example.org/", "");
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		say_one(text);
		if (t.n_requests == i + 1)
			answer(200, "{\"errcode\":0}");
	}
	assert_int_equal(t.n_requests, 20);
	assert_int_equal(t.n_told, 20);
	assert_int_equal(t.timer_at, t.now + 60000);
	t.now = t.timer_at;
	t.on_timer(t.timer_arg);
	assert_int_equal(t.n_requests, 21);
	assert_non_null(strstr(t.body, "合并 20 条消息："));
	assert_non_null(strstr(t.body, "\\n· message 20\\n"));
	assert_non_null(strstr(t.body, "……另有 10 条"));
	answer(200, "{\"errcode\":0}");
	assert_int_equal(t.n_told, 40);
	assert_int_equal(t.outcome, HEARD_DELIVERED);
}

/* Only one of them may be bad, so none is thrown away with it. */
static void a_refused_digest_refuses_nobody(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("dingtalk", "https://example.org/", "");
	say_one("one");
	answer(200, "{\"errcode\":40035}");
	assert_int_equal(t.outcome, HEARD_REFUSED);
	say_one("two");
	say_one("three");
	t.now = t.timer_at;
	t.on_timer(t.timer_arg);
	answer(200, "{\"errcode\":40035}");
	assert_int_equal(t.n_told, 3);
	assert_int_equal(t.outcome, HEARD_RETRY);
	assert_string_equal(t.reason, "HTTP 200 with errcode 40035");
}

/* A forced end: nobody is told, and nothing leaks (the sanitizer looks). */
static void what_is_under_way_is_freed(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one("under way");
	say_one("waits");
	hook_destroy(t.hook);
	t.hook = NULL;
	assert_int_equal(t.n_told, 0);
}

static void what_waits_is_given_back_at_a_stop(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one("one");
	answer(200, "{\"errcode\":0}");
	say_one("two");
	assert_int_equal(t.n_told, 1);
	t.n_told = 0;
	hook_stop(t.hook, (void (*)(void *))(uintptr_t)test_client_destroy, NULL);
	assert_int_equal(t.n_told, 1);
	assert_int_equal(t.outcome, HEARD_RETRY);
}

static void clock_set_back_does_not_stop_a_robot(void **state)
{
	(void)state;
	t.options.rate = 1;
	start("wecom", "https://example.org/", "");
	say_one("one");
	answer(200, "{\"errcode\":0}");
	t.now -= 86400000;
	say_one("two");
	assert_int_equal(t.n_requests, 2);
	answer(200, "{\"errcode\":0}");
}

/* ---- options */

static void faults_are_told(void **state)
{
	static const char *to[] = {"12"};
	struct heard_error err = {0};
	(void)state;
	assert_int_equal(hook_check(&t.options, &err), -EINVAL); /* no url */
	t.options.url = "https://example.org/";
	t.options.body = "{{";
	assert_int_equal(hook_check(&t.options, &err), -EINVAL);
	t.options.body = "{{a b}}";
	assert_int_equal(hook_check(&t.options, &err), -EINVAL);
	t.options.body = "";
	t.options.rate = 5;
	assert_int_equal(hook_check(&t.options, &err), -EINVAL); /* no digest of these */
	t.options.rate = -1;
	t.options.preset = preset_index("tencent");
	t.options.secret = "x";
	t.options.sms.to = (struct heard_list){to, 1};
	assert_int_equal(hook_check(&t.options, &err), -EINVAL);
	assert_non_null(strstr(err.text, "sms.to: entry 1"));
}

static void numbers_become_e164(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"13812345678", "+8613812345678"},
		{"+1 (415) 555-0100", "+14155550100"},
		{"0044 20 7946 0000", "+442079460000"},
		{"12345", NULL},
		{"", NULL},
		{"+", NULL},
		{"138x2345678", NULL},
		{"+123456789012345678901234567890", NULL},
	};
	char out[NUMBER_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool is_good = to_e164(heard_str(cases[i].in), out);
		if (is_good != (cases[i].want != NULL) ||
		    (is_good && strcmp(out, cases[i].want) != 0))
			fail_msg("%s gives %s", cases[i].in, is_good ? out : "nothing");
	}
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(robot_signatures_agree_with_the_vectors),
		WITH(aliyun_signature_agrees_with_the_vectors),
		WITH(tencent_signature_agrees_with_another_implementation),
		WITH(each_robot_gets_its_own_body),
		WITH(long_text_is_cut_at_a_character),
		WITH(own_body_is_escaped_for_json),
		WITH(customers_cannot_call_everybody),
		WITH(own_body_is_signed_as_any),
		WITH(customers_number_is_opened_for_the_sms_only),
		WITH(answers_inside_http_200_count),
		WITH(sms_answers_are_understood),
		WITH(twenty_a_minute_then_one_digest),
		WITH(a_refused_digest_refuses_nobody),
		WITH(what_is_under_way_is_freed),
		WITH(what_waits_is_given_back_at_a_stop),
		WITH(clock_set_back_does_not_stop_a_robot),
		WITH(faults_are_told),
		WITH(numbers_become_e164),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
