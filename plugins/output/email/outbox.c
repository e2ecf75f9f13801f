/*
 * outbox.c - the rules of outbox.h.
 *
 * What is under way counts for the limits as if it had been sent, so that many at once
 * cannot pass together.  A mail that the relay took is noted before its promise is kept.
 * Where that fails it was sent nevertheless, and that is what is said: only a crash
 * before the keeper has written it down would send it again, under the same Message-ID.
 */
#include "outbox.h"

#include "relay.h"

#include <heard/error.h>
#include <heard/host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAIL_MOST = 32 << 20 };

struct outbox {
	struct outbox_options o;
	struct outbox_mail *waiting, **last, *running;
	int64_t n_running;
	struct heard_timer *timer;
	bool is_stopping, is_pumping;
	void (*stopped)(void *arg);
	void *arg;
};

struct outbox_mail *outbox_mail_create(void)
{
	struct outbox_mail *m = calloc(1, sizeof(*m));
	if (m)
		heard_buf_init(&m->bytes, MAIL_MOST);
	return m;
}

void outbox_mail_destroy(struct outbox_mail *m)
{
	if (!m)
		return;
	if (m->bytes.ptr)
		explicit_bzero(m->bytes.ptr, m->bytes.len);
	heard_buf_release(&m->bytes);
	explicit_bzero(m->to, sizeof(m->to));
	free(m);
}

static void finish(struct outbox_mail *m, enum heard_outcome outcome, int64_t after_ms,
		   const char *reason)
{
	void (*done)(void *, enum heard_outcome, int64_t, const char *) = m->done;
	void *arg = m->arg;
	outbox_mail_destroy(m);
	done(arg, outcome, after_ms, reason);
}

/* ---- may it go? */

static int64_t running_to(const struct outbox *b, const char *address)
{
	int64_t n = 0;
	for (const struct outbox_mail *m = b->running; m; m = m->next)
		n += m->is_automatic && strcmp(m->address, address) == 0;
	for (const struct outbox_mail *m = b->waiting; m; m = m->next)
		n += m->is_automatic && strcmp(m->address, address) == 0;
	return n;
}

/* Who replays while it is under way would have it sent twice. */
static bool is_under_way(const struct outbox *b, const unsigned char key[BOOK_KEY])
{
	const struct outbox_mail *const lists[] = {b->running, b->waiting};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct outbox_mail *m = lists[i]; m; m = m->next)
			if (memcmp(m->key, key, BOOK_KEY) == 0)
				return true;
	return false;
}

enum fate { FATE_GO, FATE_SENT, FATE_SUPPRESSED, FATE_LOOP };

static int decide(struct outbox *b, const struct outbox_mail *m, enum fate *fate,
		  char status[BOOK_STATUS], struct heard_error *err)
{
	int64_t told = 0, since = heard_now(b->o.host) - OUTBOX_TOLD_MS;
	bool is_sent = false, is_suppressed = false;
	*fate = FATE_GO;
	if (book_has(b->o.book, m->key, &is_sent, err))
		return -err->code;
	if (is_sent) {
		*fate = FATE_SENT;
		return 0;
	}
	if (book_is_suppressed(b->o.book, m->address, &is_suppressed, status, err))
		return -err->code;
	if (is_suppressed) {
		*fate = FATE_SUPPRESSED;
		return 0;
	}
	if (!m->is_automatic)
		return 0;
	if (book_told_since(b->o.book, m->address, since, &told, err))
		return -err->code;
	if (told + running_to(b, m->address) >= OUTBOX_TOLD_MAX)
		*fate = FATE_LOOP;
	return 0;
}

static void tell_suppressed(struct outbox *b, struct outbox_mail *m, const char *status)
{
	char why[160];
	if (m->is_automatic) {
		heard_log(b->o.host, HEARD_INFO, "%s: not told, as the address is suppressed",
			  m->about);
		finish(m, HEARD_DELIVERED, 0, NULL);
		return;
	}
	snprintf(why, sizeof(why),
		 "the customer's address is suppressed%s%s; see `heard email suppressed list`",
		 status[0] ? " since mail to it came back: " : " by hand", status);
	finish(m, HEARD_REFUSED, 0, why);
}

/* ---- the hour */

/* How long until the next may go, 0: now; -1 if the book cannot say. */
static int64_t hour_wait(struct outbox *b, struct heard_error *err)
{
	int64_t n, first, now = heard_now(b->o.host);
	if (b->o.per_hour == 0)
		return 0;
	if (book_sent_since(b->o.book, now - OUTBOX_HOUR_MS, &n, &first, err))
		return -1;
	if (n + b->n_running < b->o.per_hour)
		return 0;
	/* Those under way are not in the book: look again in a moment. */
	int64_t wait = n > 0 && n >= b->o.per_hour ? first + OUTBOX_HOUR_MS - now : 1000;
	return wait < 1 ? 1 : wait > OUTBOX_HOUR_MS ? OUTBOX_HOUR_MS : wait;
}

/* ---- going */

static void pump(struct outbox *b);

static void unlink_running(struct outbox *b, const struct outbox_mail *m)
{
	struct outbox_mail **at = &b->running;
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	b->n_running--;
}

static void note(struct outbox *b, const struct outbox_mail *m)
{
	struct heard_error err = {0};
	const char *end = strchr(m->id, '@'), *begin = m->id + (m->id[0] == '<');
	struct book_mail sent = {
		.key = m->key,
		.id = heard_str_n(begin, end ? (size_t)(end - begin) : strlen(begin)),
		.address = m->address,
		.is_automatic = m->is_automatic,
	};
	if (book_note(b->o.book, &sent, heard_now(b->o.host), &err) != 0)
		heard_log(
			b->o.host, HEARD_ERROR,
			"%s: a mail was sent and cannot be noted, so a crash now would send it "
			"again: %s",
			m->about, err.text);
}

/* The relay knows nobody of that name: it would be asked in vain each time. */
static void suppress(struct outbox *b, const struct outbox_mail *m)
{
	struct heard_error err = {0};
	if (book_suppress(b->o.book, m->address, HEARD_STR_OF("5.1.1"), heard_now(b->o.host),
			  &err) != 0)
		heard_log(b->o.host, HEARD_WARN, "an address cannot be suppressed: %s",
			  err.text);
	else
		heard_log(b->o.host, HEARD_NOTICE,
			  "%s: the relay knows no such address; it is suppressed", m->about);
}

static void on_word(void *arg, const struct relay_word *word)
{
	struct outbox_mail *m = arg;
	struct outbox *b = m->outbox;
	unlink_running(b, m);
	if (word->outcome == HEARD_DELIVERED)
		note(b, m);
	else if (word->is_nobody)
		suppress(b, m);
	finish(m, word->outcome, word->after_ms,
	       word->outcome == HEARD_DELIVERED ? NULL : word->reason);
	pump(b);
}

static void launch(struct outbox *b, struct outbox_mail *m)
{
	b->waiting = m->next;
	if (!b->waiting)
		b->last = &b->waiting;
	m->next = b->running;
	b->running = m;
	b->n_running++;
	relay_send(b->o.relay,
		   &(struct relay_mail){
			   .from = m->from, .to = m->to, .bytes = heard_buf_view(&m->bytes)},
		   on_word, m);
}

/* The impatient ones go back to their keeper. */
static void hand_back(struct outbox *b, bool all, int64_t after_ms, const char *why)
{
	struct outbox_mail *list = b->waiting, *next;
	b->waiting = NULL;
	b->last = &b->waiting;
	for (struct outbox_mail *m = list; m; m = next) {
		next = m->next;
		m->next = NULL;
		if (m->is_patient && !all) {
			*b->last = m;
			b->last = &m->next;
		} else {
			finish(m, HEARD_RETRY, after_ms, why);
		}
	}
}

static void pump_once(struct outbox *b)
{
	struct heard_error err = {0};
	while (b->waiting && b->n_running < b->o.in_flight) {
		int64_t wait = hour_wait(b, &err);
		if (wait < 0) {
			hand_back(b, true, 0, err.text);
		} else if (wait > 0) {
			hand_back(b, false, wait, "the limit per_hour is reached");
			heard_timer_set(b->timer, wait);
			return;
		} else {
			launch(b, b->waiting);
		}
	}
}

/* A word may come at once, and would begin another round within this one. */
static void pump(struct outbox *b)
{
	if (b->is_pumping)
		return;
	b->is_pumping = true;
	if (!b->is_stopping)
		pump_once(b);
	b->is_pumping = false;
	if (b->is_stopping && b->n_running == 0 && b->stopped) {
		void (*stopped)(void *) = b->stopped;
		b->stopped = NULL;
		stopped(b->arg);
	}
}

static void on_timer(void *arg)
{
	pump(arg);
}

void outbox_send(struct outbox *b, struct outbox_mail *m)
{
	struct heard_error err = {0};
	char status[BOOK_STATUS];
	enum fate fate;
	m->outbox = b;
	if (b->is_stopping) {
		finish(m, HEARD_RETRY, 0, "it is stopping");
	} else if (is_under_way(b, m->key)) {
		finish(m, HEARD_RETRY, 0, "the same mail is under way");
	} else if (decide(b, m, &fate, status, &err) != 0) {
		finish(m, HEARD_RETRY, 0, err.text);
	} else if (fate == FATE_SENT) {
		finish(m, HEARD_DUPLICATE, 0, NULL);
	} else if (fate == FATE_SUPPRESSED) {
		tell_suppressed(b, m, status);
	} else if (fate == FATE_LOOP) {
		heard_log(b->o.host, HEARD_WARN,
			  "%s: not told, as the address had %d automatic mails in three hours; "
			  "does a program answer there?",
			  m->about, OUTBOX_TOLD_MAX);
		finish(m, HEARD_DELIVERED, 0, NULL);
	} else {
		*b->last = m;
		b->last = &m->next;
		pump(b);
	}
}

/* ---- life */

struct outbox *outbox_create(const struct outbox_options *o)
{
	struct outbox *b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->o = *o;
	b->last = &b->waiting;
	b->timer = heard_timer_create(o->host, on_timer, b);
	if (b->timer)
		return b;
	free(b);
	return NULL;
}

/* At a forced end the core keeps the promises of what is still here. */
static void free_list(struct outbox_mail *list)
{
	for (struct outbox_mail *m = list, *next; m; m = next) {
		next = m->next;
		outbox_mail_destroy(m);
	}
}

void outbox_destroy(struct outbox *b)
{
	if (!b)
		return;
	free_list(b->running);
	free_list(b->waiting);
	heard_timer_destroy(b->timer);
	free(b);
}

void outbox_stop(struct outbox *b, void (*stopped)(void *arg), void *arg)
{
	b->is_stopping = true;
	b->stopped = stopped;
	b->arg = arg;
	hand_back(b, true, 0, "it is stopping");
	pump(b);
}
