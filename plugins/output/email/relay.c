/*
 * relay.c - SMTP submission: libcurl's multi interface on libevent.
 *
 * libcurl says which sockets and which deadline it waits for; we turn these into events
 * and tell it what happened, as core/fetch.c does for HTTP.  The server's replies come by
 * the header callback; the last of them is kept, for a reason.  Our own commands come by the
 * debug callback: they say what a reply is about.
 */
#include "relay.h"

#include "said.h"
#include "verdict.h"

#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_MAX_SAID = 300,
	URL_SIZE = 700,
	FIRST_PAUSE_MS = 1000,
	LONGEST_PAUSE_MS = 60 * 1000,
};

struct relay {
	struct heard_host *host;
	const struct relay_options *options;
	char url[URL_SIZE];
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct heard_fetch_client *fetch; /* for tokens */
	struct token token;
	struct transfer *all;
	int64_t not_before, pause;
	bool has_global;
	char trouble[200]; /* why it is left alone; empty: it is not */
};

struct transfer {		       /* of one mail */
	struct transfer *next, **link; /* in relay->all */
	struct relay *relay;
	struct relay_mail mail;
	void (*done)(void *arg, const struct relay_word *);
	void *arg;
	CURL *easy; /* NULL: it waits for a token */
	struct curl_slist *to;
	size_t at; /* of the mail's bytes, read by libcurl */
	enum verdict_stage stage;
	bool is_about_us;   /* what was said there, as far as it was no */
	bool has_renewed;   /* the token: it is begun for the second time */
	int64_t good_until; /* of the token that it is begun with         */
	char said[LINE_MAX_SAID];
	char error[CURL_ERROR_SIZE];
};

/* ---- a word */

static void transfer_free(struct transfer *t)
{
	if (t->easy != NULL) {
		curl_multi_remove_handle(t->relay->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->to);
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	free(t);
}

static void transfer_end(struct transfer *t, const struct relay_word *word)
{
	void (*done)(void *, const struct relay_word *) = t->done;
	void *arg = t->arg;
	transfer_free(t);
	done(arg, word);
}

/* It works: whatever was wrong is over. */
static void is_well(struct relay *r)
{
	if (r->trouble[0])
		heard_log(r->host, HEARD_NOTICE, "the relay takes mail again");
	r->trouble[0] = '\0';
	r->pause = 0;
	r->not_before = 0;
}

/* It is left alone for a while.  Only the first of a series is news. */
static void is_in_trouble(struct relay *r, bool is_login, const char *why)
{
	int64_t now = heard_now(r->host);
	if (r->trouble[0] == '\0')
		heard_log(r->host, HEARD_WARN,
			  "the relay cannot be used, mails wait and are tried again: %s", why);
	snprintf(r->trouble, sizeof(r->trouble), "%s", why);
	if (now < r->not_before && !is_login)
		return; /* another transfer of the same moment */
	r->pause = r->pause ? r->pause * 2 : FIRST_PAUSE_MS;
	if (r->pause > LONGEST_PAUSE_MS)
		r->pause = LONGEST_PAUSE_MS;
	r->not_before = now + (is_login ? r->options->login_retry : r->pause);
}

/* The server's last line and its code; of a multi-line reply that is the last, which has
 * the enhanced status too. */
static void put_said(const struct transfer *t, long status, struct relay_word *w)
{
	char plain[160];
	struct heard_str said = heard_str(t->said);
	said_plain(heard_str_skip(said, said.len > 4 ? 4 : 0), t->mail.to, plain,
		   sizeof(plain));
	snprintf(w->reason, sizeof(w->reason), "the relay says %ld %s", status, plain);
}

static void judge(struct transfer *t, CURLcode code, struct relay_word *w)
{
	long status = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	bool is_answer = status >= 400 && t->stage >= VERDICT_MAIL;
	*w = (struct relay_word){.outcome = HEARD_RETRY};
	if (code == CURLE_OK) {
		w->outcome = HEARD_DELIVERED;
		is_well(t->relay);
		return;
	}
	if (status >= 400)
		put_said(t, status, w);
	else
		snprintf(w->reason, sizeof(w->reason), "%.150s",
			 t->error[0] ? t->error : curl_easy_strerror(code));
	if (is_answer && !t->is_about_us) {
		w->outcome = status >= 500 ? HEARD_REFUSED : HEARD_RETRY;
		w->is_nobody = status >= 500 && t->stage == VERDICT_RCPT &&
			       said_nobody(said_line_status(heard_str(t->said)));
		is_well(t->relay);
		return;
	}
	bool is_login = code == CURLE_LOGIN_DENIED || status == 535;
	if (is_login)
		token_drop(&t->relay->token);
	is_in_trouble(t->relay, is_login, w->reason);
	w->after_ms = t->relay->not_before - heard_now(t->relay->host);
}

static void collect(struct relay *);

/* ---- libcurl's waits as events */

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct relay *r = arg;
	int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) |
		    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;
	curl_multi_socket_action(r->multi, fd, flags, &running);
	collect(r);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct relay *r = arg;
	int running;
	(void)fd, (void)what;
	curl_multi_socket_action(r->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(r);
}

static int want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct relay *r = arg;
	(void)multi;
	if (timeout_ms < 0)
		return event_del(r->timer);
	struct timeval after = {.tv_sec = timeout_ms / 1000,
				.tv_usec = timeout_ms % 1000 * 1000};
	return event_add(r->timer, &after);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *fd_arg)
{
	struct relay *r = arg;
	struct event *event = fd_arg;
	(void)easy;
	if (event)
		event_free(event);
	if (what == CURL_POLL_REMOVE)
		return curl_multi_assign(r->multi, fd, NULL) == CURLM_OK ? 0 : -1;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	event = event_new(r->base, fd, wanted, on_socket, r);
	if (event == NULL || event_add(event, NULL) < 0)
		return -1;
	return curl_multi_assign(r->multi, fd, event) == CURLM_OK ? 0 : -1;
}

/* ---- one mail */

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t left = t->mail.bytes.len - t->at, room = size * n;
	if (left > room)
		left = room;
	memcpy(out, t->mail.bytes.ptr + t->at, left);
	t->at += left;
	/* The server has it all and may think about it: who hangs up now sends it twice.
	 * libcurl's own patience is two minutes. */
	if (t->at == t->mail.bytes.len)
		curl_easy_setopt(t->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
				 (long)(t->relay->options->timeout / 1000 + 1));
	return left;
}

/* libcurl says QUIT before it tells us that a mail was refused: the answer to that must not
 * take the place of why. */
static size_t on_line(char *bytes, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	bool has_why = t->said[0] == '4' || t->said[0] == '5';
	size_t len = size * n;
	if (verdict_is_about_us(t->stage, heard_str_n(bytes, len)))
		t->is_about_us = true;
	if (len > 0 && (!has_why || bytes[0] == '4' || bytes[0] == '5'))
		snprintf(t->said, sizeof(t->said), "%.*s",
			 (int)(len < sizeof(t->said) ? len : sizeof(t->said) - 1), bytes);
	return len;
}

/* What we say: from MAIL on, replies are about a mail.  A command that was refused before
 * and did no harm is no reason then. */
static int on_talk(CURL *easy, curl_infotype what, char *bytes, size_t n, void *arg)
{
	struct transfer *t = arg;
	enum verdict_stage stage = what == CURLINFO_HEADER_OUT
					   ? verdict_stage_of(heard_str_n(bytes, n))
					   : VERDICT_BEFORE;
	(void)easy;
	if (stage <= t->stage)
		return 0;
	t->stage = stage;
	t->said[0] = '\0';
	t->is_about_us = false;
	return 0;
}

static void set_login(const struct relay *r, CURL *e)
{
	const struct relay_options *o = r->options;
	if (o->user[0] == '\0')
		return;
	curl_easy_setopt(e, CURLOPT_USERNAME, o->user);
	if (r->token.text != NULL) {
		curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, r->token.text);
		curl_easy_setopt(e, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
	} else {
		curl_easy_setopt(e, CURLOPT_PASSWORD, o->password);
	}
}

static void set_safety(const struct relay_options *o, CURL *e)
{
	curl_easy_setopt(e, CURLOPT_USE_SSL,
			 o->tls == RELAY_CLEAR ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (o->ca_file[0]) {
		curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
		curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)o->timeout);
}

static bool transfer_begin(struct transfer *t)
{
	CURL *e = curl_easy_init();
	t->to = curl_slist_append(NULL, t->mail.to);
	if (e == NULL || t->to == NULL) {
		curl_easy_cleanup(e);
		return false;
	}
	curl_easy_setopt(e, CURLOPT_PRIVATE, (char *)t);
	curl_easy_setopt(e, CURLOPT_URL, t->relay->url);
	set_safety(t->relay->options, e);
	set_login(t->relay, e);
	curl_easy_setopt(e, CURLOPT_MAIL_FROM, t->mail.from);
	curl_easy_setopt(e, CURLOPT_MAIL_RCPT, t->to);
	curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->mail.bytes.len);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(e, CURLOPT_READDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, on_talk);
	curl_easy_setopt(e, CURLOPT_DEBUGDATA, t);
	curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	t->easy = e;
	t->good_until = t->relay->token.until_ms;
	if (curl_multi_add_handle(t->relay->multi, e) == CURLM_OK)
		return true;
	curl_easy_cleanup(e);
	t->easy = NULL;
	return false;
}

static void refuse_for_now(struct transfer *t, int64_t after_ms, const char *why)
{
	struct relay_word word = {.outcome = HEARD_RETRY, .after_ms = after_ms};
	snprintf(word.reason, sizeof(word.reason), "%s", why);
	transfer_end(t, &word);
}

/* Those that waited for it begin; it has failed for all of them, or for none. */
static void on_token(void *arg, const struct heard_error *err)
{
	struct relay *r = arg;
	if (err != NULL)
		is_in_trouble(r, err->code == EACCES, err->text);
	for (struct transfer *t = r->all, *next; t; t = next) {
		next = t->next;
		if (t->easy != NULL)
			continue;
		if (err != NULL)
			refuse_for_now(t, r->not_before - heard_now(r->host), err->text);
		else if (!transfer_begin(t))
			refuse_for_now(t, 0, "out of memory");
	}
}

/* With a token, which may have to be waited for. */
static void get_going(struct transfer *t)
{
	struct relay *r = t->relay;
	if (token_is_wanted(&r->options->token) && !token_is_good(&r->token)) {
		if (!r->token.is_busy)
			token_get(&r->token, on_token, r);
	} else if (!transfer_begin(t)) {
		refuse_for_now(t, 0, "out of memory");
	}
}

/* A token may end before its time: one more try with a new one. */
static bool may_renew(const struct transfer *t, CURLcode code)
{
	const struct relay *r = t->relay;
	return code == CURLE_LOGIN_DENIED && token_is_wanted(&r->options->token) &&
	       !t->has_renewed && r->not_before <= heard_now(r->host);
}

static void begin_again(struct transfer *t)
{
	struct relay *r = t->relay;
	curl_multi_remove_handle(r->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->to);
	t->easy = NULL;
	t->to = NULL;
	t->said[0] = t->error[0] = '\0';
	t->is_about_us = false;
	t->has_renewed = true;
	if (t->good_until == r->token.until_ms && !r->token.is_busy)
		token_drop(&r->token); /* no other transfer was faster */
	get_going(t);
}

static void collect(struct relay *r)
{
	CURLMsg *message;
	struct relay_word word;
	int left;
	while ((message = curl_multi_info_read(r->multi, &left)) != NULL) {
		struct transfer *t = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		if (may_renew(t, code)) {
			begin_again(t);
			continue;
		}
		judge(t, code, &word);
		transfer_end(t, &word);
	}
}

void relay_send(struct relay *r, const struct relay_mail *mail,
		void (*done)(void *arg, const struct relay_word *), void *arg)
{
	struct transfer *t = calloc(1, sizeof(*t));
	int64_t wait = r->not_before - heard_now(r->host);
	if (t == NULL) {
		done(arg,
		     &(struct relay_word){.outcome = HEARD_RETRY, .reason = "out of memory"});
		return;
	}
	*t = (struct transfer){.relay = r, .mail = *mail, .done = done, .arg = arg};
	t->next = r->all;
	t->link = &r->all;
	if (t->next)
		t->next->link = &t->next;
	r->all = t;
	if (wait > 0)
		refuse_for_now(t, wait, r->trouble);
	else
		get_going(t);
}

/* ---- life */

static int relay_set_up(struct relay *r, struct heard_error *err)
{
	r->has_global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	r->multi = r->has_global ? curl_multi_init() : NULL;
	r->timer = event_new(r->base, -1, 0, on_timer, r);
	if (r->multi == NULL || r->timer == NULL)
		return heard_fail(err, ENOMEM, "cannot set up libcurl");
	curl_multi_setopt(r->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(r->multi, CURLMOPT_SOCKETDATA, r);
	curl_multi_setopt(r->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(r->multi, CURLMOPT_TIMERDATA, r);
	curl_multi_setopt(r->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
			  (long)r->options->connections);
	curl_multi_setopt(r->multi, CURLMOPT_MAXCONNECTS, (long)r->options->connections);
	r->fetch = heard_fetch_client_create(r->host, 1, err);
	return r->fetch ? token_init(&r->token, r->host, r->fetch, &r->options->token, err)
			: -err->code;
}

static int64_t port_of(const struct relay_options *o)
{
	static const int64_t usual[] = {
		[RELAY_STARTTLS] = 587, [RELAY_TLS] = 465, [RELAY_CLEAR] = 25};
	return o->port ? o->port : usual[o->tls];
}

struct relay *relay_create(struct heard_host *host, const struct relay_options *o,
			   const char *helo, struct heard_error *err)
{
	struct relay *r = calloc(1, sizeof(*r));
	bool is_v6 = strchr(o->host, ':') != NULL;
	if (r == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	r->host = host;
	r->options = o;
	r->base = heard_loop(host);
	snprintf(r->url, sizeof(r->url), "%s://%s%s%s:%lld/%s",
		 o->tls == RELAY_TLS ? "smtps" : "smtp", is_v6 ? "[" : "", o->host,
		 is_v6 ? "]" : "", (long long)port_of(o), helo);
	if (relay_set_up(r, err) == 0)
		return r;
	relay_destroy(r);
	return NULL;
}

void relay_destroy(struct relay *r)
{
	if (r == NULL)
		return;
	for (struct transfer *t = r->all, *next; t != NULL; t = next) {
		next = t->next;
		transfer_free(t);
	}
	token_release(&r->token);
	heard_fetch_client_destroy(r->fetch);
	if (r->multi)
		curl_multi_cleanup(r->multi);
	if (r->timer)
		event_free(r->timer);
	if (r->has_global)
		curl_global_cleanup();
	free(r);
}
