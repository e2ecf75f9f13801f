/*
 * outbox.c - the queue of outbox.h.
 */
#include "outbox.h"

#include <heard/buf.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/time.h>
#include <hook/hook.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOUR_MS = 3600 * 1000,
	FIRST_MS = 5000,
	MOST_MS = 10 * 60 * 1000,
	PER_HOUR_MOST = 1000,
	FIELDS = 4,
	DIGEST_LINES = 12,
};

struct message {
	struct message *next;
	struct outbox *outbox;
	struct outbox_message m;
	int64_t next_try, pause;
	bool is_sending, has_waited;
	char bytes[];
};

struct outbox {
	struct outbox_options o;
	struct message *first, **last;
	size_t n;
	int64_t sent[PER_HOUR_MOST]; /* ring of times */
	unsigned at;
};

struct outbox *outbox_create(const struct outbox_options *o)
{
	struct outbox *b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->o = *o;
	if (b->o.per_hour > PER_HOUR_MOST)
		b->o.per_hour = PER_HOUR_MOST;
	b->last = &b->first;
	return b;
}

void outbox_destroy(struct outbox *b)
{
	while (b && b->first) {
		struct message *next = b->first->next;
		free(b->first);
		b->first = next;
	}
	free(b);
}

size_t outbox_size(const struct outbox *b)
{
	return b->n;
}

void outbox_each(const struct outbox *b, void (*fn)(void *arg, const struct outbox_message *),
		 void *arg)
{
	for (const struct message *m = b->first; m; m = m->next)
		fn(arg, &m->m);
}

static void drop(struct outbox *b, struct message *gone)
{
	struct message **at = &b->first;
	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	if (b->last == &gone->next)
		b->last = at;
	b->n--;
	free(gone);
}

/* High ones stay, unless there are no others. */
static void make_room(struct outbox *b)
{
	struct message *oldest = NULL;
	for (struct message *m = b->first; m; m = m->next)
		if (!m->is_sending && (!oldest || (oldest->m.is_high && !m->m.is_high)))
			oldest = m;
	if (!oldest)
		return;
	heard_log(b->o.host, HEARD_WARN,
		  "%d alerts wait to be sent: the oldest is dropped; is the receiver down?",
		  MESSAGES);
	drop(b, oldest);
}

/* NULL and a line in the log if memory is short. */
static struct message *copy(struct outbox *b, const struct outbox_message *given)
{
	const struct heard_str from[FIELDS] = {given->id, given->event, given->text,
					       given->line};
	size_t size = 0;
	for (int i = 0; i < FIELDS; i++)
		size += from[i].len + 1;
	struct message *m = calloc(1, sizeof(*m) + size);
	if (!m) {
		heard_log(b->o.host, HEARD_WARN, "out of memory: an alert is not sent");
		return NULL;
	}
	struct heard_str *to[FIELDS] = {&m->m.id, &m->m.event, &m->m.text, &m->m.line};
	char *at = m->bytes;
	m->m = *given;
	m->outbox = b;
	for (int i = 0; i < FIELDS; i++) {
		memcpy(at, from[i].len ? from[i].ptr : "", from[i].len);
		*to[i] = heard_str_n(at, from[i].len);
		at += from[i].len + 1;
	}
	return m;
}

static void append(struct outbox *b, struct message *m)
{
	*b->last = m;
	b->last = &m->next;
	b->n++;
}

void outbox_add(struct outbox *b, const struct outbox_message *given)
{
	struct message *m = copy(b, given);
	if (!m)
		return;
	if (b->n >= MESSAGES)
		make_room(b);
	append(b, m);
}

/* ---- sending */

static void on_done(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	struct message *m = arg;
	struct outbox *b = m->outbox;
	m->is_sending = false;
	if (outcome == HEARD_RETRY) {
		m->pause = m->pause ? m->pause * 2 : FIRST_MS;
		if (m->pause > MOST_MS)
			m->pause = MOST_MS;
		m->next_try = heard_now(b->o.host) + (after_ms > 0 ? after_ms : m->pause);
		heard_log(b->o.host, HEARD_WARN, "an alert is not sent yet, trying again: %s",
			  reason ? reason : "no reason");
		return;
	}
	if (outcome == HEARD_REFUSED)
		heard_log(b->o.host, HEARD_ERROR, "an alert is refused and given up: %s",
			  reason ? reason : "no reason");
	drop(b, m);
}

static bool hour_is_full(const struct outbox *b, int64_t now)
{
	int64_t oldest = b->sent[b->at];
	return b->o.per_hour && oldest && now >= oldest && now - oldest < HOUR_MS;
}

static void note_sent(struct outbox *b, int64_t now)
{
	if (!b->o.per_hour)
		return;
	b->sent[b->at] = now;
	b->at = (b->at + 1) % b->o.per_hour;
}

static void send(struct outbox *b, struct message *m, int64_t now)
{
	struct hook_message out = {.id = m->m.id,
				   .at = m->m.at,
				   .line = m->m.line,
				   .text = m->m.text,
				   .event = m->m.event};
	m->is_sending = true;
	if (!m->pause)
		note_sent(b, now);
	b->o.send(b->o.arg, &out, on_done, m);
}

/* ---- what waited goes as one */

struct digest {
	struct heard_buf text, line;
	size_t n;
};

static void digest_add(struct digest *d, const struct outbox_message *m)
{
	const char *end = memchr(m->text.ptr, '\n', m->text.len);
	size_t n = end ? (size_t)(end - m->text.ptr) : m->text.len;
	if (d->n++ < DIGEST_LINES) {
		heard_buf_puts(&d->text, "\n· ");
		heard_buf_add(&d->text, m->text.ptr, n);
	}
	if (d->n > 1)
		heard_buf_puts(&d->line, ",");
	heard_buf_str(&d->line, m->line);
}

static bool is_mergeable(const struct message *m)
{
	return m->has_waited && !m->is_sending && !m->pause && !m->m.is_high;
}

static void drop_merged(struct outbox *b)
{
	for (struct message *m = b->first, *next; m; m = next) {
		next = m->next;
		if (is_mergeable(m))
			drop(b, m);
	}
}

/* What waited, as one text and one line. */
static void write_digest(const struct outbox *b, size_t n, struct digest *d)
{
	heard_buf_init(&d->text, 1 << 16);
	heard_buf_init(&d->line, 2 << 20);
	heard_buf_printf(&d->text,
			 b->o.is_en ? "%zu alerts while nobody was to be disturbed:"
				    : "【预警汇总】共 %zu 条：",
			 n);
	heard_buf_puts(&d->line, "{\"state\":\"digest\",\"alerts\":[");
	for (const struct message *m = b->first; m; m = m->next)
		if (is_mergeable(m))
			digest_add(d, &m->m);
	heard_buf_puts(&d->line, "]}");
}

/* Their place is taken by one that tells of all; without memory for it they go one by
 * one. */
static void merge(struct outbox *b, size_t n, int64_t now)
{
	struct digest d = {.n = 0};
	char id[64];
	write_digest(b, n, &d);
	snprintf(id, sizeof(id), "alert-digest-%lld", (long long)now);
	struct outbox_message merged = {.id = heard_str(id),
					.event = HEARD_STR_OF("alert.digest"),
					.text = heard_buf_view(&d.text),
					.line = heard_buf_view(&d.line),
					.at = now};
	struct message *m = d.text.failed || d.line.failed ? NULL : copy(b, &merged);
	if (m) {
		drop_merged(b);
		append(b, m);
	}
	heard_buf_release(&d.text);
	heard_buf_release(&d.line);
}

void outbox_pump(struct outbox *b, int64_t now)
{
	bool is_quiet = quiet_is(&b->o.quiet, b->o.zone, now), is_full = hour_is_full(b, now);
	size_t waited = 0;
	for (struct message *m = b->first; m; m = m->next) {
		m->has_waited |= !m->pause && (is_full || (is_quiet && !m->m.is_high));
		waited += is_mergeable(m);
	}
	if (!is_quiet && !is_full && waited > 1)
		merge(b, waited, now);
	for (struct message *m = b->first, *next; m; m = next) {
		next = m->next;
		bool may = m->pause || (!hour_is_full(b, now) && (!is_quiet || m->m.is_high));
		if (may && !m->is_sending && now >= m->next_try)
			send(b, m, now);
	}
}
