/*
 * pull.c - rounds of asking: when, what becomes of an answer, and where we stand.
 *
 *	NEW --start--> RESTING --timer--> ASKING --page--> EMITTING --receipt--> ASKING
 *	                  ^                  |                |                (more)
 *	                  +---- failure -----+                +----> RESTING (the end)
 *
 * The token of the stream is a version and the state, "1 " and whatever the channel
 * keeps, so that an empty state is not the same as none.
 *
 * Every pause is one timer.  A pause that somebody asked for (a failure, Retry-After) is
 * a penalty and holds for pokes, too; the pause between rounds does not.
 */
#include "private.h"

#include <errno.h>
#include <heard/host.h>
#include <heard/log.h>
#include <stdlib.h>

enum {
	START_MS = 15000, /* at most, before the first round, with a state */
};

static const struct heard_str version = HEARD_STR("1 ");

struct heard_str pull_state(const struct pull *p)
{
	return heard_buf_view(&p->state);
}

/* ---- pauses */

static void rest(struct pull *p, int64_t ms, bool is_penalty)
{
	int64_t spacing = p->options->rate > 0 ? 60000 / p->options->rate : 0;
	int64_t since = retry_clock() - p->asked_ms;
	if (p->asked_ms > 0 && ms < spacing - since)
		ms = spacing - since;
	p->phase = PULL_RESTING;
	p->is_penalty = is_penalty;
	heard_timer_set(p->timer, ms > 0 ? ms : 0);
}

static bool end_if_stopping(struct pull *p)
{
	if (p->stopped == NULL)
		return false;
	void (*stopped)(void *arg) = p->stopped;
	p->stopped = NULL;
	p->phase = PULL_STOPPED;
	heard_timer_clear(p->timer);
	stopped(p->stopped_arg);
	return true;
}

/* What a service asks for counts, poked or not. */
static void end_round(struct pull *p, int64_t after_ms)
{
	p->n_pages = 0;
	if (after_ms > 0)
		rest(p, after_ms, true);
	else
		rest(p, p->is_poked ? 0 : p->options->every, false);
}

/* ---- failures */

static void say_failure(struct pull *p, const struct heard_error *why)
{
	int64_t now = retry_clock();
	if (p->said_ms > 0 && now - p->said_ms < SAY_AGAIN_MS)
		return;
	p->said_ms = now;
	if (p->is_denied)
		heard_log(p->host, HEARD_ERROR,
			  "%s: %s; it is asked again every now and then, see the key",
			  p->stream, why->text);
	else
		heard_log(p->host, HEARD_WARN, "%s: %s; it is asked again, at growing pauses",
			  p->stream, why->text);
}

static void fail(struct pull *p, const struct verdict *v)
{
	bool was_denied = p->is_denied;
	p->is_denied = v->kind == VERDICT_DENIED;
	if (p->is_denied && !was_denied)
		p->said_ms = 0; /* say it, whatever was before */
	p->failures++;
	p->n_pages = 0;
	condition_forget(&p->condition);
	if (v->kind != VERDICT_BUSY || p->failures > 1)
		say_failure(p, &v->why);
	if (end_if_stopping(p))
		return;
	int64_t ms = p->is_denied ? retry_longest(p->options)
				  : retry_pause(p->options, p->failures);
	bool is_asked = v->kind == VERDICT_BUSY && v->after_ms > 0;
	rest(p, is_asked || v->after_ms > ms ? v->after_ms : ms, true);
}

static void note_success(struct pull *p)
{
	if (p->failures > 0 && p->said_ms > 0)
		heard_log(p->host, HEARD_NOTICE, "%s: it answers again, after %u failures",
			  p->stream, p->failures);
	p->failures = 0;
	p->said_ms = 0;
	p->is_denied = false;
}

/* ---- pages */

static void ask(struct pull *p);

static void go_on(struct pull *p)
{
	if (end_if_stopping(p))
		return;
	bool is_cut = p->more && ++p->n_pages >= p->options->max_pages;
	if (is_cut) /* there is more, whether the first page changes or not */
		condition_forget(&p->condition);
	if (p->more && !is_cut)
		rest(p, p->after_ms, p->after_ms > 0);
	else
		end_round(p, p->after_ms);
}

static void swap_conditions(struct pull *p)
{
	struct condition was = p->condition;
	p->condition = p->coming;
	p->coming = was;
	condition_forget(&p->coming);
}

/* What is on its way is committed, or there was nothing to commit. */
static void move_on(struct pull *p)
{
	struct heard_str next = heard_buf_view(&p->next);
	heard_buf_clear(&p->state);
	if (next.ptr != NULL && next.len > version.len)
		heard_buf_str(&p->state, heard_str_skip(next, version.len));
	p->has_state = true;
	if (p->coming.url.len > 0)
		swap_conditions(p);
	if (p->is_moving && p->hooks->moved)
		p->hooks->moved(p->arg, heard_buf_view(&p->state));
	go_on(p);
}

static void on_receipt(void *arg, const struct heard_receipt *r)
{
	struct pull *p = arg;
	if (r->code == -EAGAIN) {
		condition_forget(&p->coming);
		condition_forget(&p->condition);
		p->n_pages = 0;
		if (!end_if_stopping(p))
			rest(p, r->after_ms > 0 ? r->after_ms : 1000, true);
		return;
	}
	if (r->dead > 0)
		heard_log(p->host, HEARD_WARN,
			  "%s: %zu of a page could not be read and are dead letters", p->stream,
			  r->dead);
	move_on(p);
}

static void set_next(struct pull *p, const struct pull_page *page)
{
	bool is_new = page->state.len > 0 || page->state_is_empty;
	heard_buf_clear(&p->next);
	heard_buf_str(&p->next, version);
	heard_buf_str(&p->next, heard_buf_view(is_new ? &page->state : &p->state));
	p->is_moving = !p->has_state || (is_new && !heard_str_eq(heard_buf_view(&page->state),
								 heard_buf_view(&p->state)));
	p->more = page->more;
	p->after_ms = page->after_ms;
}

static void emit_bytes(struct pull *p, struct heard_str raw, struct heard_str context,
		       struct heard_str source_id)
{
	struct heard_emission e = {
		.raw = raw,
		.context = context,
		.source_id = source_id,
		.stream = heard_str(p->stream),
		.token = heard_buf_view(&p->next),
		.receipt = on_receipt,
		.arg = p,
	};
	p->phase = PULL_EMITTING;
	heard_emit(p->host, &e);
}

static void release_held(struct pull *p)
{
	heard_buf_release(&p->held);
	heard_buf_release(&p->held_id);
	heard_buf_init(&p->held, SIZE_MAX / 2);
	heard_buf_init(&p->held_id, SIZE_MAX / 2);
}

/* The answer goes when we return, so what is held is a copy. */
static void hold(struct pull *p, const struct pull_page *page, struct heard_str raw)
{
	release_held(p);
	heard_buf_str(&p->held, raw);
	heard_buf_str(&p->held_id, page->source_id);
	if (p->held.failed || p->held_id.failed) {
		struct verdict v = {.kind = VERDICT_FAILED};
		heard_fail(&v.why, ENOMEM, "no memory for a page");
		fail(p, &v);
		return;
	}
	p->phase = PULL_HOLDING;
	p->hooks->hold(p->arg, heard_buf_view(&p->held), page->context);
}

void pull_release(struct pull *p, struct heard_str context)
{
	if (p->phase != PULL_HOLDING)
		return;
	emit_bytes(p, heard_buf_view(&p->held), context, heard_buf_view(&p->held_id));
	release_held(p);
}

static void emit(struct pull *p, const struct pull_page *page, struct heard_str body)
{
	struct heard_str raw = page->raw.ptr ? page->raw : body;
	if (raw.len == 0 && !p->is_moving)
		move_on(p);
	else if (raw.len > 0 && p->hooks->hold)
		hold(p, page, raw);
	else
		emit_bytes(p, raw, page->context, page->source_id);
}

static void read_page(struct pull *p, const struct heard_fetch_answer *a, struct verdict *v)
{
	struct pull_page page = {0};
	int code = 0;
	heard_buf_init(&page.state, PULL_STATE_MAX);
	if (p->hooks->read)
		code = p->hooks->read(p->arg, heard_buf_view(&p->state), a, &page, &v->why);
	if (code == 0 && page.state.failed)
		code = heard_fail(&v->why, EPROTO, "what to remember is too long (%d bytes)",
				  PULL_STATE_MAX);
	if (code == 0) {
		note_success(p);
		if (p->n_pages == 0)
			condition_note(&p->coming, heard_buf_view(&p->request.url), a);
		if (page.after_ms < v->after_ms)
			page.after_ms = v->after_ms;
		set_next(p, &page);
		emit(p, &page, a->body);
	} else {
		verdict_set(v, code, page.after_ms);
		fail(p, v);
	}
	heard_buf_release(&page.state);
}

/* What the channel knows better than the status. */
static void ask_channel(struct pull *p, const struct heard_fetch_answer *a, struct verdict *v)
{
	struct heard_error why = {0};
	int64_t after_ms = 0;
	int code = p->hooks->refused(p->arg, a, &after_ms, &why);
	if (after_ms < v->after_ms)
		after_ms = v->after_ms;
	if (code < 0)
		v->why = why;
	if (code > 0)
		v->kind = VERDICT_PAGE;
	else
		verdict_set(v, code, after_ms);
}

static void on_answer(void *arg, const struct heard_fetch_answer *a)
{
	struct pull *p = arg;
	struct verdict v;
	p->fetch = NULL;
	verdict_judge(&v, a, (size_t)p->options->max_answer, p->is_conditional,
		      heard_now(p->host));
	if (a->error_code == 0 && v.kind > VERDICT_SAME && a->status != 200 &&
	    p->hooks->refused)
		ask_channel(p, a, &v);
	if (v.kind == VERDICT_PAGE) {
		read_page(p, a, &v);
	} else if (v.kind == VERDICT_SAME) {
		note_success(p);
		p->more = false;
		p->after_ms = 0;
		go_on(p);
	} else {
		fail(p, &v);
	}
}

static void ask(struct pull *p)
{
	struct verdict v = {.kind = VERDICT_FAILED};
	request_release(&p->request);
	request_init(&p->request);
	p->phase = PULL_ASKING;
	p->is_due = false;
	if (p->n_pages == 0)
		p->is_poked = false;
	p->asked_ms = retry_clock();
	if (p->hooks->ask(p->arg, heard_buf_view(&p->state), &p->request, &v.why) != 0) {
		fail(p, &v);
		return;
	}
	p->is_conditional = p->n_pages == 0 && condition_add(&p->condition, &p->request);
	const struct request_limits limits = {
		.timeout_ms = p->options->timeout,
		.max_answer = (size_t)p->options->max_answer + 1, /* one more tells too many */
		.allow_private = p->options->allow_private,
	};
	p->fetch = request_send(&p->request, p->client, &limits, on_answer, p, &v.why);
	if (p->fetch == NULL)
		fail(p, &v);
}

static void on_timer(void *arg)
{
	struct pull *p = arg;
	p->is_penalty = false;
	if (p->is_paused)
		p->is_due = true;
	else if (p->phase == PULL_RESTING)
		ask(p);
}

/* ---- life */

struct pull *pull_create(struct heard_host *host, struct heard_fetch_client *client,
			 const struct pull_options *options, const char *stream,
			 const struct pull_hooks *hooks, void *arg, struct heard_error *err)
{
	struct pull *p = calloc(1, sizeof(*p));
	if (p == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	*p = (struct pull){.host = host,
			   .client = client,
			   .options = options,
			   .hooks = hooks,
			   .arg = arg,
			   .stream = strdup(stream),
			   .timer = heard_timer_create(host, on_timer, p)};
	heard_buf_init(&p->state, PULL_STATE_MAX);
	heard_buf_init(&p->next, PULL_STATE_MAX + version.len);
	release_held(p);
	condition_init(&p->condition);
	condition_init(&p->coming);
	request_init(&p->request);
	if (p->stream == NULL || p->timer == NULL) {
		pull_destroy(p);
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	return p;
}

void pull_start(struct pull *p)
{
	struct heard_str token;
	int64_t most = p->options->every / 4 < START_MS ? p->options->every / 4 : START_MS;
	if (heard_resume_token(p->host, heard_str(p->stream), &token) &&
	    heard_str_starts(token, version)) {
		heard_buf_str(&p->state, heard_str_skip(token, version.len));
		p->has_state = true;
		if (p->hooks->moved)
			p->hooks->moved(p->arg, heard_buf_view(&p->state));
	}
	rest(p, p->has_state ? (int64_t)arc4random_uniform((uint32_t)most + 1) : 0, false);
}

void pull_poke(struct pull *p)
{
	if (p->phase == PULL_RESTING && !p->is_penalty && !p->is_due)
		rest(p, 0, false);
	else
		p->is_poked = true;
}

void pull_pause(struct pull *p)
{
	p->is_paused = true;
}

void pull_resume(struct pull *p)
{
	p->is_paused = false;
	if (p->is_due && p->phase == PULL_RESTING)
		ask(p);
}

void pull_stop(struct pull *p, void (*stopped)(void *arg), void *arg)
{
	p->stopped = stopped;
	p->stopped_arg = arg;
	if (p->fetch)
		heard_fetch_cancel(p->fetch);
	p->fetch = NULL;
	if (p->phase != PULL_EMITTING)
		end_if_stopping(p);
}

void pull_destroy(struct pull *p)
{
	if (p == NULL)
		return;
	if (p->fetch)
		heard_fetch_cancel(p->fetch);
	heard_timer_destroy(p->timer);
	heard_buf_release(&p->state);
	heard_buf_release(&p->next);
	heard_buf_release(&p->held);
	heard_buf_release(&p->held_id);
	condition_release(&p->condition);
	condition_release(&p->coming);
	request_release(&p->request);
	free(p->stream);
	free(p);
}
