/*
 * test_verify.c - signatures against published vectors, and everything that makes one bad.
 */
#include "lib/verify/mac.c"
#include "lib/verify/verify.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER  "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD   "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define BODY   "{\"test\": 2432232314}"
#define EVENT  "{\"event_id\":\"01H\",\"event_type\":\"form_response\"}"
#define NOW    1614265330000

static const struct row {
	const char *name, *value;
} * headers;

static struct heard_str find(const void *arg, const char *name)
{
	for (const struct row *h = arg; h->name; h++)
		if (strcasecmp(h->name, name) == 0)
			return heard_str(h->value);
	return (struct heard_str){0};
}

static enum verify_result check(const struct verify *v, const char *body, int64_t now)
{
	return verify_check(v, find, headers, heard_str(body), now);
}

static enum verify_result check_with(enum verify_scheme scheme, const char *secret,
				     const char *body, const struct row *rows)
{
	struct verify v;
	headers = rows;
	assert_int_equal(verify_init(&v, scheme, secret, NULL), 0);
	enum verify_result result = check(&v, body, NOW);
	verify_release(&v);
	return result;
}

static void standard(const char *secret, const char *signature, enum verify_result expected)
{
	const struct row rows[] = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
				   {"webhook-timestamp", "1614265330"},
				   {"webhook-signature", signature},
				   {0}};
	assert_int_equal(check_with(VERIFY_STANDARD, secret, BODY, rows), expected);
}

static void published_standard_vector_is_good(void **state)
{
	(void)state;
	standard(SECRET, GOOD, VERIFY_GOOD);
}

static void what_is_signed_here_is_good_here(void **state)
{
	struct verify v;
	char out[VERIFY_SIGNATURES];
	(void)state;
	assert_int_equal(verify_init(&v, VERIFY_STANDARD, OTHER "\n" SECRET, NULL), 0);
	verify_sign(&v, heard_str("msg_p5jXN8AQM9LWM0D4loKWxJek"), NOW / 1000, heard_str(BODY),
		    out);
	assert_string_equal(strchr(out, ' ') + 1, GOOD);
	standard(SECRET, out, VERIFY_GOOD);
	standard(OTHER, out, VERIFY_GOOD);
	verify_release(&v);
	assert_int_equal(v.n, 0);
	verify_sign(&v, heard_str("x"), 1, heard_str(BODY), out);
	assert_string_equal(out, "");
}

static void either_side_may_have_several_keys(void **state)
{
	(void)state;
	standard(OTHER " " SECRET, GOOD, VERIFY_GOOD);
	standard(SECRET, "v1,AAAA v1a,xx " GOOD, VERIFY_GOOD);
	standard(OTHER, GOOD, VERIFY_WRONG);
}

static void signatures_that_are_not_right_are_wrong(void **state)
{
	static const char *const bad[] = {
		"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=", /* one bit     */
		"g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",	   /* no version  */
		"v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", /* cut short   */
		"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=AAAA",
		"v1,8348cc",
		"v1,",
		"v1",
		" ",
		"v1,\xff\xfe",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		standard(SECRET, bad[i], VERIFY_WRONG);
}

static void body_id_and_time_are_covered(void **state)
{
	static const struct row good[] = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
					  {"webhook-timestamp", "1614265330"},
					  {"webhook-signature", GOOD},
					  {0}};
	struct row rows[4];
	(void)state;
	assert_int_equal(check_with(VERIFY_STANDARD, SECRET, BODY " ", good), VERIFY_WRONG);
	memcpy(rows, good, sizeof(rows));
	rows[0].value = "msg_other";
	assert_int_equal(check_with(VERIFY_STANDARD, SECRET, BODY, rows), VERIFY_WRONG);
	memcpy(rows, good, sizeof(rows));
	rows[1].value = "1614265331";
	assert_int_equal(check_with(VERIFY_STANDARD, SECRET, BODY, rows), VERIFY_WRONG);
	for (size_t i = 0; i < 3; i++) {
		memcpy(rows, good, sizeof(rows));
		rows[i].value = "";
		assert_int_equal(check_with(VERIFY_STANDARD, SECRET, BODY, rows),
				 VERIFY_ABSENT);
		rows[i].name = "x";
		assert_int_equal(check_with(VERIFY_STANDARD, SECRET, BODY, rows),
				 VERIFY_ABSENT);
	}
}

static void clocks_may_differ_by_the_tolerance_and_no_more(void **state)
{
	static const struct row rows[] = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
					  {"webhook-timestamp", "1614265330"},
					  {"webhook-signature", GOOD},
					  {0}};
	struct verify v;
	(void)state;
	headers = rows;
	assert_int_equal(verify_init(&v, VERIFY_STANDARD, SECRET, NULL), 0);
	assert_int_equal(check(&v, BODY, NOW + 300000), VERIFY_GOOD);
	assert_int_equal(check(&v, BODY, NOW - 300000), VERIFY_GOOD);
	assert_int_equal(check(&v, BODY, NOW + 300001), VERIFY_OLD);
	assert_int_equal(check(&v, BODY, NOW - 300001), VERIFY_OLD);
	/* Who does not know the secret learns nothing of the clock. */
	assert_int_equal(check(&v, "{}", NOW + 300001), VERIFY_WRONG);
	v.tolerance = 1000;
	assert_int_equal(check(&v, BODY, NOW + 1000), VERIFY_GOOD);
	assert_int_equal(check(&v, BODY, NOW + 1001), VERIFY_OLD);
	verify_release(&v);
}

static void a_time_that_is_none_is_old(void **state)
{
	static const char *const bad[] = {"-1",	 "1e9", "0x60", "16142653301614",
					  "now", "1 6", "+1",	"99999999999999999999999"};
	struct verify v;
	char signature[VERIFY_SIGNATURES], mac[VERIFY_BASE64], text[128];
	struct row rows[] = {{"webhook-id", "a"},
			     {"webhook-timestamp", NULL},
			     {"webhook-signature", signature},
			     {0}};
	(void)state;
	headers = rows;
	assert_int_equal(verify_init(&v, VERIFY_STANDARD, SECRET, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		rows[1].value = bad[i];
		snprintf(text, sizeof(text), "a.%s.{}", bad[i]);
		verify_hmac_base64(key_of(&v, 0), heard_str(text), mac);
		snprintf(signature, sizeof(signature), "v1,%s", mac);
		assert_int_equal(check(&v, "{}", NOW), VERIFY_OLD);
	}
	verify_release(&v);
}

static void typeform_and_tally_sign_the_body(void **state)
{
	static const char mac[] = "uaRBy8IRXBIYCexu5Trm7rh/IS80+rPpNqLNNzYdf3E=";
	char text[64];
	struct row rows[] = {{"Typeform-Signature", text}, {"Tally-Signature", mac}, {0}};
	(void)state;
	snprintf(text, sizeof(text), "sha256=%s", mac);
	assert_int_equal(check_with(VERIFY_TYPEFORM, "s3cret", EVENT, rows), VERIFY_GOOD);
	assert_int_equal(check_with(VERIFY_TALLY, "s3cret", EVENT, rows), VERIFY_GOOD);
	assert_int_equal(check_with(VERIFY_TYPEFORM, "old s3cret", EVENT, rows), VERIFY_GOOD);
	assert_int_equal(check_with(VERIFY_TYPEFORM, "s3cre", EVENT, rows), VERIFY_WRONG);
	assert_int_equal(check_with(VERIFY_TALLY, "s3cret", EVENT "\n", rows), VERIFY_WRONG);
	rows[0].value = mac; /* without its prefix */
	assert_int_equal(check_with(VERIFY_TYPEFORM, "s3cret", EVENT, rows), VERIFY_WRONG);
	rows[0].name = rows[1].name = "x";
	assert_int_equal(check_with(VERIFY_TYPEFORM, "s3cret", EVENT, rows), VERIFY_ABSENT);
	assert_int_equal(check_with(VERIFY_TALLY, "s3cret", EVENT, rows), VERIFY_ABSENT);
}

static void chatwoot_signs_the_time_too(void **state)
{
	struct row rows[] = {
		{"X-Chatwoot-Signature",
		 "sha256=90dec8509e6ceb4bb5857d58ba9df6ae6c128ac4c80ef234a688356e7351ce20"},
		{"X-Chatwoot-Timestamp", "1614265330"},
		{0}};
	struct verify v;
	(void)state;
	assert_int_equal(check_with(VERIFY_CHATWOOT, "s3cret", EVENT, rows), VERIFY_GOOD);
	assert_int_equal(check_with(VERIFY_CHATWOOT, "s3cret", BODY, rows), VERIFY_WRONG);
	assert_int_equal(verify_init(&v, VERIFY_CHATWOOT, "s3cret", NULL), 0);
	assert_int_equal(check(&v, EVENT, NOW + 600000), VERIFY_OLD);
	verify_release(&v);
	rows[1].value = "";
	assert_int_equal(check_with(VERIFY_CHATWOOT, "s3cret", EVENT, rows), VERIFY_ABSENT);
}

static void github_is_hex_of_either_case_and_others_name_their_header(void **state)
{
	struct verify v;
	struct row rows[] = {
		{"X-Hub-Signature-256",
		 "sha256=b9a441cbc2115c121809ec6ee53ae6eeb87f212f34fab3e936a2cd37361d7f71"},
		{0}};
	(void)state;
	assert_int_equal(check_with(VERIFY_GITHUB, "s3cret", EVENT, rows), VERIFY_GOOD);
	rows[0].value =
		"sha256=B9A441CBC2115C121809EC6EE53AE6EEB87F212F34FAB3E936A2CD37361D7F71";
	assert_int_equal(check_with(VERIFY_GITHUB, "s3cret", EVENT, rows), VERIFY_GOOD);
	rows[0].name = "X-Discourse-Event-Signature";
	assert_int_equal(check_with(VERIFY_GITHUB, "s3cret", EVENT, rows), VERIFY_ABSENT);
	assert_int_equal(verify_init(&v, VERIFY_GITHUB, "s3cret", NULL), 0);
	v.header = "X-Discourse-Event-Signature";
	assert_int_equal(check(&v, EVENT, NOW), VERIFY_GOOD);
	rows[0].value =
		"sha256=b9a441cbc2115c121809ec6ee53ae6eeb87f212f34fab3e936a2cd37361d7f7";
	assert_int_equal(check(&v, EVENT, NOW), VERIFY_WRONG);
	verify_release(&v);
}

static void a_token_is_the_secret_itself(void **state)
{
	struct verify v;
	struct row rows[] = {{"X-Telegram-Bot-Api-Secret-Token", "new"}, {0}};
	(void)state;
	headers = rows;
	assert_int_equal(verify_init(&v, VERIFY_TOKEN, "old new", NULL), 0);
	assert_int_equal(check(&v, "", NOW), VERIFY_ABSENT); /* no header was named */
	v.header = "X-Telegram-Bot-Api-Secret-Token";
	assert_int_equal(check(&v, "", NOW), VERIFY_GOOD);
	rows[0].value = "newer";
	assert_int_equal(check(&v, "", NOW), VERIFY_WRONG);
	rows[0].value = "old new";
	assert_int_equal(check(&v, "", NOW), VERIFY_WRONG);
	rows[0].value = "";
	assert_int_equal(check(&v, "", NOW), VERIFY_ABSENT);
	verify_release(&v);
	assert_int_equal(check_with(VERIFY_NONE, "", "", rows), VERIFY_GOOD);
}

static void bad_secrets_are_refused_and_not_told(void **state)
{
	static const struct {
		enum verify_scheme scheme;
		const char *secret;
	} bad[] = {
		{VERIFY_STANDARD, ""},
		{VERIFY_STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
		{VERIFY_STANDARD, "whsec_short"},
		{VERIFY_STANDARD, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*"},
		{VERIFY_STANDARD, SECRET " whsec_AAAA"},
		{VERIFY_TYPEFORM, ""},
		{VERIFY_TALLY, "  "},
		{VERIFY_TOKEN, ""},
		{VERIFY_TOKEN, "a b c d e"},
	};
	char text[VERIFY_KEY_MAX + 2];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct heard_error err = {0};
		struct verify v;
		assert_int_equal(verify_init(&v, bad[i].scheme, bad[i].secret, &err), -EINVAL);
		assert_int_equal(v.n, 0);
		assert_non_null(strstr(err.text, "secret: "));
		assert_null(strlen(bad[i].secret) > 2 ? strstr(err.text, bad[i].secret) : NULL);
	}
	struct heard_error err = {0};
	struct verify v;
	memset(text, 'a', sizeof(text));
	text[VERIFY_KEY_MAX] = '\0';
	assert_int_equal(verify_init(&v, VERIFY_TALLY, text, &err), 0);
	verify_release(&v);
	text[VERIFY_KEY_MAX] = 'a', text[VERIFY_KEY_MAX + 1] = '\0';
	assert_int_equal(verify_init(&v, VERIFY_TALLY, text, &err), -EINVAL);
}

static void wechat_and_wecom_sums_agree(void **state)
{
	/* The sample of WeCom's own documentation of encrypted callbacks. */
	static const struct heard_str wecom[] = {
		HEARD_STR("QDG6eK"), HEARD_STR("1409659813"), HEARD_STR("1372623149"),
		HEARD_STR("RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/"
			  "wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/"
			  "sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+"
			  "6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+"
			  "HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+"
			  "KqCKIw+3IQH03v+"
			  "BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVM"
			  "NS0+"
			  "rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/"
			  "uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/"
			  "T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==")};
	static const struct heard_str wechat[] = {HEARD_STR("nonce1"), HEARD_STR("1409304348"),
						  HEARD_STR("heardtoken")};
	struct heard_str many[9] = {{0}};
	char hex[41];
	(void)state;
	verify_sha1_sorted(wecom, 4, hex);
	assert_string_equal(hex, "477715d11cdb4164915debcba66cb864d751f3e6");
	verify_sha1_sorted(wechat, 3, hex);
	assert_string_equal(hex, "68a25a2ccc7f19231ad66ac4306c81089aefb1ff");
	verify_sha1_sorted(NULL, 0, hex);
	assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	verify_sha1_sorted(many, 9, hex);
	assert_string_equal(hex, ""); /* equals no signature */
}

static void sums_and_comparison(void **state)
{
	char hex[VERIFY_HEX], base64[VERIFY_BASE64];
	(void)state;
	/* GitHub's sample. */
	verify_hmac_hex(heard_str("It's a Secret to Everybody"), heard_str("Hello, World!"),
			hex);
	assert_string_equal(hex,
			    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
	verify_hmac_base64(heard_str("s3cret"), heard_str(EVENT), base64);
	assert_string_equal(base64, "uaRBy8IRXBIYCexu5Trm7rh/IS80+rPpNqLNNzYdf3E=");
	assert_true(verify_equal(heard_str("abc"), heard_str("abc")));
	assert_false(verify_equal(heard_str("abc"), heard_str("abd")));
	assert_false(verify_equal(heard_str("abc"), heard_str("ab")));
	assert_true(verify_equal((struct heard_str){0}, heard_str("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_standard_vector_is_good),
		cmocka_unit_test(what_is_signed_here_is_good_here),
		cmocka_unit_test(either_side_may_have_several_keys),
		cmocka_unit_test(signatures_that_are_not_right_are_wrong),
		cmocka_unit_test(body_id_and_time_are_covered),
		cmocka_unit_test(clocks_may_differ_by_the_tolerance_and_no_more),
		cmocka_unit_test(a_time_that_is_none_is_old),
		cmocka_unit_test(typeform_and_tally_sign_the_body),
		cmocka_unit_test(chatwoot_signs_the_time_too),
		cmocka_unit_test(github_is_hex_of_either_case_and_others_name_their_header),
		cmocka_unit_test(a_token_is_the_secret_itself),
		cmocka_unit_test(bad_secrets_are_refused_and_not_told),
		cmocka_unit_test(wechat_and_wecom_sums_agree),
		cmocka_unit_test(sums_and_comparison),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
