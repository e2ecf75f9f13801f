/*
 * hook.c - one endpoint: what is under way, and what may go next.
 *
 * A message is rendered when it is given, so that nothing of its batch is held.  It is
 * then a request under way, or a text that waits for its minute (minute.h).  So what
 * waited has no fields any more: a robot is told its text, also where `body` is set.
 */
#include "hook.h"

#include "minute.h"
#include "preset.h"
#include "template.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/record.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
	GONE_MS = 3600 * 1000,
	MAX_ANSWER = 16 * 1024,
	MAX_BODY = 8 << 20,
	MAX_WAITING = 256, /* behind a robot's minute */
};

static const char *const default_texts[] = {
	[TEMPLATE_ZH] = "【{{priority_name}}】{{event_name}} #{{attributes.ticket}} "
			"{{category_name}} {{department_name}}\n"
			"{{summary}}\n"
			"{{kind_name}}期限：{{attributes.due}}\n"
			"负责人：{{attributes.assignee}}\n"
			"主管：{{attributes.lead}}\n"
			"原因：{{attributes.reason}}\n"
			"反映人数：{{attributes.reach}}",
	[TEMPLATE_EN] = "[{{priority_name}}] {{event_name}} #{{attributes.ticket}} "
			"{{category_name}} {{department_name}}\n"
			"{{summary}}\n"
			"{{kind_name}} due: {{attributes.due}}\n"
			"owner: {{attributes.assignee}}\n"
			"lead: {{attributes.lead}}\n"
			"reason: {{attributes.reason}}\n"
			"customers: {{attributes.reach}}",
};

struct hook {
	struct heard_host *host;
	const struct hook_options *options;
	const struct preset *preset;
	struct verify signer;
	struct heard_fetch_client *client;
	struct exchange *running;
	struct minute minute;
	struct heard_timer *timer; /* the minute's */
	void (*stopped)(void *arg);
	void *stopped_arg;
	bool is_stopping, is_gone;
	const char *complaint; /* said already */
};

struct exchange {		     /* one request under way */
	struct exchange *next, **at; /* at: what points to us */
	struct hook *hook;
	struct request request;
	struct waiter *waiters;
	const char **headers;
};

/* ---- outcomes */

static void exchange_free(struct exchange *x)
{
	request_wipe(&x->request.url);
	request_wipe(&x->request.body);
	heard_buf_release(&x->request.headers);
	free(x->headers);
	free(x);
}

static void exchange_end(struct exchange *x)
{
	struct hook *h = x->hook;
	*x->at = x->next;
	if (x->next)
		x->next->at = x->at;
	exchange_free(x);
	if (h->is_stopping && h->running == NULL && h->stopped) {
		void (*stopped)(void *) = h->stopped;
		h->stopped = NULL;
		stopped(h->stopped_arg);
	}
}

static void note_gone(struct hook *h)
{
	if (!h->is_gone)
		heard_log(h->host, HEARD_ERROR,
			  "the endpoint answers 410 Gone: sending no more until the next "
			  "start; its "
			  "records are kept as for any failure");
	h->is_gone = true;
}

/* Every failed try is told by the core; what somebody must mend is told once, until
 * a message gets through. */
static void note_complaint(struct hook *h, const struct verdict *v)
{
	if (v->complaint && v->complaint != h->complaint)
		heard_log(h->host, HEARD_ERROR, "%s: %s; trying again later", v->reason,
			  v->complaint);
	if (v->complaint || v->outcome == HEARD_DELIVERED)
		h->complaint = v->complaint;
}

static void on_answer(void *arg, const struct heard_fetch_answer *answer)
{
	struct exchange *x = arg;
	struct verdict v;
	x->hook->preset->judge(answer, &v);
	/* One of a digest is bad, and nobody says which: they come again, and some of them
	 * alone. */
	if (v.outcome == HEARD_REFUSED && x->waiters->next)
		verdict_retry(&v, 0, NULL);
	if (v.is_gone)
		note_gone(x->hook);
	else
		note_complaint(x->hook, &v);
	waiters_tell(x->waiters, v.outcome, v.after_ms,
		     v.outcome == HEARD_DELIVERED ? NULL : v.reason);
	exchange_end(x);
}

/* ---- one request */

static struct exchange *exchange_create(struct hook *h, struct waiter *waiters)
{
	struct exchange *x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	x->hook = h;
	x->waiters = waiters;
	heard_buf_init(&x->request.url, 1 << 16);
	heard_buf_init(&x->request.headers, 1 << 14);
	heard_buf_init(&x->request.body, MAX_BODY);
	x->next = h->running;
	x->at = &h->running;
	if (x->next)
		x->next->at = &x->next;
	h->running = x;
	return x;
}

/* The lines of the request and of the config, as the client wants them. */
static int list_headers(struct exchange *x)
{
	const struct heard_list *more = &x->hook->options->headers;
	struct heard_str left = heard_buf_view(&x->request.headers);
	size_t n = 0;
	for (size_t i = 0; i < left.len; i++)
		n += left.ptr[i] == '\0';
	x->headers = calloc(n + more->n + 1, sizeof(*x->headers));
	if (x->headers == NULL)
		return -ENOMEM;
	for (n = 0; left.len; left = heard_str_skip(left, strlen(left.ptr) + 1))
		x->headers[n++] = left.ptr;
	for (size_t i = 0; i < more->n; i++)
		x->headers[n++] = more->at[i];
	return 0;
}

static int exchange_send(struct exchange *x, struct heard_error *err)
{
	struct request *r = &x->request;
	if (r->url.failed || r->headers.failed || r->body.failed || list_headers(x) != 0)
		return heard_fail(err, ENOMEM, "the message is too large or memory is short");
	struct heard_fetch_request request = {
		.method = "POST",
		.url = r->url.len ? r->url.ptr : x->hook->options->url,
		.headers = x->headers,
		.body = heard_buf_view(&r->body),
		.timeout_ms = x->hook->options->timeout,
		.max_answer = MAX_ANSWER,
		.allow_private = x->hook->options->allow_private,
		.done = on_answer,
		.arg = x,
	};
	return heard_fetch(x->hook->client, &request, err) ? 0 : -err->code;
}

/* Sends to all of `waiters`; consumes them. */
static void hook_post(struct hook *h, struct preset_call *call, struct waiter *waiters)
{
	struct heard_error err = {0};
	struct exchange *x = exchange_create(h, waiters);
	if (x == NULL) {
		waiters_tell(waiters, HEARD_RETRY, 0, "out of memory");
		return;
	}
	call->options = h->options;
	call->signer = &h->signer;
	call->host = h->host;
	call->now = heard_now(h->host);
	int refused = h->preset->build(call, &x->request, &err);
	if (refused == 0 && exchange_send(x, &err) == 0)
		return;
	waiters_tell(waiters,
		     refused == -EINVAL || refused == -EBADMSG ? HEARD_REFUSED : HEARD_RETRY, 0,
		     err.text);
	exchange_end(x);
}

/* ---- the minute */

/* At most max_text bytes, cut at a character. */
static struct heard_str fitting(const struct preset *preset, struct heard_str text)
{
	return preset->max_text ? heard_str_cut(text, preset->max_text) : text;
}

static void hook_flush(struct hook *h, int64_t now)
{
	struct heard_buf text;
	heard_buf_init(&text, 1 << 16);
	minute_digest(&h->minute, h->options->lang == TEMPLATE_EN, &text);
	struct preset_call call = {.text = fitting(h->preset, heard_buf_view(&text))};
	minute_count(&h->minute, now);
	hook_post(h, &call, minute_take(&h->minute));
	heard_buf_release(&text);
}

static void on_minute(void *arg)
{
	struct hook *h = arg;
	int64_t now = heard_now(h->host), pause = minute_pause(&h->minute, now);
	if (!h->minute.waiting || h->is_stopping)
		return;
	if (pause > 0)
		heard_timer_set(h->timer, pause);
	else
		hook_flush(h, now);
}

static void hook_wait(struct hook *h, struct waiter *w, int64_t pause)
{
	minute_wait(&h->minute, w);
	if (h->minute.n_waiting == 1)
		heard_timer_set(h->timer, pause);
}

/* ---- sending */

static void say(const struct hook *h, const struct hook_message *m,
		const struct template_values *values, struct heard_buf *text)
{
	if (m->text.len)
		template_guard(m->text, values->lt, text);
	else
		template_fill(*h->options->text ? h->options->text
						: default_texts[h->options->lang],
			      values, text);
	if (text->len == 0)
		heard_buf_str(text, m->id);
}

/* Now, or with its minute; consumes the waiter. */
static void hook_take(struct hook *h, const struct hook_message *m,
		      const struct template_values *values, struct waiter *w)
{
	int64_t now = heard_now(h->host), pause = minute_pause(&h->minute, now);
	struct preset_call call = {.message = m, .values = values, .text = w->text};
	if (h->minute.waiting || pause > 0) {
		hook_wait(h, w, pause);
	} else {
		minute_count(&h->minute, now);
		hook_post(h, &call, w);
	}
}

void hook_send(struct hook *h, const struct hook_message *m,
	       void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
			    const char *reason),
	       void *arg)
{
	struct heard_buf text;
	struct template_values values = {m->record,
					 m->id,
					 m->at,
					 heard_zone(h->host),
					 (enum template_lang)h->options->lang,
					 m->text,
					 h->preset->text_lt};
	if (h->is_gone || h->is_stopping) {
		done(arg, HEARD_RETRY, h->is_gone ? GONE_MS : 0,
		     h->is_gone ? "HTTP 410" : "stopping");
		return;
	}
	heard_buf_init(&text, MAX_BODY);
	if (h->preset->max_text)
		say(h, m, &values, &text);
	struct waiter *w = NULL;
	if (!text.failed)
		w = waiter_create(fitting(h->preset, heard_buf_view(&text)), done, arg);
	heard_buf_release(&text);
	if (w)
		hook_take(h, m, &values, w);
	else
		done(arg, HEARD_RETRY, 0, "out of memory");
}

/* ---- life */

static int check_headers(const struct hook_options *o, struct heard_error *err)
{
	static const char *const ours[] = {"webhook-",
					   "content-length:", "transfer-encoding:", NULL};
	for (size_t i = 0; i < o->headers.n; i++) {
		const char *line = o->headers.at[i];
		/* Not quoted: it may be an Authorization. */
		if (!heard_fetch_is_header(line))
			return heard_fail(
				err, EINVAL,
				"headers: entry %zu is not of the form \"Name: value\"", i + 1);
		for (size_t k = 0; ours[k]; k++)
			if (strncasecmp(line, ours[k], strlen(ours[k])) == 0)
				return heard_fail(
					err, EINVAL,
					"headers: entry %zu is one that heard sets itself",
					i + 1);
	}
	return 0;
}

static size_t rate_of(const struct hook_options *o)
{
	return o->rate < 0 ? (size_t)preset_of(o)->per_minute : (size_t)o->rate;
}

int hook_check(const struct hook_options *o, struct heard_error *err)
{
	const struct preset *preset = preset_of(o);
	if (!*o->url && !preset->url)
		return heard_fail(err, EINVAL, "url is required: where to post");
	int result = heard_fetch_check_url(*o->url ? o->url : preset->url, err);
	if (result == 0)
		result = check_headers(o, err);
	if (result == 0)
		result = template_check(o->body, "body", err);
	if (result == 0)
		result = template_check(o->text, "text", err);
	if (result == 0 && *o->body && preset->url)
		result = heard_fail(err, EINVAL,
				    "body: an SMS has no body of its own; use "
				    "sms.params");
	if (result == 0 && o->rate > 0 && !preset->max_text)
		result = heard_fail(err, EINVAL,
				    "rate: only a robot's messages can become a digest; leave "
				    "it out");
	if (result == 0)
		result = preset->check(o, err);
	return result;
}

unsigned hook_window(const struct hook_options *o)
{
	return rate_of(o) ? MAX_WAITING : (unsigned)o->in_flight;
}

struct hook *hook_create(struct heard_host *host, const struct hook_options *o,
			 struct heard_error *err)
{
	struct hook *h = calloc(1, sizeof(*h));
	if (h == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	h->host = host;
	h->options = o;
	h->preset = preset_of(o);
	bool has_minute = minute_init(&h->minute, rate_of(o)) == 0;
	h->timer = heard_timer_create(host, on_minute, h);
	h->client = heard_fetch_client_create(host, (unsigned)o->in_flight, err);
	if (h->preset->build == standard_build &&
	    standard_signer(&h->signer, o->secret, err) != 0)
		goto fail;
	if (has_minute && h->timer && h->client)
		return h;
	if (h->client)
		heard_fail(err, ENOMEM, "out of memory");
fail:
	hook_destroy(h);
	return NULL;
}

void hook_stop(struct hook *h, void (*stopped)(void *arg), void *arg)
{
	h->is_stopping = true;
	heard_timer_clear(h->timer);
	waiters_tell(minute_take(&h->minute), HEARD_RETRY, 0, "stopping");
	if (h->running == NULL) {
		stopped(arg);
	} else {
		h->stopped = stopped;
		h->stopped_arg = arg;
	}
}

/* What is still under way is so after a forced end only: its waiters are not told, they
 * may be gone. */
void hook_destroy(struct hook *h)
{
	if (h == NULL)
		return;
	heard_fetch_client_destroy(h->client);
	for (struct exchange *next, *x = h->running; x; x = next) {
		next = x->next;
		waiters_forget(x->waiters);
		exchange_free(x);
	}
	minute_release(&h->minute);
	heard_timer_destroy(h->timer);
	verify_release(&h->signer);
	free(h);
}
