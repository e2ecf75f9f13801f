/*
 * test_hook_answer.c - what robots and SMS services mean by what they answer.
 */
#include "hook_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(answers_inside_http_200_count),
		WITH(sms_answers_are_understood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
