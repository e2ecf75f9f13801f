/*
 * webhook.c - output: each record posted to a URL, by Standard Webhooks.
 *
 * One record is one POST, in_flight of them at once.  webhook-id is the
 * record's id and the body is the same at every attempt, so a receiver that
 * remembers ids takes each record once.  An endpoint that answers 410 is asked
 * no more until the next start; its records wait as for any other failure.
 */
#include "sign.h"
#include "verdict.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
	MAX_ANSWER = 16 * 1024, /* nobody reads it; enough to keep the connection */
	GONE_MS = 3600 * 1000,
	OWN_HEADERS = 5, /* content type, id, timestamp, signature, NULL */
};

struct webhook {
	const char *url, *secret;
	int preset;
	struct heard_list headers;
	int64_t in_flight, timeout;
	bool allow_private;
	struct heard_host *host;
	struct heard_fetch_client *client;
	struct signer signer;
	size_t n_running;
	struct heard_done *stopping; /* wants the last answer            */
	bool is_gone;		     /* said 410                         */
	const char *complaint;	     /* of verdict.c, said already; NULL: none */
};

struct post { /* one under way */
	struct webhook *webhook;
	struct heard_delivery *delivery;
	struct heard_buf body;
	char id[64], timestamp[48], signature[SIGN_TEXT + 24];
	const char *headers[]; /* ends with NULL */
};

static void post_destroy(struct post *p)
{
	struct webhook *w = p->webhook;
	heard_buf_release(&p->body);
	free(p);
	w->n_running--;
	if (w->n_running == 0 && w->stopping) {
		struct heard_done *done = w->stopping;
		w->stopping = NULL;
		heard_done(done);
	}
}

static void note_gone(struct webhook *w)
{
	if (!w->is_gone)
		heard_log(w->host, HEARD_ERROR,
			  "the endpoint answers 410 Gone: sending no more until the next "
			  "start; its "
			  "records are kept as for any failure");
	w->is_gone = true;
}

/* Every failed try is told by the core; what somebody must mend is told once, until
 * a record gets through. */
static void note_complaint(struct webhook *w, const struct verdict *v)
{
	if (v->complaint && v->complaint != w->complaint)
		heard_log(w->host, HEARD_ERROR, "%s: %s; trying again later", v->reason,
			  v->complaint);
	if (v->complaint || v->outcome == HEARD_DELIVERED)
		w->complaint = v->complaint;
}

static void on_answer(void *arg, const struct heard_fetch_answer *answer)
{
	struct post *p = arg;
	struct webhook *w = p->webhook;
	struct verdict v;
	verdict_of(answer, &v);
	if (v.is_gone)
		note_gone(w);
	else
		note_complaint(w, &v);
	heard_delivery_finish(p->delivery, v.outcome, v.after_ms,
			      v.outcome == HEARD_DELIVERED ? NULL : v.reason);
	post_destroy(p);
}

/* {"type":"feedback.received","timestamp":"...","data":<the line>} */
static void write_body(struct post *p, const struct heard_record *r, struct heard_str line)
{
	char time[HEARD_TIME_SIZE];
	int64_t at = heard_get_time(r, HEARD_RECEIVED_AT);
	heard_time_format(at == HEARD_TIME_NONE ? heard_now(p->webhook->host) : at, time);
	heard_buf_init(&p->body, line.len + 128);
	heard_buf_printf(
		&p->body,
		"{\"type\":\"feedback.received\",\"timestamp\":\"%s\",\"data\":", time);
	heard_buf_str(&p->body, line);
	heard_buf_puts(&p->body, "}");
}

static void write_headers(struct post *p, struct heard_str id)
{
	struct webhook *w = p->webhook;
	int64_t now = heard_now(w->host) / 1000;
	char signature[SIGN_TEXT];
	size_t n = 0;
	snprintf(p->id, sizeof(p->id), "webhook-id: %.*s", HEARD_ARG(id));
	snprintf(p->timestamp, sizeof(p->timestamp), "webhook-timestamp: %lld", (long long)now);
	p->headers[n++] = "Content-Type: application/json";
	p->headers[n++] = p->id;
	p->headers[n++] = p->timestamp;
	if (w->signer.n) {
		signer_sign(&w->signer, id, now, heard_buf_view(&p->body), signature);
		snprintf(p->signature, sizeof(p->signature), "webhook-signature: %s",
			 signature);
		p->headers[n++] = p->signature;
	}
	for (size_t i = 0; i < w->headers.n; i++)
		p->headers[n++] = w->headers.at[i];
	p->headers[n] = NULL;
}

static struct post *post_create(struct webhook *w, const struct heard_batch *batch,
				struct heard_delivery *delivery)
{
	const struct heard_record *r = heard_batch_at(batch, 0);
	if (r == NULL)
		return NULL;
	struct post *p = calloc(1, sizeof(*p) + (OWN_HEADERS + w->headers.n) * sizeof(char *));
	if (p == NULL)
		return NULL;
	p->webhook = w;
	p->delivery = delivery;
	w->n_running++;
	write_body(p, r, heard_batch_line(batch, 0));
	write_headers(p, heard_get_str(r, HEARD_ID));
	return p;
}

static void webhook_write(void *self, const struct heard_batch *batch,
			  struct heard_delivery *take_done)
{
	struct webhook *w = self;
	struct heard_error err = {0};
	if (w->is_gone) {
		heard_delivery_finish(take_done, HEARD_RETRY, GONE_MS, "HTTP 410");
		return;
	}
	struct post *p = post_create(w, batch, take_done);
	if (p == NULL || p->body.failed) {
		heard_delivery_finish(take_done, HEARD_RETRY, 0, "out of memory");
		if (p)
			post_destroy(p);
		return;
	}
	struct heard_fetch_request request = {
		.method = "POST",
		.url = w->url,
		.headers = p->headers,
		.body = heard_buf_view(&p->body),
		.timeout_ms = w->timeout,
		.max_answer = MAX_ANSWER,
		.allow_private = w->allow_private,
		.done = on_answer,
		.arg = p,
	};
	if (heard_fetch(w->client, &request, &err) == NULL) {
		heard_delivery_finish(take_done, HEARD_RETRY, 0, err.text);
		post_destroy(p);
	}
}

/* ---- life */

static int check_headers(const struct webhook *w, struct heard_error *err)
{
	static const char *const ours[] = {"webhook-",
					   "content-length:", "transfer-encoding:", NULL};
	for (size_t i = 0; i < w->headers.n; i++) {
		const char *line = w->headers.at[i];
		size_t name = strcspn(line, ": \t");
		/* Not quoted: it may be an Authorization. */
		if (name == 0 || line[name] != ':' || strpbrk(line, "\r\n") ||
		    line[name + 1] == '\0')
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

static int webhook_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct webhook *w = self;
	w->host = host;
	int result = heard_fetch_check_url(w->url, err);
	if (result == 0)
		result = check_headers(w, err);
	if (result == 0)
		result = signer_init(&w->signer, w->secret, err);
	if (result == 0)
		heard_output_window(host, (unsigned)w->in_flight, 1, 1 << 20);
	return result;
}

static int webhook_start(void *self, struct heard_error *err)
{
	struct webhook *w = self;
	w->client = heard_fetch_client_create(w->host, (unsigned)w->in_flight, err);
	return w->client ? 0 : -ENOMEM;
}

static void webhook_stop(void *self, struct heard_done *take_done)
{
	struct webhook *w = self;
	if (w->n_running)
		w->stopping = take_done;
	else
		heard_done(take_done);
}

static void webhook_close(void *self)
{
	struct webhook *w = self;
	heard_fetch_client_destroy(w->client);
	signer_release(&w->signer);
}

static const char *const presets[] = {"standard", NULL};
static const struct heard_option options[] = {
	{"url", HEARD_STRING(struct webhook, url), .value = NULL,
	 .help = "Where to post each record, by https or http"},
	{"preset", HEARD_CHOICE(struct webhook, preset), .value = "standard",
	 .choices = presets,
	 .help = "How the receiver wants it: standard is Standard Webhooks"},
	{"secret", HEARD_SECRET(struct webhook, secret), .value = "",
	 .help = "Key of the signature, whsec_..., or several separated by blanks while one "
		 "replaces "
		 "another; empty for no signature"},
	{"headers", HEARD_LIST(struct webhook, headers), .value = "",
	 .help = "More headers to send, each \"Name: value\""},
	{"in_flight", HEARD_INT(struct webhook, in_flight), .value = "16", .min = 1,
	 .max = 1024, .help = "Most requests that wait for their answers at once"},
	{"timeout", HEARD_DURATION(struct webhook, timeout), .value = "20s", .min = 100,
	 .max = 300000, .help = "Longest time for one request, answer included"},
	{"allow_private", HEARD_BOOL(struct webhook, allow_private), .value = "false",
	 .help = "Post to private, loopback and link-local addresses too"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.name = "webhook",
	.version = "1.0",
	.summary = "post each record to a URL, signed by Standard Webhooks",
	.options = options,
	.reads = "id received_at",
	.example = "{ plugin = \"webhook\"; url = \"https://example.org/hook\"; secret = "
		   "\"${env:WEBHOOK_SECRET}\"; }",
	.self_size = sizeof(struct webhook),
	.open = webhook_open,
	.start = webhook_start,
	.stop = webhook_stop,
	.close = webhook_close,
	.write = webhook_write,
};
