/*
 * test_hook_template.c - {{names}} in texts and bodies, and what a customer cannot do by
 * them.
 */
#include "hook_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(own_body_is_escaped_for_json),
		WITH(customers_cannot_call_everybody),
		WITH(own_body_is_signed_as_any),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
