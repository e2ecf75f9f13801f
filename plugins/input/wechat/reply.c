/*
 * reply.c - answers, by the interfaces for customer service.
 *
 *	WeChat   POST cgi-bin/message/custom/send   {touser, msgtype, text}
 *	WeCom    POST cgi-bin/kf/send_msg           {touser, open_kfid, msgid, msgtype, text}
 *
 * What became of it is an errcode inside HTTP 200.  WeCom is given our id as msgid;
 * WeChat has nothing of the kind.
 */
#include "wechat.h"

#include <heard/error.h>
#include <heard/json.h>
#include <social/social.h>

#include <errno.h>
#include <string.h>

enum { TEXT_MOST = 2048, ANSWER_MAX = 256 << 10 }; /* some 680 Chinese characters */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const char over[] =
	"WeChat takes no more answers: there are 5 within 48 hours of the customer's last "
	"message; call the customer, or write by SMS or mail";

const struct respond_window reply_window = {.answers = 5, .ms = 2 * DAY_MS, .over = over};

bool reply_url(struct wechat *w, const char *path, struct heard_buf *url)
{
	const char *token = w->access ? access_get(w->access) : NULL;
	if (token == NULL)
		return false;
	heard_buf_printf(url, "%s%s?access_token=%s", w->access_options.base_url, path, token);
	return true;
}

static int write_request_body(const struct wechat *w, const struct respond_to *to,
			      struct heard_buf *body, struct heard_error *err)
{
	static const struct social_style how = {.is_private = true, .most = TEXT_MOST};
	struct heard_json_out out = {.buf = body};
	struct heard_str whom = to->address;
	const char *slash = w->kind == KIND_WECOM && whom.len ? memchr(whom.ptr, '/', whom.len)
							      : NULL;
	heard_json_begin(&out, NULL, '{');
	if (slash != NULL) {
		size_t n = (size_t)(slash - whom.ptr);
		heard_json_str(&out, "open_kfid", heard_str_n(whom.ptr, n));
		heard_json_str(&out, "msgid", heard_str(to->id));
		whom = heard_str_skip(whom, n + 1);
	}
	heard_json_str(&out, "touser", whom);
	heard_json_str(&out, "msgtype", HEARD_STR_OF("text"));
	heard_json_begin(&out, "text", '{');
	int result = social_write(&out, "content", to, &how, err);
	heard_json_end(&out, '}');
	heard_json_end(&out, '}');
	return result;
}

static int reply_ask(void *arg, const struct respond_to *to, struct pull_request *q,
		     struct heard_error *err)
{
	struct wechat *w = arg;
	const char *path = w->kind == KIND_WECOM ? "/cgi-bin/kf/send_msg"
						 : "/cgi-bin/message/custom/send";
	if (!reply_url(w, path, &q->url))
		return heard_fail(err, EAGAIN, "there is no access token yet");
	pull_header(q, "Content-Type: application/json");
	return write_request_body(w, to, &q->body, err);
}

/* ---- what it says */

enum { HOUR_MS = 3600 * 1000, MINUTE_MS = 60 * 1000 };

static const struct respond_meaning meanings[] = {
	{0, RESPOND_SENT, 0, ""},
	{45015, RESPOND_REFUSED, 0, over},
	{45047, RESPOND_REFUSED, 0, over},
	{95001, RESPOND_REFUSED, 0, over},
	{95002, RESPOND_REFUSED, 0, over},
	{40003, RESPOND_REFUSED, 0, "WeChat knows no such customer of this account"},
	{43004, RESPOND_REFUSED, 0,
	 "the customer does not follow the account any more; call, or write by SMS or mail"},
	{95013, RESPOND_REFUSED, 0, "the customer-service session has ended"},
	{95018, RESPOND_REFUSED, 0,
	 "the customer-service session is with a person in WeCom; answer there"},
	{-1, RESPOND_AGAIN, 0, "the platform is busy"},
	{45009, RESPOND_AGAIN, HOUR_MS, "the account's calls of this day are used up"},
	{45011, RESPOND_AGAIN, MINUTE_MS, "too many calls in this minute"},
	{45033, RESPOND_AGAIN, MINUTE_MS, "too many calls at once"},
	{40013, RESPOND_LOGIN, 0, "the platform does not know app_id"},
	{40164, RESPOND_LOGIN, 0,
	 "the platform does not let this machine's address in: add it to the IP list"},
	{48001, RESPOND_LOGIN, 0,
	 "the account may not call the interface for customer service: apply for it"},
	{.text = NULL},
};

static long long errcode_of(const struct heard_fetch_answer *a)
{
	struct heard_error err;
	struct heard_json_doc *doc = heard_json_parse(a->body, ANSWER_MAX, &err);
	const struct heard_json *code = doc ? heard_json_member(heard_json_root(doc), "errcode")
					    : NULL;
	long long n = code && code->type == HEARD_JSON_INT ? code->integer : -1;
	heard_json_destroy(doc);
	return n;
}

static enum respond_verdict reply_judge(void *arg, const struct heard_fetch_answer *a,
					int64_t *after_ms, struct heard_error *reason)
{
	struct wechat *w = arg;
	if (a->status != 200) {
		heard_fail(reason, EPROTO, "the platform answered HTTP %d", a->status);
		*after_ms = a->retry_after_ms > 0 ? a->retry_after_ms : 0;
		return RESPOND_AGAIN;
	}
	long long code = errcode_of(a);
	if (access_is_refusal(code)) {
		access_refused(w->access);
		heard_fail(reason, EACCES, "the platform refused the access token (%lld)",
			   code);
		return RESPOND_LOGIN;
	}
	const struct respond_meaning *m = respond_meaning(meanings, code);
	heard_fail(reason, EPROTO, "%s (errcode %lld)", m ? m->text : "the platform refused it",
		   code);
	*after_ms = m ? m->after_ms : 0;
	return m ? m->verdict : RESPOND_REFUSED;
}

const struct respond_hooks reply_hooks = {.ask = reply_ask, .judge = reply_judge};
