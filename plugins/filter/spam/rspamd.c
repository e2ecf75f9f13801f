/*
 * rspamd.c - rspamd's opinion of mail, where the operator has one running.
 */
#include "rspamd.h"

#include <ask/ask.h>
#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/gauge.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/plugin.h>
#include <mime/mime.h>

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_SIZE = 1024, ANSWER_MAX = 1 << 20, MAIL_MAX = 4 << 20, LONGEST_SCORE = 100000 };
enum { PATH = sizeof("/checkv2") };

struct rspamd {
	struct heard_host *host;
	const struct rspamd_options *options;
	struct ask *ask;
	char url[URL_SIZE];
	_Atomic uint64_t counts[ASK_LEFT + 1];
};

struct rspamd_question {
	struct ask_question question; /* first: see ask.h */
	size_t record;
	struct rspamd_verdict verdict;
};

const struct heard_option rspamd_option_table[] = {
	{"url", HEARD_STRING(struct rspamd_options, url), .value = "",
	 .help = "Where rspamd listens, such as http://127.0.0.1:11333; empty: nobody is "
		 "asked"},
	{"password", HEARD_SECRET(struct rspamd_options, password), .value = "",
	 .help = "Sent to it as the header Password"},
	{"from", HEARD_REAL(struct rspamd_options, from), .value = "0.05", .min = 0, .max = 1,
	 .help = "Ask about mail that is spam with this probability by our own models"},
	{"to", HEARD_REAL(struct rspamd_options, to), .value = "0.93", .min = 0, .max = 1,
	 .help = "And with less than this one"},
	{"timeout", HEARD_DURATION(struct rspamd_options, timeout), .value = "2s", .min = 10,
	 .max = 60000, .help = "Longest time of one scan"},
	{"patience", HEARD_DURATION(struct rspamd_options, patience), .value = "5s", .min = 10,
	 .max = 600000, .help = "After so long no further scan of a batch begins"},
	{"at_once", HEARD_INT(struct rspamd_options, at_once), .value = "4", .min = 1,
	 .max = 64, .help = "Most scans under way"},
	{"max_body", HEARD_SIZE(struct rspamd_options, max_body), .value = "64K", .min = 256,
	 .max = 1 << 20, .help = "Most bytes of a text that are sent"},
	{"allow_private", HEARD_BOOL(struct rspamd_options, allow_private), .value = "true",
	 .help = "Ask it although its address is not a public one"},
	{.name = NULL},
};

/* ---- answers */

static bool number_of(const struct heard_json *root, const char *name, double *out)
{
	const struct heard_json *j = heard_json_member(root, name);
	if (j == NULL || (j->type != HEARD_JSON_INT && j->type != HEARD_JSON_NUMBER) ||
	    !isfinite(j->number) || fabs(j->number) > LONGEST_SCORE)
		return false;
	*out = j->number;
	return true;
}

int rspamd_read(struct heard_str json, struct rspamd_verdict *v, struct heard_error *err)
{
	*v = (struct rspamd_verdict){.is_there = false};
	struct heard_json_doc *doc = heard_json_parse(json, ANSWER_MAX, err);
	if (doc == NULL)
		return -err->code;
	const struct heard_json *root = heard_json_root(doc);
	v->is_there = root->type == HEARD_JSON_OBJECT && number_of(root, "score", &v->score) &&
		      number_of(root, "required_score", &v->required) && v->required > 0;
	heard_json_destroy(doc);
	return v->is_there ? 0
			   : heard_fail(err, EBADMSG, "its answer has no score; is it rspamd?");
}

float rspamd_odds(const struct rspamd_verdict *v)
{
	double share = v->is_there ? v->score / v->required : 0;
	return share < 0.5 ? 0 : (float)(share < 1 ? 5 * share : 5);
}

static int answered(void *arg, struct ask_question *q, const struct heard_fetch_answer *answer,
		    struct heard_error *err)
{
	(void)arg;
	if (answer->status != 200)
		return heard_fail(err, EPROTO, "rspamd answers with status %d", answer->status);
	return rspamd_read(answer->body, &((struct rspamd_question *)q)->verdict, err);
}

/* ---- questions */

bool rspamd_wants(const struct rspamd *r, double p)
{
	return r != NULL && p >= r->options->from && p < r->options->to;
}

static bool write_mail(const struct rspamd *r, size_t record, const struct spam_text *t,
		       struct heard_buf *out)
{
	char id[64];
	struct heard_error err;
	const struct mime_address desk = {.email = HEARD_STR_OF("desk@heard.invalid")};
	snprintf(id, sizeof(id), "%zu.%lld@heard.invalid", record,
		 (long long)heard_now(r->host));
	struct mime_outgoing mail = {
		.from = {.name = t->name, .email = t->email},
		.to = {&desk, 1},
		.subject = t->subject,
		.date_ms = heard_now(r->host),
		.message_id = heard_str(id),
		.text = heard_str_cut(t->body, (size_t)r->options->max_body),
	};
	if (mail.from.email.len == 0)
		mail.from.email = HEARD_STR_OF("nobody@heard.invalid");
	return mime_write(&mail, out, &err) == 0 && !out->failed;
}

bool rspamd_add(const struct rspamd *r, struct heard_batch *b, struct rspamd_question **list,
		size_t record, const struct spam_text *t)
{
	struct rspamd_question *q = heard_batch_alloc(b, sizeof(*q));
	struct heard_buf mail;
	heard_buf_init(&mail, MAIL_MAX);
	bool good = q != NULL && write_mail(r, record, t, &mail);
	if (good) {
		*q = (struct rspamd_question){.record = record};
		q->question.url = r->url;
		q->question.body = heard_batch_copy(b, heard_buf_view(&mail));
		good = q->question.body.ptr != NULL;
	}
	heard_buf_release(&mail);
	if (good) {
		q->question.next = *list != NULL ? &(*list)->question : NULL;
		*list = q;
	}
	return good;
}

bool rspamd_ask(struct rspamd *r, struct heard_batch *b, struct rspamd_question *list)
{
	return ask_round(r->ask, b, &list->question, list);
}

static const struct rspamd_question *next_of(const struct rspamd_question *q)
{
	return (const struct rspamd_question *)q->question.next;
}

struct rspamd_verdict rspamd_said(const struct rspamd_question *list, size_t record)
{
	for (const struct rspamd_question *q = list; q != NULL; q = next_of(q))
		if (q->record == record && q->question.state == ASK_ANSWERED)
			return q->verdict;
	return (struct rspamd_verdict){.is_there = false};
}

void rspamd_count(struct rspamd *r, const struct rspamd_question *list)
{
	for (const struct rspamd_question *q = list; q != NULL; q = next_of(q))
		r->counts[q->question.state]++;
	const struct heard_gauge gauges[] = {
		{"result=\"answered\"", (double)r->counts[ASK_ANSWERED]},
		{"result=\"failed\"", (double)r->counts[ASK_FAILED]},
		{"result=\"not_asked\"", (double)r->counts[ASK_LEFT]},
	};
	heard_gauge_set(r->host, "spam_rspamd_scans", "Scans since the start, by result",
			gauges, 3);
}

/* ---- life */

static int prepare(struct rspamd *r, struct heard_error *err)
{
	const char *url = r->options->url;
	size_t n = strlen(url);
	while (n > 0 && url[n - 1] == '/')
		n--;
	if (strpbrk(url, "?#") != NULL || n + PATH > sizeof(r->url))
		return heard_fail(err, EINVAL,
				  "rspamd.url: it is where rspamd listens, such as "
				  "http://127.0.0.1:11333");
	snprintf(r->url, sizeof(r->url), "%.*s/checkv2", (int)n, url);
	if (heard_fetch_check_url(r->url, err) != 0)
		return -err->code;
	if (r->options->from > r->options->to)
		return heard_fail(err, EINVAL, "rspamd.from is above rspamd.to");
	return 0;
}

int rspamd_open(struct rspamd **out, struct heard_host *host, const struct rspamd_options *o,
		struct heard_error *err)
{
	*out = NULL;
	if (o->url[0] == '\0')
		return 0;
	struct rspamd *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	r->host = host;
	r->options = o;
	const struct ask_options ask = {
		.timeout = o->timeout,
		.patience = o->patience,
		.max_answer = ANSWER_MAX,
		.at_once = o->at_once,
		.allow_private = o->allow_private,
		.secret_name = "Password: ",
		.secret = o->password,
		.answered = answered,
		.arg = r,
	};
	int rc = prepare(r, err);
	r->ask = rc == 0 ? ask_create(host, &ask) : NULL;
	if (rc == 0 && r->ask == NULL)
		rc = heard_fail(err, ENOMEM, "no memory");
	if (rc != 0)
		rspamd_close(r);
	else
		*out = r;
	return rc;
}

int rspamd_start(struct rspamd *r, struct heard_error *err)
{
	return r != NULL ? ask_start(r->ask, err) : 0;
}

void rspamd_close(struct rspamd *r)
{
	if (r == NULL)
		return;
	ask_destroy(r->ask);
	free(r);
}
