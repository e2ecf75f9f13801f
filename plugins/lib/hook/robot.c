/*
 * robot.c - chat robots: DingTalk, Feishu, WeCom and Slack.
 *
 * A robot's address is a secret by itself; DingTalk and Feishu sign on top.
 * Signatures by the vendors' pages: open.dingtalk.com "custom robot security
 * settings" (HMAC-SHA256 with the secret over timestamp LF secret, milliseconds, in
 * the query) and open.feishu.cn "custom bot" (HMAC-SHA256 with timestamp LF secret as
 * key over nothing, seconds, in the body).
 *
 * All but Slack answer HTTP 200 whatever happens and say in the body how it went.
 * Codes: too fast is told to come back after the penalty; what somebody must mend in
 * the config is a complaint and tried again; only a message that is bad in itself is
 * refused.
 */
#include "preset.h"
#include "template.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { PENALTY_MS = 600 * 1000, SECRET_MOST = 512 };

int robot_check(const struct hook_options *o, struct heard_error *err)
{
	const char *mark = strpbrk(o->secret, " \t\r\n");
	if (mark)
		return heard_fail(err, EINVAL, "secret: a robot's secret has no blanks");
	if (strlen(o->secret) > SECRET_MOST)
		return heard_fail(err, EINVAL, "secret: a robot's has at most %d bytes",
				  SECRET_MOST);
	return 0;
}

/* timestamp LF secret, which the caller wipes with the buffer. */
static struct heard_str stamp(char *out, size_t size, long long time, const char *secret)
{
	int n = snprintf(out, size, "%lld\n%s", time, secret);
	return heard_str_n(out, n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1);
}

static void put_escaped(struct heard_buf *url, const char *base64)
{
	for (; *base64; base64++)
		if (*base64 == '+' || *base64 == '/' || *base64 == '=')
			heard_buf_printf(url, "%%%02X", (unsigned)(unsigned char)*base64);
		else
			heard_buf_add(url, base64, 1);
}

static bool own_body(const struct preset_call *call, struct request *r)
{
	request_header(r, "Content-Type: application/json; charset=utf-8");
	if (!*call->options->body || !call->values)
		return false;
	struct template_values values = *call->values;
	values.lt = preset_of(call->options)->body_lt;
	template_fill_json(call->options->body, &values, &r->body);
	return true;
}

/* As DingTalk and WeCom want it. */
static void put_text(struct heard_str text, struct heard_buf *body)
{
	struct heard_json_out out = {.buf = body};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "msgtype", HEARD_STR_OF("text"));
	heard_json_begin(&out, "text", '{');
	heard_json_str(&out, "content", text);
	heard_json_end(&out, '}');
	heard_json_end(&out, '}');
}

int dingtalk_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	char text[SECRET_MOST + 24], sign[VERIFY_BASE64];
	(void)err;
	heard_buf_puts(&r->url, call->options->url);
	if (*call->options->secret) {
		struct heard_str secret = heard_str(call->options->secret);
		verify_hmac_base64(secret,
				   stamp(text, sizeof(text), (long long)call->now, secret.ptr),
				   sign);
		heard_buf_printf(&r->url, "%ctimestamp=%lld&sign=",
				 strchr(call->options->url, '?') ? '&' : '?',
				 (long long)call->now);
		put_escaped(&r->url, sign);
		sodium_memzero(text, sizeof(text));
	}
	if (!own_body(call, r))
		put_text(call->text, &r->body);
	return 0;
}

/* The two members that sign a body. */
static void put_feishu_sign(const struct preset_call *call, struct heard_json_out *out)
{
	char text[SECRET_MOST + 24], sign[VERIFY_BASE64], seconds[24];
	long long time = (long long)(call->now / 1000);
	if (!*call->options->secret)
		return;
	verify_hmac_base64(stamp(text, sizeof(text), time, call->options->secret),
			   HEARD_STR_OF(""), sign);
	snprintf(seconds, sizeof(seconds), "%lld", time);
	heard_json_str(out, "timestamp", heard_str(seconds));
	heard_json_str(out, "sign", heard_str(sign));
	sodium_memzero(text, sizeof(text));
}

/* A body of the operator's own is signed too: the members go in front of its own. */
static void sign_own_body(const struct preset_call *call, struct heard_buf *body)
{
	struct heard_buf own = *body;
	struct heard_str rest = heard_str_trim(heard_buf_view(&own));
	if (!*call->options->secret || rest.len == 0 || rest.ptr[0] != '{')
		return;
	heard_buf_init(body, own.cap);
	struct heard_json_out out = {.buf = body};
	heard_json_begin(&out, NULL, '{');
	put_feishu_sign(call, &out);
	rest = heard_str_trim(heard_str_skip(rest, 1));
	if (rest.len && rest.ptr[0] != '}')
		heard_buf_puts(body, ",");
	heard_buf_str(body, rest);
	body->failed |= own.failed;
	heard_buf_release(&own);
}

int feishu_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	(void)err;
	heard_buf_puts(&r->url, call->options->url);
	if (own_body(call, r)) {
		sign_own_body(call, &r->body);
		return 0;
	}
	struct heard_json_out out = {.buf = &r->body};
	heard_json_begin(&out, NULL, '{');
	put_feishu_sign(call, &out);
	heard_json_str(&out, "msg_type", HEARD_STR_OF("text"));
	heard_json_begin(&out, "content", '{');
	heard_json_str(&out, "text", call->text);
	heard_json_end(&out, '}');
	heard_json_end(&out, '}');
	return 0;
}

int wecom_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	(void)err;
	heard_buf_puts(&r->url, call->options->url);
	if (!own_body(call, r))
		put_text(call->text, &r->body);
	return 0;
}

/* Slack reads <, > and & as its own marks (api.slack.com, "Formatting text"). */
static void put_slack_text(struct heard_str text, struct heard_buf *out)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '&': heard_buf_puts(out, "&amp;"); break;
		case '<': heard_buf_puts(out, "&lt;"); break;
		case '>': heard_buf_puts(out, "&gt;"); break;
		default: heard_buf_add(out, text.ptr + i, 1);
		}
}

int slack_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	struct heard_buf text;
	(void)err;
	heard_buf_puts(&r->url, call->options->url);
	if (own_body(call, r))
		return 0;
	heard_buf_init(&text, r->body.cap);
	put_slack_text(call->text, &text);
	struct heard_json_out out = {.buf = &r->body};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "text", heard_buf_view(&text));
	heard_json_end(&out, '}');
	r->body.failed |= text.failed;
	heard_buf_release(&text);
	return 0;
}

/* ---- answers */

enum meaning { FINE, TOO_FAST, MEND, BAD };
struct code {
	int64_t code;
	enum meaning meaning;
	const char *complaint; /* of MEND */
};
struct codes { /* what one kind of robot says, in which member */
	const char *member;
	struct code is[8]; /* ends with FINE */
};

static enum meaning meaning_of(const struct codes *codes, int64_t n, const char **complaint)
{
	for (const struct code *at = codes->is; at->meaning != FINE; at++)
		if (at->code == n) {
			*complaint = at->complaint;
			return at->meaning;
		}
	return n == 0 ? FINE : MEND;
}

/* false: the answer has no such member.  What is in it but no whole number is -1. */
static bool read_code(struct heard_str body, const char *member, int64_t *n)
{
	struct heard_error err;
	struct heard_json_doc *doc = heard_json_parse(body, body.len, &err);
	const struct heard_json *code = doc ? heard_json_member(heard_json_root(doc), member)
					    : NULL;
	*n = code && code->type == HEARD_JSON_INT ? code->integer : -1;
	heard_json_destroy(doc);
	return code != NULL;
}

static void judge_code(const struct heard_fetch_answer *a, const struct codes *codes,
		       struct verdict *v)
{
	const char *complaint = NULL;
	int64_t n;
	verdict_of(a, v);
	if (v->outcome != HEARD_DELIVERED)
		return;
	if (!read_code(a->body, codes->member, &n)) {
		verdict_retry(v, 0, "the answer is not one of this kind of robot; check url");
		snprintf(v->reason, sizeof(v->reason), "HTTP 200 without %s", codes->member);
		return;
	}
	if (n != 0)
		snprintf(v->reason, sizeof(v->reason), "HTTP 200 with %s %lld", codes->member,
			 (long long)n);
	switch (meaning_of(codes, n, &complaint)) {
	case FINE: break;
	case TOO_FAST: verdict_retry(v, PENALTY_MS, NULL); break;
	case MEND: verdict_retry(v, 0, complaint); break;
	case BAD: v->outcome = HEARD_REFUSED; break;
	}
}

static const struct codes dingtalk = {
	"errcode",
	{
		{130101, TOO_FAST, NULL},
		{410100, TOO_FAST, NULL},
		{310000, MEND,
		 "the keyword, the signature or this address is refused; check "
		 "the robot's security settings, secret and the clock"},
		{300001, MEND, "there is no such robot; check access_token in url"},
		{40035, BAD, NULL},
	}};
static const struct codes feishu = {
	"code",
	{
		{11232, TOO_FAST, NULL},
		{19021, MEND,
		 "the signature or the time is refused; check secret and the "
		 "clock"},
		{19022, MEND, "this address is not on the robot's list"},
		{19024, MEND, "the message lacks the keyword that the robot wants"},
		{19001, MEND, "there is no such robot; check url"},
		{9499, BAD, NULL},
	}};
static const struct codes wecom = {
	"errcode",
	{
		{45009, TOO_FAST, NULL},
		{93000, MEND, "there is no such robot; check key in url"},
		{40058, BAD, NULL},
	}};

void dingtalk_judge(const struct heard_fetch_answer *a, struct verdict *v)
{
	judge_code(a, &dingtalk, v);
}

void feishu_judge(const struct heard_fetch_answer *a, struct verdict *v)
{
	judge_code(a, &feishu, v);
}

void wecom_judge(const struct heard_fetch_answer *a, struct verdict *v)
{
	judge_code(a, &wecom, v);
}
