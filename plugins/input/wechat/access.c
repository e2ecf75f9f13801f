/*
 * access.c - fetching the token, and when.
 *
 * The secret is in the body of WeChat's request and, as there is no other way, in the
 * URL of WeCom's; both are wiped.  A stable token that is refused though it has not ended
 * would be given again: then it is asked for with force_refresh, which the platform
 * allows 20 times a day, so at most every FORCE_MS.
 */
#include "access.h"

#include <feed/feed.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/json.h>
#include <pull/request.h>
#include <text/percent.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

enum {
	TIMEOUT_MS = 15000,
	MAX_ANSWER = 64 << 10,
	TOKEN_MAX = 1024,
	EARLY_MS = 300 * 1000,
	LONGEST_S = 86400,
	FIRST_PAUSE_MS = 2000,
	LONGEST_PAUSE_MS = 300 * 1000,
	FORCE_MS = 4800 * 1000,
};

struct access {
	struct heard_host *host;
	struct heard_fetch_client *client;
	struct access_options o;
	void (*ready)(void *arg);
	void *arg;
	struct heard_buf token; /* empty: none */
	int64_t until_ms;	/* it is good, and so long before that another is fetched */
	int64_t early_ms;
	struct heard_fetch *fetch;
	struct pull_request request;
	struct heard_timer *again; /* after a failure */
	int64_t pause_ms;
	int64_t forced_at_ms;
	bool is_refused; /* the one we had */
	bool is_complained;
};

bool access_is_refusal(long long errcode)
{
	return errcode == 40001 || errcode == 40014 || errcode == 42001;
}

static void forget_token(struct access *a)
{
	if (a->token.ptr != NULL)
		sodium_memzero(a->token.ptr, a->token.size);
	heard_buf_clear(&a->token);
}

static void fail(struct access *a, const char *why)
{
	a->pause_ms = a->pause_ms ? a->pause_ms * 2 : FIRST_PAUSE_MS;
	if (a->pause_ms > LONGEST_PAUSE_MS)
		a->pause_ms = LONGEST_PAUSE_MS;
	heard_timer_set(a->again, a->pause_ms);
	if (!a->is_complained)
		heard_log(a->host, HEARD_ERROR, "no access token: %s; trying again", why);
	a->is_complained = true;
}

static int keep_token(struct access *a, const struct heard_json *root, struct heard_error *err)
{
	struct heard_str token = heard_json_string(root, "access_token");
	int64_t code = feed_int(root, "errcode"), seconds = feed_int(root, "expires_in");
	if (code != 0)
		return heard_fail(err, EACCES,
				  "the platform says errcode %lld: check app_id and secret, "
				  "and that it lets this machine's address in",
				  (long long)code);
	if (token.len == 0 || token.len > TOKEN_MAX || seconds < 1)
		return heard_fail(err, EPROTO, "the platform's answer has no token");
	int64_t ms = (seconds < LONGEST_S ? seconds : LONGEST_S) * 1000;
	forget_token(a);
	heard_buf_str(&a->token, token);
	a->until_ms = heard_now(a->host) + ms;
	a->early_ms = ms > 2 * EARLY_MS ? EARLY_MS : ms / 2;
	return 0;
}

static int read_token(struct access *a, const struct heard_fetch_answer *answer,
		      struct heard_error *err)
{
	if (answer->error_code != 0)
		return heard_fail(err, EIO, "%s", answer->error ? answer->error : "no answer");
	if (answer->status != 200)
		return heard_fail(err, EIO, "the platform answers HTTP %d", answer->status);
	struct heard_json_doc *doc = heard_json_parse(answer->body, MAX_ANSWER, err);
	if (doc == NULL)
		return heard_fail(err, EPROTO, "the platform's answer is no JSON");
	int result = keep_token(a, heard_json_root(doc), err);
	heard_json_destroy(doc);
	return result;
}

static void on_token(void *arg, const struct heard_fetch_answer *answer)
{
	struct access *a = arg;
	struct heard_error err = {0};
	a->fetch = NULL;
	request_release(&a->request);
	if (read_token(a, answer, &err) != 0) {
		fail(a, err.text);
		return;
	}
	if (a->is_complained)
		heard_log(a->host, HEARD_NOTICE, "there is an access token again");
	a->pause_ms = 0;
	a->is_refused = a->is_complained = false;
	a->ready(a->arg);
}

static void write_request(struct access *a, struct pull_request *q)
{
	int64_t now = heard_now(a->host);
	request_init(q);
	pull_header(q, "Content-Type: application/json");
	heard_buf_puts(&q->url, a->o.base_url);
	if (a->o.is_wecom) {
		heard_buf_puts(&q->url, "/cgi-bin/gettoken?corpid=");
		text_escape(&q->url, heard_str(a->o.id));
		heard_buf_puts(&q->url, "&corpsecret=");
		text_escape(&q->url, heard_str(a->o.secret));
		return;
	}
	bool is_forced = a->is_refused && now - a->forced_at_ms >= FORCE_MS;
	if (is_forced)
		a->forced_at_ms = now;
	struct heard_json_out out = {.buf = &q->body};
	heard_buf_puts(&q->url, "/cgi-bin/stable_token");
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "grant_type", HEARD_STR_OF("client_credential"));
	heard_json_str(&out, "appid", heard_str(a->o.id));
	heard_json_str(&out, "secret", heard_str(a->o.secret));
	heard_json_bool(&out, "force_refresh", is_forced);
	heard_json_end(&out, '}');
}

static void fetch_token(struct access *a)
{
	const struct request_limits limits = {.timeout_ms = TIMEOUT_MS,
					      .max_answer = MAX_ANSWER,
					      .allow_private = a->o.allow_private};
	struct heard_error err = {0};
	request_release(&a->request);
	write_request(a, &a->request);
	a->fetch = request_send(&a->request, a->client, &limits, on_token, a, &err);
	if (a->fetch == NULL)
		fail(a, err.text);
}

static void on_again(void *arg)
{
	struct access *a = arg;
	if (a->fetch == NULL)
		fetch_token(a);
}

const char *access_get(struct access *a)
{
	int64_t left_ms = a->token.len > 0 ? a->until_ms - heard_now(a->host) : 0;
	if ((left_ms <= 0 || left_ms < a->early_ms) && a->fetch == NULL && a->pause_ms == 0)
		fetch_token(a);
	return left_ms > 0 ? a->token.ptr : NULL;
}

void access_refused(struct access *a)
{
	if (a->token.len > 0)
		a->is_refused = true;
	forget_token(a);
	access_get(a);
}

struct access *access_create(struct heard_host *host, struct heard_fetch_client *client,
			     const struct access_options *o, void (*ready)(void *arg),
			     void *arg, struct heard_error *err)
{
	struct access *a = calloc(1, sizeof(*a));
	if (a == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	*a = (struct access){
		.host = host, .client = client, .o = *o, .ready = ready, .arg = arg};
	heard_buf_init(&a->token, TOKEN_MAX);
	a->again = heard_timer_create(host, on_again, a);
	if (a->again != NULL)
		return a;
	heard_fail(err, ENOMEM, "out of memory");
	access_destroy(a);
	return NULL;
}

void access_destroy(struct access *a)
{
	if (a == NULL)
		return;
	if (a->fetch != NULL)
		heard_fetch_cancel(a->fetch);
	heard_timer_destroy(a->again);
	forget_token(a);
	heard_buf_release(&a->token);
	request_release(&a->request);
	free(a);
}
