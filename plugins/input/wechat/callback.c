/*
 * callback.c - what the platform posts to us: is it from it, and what is in it.
 *
 *	GET    the handshake, when the URL is entered on the platform's page
 *	POST   a message, or with WeCom the word that there is one
 *
 * Who it is from is checked before the message is looked at: `signature` is over token,
 * timestamp and nonce.  In safe mode `msg_signature` is over the encrypted text too, so
 * nothing is decrypted that the platform has not written; the envelope around that text
 * is all that is parsed of a stranger.  What passed is taken: a body that makes no sense
 * is a dead letter and not sent again, since it would not be better then.
 *
 * "success" is said after the commit.  Whoever hears nothing within 5 s, or an error,
 * sends the message again, up to three times.
 */
#include "message.h"
#include "wechat.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/time.h>
#include <intake/intake.h>
#include <page/page.h>
#include <verify/verify.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PARAMETER = 128, ECHO = 1024, SIGNED = 4 };

struct query {
	char signature[PARAMETER], timestamp[PARAMETER], nonce[PARAMETER], echo[ECHO];
};

/* ---- is it from the platform? */

static bool read_query(const struct heard_http *request, bool is_safe, struct query *q)
{
	struct heard_str query = heard_http_query(request);
	bool is_there = page_query(query, is_safe ? "msg_signature" : "signature", q->signature,
				   sizeof(q->signature)) &&
			page_query(query, "timestamp", q->timestamp, sizeof(q->timestamp)) &&
			page_query(query, "nonce", q->nonce, sizeof(q->nonce));
	if (!page_query(query, "echostr", q->echo, sizeof(q->echo)))
		q->echo[0] = '\0';
	for (char *c = q->echo; *c; c++) /* base64 that somebody did not escape */
		if (*c == ' ')
			*c = '+';
	return is_there;
}

static bool is_signed(const struct wechat *w, const struct query *q, struct heard_str encrypted)
{
	char hex[41];
	const struct heard_str parts[SIGNED] = {heard_str(w->token), heard_str(q->timestamp),
						heard_str(q->nonce), encrypted};
	verify_sha1_sorted(parts, encrypted.ptr ? SIGNED : SIGNED - 1, hex);
	/* no sum, no signature: an empty one would be equal */
	return hex[0] != '\0' && verify_equal(heard_str(hex), heard_str(q->signature));
}

static bool is_of_now(const struct wechat *w, const struct query *q)
{
	int64_t at = heard_time_parse(heard_str(q->timestamp), NULL);
	int64_t away = at == HEARD_TIME_NONE ? INT64_MAX : heard_now(w->host) - at;
	return away <= w->tolerance && away >= -w->tolerance;
}

static void refuse(const struct wechat *w, struct heard_http *take, const char *why)
{
	heard_log(w->host, HEARD_WARN, "a callback was refused: %s", why);
	heard_http_problem(take, 403, "%s", why);
}

/* `encrypted`: what msg_signature covers, absent in plain mode.  False: it was answered. */
static bool check(const struct wechat *w, struct heard_http *take, const struct query *q,
		  struct heard_str encrypted)
{
	if (!is_signed(w, q, encrypted))
		refuse(w, take, "its signature is wrong; is `token` the one of the platform?");
	else if (!is_of_now(w, q))
		refuse(w, take,
		       "its time is too far from ours; is this machine's clock right?");
	else
		return true;
	return false;
}

/* ---- the handshake */

static void shake_hands(struct wechat *w, struct heard_http *take)
{
	bool is_safe = w->kind == KIND_WECOM;
	struct heard_error err = {0};
	struct heard_buf plain;
	struct query q;
	if (!read_query(take, is_safe, &q) || q.echo[0] == '\0') {
		heard_http_problem(take, 400, "this is the address for callbacks of WeChat");
		return;
	}
	if (!check(w, take, &q, is_safe ? heard_str(q.echo) : heard_str_n(NULL, 0)))
		return;
	heard_buf_init(&plain, MESSAGE_MAX);
	if (!is_safe)
		heard_buf_puts(&plain, q.echo);
	if (is_safe && crypt_open(&w->crypt, heard_str(q.echo), w->app_id, &plain, &err) != 0)
		refuse(w, take, err.text);
	else
		heard_http_reply(take, 200, "text/plain", heard_buf_view(&plain));
	heard_buf_release(&plain);
}

/* ---- a message */

static void say_success(struct heard_http *take)
{
	heard_http_reply(take, 200, "text/plain", HEARD_STR_OF("success"));
}

struct sender { /* until the receipt */
	struct wechat *wechat;
	struct heard_http *request; /* that waits for a file */
	struct heard_buf plain;	    /* its message            */
	int64_t at;
	char address[FEEDBACK_ADDRESS];
	struct heard_str whom; /* empty: it opens no window */
};

static void on_receipt(void *arg, struct heard_http *take, const struct heard_receipt *receipt)
{
	struct sender *s = arg;
	bool is_taken = receipt->code == 0 || receipt->code == -EEXIST;
	if (is_taken && s->whom.len > 0 && s->wechat->respond != NULL)
		respond_heard(s->wechat->respond, s->whom, s->at);
	if (is_taken)
		say_success(take);
	else
		intake_reply(take, receipt);
	heard_buf_release(&s->plain);
	free(s);
}

static void on_media(void *arg, struct heard_str context)
{
	struct sender *s = arg;
	struct wechat *w = s->wechat;
	struct heard_emission e = {.raw = heard_buf_view(&s->plain), .context = context};
	static const struct heard_receipt not_now = {.code = -EAGAIN,
						     .error = "the daemon is stopping"};
	if (w->stopping != NULL) /* it comes again */
		on_receipt(s, s->request, &not_now);
	else
		intake_take(w->host, s->request, &e, on_receipt, s);
}

static bool has_file(const struct message *m)
{
	return m->media_id.len > 0 &&
	       (heard_str_is(m->type, "image") || heard_str_is(m->type, "voice"));
}

/* The message waits for its file.  False: it has none, or there is no room to wait. */
static bool wait_for_file(struct sender *s, struct heard_http *take, const struct message *m,
			  struct heard_str plain)
{
	if (s->wechat->media.policy != MEDIA_FETCH || !has_file(m))
		return false;
	s->request = take;
	heard_buf_str(&s->plain, plain);
	return !s->plain.failed && media_fetch(s->wechat, m->media_id, on_media, s);
}

static void take_message(struct wechat *w, struct heard_http *take, const struct message *m,
			 struct heard_str plain)
{
	struct sender *s = malloc(sizeof(*s));
	if (s == NULL) {
		intake_set_retry(take, 0);
		heard_http_problem(take, 503, "out of memory");
		return;
	}
	*s = (struct sender){.wechat = w, .at = feedback_time(m)};
	if (s->at == HEARD_TIME_NONE)
		s->at = heard_now(w->host);
	if (m->from.len > 0 && !heard_str_is(m->type, "event"))
		s->whom = feedback_address(m, s->address);
	heard_buf_init(&s->plain, MESSAGE_MAX);
	if (!wait_for_file(s, take, m, plain))
		intake_take(w->host, take, &(struct heard_emission){.raw = plain}, on_receipt,
			    s);
}

/* What was written to us, in clear: in `plain`, or the body itself.  False: answered. */
static bool open_body(const struct wechat *w, struct heard_http *take, struct heard_str *body,
		      struct heard_buf *plain)
{
	struct heard_error err = {0};
	struct message outer;
	struct query q;
	bool is_good = false;
	if (!read_query(take, w->crypt.is_on, &q)) {
		refuse(w, take,
		       w->crypt.is_on ? "it has no msg_signature; is the account in safe mode?"
				      : "it has no signature");
		return false;
	}
	if (!w->crypt.is_on)
		return check(w, take, &q, heard_str_n(NULL, 0));
	if (message_read(&outer, *body, &err) != 0)
		refuse(w, take, err.text);
	else if (outer.encrypt.len == 0)
		refuse(w, take, "it is not encrypted; is the account in safe mode?");
	else if (!check(w, take, &q, outer.encrypt))
		is_good = false;
	else if (crypt_open(&w->crypt, outer.encrypt, w->app_id, plain, &err) != 0)
		refuse(w, take, err.text);
	else
		is_good = true;
	message_release(&outer);
	*body = heard_buf_view(plain);
	return is_good;
}

static void take_post(struct wechat *w, struct heard_http *take)
{
	struct heard_error err = {0};
	struct heard_str body = heard_http_body(take);
	struct heard_buf plain;
	struct message m;
	heard_buf_init(&plain, MESSAGE_MAX);
	if (open_body(w, take, &body, &plain)) {
		int result = message_read(&m, body, &err);
		if (result != 0) /* a dead letter, of nobody */
			m.from.len = 0;
		if (result == 0 && m.encrypt.len > 0 && m.type.len == 0) {
			refuse(w, take, "it is encrypted; set aes_key");
		} else if (w->kind == KIND_WECHAT) {
			take_message(w, take, &m, body);
		} else {
			if (result == 0 && heard_str_is(m.event, "kf_msg_or_event"))
				kf_poke(w, m.token);
			say_success(take);
		}
		message_release(&m);
	}
	heard_buf_release(&plain);
}

void callback_handle(void *arg, struct heard_http *take)
{
	if (heard_http_method(take) == HEARD_HTTP_POST)
		take_post(arg, take);
	else
		shake_hands(arg, take);
}
