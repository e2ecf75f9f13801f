/*
 * ask.c - rounds in the order they came, and as many requests as may be under way.
 *
 * All but ask_round() and the life of it runs at home.  A round and its questions lie in
 * their batch: after heard_wait_done() nothing of them is touched.
 */
#include "ask.h"

#include "rest.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE_MAX = 64, HEADERS_MAX = 32 };

struct ask_round {
	struct ask *ask;
	struct ask_round *next;
	struct ask_question *waiting; /* not begun yet */
	unsigned under_way;
	int64_t until; /* nothing of it begins later */
	struct heard_wait *wait;
	void *found;
};

struct ask {
	struct heard_host *host;
	struct ask_options options;
	const char *headers[HEADERS_MAX + 2]; /* of the options, and the secret one */
	char *secret;
	struct heard_fetch_client *client;
	struct ask_round *first, **last; /* with something not begun */
	unsigned under_way;
	struct rest rest;
	bool is_told; /* that it fails */
	bool is_busy; /* within ask_pump() */
	uint64_t counts[ASK_LEFT + 1];
};

/* ---- what came of it */

static void ask_tell_failure(struct ask *a, const char *why)
{
	if (!a->is_told)
		heard_log(a->host, HEARD_WARN,
			  "the service does not help: %s; records go on as configured, and it "
			  "is tried again at growing pauses",
			  why);
	a->is_told = true;
}

static void ask_tell_success(struct ask *a)
{
	if (a->is_told)
		heard_log(a->host, HEARD_NOTICE, "the service helps again, after %u failures",
			  a->rest.failures);
	a->is_told = false;
}

static bool is_failure(int status)
{
	return status >= 500 || status == 408 || status == 425 || status == 429;
}

static void ask_judge(struct ask *a, struct ask_question *q,
		      const struct heard_fetch_answer *answer)
{
	struct heard_error err = {0};
	int rc;
	if (answer->error_code != 0)
		rc = heard_fail(&err, EIO, "%s", answer->error);
	else if (is_failure(answer->status))
		rc = heard_fail(&err, EIO, "it answers with status %d", answer->status);
	else if (answer->body.len > (size_t)a->options.max_answer)
		rc = heard_fail(&err, EFBIG, "its answer is longer than %lld bytes",
				(long long)a->options.max_answer);
	else
		rc = a->options.answered(a->options.arg, q, answer, &err);
	q->state = rc == 0 ? ASK_ANSWERED : ASK_FAILED;
	if (rc == 0) {
		ask_tell_success(a);
		rest_answered(&a->rest);
	} else {
		ask_tell_failure(a, err.text);
		rest_failed(&a->rest, rest_clock(), answer->retry_after_ms);
	}
}

/* The round may be gone after it. */
static void ask_over(struct ask *a, struct ask_question *q)
{
	struct ask_round *r = q->round;
	a->counts[q->state]++;
	r->under_way--;
	if (r->under_way == 0 && r->waiting == NULL)
		heard_wait_done(r->wait, r->found);
}

/* ---- asking */

static void ask_pump(struct ask *);

static void ask_done(void *arg, const struct heard_fetch_answer *answer)
{
	struct ask_question *q = arg;
	struct ask *a = q->round->ask;
	a->under_way--;
	ask_judge(a, q, answer);
	ask_over(a, q);
	ask_pump(a);
}

static void ask_begin(struct ask *a, struct ask_question *q)
{
	struct heard_error err = {0};
	struct heard_fetch_request request = {
		.method = q->body.len > 0 ? "POST" : "GET",
		.url = q->url,
		.headers = a->headers,
		.body = q->body,
		.timeout_ms = a->options.timeout,
		.max_answer = (size_t)a->options.max_answer + 1, /* one more tells too many */
		.allow_private = a->options.allow_private,
		.done = ask_done,
		.arg = q,
	};
	if (heard_fetch(a->client, &request, &err) != NULL) {
		a->under_way++;
		return;
	}
	q->state = ASK_FAILED; /* this question cannot be asked, which is not its fault */
	ask_tell_failure(a, err.text);
	ask_over(a, q);
}

/* The next question, which counts as under way of its round; its round leaves the queue
 * with the last. */
static struct ask_question *ask_take(struct ask *a)
{
	struct ask_round *r = a->first;
	struct ask_question *q = r->waiting;
	r->waiting = q->next;
	r->under_way++;
	if (r->waiting == NULL) {
		a->first = r->next;
		if (a->first == NULL)
			a->last = &a->first;
	}
	return q;
}

static void ask_pump(struct ask *a)
{
	if (a->is_busy)
		return;
	a->is_busy = true;
	while (a->first != NULL && a->under_way < (unsigned)a->options.at_once) {
		int64_t now = rest_clock(), until = a->first->until;
		bool allowed = rest_allows(&a->rest, now, a->under_way) && now <= until;
		struct ask_question *q = ask_take(a);
		if (allowed) {
			ask_begin(a, q);
		} else {
			q->state = ASK_LEFT;
			ask_over(a, q);
		}
	}
	a->is_busy = false;
}

static void ask_take_round(void *arg, struct heard_wait *take)
{
	struct ask_round *r = arg;
	struct ask *a = r->ask;
	r->wait = take;
	r->until = rest_clock() + a->options.patience;
	*a->last = r;
	a->last = &r->next;
	ask_pump(a);
}

bool ask_round(struct ask *a, struct heard_batch *b, struct ask_question *first, void *found)
{
	struct ask_round *r = heard_batch_alloc(b, sizeof(*r));
	if (r == NULL)
		return false;
	*r = (struct ask_round){.ask = a, .waiting = first, .found = found};
	for (struct ask_question *q = first; q != NULL; q = q->next)
		q->round = r;
	return heard_wait(b, ask_take_round, r);
}

uint64_t ask_count(const struct ask *a, enum ask_state state)
{
	return a->counts[state];
}

/* ---- life */

/* False without memory. */
static bool ask_collect_headers(struct ask *a)
{
	const struct ask_options *o = &a->options;
	size_t n = 0;
	for (; o->headers != NULL && o->headers[n] != NULL; n++) {
		if (n == HEADERS_MAX)
			HEARD_BUG("a service is sent more than %d headers", HEADERS_MAX);
		a->headers[n] = o->headers[n];
	}
	if (o->secret == NULL || o->secret[0] == '\0')
		return true;
	if (asprintf(&a->secret, "%s%s", o->secret_name, o->secret) < 0)
		a->secret = NULL;
	a->headers[n] = a->secret;
	return a->secret != NULL;
}

struct ask *ask_create(struct heard_host *host, const struct ask_options *options)
{
	struct ask *a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->host = host;
	a->options = *options;
	a->last = &a->first;
	if (a->options.at_once > AT_ONCE_MAX)
		a->options.at_once = AT_ONCE_MAX;
	if (ask_collect_headers(a))
		return a;
	ask_destroy(a);
	return NULL;
}

int ask_start(struct ask *a, struct heard_error *err)
{
	a->client = heard_fetch_client_create(a->host, (unsigned)a->options.at_once, err);
	return a->client != NULL ? 0 : -ENOMEM;
}

void ask_destroy(struct ask *a)
{
	if (a == NULL)
		return;
	heard_fetch_client_destroy(a->client);
	if (a->secret != NULL)
		explicit_bzero(a->secret, strlen(a->secret));
	free(a->secret);
	free(a);
}
