/*
 * respond.c - what is on its way back, one answer after the other to each person.
 *
 *	reply -> known already? window over? -> ask -> fetch -> judge -> note -> word
 *
 * An answer waits while another to the same person is under way, so the count of his
 * window is exact without counting what may yet fail.  A key that is refused (LOGIN) is
 * asked for once more, as most have simply run out; a second refusal is for somebody to
 * mend, is said in the log once, and tried again by the keeper.
 *
 * What the service took and we cannot note was sent nevertheless, and that is what is
 * said: only a crash before the keeper has written it down would send it again.
 */
#include "respond.h"

#include "answered.h"
#include "whom.h"

#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>
#include <pull/request.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SOON_MS = 500, /* for what waits for a key, so often */
	SOON_TIMES = 40,
	SYNC_MS = 1000,
	TIMEOUT_MS = 30000,
	MAX_ANSWER = 256 << 10,
};
#define DAY_MS	  (INT64_C(24) * 3600 * 1000)
#define FORGET_MS (400 * DAY_MS) /* no keeper offers what is older */

struct exchange { /* one answer */
	struct exchange *next;
	struct respond *respond;
	struct heard_reply *promise;
	struct whom whom;
	bool is_begun;		   /* else it waits for its turn             */
	struct heard_fetch *fetch; /* NULL: waits for that, or for a key     */
	struct heard_timer *again;
	int waits;
	struct pull_request request; /* the address and the key are in it */
	bool has_tried;
};

struct respond {
	struct heard_host *host;
	struct heard_fetch_client *client;
	struct respond_window window;
	struct respond_hooks hooks;
	void *arg;
	struct request_limits limits;
	struct answered *answered;
	struct exchange *first; /* in the order they came */
	struct heard_timer *sync;
	bool is_dirty, is_complained;
	int64_t forgot_at;
	bool is_stopping;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

/* ---- the end of an answer */

static void pump(struct respond *r, const unsigned char person[ANSWERED_HASH]);

static void say_stopped(struct respond *r)
{
	void (*stopped)(void *arg) = r->stopped;
	if (!r->is_stopping || r->first != NULL || stopped == NULL)
		return;
	r->stopped = NULL;
	stopped(r->stopped_arg);
}

static void exchange_destroy(struct exchange *x)
{
	heard_timer_destroy(x->again);
	request_release(&x->request);
	whom_release(&x->whom);
	free(x);
}

static void unlink_exchange(struct respond *r, const struct exchange *x)
{
	struct exchange **at = &r->first;
	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
}

static void finish(struct exchange *x, enum heard_outcome outcome, int64_t after_ms,
		   const char *reason)
{
	struct respond *r = x->respond;
	unsigned char person[ANSWERED_HASH];
	memcpy(person, x->whom.person, sizeof(person));
	unlink_exchange(r, x);
	heard_reply_finish(x->promise, outcome, after_ms, reason);
	exchange_destroy(x);
	pump(r, person);
	say_stopped(r);
}

/* ---- notes */

/* Once a day; what fails is tried with the next note. */
static void forget(struct respond *r, int64_t now)
{
	struct heard_error err = {0};
	if (now - r->forgot_at >= DAY_MS &&
	    answered_forget(r->answered, now - FORGET_MS, &err) == 0)
		r->forgot_at = now;
}

static void note(struct respond *r, const struct whom *w)
{
	struct heard_error err = {0};
	int64_t now = heard_now(r->host);
	if (answered_note(r->answered, w->key, w->person, now, &err) != 0)
		heard_log(r->host, HEARD_ERROR,
			  "an answer was sent and cannot be noted, so a crash now would send "
			  "it again: %s",
			  err.text);
	forget(r, now);
}

static void on_sync(void *arg)
{
	struct respond *r = arg;
	struct heard_error err = {0};
	r->is_dirty = false;
	if (answered_sync(r->answered, &err) != 0)
		heard_log(r->host, HEARD_WARN,
			  "who wrote last cannot be noted, so answers may be refused too "
			  "early: %s",
			  err.text);
	forget(r, heard_now(r->host)); /* people write where nobody answers, too */
}

void respond_heard(struct respond *r, struct heard_str address, int64_t at_ms)
{
	struct heard_error err = {0};
	unsigned char person[ANSWERED_HASH];
	int64_t now = heard_now(r->host);
	if (r->window.answers == 0)
		return;
	whom_hash(r->host, address, person);
	/* A sender whose clock is ahead would keep his window from beginning anew. */
	if (answered_heard(r->answered, person, at_ms < now ? at_ms : now, &err) != 0)
		heard_log(r->host, HEARD_WARN,
			  "who wrote last cannot be noted, so answers may be refused too "
			  "early: %s",
			  err.text);
	if (!r->is_dirty)
		heard_timer_set(r->sync, SYNC_MS);
	r->is_dirty = true;
}

/* ---- what the service said */

static void ask_and_send(struct exchange *x);

static void login_again(struct exchange *x, const char *why)
{
	struct respond *r = x->respond;
	if (!x->has_tried) {
		x->has_tried = true;
		x->fetch = NULL;
		ask_and_send(x);
		return;
	}
	if (!r->is_complained)
		heard_log(r->host, HEARD_ERROR,
			  "no answer can be sent until the key is mended: %s; trying again "
			  "later",
			  why);
	r->is_complained = true;
	finish(x, HEARD_RETRY, 0, why);
}

static void on_answer(void *arg, const struct heard_fetch_answer *a)
{
	struct exchange *x = arg;
	struct respond *r = x->respond;
	struct heard_error reason = {.text = "the service did not say why"};
	int64_t after_ms = 0;
	if (a->error_code != 0) {
		finish(x, HEARD_RETRY, 0, a->error ? a->error : "the service did not answer");
		return;
	}
	enum respond_verdict v = r->hooks.judge ? r->hooks.judge(r->arg, a, &after_ms, &reason)
						: respond_judge(a, NULL, &after_ms, &reason);
	switch (v) {
	case RESPOND_SENT:
		note(r, &x->whom);
		r->is_complained = false;
		finish(x, HEARD_DELIVERED, 0, NULL);
		break;
	case RESPOND_AGAIN: finish(x, HEARD_RETRY, after_ms, reason.text); break;
	case RESPOND_LOGIN: login_again(x, reason.text); break;
	case RESPOND_REFUSED: finish(x, HEARD_REFUSED, 0, reason.text); break;
	}
}

/* ---- sending */

static void on_again(void *arg)
{
	ask_and_send(arg);
}

/* The channel is getting a key: a moment, rather than the keeper's pause. */
static bool wait_for_key(struct exchange *x)
{
	if (x->again == NULL)
		x->again = heard_timer_create(x->respond->host, on_again, x);
	if (x->again == NULL || x->respond->is_stopping || x->waits++ >= SOON_TIMES)
		return false;
	heard_timer_set(x->again, SOON_MS);
	return true;
}

/* Asks and sends; whatever fails is the end of it. */
static void ask_and_send(struct exchange *x)
{
	struct respond *r = x->respond;
	struct heard_error err = {0};
	request_release(&x->request);
	request_init(&x->request);
	int result = r->hooks.ask(r->arg, &x->whom.to, &x->request, &err);
	if (result == -EAGAIN && wait_for_key(x))
		return;
	if (result == 0) {
		x->fetch = request_send(&x->request, r->client, &r->limits, on_answer, x, &err);
		result = x->fetch ? 0 : heard_error_wrap(&err, "the request cannot be made");
	}
	if (result == -EAGAIN || result == -ENOMEM)
		finish(x, HEARD_RETRY, 0, err.text);
	else if (result != 0)
		finish(x, HEARD_REFUSED, 0, err.text);
}

/* Is there an answer left in the window of that person? */
static int check_window(struct respond *r, const struct whom *w, struct heard_error *err)
{
	int64_t at, n;
	if (r->window.answers == 0)
		return 0;
	if (answered_since(r->answered, w->person, &at, &n, err) != 0)
		return heard_error_wrap(err, "who wrote last cannot be read");
	if (at == HEARD_TIME_NONE) /* the platform knows */
		return 0;
	if (n >= r->window.answers || heard_now(r->host) - at > r->window.ms)
		return heard_fail(err, EDQUOT, "%s", r->window.over);
	return 0;
}

static void exchange_begin(struct exchange *x)
{
	struct respond *r = x->respond;
	struct heard_error err = {0};
	bool is_known = false;
	x->is_begun = true;
	if (answered_has(r->answered, x->whom.key, &is_known, &err) != 0)
		finish(x, HEARD_RETRY, 0, err.text);
	else if (is_known)
		finish(x, HEARD_DUPLICATE, 0, NULL);
	else if (check_window(r, &x->whom, &err) != 0)
		finish(x, err.code == EDQUOT ? HEARD_REFUSED : HEARD_RETRY, 0, err.text);
	else
		ask_and_send(x);
}

/* The next one to that person, if none is under way. */
static void pump(struct respond *r, const unsigned char person[ANSWERED_HASH])
{
	for (struct exchange *x = r->first; x != NULL; x = x->next) {
		if (memcmp(x->whom.person, person, ANSWERED_HASH) != 0)
			continue;
		if (!x->is_begun && r->is_stopping)
			finish(x, HEARD_RETRY, 0, "the daemon is stopping");
		else if (!x->is_begun)
			exchange_begin(x);
		return;
	}
}

void respond_reply(struct respond *r, const struct heard_answer *a,
		   struct heard_reply *take_reply)
{
	struct heard_error err = {0};
	struct exchange *x = calloc(1, sizeof(*x)), **at = &r->first;
	if (x == NULL || r->is_stopping) {
		heard_reply_finish(take_reply, HEARD_RETRY, 0,
				   x ? "the daemon is stopping" : "out of memory");
		free(x);
		return;
	}
	*x = (struct exchange){.respond = r, .promise = take_reply};
	if (whom_open(&x->whom, r->host, a, &err) != 0) {
		heard_reply_finish(take_reply, err.code == ENOMEM ? HEARD_RETRY : HEARD_REFUSED,
				   0, err.text);
		exchange_destroy(x);
		return;
	}
	while (*at != NULL)
		at = &(*at)->next;
	*at = x;
	pump(r, x->whom.person);
}

/* ---- life */

struct respond *respond_create(struct heard_host *host, struct heard_fetch_client *client,
			       const struct respond_window *window,
			       const struct respond_hooks *hooks, void *arg, bool allow_private,
			       struct heard_error *err)
{
	char path[4096], aside[ANSWERED_ASIDE];
	struct respond *r = calloc(1, sizeof(*r));
	if (r == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	*r = (struct respond){.host = host,
			      .client = client,
			      .hooks = *hooks,
			      .arg = arg,
			      .limits = {.timeout_ms = TIMEOUT_MS,
					 .max_answer = MAX_ANSWER,
					 .allow_private = allow_private}};
	if (window != NULL)
		r->window = *window;
	snprintf(path, sizeof(path), "%s/answers.db", heard_state_folder(host));
	r->answered = answered_open(path, heard_now(host), aside, err);
	if (aside[0] != '\0')
		heard_log(
			host, HEARD_ERROR,
			"answers.db was damaged, is now %s, and was begun anew: an answer that "
			"was under way when the daemon last stopped may be sent twice",
			aside);
	r->sync = heard_timer_create(host, on_sync, r);
	if (r->answered != NULL && r->sync != NULL)
		return r;
	if (r->answered != NULL)
		heard_fail(err, ENOMEM, "out of memory");
	respond_destroy(r);
	return NULL;
}

void respond_stop(struct respond *r, void (*stopped)(void *arg), void *arg)
{
	r->is_stopping = true;
	for (struct exchange *x = r->first, *next; x != NULL; x = next) {
		next = x->next;
		if (x->fetch != NULL)
			continue;
		unlink_exchange(r, x);
		heard_reply_finish(x->promise, HEARD_RETRY, 0, "the daemon is stopping");
		exchange_destroy(x);
	}
	r->stopped = stopped;
	r->stopped_arg = arg;
	say_stopped(r);
}

void respond_destroy(struct respond *r)
{
	if (r == NULL)
		return;
	while (r->first != NULL) {
		struct exchange *x = r->first;
		r->first = x->next;
		if (x->fetch != NULL)
			heard_fetch_cancel(x->fetch);
		exchange_destroy(x);
	}
	if (r->sync != NULL)
		heard_timer_destroy(r->sync);
	answered_close(r->answered);
	free(r);
}
