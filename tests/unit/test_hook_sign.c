/*
 * test_hook_sign.c - signatures against the vendors' own figures.
 */
#include "hook_fixture.h"

static void robot_signatures_agree_with_the_vectors(void **state)
{
	char text[64], sign[VERIFY_BASE64];
	static const char secret[] = "SECthis is secret";
	(void)state;
	struct heard_buf url;
	heard_buf_init(&url, 256);
	verify_hmac_base64(heard_str(secret), stamp(text, sizeof(text), 1599360473000, secret),
			   sign);
	put_escaped(&url, sign);
	assert_string_equal(url.ptr, "34ZfaID44JFjYdnsx63%2F8kcge%2B4CqWG8VYyrEnLGCpc%3D");
	verify_hmac_base64(stamp(text, sizeof(text), 1599360473, secret), HEARD_STR_OF(""),
			   sign);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(robot_signatures_agree_with_the_vectors),
		WITH(aliyun_signature_agrees_with_the_vectors),
		WITH(tencent_signature_agrees_with_another_implementation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
