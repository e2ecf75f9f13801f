/*
 * minute.c - the ring of times and the queue of minute.h.
 */
#include "minute.h"

#include <heard/buf.h>

#include <errno.h>
#include <stdlib.h>

enum { MINUTE_MS = 60 * 1000, DIGEST_LINES = 10, LINE_BYTES = 180 };

/* ---- who is told */

struct waiter *waiter_create(struct heard_str text,
			     void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
					  const char *reason),
			     void *arg)
{
	struct waiter *w = malloc(sizeof(*w) + text.len + 1);
	if (w == NULL)
		return NULL;
	char *copy = (char *)(w + 1);
	*w = (struct waiter){NULL, done, arg, heard_str_n(copy, text.len)};
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return w;
}

void waiters_tell(struct waiter *w, enum heard_outcome outcome, int64_t after_ms,
		  const char *reason)
{
	while (w) {
		struct waiter *next = w->next;
		w->done(w->arg, outcome, after_ms, reason);
		free(w);
		w = next;
	}
}

void waiters_forget(struct waiter *w)
{
	while (w) {
		struct waiter *next = w->next;
		free(w);
		w = next;
	}
}

/* ---- the window */

int minute_init(struct minute *m, size_t rate)
{
	*m = (struct minute){.rate = rate};
	m->last = &m->waiting;
	m->sent = calloc(rate + 1, sizeof(*m->sent));
	return m->sent ? 0 : -ENOMEM;
}

void minute_release(struct minute *m)
{
	waiters_forget(m->waiting);
	free(m->sent);
	*m = (struct minute){0};
}

int64_t minute_pause(const struct minute *m, int64_t now)
{
	if (m->rate == 0 || m->sent[m->at] == 0)
		return 0;
	int64_t free_at = m->sent[m->at] + MINUTE_MS;
	if (free_at - now > MINUTE_MS)
		return 0; /* the clock was set back */
	return free_at > now ? free_at - now : 0;
}

void minute_count(struct minute *m, int64_t now)
{
	if (m->rate == 0)
		return;
	m->sent[m->at] = now;
	m->at = (m->at + 1) % m->rate;
}

/* ---- who waits */

void minute_wait(struct minute *m, struct waiter *take_waiter)
{
	*m->last = take_waiter;
	m->last = &take_waiter->next;
	m->n_waiting++;
}

struct waiter *minute_take(struct minute *m)
{
	struct waiter *all = m->waiting;
	m->waiting = NULL;
	m->last = &m->waiting;
	m->n_waiting = 0;
	return all;
}

/* The beginning of a text's first lines, cut at a character. */
static void put_line(struct heard_str text, struct heard_buf *out)
{
	size_t n = heard_str_cut(text, LINE_BYTES).len;
	heard_buf_puts(out, "\n· ");
	for (size_t i = 0; i < n; i++)
		heard_buf_add(out, text.ptr[i] == '\n' ? " " : text.ptr + i, 1);
	if (n < text.len)
		heard_buf_puts(out, "…");
}

void minute_digest(const struct minute *m, bool is_en, struct heard_buf *out)
{
	size_t n = 0;
	if (m->n_waiting == 1) {
		heard_buf_str(out, m->waiting->text);
		return;
	}
	heard_buf_printf(out, is_en ? "%zu messages in one:" : "合并 %zu 条消息：",
			 m->n_waiting);
	for (const struct waiter *w = m->waiting; w; w = w->next)
		if (n++ < DIGEST_LINES)
			put_line(w->text, out);
	if (n > DIGEST_LINES)
		heard_buf_printf(out, is_en ? "\n… and %zu more" : "\n……另有 %zu 条",
				 n - DIGEST_LINES);
}
