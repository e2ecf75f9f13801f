/*
 * test_hook.c - what each kind of receiver is sent, and options that cannot be meant.
 */
#include "hook_fixture.h"

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
	char secret[SECRET_MOST + 2];
	memset(secret, 's', sizeof(secret) - 1);
	secret[sizeof(secret) - 1] = '\0';
	t.options.preset = preset_index("feishu");
	t.options.secret = secret;
	assert_int_equal(hook_check(&t.options, &err), -EINVAL);
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
	const struct CMUnitTest tests[] = {
		WITH(each_robot_gets_its_own_body),
		WITH(long_text_is_cut_at_a_character),
		WITH(customers_number_is_opened_for_the_sms_only),
		WITH(faults_are_told),
		WITH(numbers_become_e164),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
