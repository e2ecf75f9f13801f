/*
 * folder.c - the life of a folder's connection.
 *
 *	apart -> [token] -> connecting -> reading -> (lost) -> apart ...
 *
 * Whatever goes wrong ends in folder_lose(): the reason is said once, what was half
 * done is forgotten, and a timer brings the folder back, later each time it fails in a
 * row.  Mails that the core holds wait for their receipts meanwhile.
 *
 * A connection is never closed from within its own callbacks: folder_lose() takes note,
 * and the next turn closes it.
 */
#include "folder.h"

#include "mailbox.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heard/error.h>
#include <heard/host.h>

static void try_again(struct folder *f);

/* ---- what the connection and the session tell */

static void on_opened(void *arg)
{
	struct folder *f = arg;
	const struct account *a = f->account;
	session_begin(&f->session, &a->login, a->options->tls == TLS_AT_ONCE);
	folder_expect(f);
}

static void on_secured(void *arg)
{
	struct folder *f = arg;
	session_secured(&f->session);
	folder_expect(f);
}

static void on_bytes(void *arg, const char *bytes, size_t n)
{
	struct folder *f = arg;
	f->heard += n;
	if (!f->is_lost)
		session_feed(&f->session, bytes, n);
}

static void on_lost(void *arg, const struct heard_error *err)
{
	struct folder *f = arg;
	if (f->phase == PHASE_LEAVING) {
		f->phase = PHASE_ENDED;
		folder_wake(f);
	} else {
		folder_lose(f, FAULT_REFUSED, err);
	}
}

static const struct connect_hooks connect_hooks = {on_opened, on_secured, on_bytes, on_lost};

static void on_send(void *arg, struct heard_str bytes)
{
	struct folder *f = arg;
	if (f->connect != NULL)
		connect_send(f->connect, bytes);
}

static void on_start_tls(void *arg)
{
	struct folder *f = arg;
	connect_secure(f->connect);
}

static void on_ready(void *arg)
{
	struct folder *f = arg;
	account_let_in(f->account, f);
	reading_begin(f);
	folder_wake(f);
}

static void on_failed(void *arg, enum session_fault fault, const struct heard_error *err)
{
	folder_lose(arg, fault, err);
}

static void on_untagged(void *arg, const struct response *r)
{
	reading_untagged(arg, r);
}

static void on_number(void *arg, uint32_t uid)
{
	reading_number(arg, uid);
}

static char *on_room(void *arg, size_t size)
{
	return fetch_room(arg, size);
}

static const struct session_hooks session_hooks = {
	on_send, on_start_tls, on_ready, on_failed, on_untagged, on_number, on_room};

/* ---- for the other files */

bool folder_command(struct folder *f, session_done *done, const char *format, ...)
{
	va_list args;
	char text[WINDOW_SET * 4];
	if (!session_has_room(&f->session))
		return false;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	session_command(&f->session, heard_str_n(text, (size_t)n), done, f);
	return true;
}

void folder_expect(struct folder *f)
{
	bool waits = f->phase < PHASE_READING || f->session.n_commands > 0;
	if (f->session.is_idle && !f->session.must_wake)
		waits = false;
	if (f->connect != NULL)
		connect_expect(f->connect, waits ? f->share->options->timeout : 0);
}

void folder_idle_end(void *arg, const struct response *r)
{
	struct folder *f = arg;
	if (r->status != STATUS_OK) /* it offers IDLE and does not keep it: poll */
		f->session.abilities &= ~(unsigned)CAN_IDLE;
	f->must_look = true;
	folder_wake(f);
}

void folder_lose(struct folder *f, enum session_fault kind, const struct heard_error *fault)
{
	if (f->is_lost || f->phase == PHASE_APART || f->phase == PHASE_ENDED)
		return;
	f->is_lost = true;
	f->fault_kind = kind;
	*f->fault = *fault;
	folder_wake(f);
}

void folder_failed(struct folder *f, enum session_fault kind, const char *format, ...)
{
	struct heard_error err = {.code = EPROTO};
	va_list args;
	va_start(args, format);
	vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	folder_lose(f, kind, &err);
}

/* ---- lost, and back again */

static void hang_up(struct folder *f)
{
	session_end(&f->session);
	connect_destroy(f->connect);
	f->connect = NULL;
	reading_lost(f);
}

static int64_t pause_of(const struct folder *f)
{
	const struct imap_options *o = f->share->options;
	int64_t ms = o->retry_first;
	for (unsigned i = 1; i < f->failures && ms < o->retry_max; i++)
		ms *= 2;
	return account_jitter(f->account, ms < o->retry_max ? ms : o->retry_max);
}

static void come_back(struct folder *f, int64_t after_ms)
{
	f->phase = PHASE_APART;
	heard_timer_set(f->timer, after_ms);
}

static void handle_loss(struct folder *f)
{
	bool was_in = f->phase > PHASE_CONNECTING, had_token = f->phase != PHASE_TOKEN;
	hang_up(f);
	f->is_lost = false;
	if (f->fault_kind == FAULT_LOGIN && !was_in) {
		account_refused(f->account, f, had_token, f->fault);
		come_back(f, 0);
		return;
	}
	account_gave_up(f->account, f);
	f->failures++;
	int64_t ms = pause_of(f);
	/* Servers close connections every now and then: no news, if we are let in again. */
	heard_log(f->share->host, was_in && f->failures == 1 ? HEARD_INFO : HEARD_WARN,
		  "%s: %s; trying again in %lld s", f->label, f->fault->text,
		  (long long)(ms + 999) / 1000);
	come_back(f, ms);
}

static void connect_now(struct folder *f)
{
	const struct account *a = f->account;
	bool is_imaps = a->options->tls == TLS_AT_ONCE;
	const struct connect_to to = {
		.host = a->options->host,
		.port = a->options->port ? a->options->port
			: is_imaps	 ? 993
					 : 143,
		.tls = (enum connect_tls)a->options->tls,
		.tls_context = a->tls_context,
		.open_ms = f->share->options->connect_timeout,
	};
	f->phase = PHASE_CONNECTING;
	f->tokens_dropped = a->tokens_dropped;
	f->connect = connect_create(f->share->base, f->share->dns, &to, &connect_hooks, f);
	if (f->connect == NULL)
		folder_failed(f, FAULT_REFUSED, "no memory for a connection");
}

static void on_token(void *arg, const struct heard_error *err)
{
	struct folder *f = arg;
	if (f->phase != PHASE_TOKEN)
		return;
	if (err != NULL) {
		folder_lose(f, err->code == EACCES ? FAULT_LOGIN : FAULT_REFUSED, err);
	} else {
		f->account->login.secret = f->account->token.text;
		connect_now(f);
	}
}

static void try_again(struct folder *f)
{
	int64_t after_ms;
	struct account *a = f->account;
	if (f->share->is_stopping)
		return;
	if (!account_may_try(a, f, &after_ms)) {
		come_back(f, after_ms);
		return;
	}
	if (!token_is_wanted(&a->options->token)) {
		connect_now(f);
	} else if (token_is_good(&a->token)) {
		a->login.secret = a->token.text;
		connect_now(f);
	} else if (a->token.is_busy) {
		account_gave_up(a, f);
		come_back(f, 1000);
	} else {
		f->phase = PHASE_TOKEN;
		token_get(&a->token, on_token, f);
	}
}

/* ---- turns */

static void turn(void *arg)
{
	struct folder *f = arg;
	f->is_posted = false;
	if (f->phase == PHASE_ENDED)
		f->share->folder_ended(f->share->arg);
	else if (f->is_lost && f->phase == PHASE_LEAVING)
		f->phase = PHASE_ENDED, folder_wake(f);
	else if (f->is_lost)
		handle_loss(f);
	else if (f->phase >= PHASE_READING && f->phase <= PHASE_RESTING)
		reading_step(f);
	else
		folder_expect(f);
}

void folder_wake(struct folder *f)
{
	if (f->is_posted)
		return;
	f->is_posted = true;
	heard_post(f->share->host, turn, f);
}

static void on_timer(void *arg)
{
	struct folder *f = arg;
	if (f->phase == PHASE_APART)
		try_again(f);
	else if (f->phase == PHASE_LEAVING || f->phase == PHASE_ENDED)
		folder_force(f);
	else
		reading_tick(f);
}

static void hold_is_over(void *arg)
{
	struct folder *f = arg;
	f->is_held = false;
	folder_wake(f);
}

/* ---- life */

static char *label_of(const struct account *a, const char *name)
{
	char *label;
	if (asprintf(&label, "%s/%s", a->name, name) < 0)
		return NULL;
	for (char *c = label; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '\'')
			*c = '?';
	return label;
}

static char *quoted(const char *name, struct heard_error *err)
{
	struct heard_buf b;
	heard_buf_init(&b, 4096);
	if (mailbox_quote(&b, heard_str(name)) == 0)
		return b.ptr;
	heard_buf_release(&b);
	heard_fail(err, EINVAL, "'%s' cannot be a folder's name", name);
	return NULL;
}

int folder_init(struct folder *f, struct account *a, const char *name, struct heard_error *err)
{
	const struct account_options *o = a->options;
	*f = (struct folder){.account = a, .share = a->share, .name = name};
	f->mailbox = quoted(name, err);
	f->move_to = quoted(a->share->options->move_to, err);
	if (f->mailbox == NULL || f->move_to == NULL)
		return -EINVAL;
	f->label = label_of(a, name);
	f->fault = calloc(1, sizeof(*f->fault));
	f->timer = heard_timer_create(a->share->host, on_timer, f);
	f->hold = heard_timer_create(a->share->host, hold_is_over, f);
	if (asprintf(&f->stream, "%s:%lld/%s/%s", o->host, (long long)o->port, o->user, name) <
	    0)
		f->stream = NULL;
	if (!f->label || !f->fault || !f->timer || !f->hold || !f->stream)
		return heard_fail(err, ENOMEM, "no memory");
	session_init(&f->session, &session_hooks, f);
	f->window.budget = (size_t)a->share->options->in_flight;
	f->window.max_size = (uint64_t)a->share->options->max_size;
	return 0;
}

void folder_start(struct folder *f)
{
	struct heard_str token;
	f->has_position = heard_resume_token(f->share->host, heard_str(f->stream), &token) &&
			  position_parse(token, &f->at);
	f->saved = f->at;
	come_back(f, 0);
}

void folder_force(struct folder *f)
{
	bool was_ended = f->phase == PHASE_ENDED;
	hang_up(f);
	f->phase = PHASE_ENDED;
	if (!was_ended)
		folder_wake(f);
}

void folder_stop(struct folder *f)
{
	enum { LEAVE_MS = 500 };
	heard_timer_clear(f->hold);
	if (session_is_ready(&f->session) && !f->is_lost) {
		f->phase = PHASE_LEAVING;
		session_logout(&f->session);
		heard_timer_set(f->timer, LEAVE_MS);
		return;
	}
	heard_timer_clear(f->timer);
	folder_force(f);
}

void folder_release(struct folder *f)
{
	if (f->share == NULL)
		return;
	connect_destroy(f->connect);
	if (f->label != NULL && f->stream != NULL)
		session_release(&f->session);
	window_forget(&f->window);
	heard_timer_destroy(f->timer);
	heard_timer_destroy(f->hold);
	free(f->mailbox);
	free(f->move_to);
	free(f->label);
	free(f->stream);
	free(f->fault);
	free(f->found);
	free(f->room);
	*f = (struct folder){0};
}
