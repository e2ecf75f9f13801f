/*
 * test_wechat.c - the parts of input wechat that need no platform: safe mode, messages in
 * XML and JSON, and messages as records.
 *
 * The vector of safe mode was made by other programs:
 *
 *	K=$(printf 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG=' | base64 -d | xxd -p -c 64)
 *	printf '0123456789abcdef\0\0\0\15Hello, \344\275\240\345\245\275wx1' >plain   (36 bytes)
 *	pad with 28 bytes of value 28; openssl enc -aes-256-cbc -nopad -K $K -iv ${K:0:32} |
 *	base64
 */
#include "input/wechat/crypt.c"
#include "input/wechat/feedback.c"
#include "input/wechat/message.c"
#undef DAY_MS
#include "input/wechat/reply.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char aes_key[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
static const char vector[] = "Q3stYC6hdFzMh9T8HCvyDDPug/"
			     "u75iwSLkTXzDT8+RECef2ML2Lk+dYdLJZL75QL2HLo5tYbS7wD0tfghJHS7g==";

static struct heard_error err;

/* ---- safe mode */

static int try_open(const char *key, const char *cipher, const char *id, char out[64])
{
	struct crypt c;
	struct heard_buf plain;
	heard_buf_init(&plain, 63);
	assert_int_equal(crypt_init(&c, key, &err), 0);
	int result = crypt_open(&c, heard_str(cipher), id, &plain, &err);
	snprintf(out, 64, "%.*s", HEARD_ARG(heard_buf_view(&plain)));
	heard_buf_release(&plain);
	crypt_release(&c);
	return result;
}

static void a_message_in_safe_mode_is_opened(void **state)
{
	char out[64];
	(void)state;
	assert_int_equal(try_open(aes_key, vector, "wx1", out), 0);
	assert_string_equal(out, "Hello, 你好");
}

static void what_is_not_for_us_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  "AAAA",
					  "not base64!!",
					  "====",
					  "AAAAAAAAAAAAAAAAAAAAAA==",
					  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	char out[64];
	(void)state;
	assert_int_equal(try_open(aes_key, vector, "wx2", out), -EBADMSG);
	assert_non_null(strstr(err.text, "another account"));
	assert_int_equal(try_open(aes_key, vector, "x1", out), -EBADMSG);
	assert_int_equal(
		try_open("bbcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", vector, "wx1", out),
		-EBADMSG);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(try_open(aes_key, bad[i], "wx1", out), -EBADMSG);
		assert_string_equal(out, "");
	}
}

static void a_key_is_43_letters(void **state)
{
	struct crypt c;
	(void)state;
	assert_int_equal(crypt_init(&c, "", &err), 0);
	assert_false(c.is_on);
	assert_int_equal(crypt_init(&c, "short", &err), -EINVAL);
	assert_int_equal(crypt_init(&c, "abcdefghijklmnopqrstuvwxyz0123456789ABCDE!G", &err),
			 -EINVAL);
	/* its last bits are not zero, as those of most keys */
	assert_int_equal(crypt_init(&c, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFH", &err),
			 0);
	assert_true(c.is_on);
}

/* ---- messages */

static void check(const char *raw, const char *wanted)
{
	struct message m;
	char got[512];
	if (message_read(&m, heard_str(raw), &err) != 0)
		fail_msg("%s: %s", raw, err.text);
	snprintf(got, sizeof(got), "%.*s|%.*s|%.*s|%.*s|%.*s", HEARD_ARG(m.type),
		 HEARD_ARG(m.id), HEARD_ARG(m.from), HEARD_ARG(m.created),
		 HEARD_ARG(m.content));
	assert_string_equal(got, wanted);
	message_release(&m);
}

static void both_forms_say_the_same(void **state)
{
	(void)state;
	check("<xml><ToUserName><![CDATA[gh]]></ToUserName><FromUserName>o&amp;1</FromUserName>"
	      "<CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType>"
	      "<Content><![CDATA[这是 <b>]]> 2</Content><MsgId>1234567890123456</MsgId></xml>",
	      "text|1234567890123456|o&1|1348831860|这是 <b> 2");
	check(" {\"FromUserName\":\"o&1\",\"CreateTime\":1348831860,\"MsgType\":\"text\","
	      "\"Content\":\"这是 \\u003cb> 2\",\"MsgId\":1234567890123456}\n",
	      "text|1234567890123456|o&1|1348831860|这是 <b> 2");
	check("<xml><MsgType>event</MsgType><SendPicsInfo><Count>1</Count><PicList><item>"
	      "<MsgType>inner</MsgType></item></PicList></SendPicsInfo></xml>",
	      "event||||");
	check("{\"MsgType\":{\"a\":[1]},\"MsgId\":null}", "||||");
	check("<?xml version=\"1.0\" encoding=\"gbk\"?><xml><Content>好</Content></xml>",
	      "||||好");
}

static void bad(const char *raw, size_t n, const char *why)
{
	struct message m;
	int result = message_read(&m, heard_str_n(raw, n), &err);
	if (result != -EBADMSG || strstr(err.text, why) == NULL)
		fail_msg("%.60s: %d %s", raw, result, err.text);
	message_release(&m);
}

static void bad_messages_are_refused(void **state)
{
	static char large[MESSAGE_MAX + 2];
	static const char utf16[] = "\xff\xfe<\0x\0m\0l\0/\0>\0";
	static const struct {
		const char *raw, *why;
	} cases[] = {
		{"", "empty"},
		{" \n", "empty"},
		{"hello", "neither XML nor JSON"},
		{"<xml>", "XML cannot be read"},
		{"<xml/><xml/>", "XML cannot be read"},
		{"<!DOCTYPE x><xml/>", "document type"},
		{"<!DOCTYPE x [<!ENTITY a \"b\">]><xml><Content>&a;</Content></xml>",
		 "document type"},
		{"<xml><Content>&a;</Content></xml>", "XML cannot be read"},
		{"<xml><Content>\304\343</Content></xml>", "XML cannot be read"},
		{"<xml><MsgId>1</MsgId><MsgId>2</MsgId></xml>", "twice"},
		{"<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>", "deep"},
		{"{\"a\":", "JSON cannot be read"},
		{"{\"a\":\"\304\343\"}", "JSON cannot be read"},
		{"[]", "neither XML nor JSON"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		bad(cases[i].raw, strlen(cases[i].raw), cases[i].why);
	memset(large, 'x', sizeof(large));
	bad(large, sizeof(large), "too large");
	bad(utf16, sizeof(utf16) - 1, "neither XML nor JSON");
	bad(utf16 + 2, sizeof(utf16) - 3, "neither XML nor JSON");
}

/* ---- records */

static const char *body_of(const char *raw)
{
	static char out[256];
	struct message m;
	struct heard_buf b;
	assert_int_equal(message_read(&m, heard_str(raw), &err), 0);
	heard_buf_init(&b, 255);
	write_body(&m, &b);
	snprintf(out, sizeof(out), "%.*s", HEARD_ARG(heard_buf_view(&b)));
	heard_buf_release(&b);
	message_release(&m);
	return out;
}

static void each_type_has_a_text(void **state)
{
	(void)state;
	assert_string_equal(body_of("{\"MsgType\":\"text\",\"Content\":\"hi\"}"), "hi");
	assert_string_equal(body_of("{\"MsgType\":\"voice\",\"MediaId\":\"m\"}"), "[语音]");
	assert_string_equal(body_of("{\"MsgType\":\"voice\",\"Recognition\":\"我要退货\"}"),
			    "我要退货");
	assert_string_equal(body_of("{\"MsgType\":\"location\",\"Label\":\"广州\"}"),
			    "[位置] 广州");
	assert_string_equal(body_of("{\"MsgType\":\"link\",\"Title\":\"a\",\"Description\":"
				    "\"b\",\"Url\":\"c\"}"),
			    "a\nb\nc");
	assert_string_equal(
		body_of("{\"MsgType\":\"event\",\"Event\":\"CLICK\",\"EventKey\":\"k\"}"),
		"[事件] CLICK k");
	assert_string_equal(body_of("{\"MsgType\":\"new\"}"), "[未知类型的消息]");
}

static void an_address_says_whom_and_where(void **state)
{
	struct message m = {.from = HEARD_STR("wm1"),
			    .kf = HEARD_STR("wk1"),
			    .created = HEARD_STR("1348831860")};
	char out[FEEDBACK_ADDRESS], large[FEEDBACK_ADDRESS * 2];
	(void)state;
	assert_true(heard_str_is(feedback_address(&m, out), "wk1/wm1"));
	assert_true(feedback_time(&m) == INT64_C(1348831860000));
	memset(large, 'x', sizeof(large));
	m.from = heard_str_n(large, sizeof(large));
	assert_int_equal(feedback_address(&m, out).len, FEEDBACK_ADDRESS - 1);
}

/* ---- answers */

static struct {
	const char *token;
	int refused;
} access_stub;

const char *access_get(struct access *a)
{
	(void)a;
	return access_stub.token;
}
void access_refused(struct access *a)
{
	(void)a;
	access_stub.refused++;
}
bool access_is_refusal(long long errcode)
{
	return errcode == 40001;
}

static void what_an_errcode_means(void **state)
{
	static const struct {
		const char *body;
		enum respond_verdict verdict;
		const char *says;
	} cases[] = {
		{"{\"errcode\":0,\"errmsg\":\"ok\"}", RESPOND_SENT, ""},
		{"{\"errcode\":40001}", RESPOND_LOGIN, "access token"},
		{"{\"errcode\":45015}", RESPOND_REFUSED, "SMS or mail"},
		{"{\"errcode\":45047}", RESPOND_REFUSED, "SMS or mail"},
		{"{\"errcode\":95002}", RESPOND_REFUSED, "SMS or mail"},
		{"{\"errcode\":48001}", RESPOND_LOGIN, "apply for it"},
		{"{\"errcode\":45009}", RESPOND_AGAIN, "used up"},
		{"{\"errcode\":-1}", RESPOND_AGAIN, "busy"},
		{"{\"errcode\":99999,\"errmsg\":\"secret\"}", RESPOND_REFUSED, "99999"},
		{"{}", RESPOND_AGAIN, ""},
		{"<html>", RESPOND_AGAIN, ""},
		{"", RESPOND_AGAIN, ""},
	};
	struct wechat w = {.kind = KIND_WECHAT};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard_fetch_answer a = {.status = 200, .body = heard_str(cases[i].body)};
		int64_t after = 0;
		enum respond_verdict v = reply_judge(&w, &a, &after, &err);
		if (v != cases[i].verdict || strstr(err.text, cases[i].says) == NULL ||
		    strstr(err.text, "secret") != NULL)
			fail_msg("%s: %d %s", cases[i].body, v, err.text);
	}
	assert_int_equal(access_stub.refused, 1);
	struct heard_fetch_answer busy = {.status = 502, .retry_after_ms = -1};
	int64_t after = 0;
	assert_int_equal(reply_judge(&w, &busy, &after, &err), RESPOND_AGAIN);
}

static void an_answer_is_written_for_its_platform(void **state)
{
	static char large[TEXT_MOST + 8];
	struct wechat w = {.kind = KIND_WECHAT, .access = (struct access *)&access_stub};
	struct respond_to to = {.address = HEARD_STR("wk1/wm1"), .id = "0123"};
	struct pull_request q = {.n_headers = 0};
	(void)state;
	w.access_options.base_url = "https://x.test";
	heard_buf_init(&q.url, 4096);
	heard_buf_init(&q.body, 8192);
	for (size_t i = 0; i < PULL_HEADERS; i++)
		heard_buf_init(&q.headers[i], 256);
	memset(large, 'x', sizeof(large));
	to.text = heard_str_n(large, sizeof(large));
	to.words = HEARD_STR_OF("您好");
	assert_int_equal(reply_ask(&w, &to, &q, &err), -EAGAIN);
	access_stub.token = "tok";
	w.kind = KIND_WECOM;
	assert_int_equal(reply_ask(&w, &to, &q, &err), 0);
	assert_string_equal(q.url.ptr, "https://x.test/cgi-bin/kf/send_msg?access_token=tok");
	assert_string_equal(q.body.ptr,
			    "{\"open_kfid\":\"wk1\",\"msgid\":\"0123\",\"touser\":\"wm1\","
			    "\"msgtype\":\"text\",\"text\":{\"content\":\"您好\"}}");
	to.words = to.text;
	assert_int_equal(reply_ask(&w, &to, &q, &err), -EINVAL);
	heard_buf_release(&q.url);
	heard_buf_release(&q.body);
	for (size_t i = 0; i < PULL_HEADERS; i++)
		heard_buf_release(&q.headers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_in_safe_mode_is_opened),
		cmocka_unit_test(what_is_not_for_us_is_refused),
		cmocka_unit_test(a_key_is_43_letters),
		cmocka_unit_test(both_forms_say_the_same),
		cmocka_unit_test(bad_messages_are_refused),
		cmocka_unit_test(each_type_has_a_text),
		cmocka_unit_test(an_address_says_whom_and_where),
		cmocka_unit_test(what_an_errcode_means),
		cmocka_unit_test(an_answer_is_written_for_its_platform),
	};
	return cmocka_run_group_tests_name("wechat", tests, NULL, NULL);
}
