/*
 * window.c - the ring and its places.
 */
#include "window.h"

#include <inttypes.h>
#include <stdlib.h>

#include <heard/buf.h>

enum { MEASURE_AT_ONCE = 512, ASK_AT_ONCE = 128, ASK_BYTES = 1 << 20 };

/* ---- sets */

void uid_set_end(struct uid_set *s)
{
	if (s->first == 0)
		return;
	const char *comma = s->to->len > 0 ? "," : "";
	if (s->first == s->last)
		heard_buf_printf(s->to, "%s%" PRIu32, comma, s->first);
	else
		heard_buf_printf(s->to, "%s%" PRIu32 ":%" PRIu32, comma, s->first, s->last);
	s->first = s->last = 0;
}

void uid_set_add(struct uid_set *s, uint32_t uid)
{
	if (s->first != 0 && uid == s->last + 1) {
		s->last = uid;
		return;
	}
	uid_set_end(s);
	s->first = s->last = uid;
}

/* ---- the ring */

static void drop_bytes(struct window *w, struct mail *m)
{
	free(m->bytes);
	m->bytes = NULL;
	w->held -= m->held;
	m->held = 0;
}

void window_add(struct window *w, struct folder *folder, uint32_t uid)
{
	*window_at(w, w->tail++) = (struct mail){.folder = folder, .uid = uid};
}

struct mail *window_find(struct window *w, uint32_t uid)
{
	uint32_t low = w->emitted, high = w->tail;
	while (low != high) {
		uint32_t middle = low + (high - low) / 2;
		struct mail *m = window_at(w, middle);
		if (m->uid == uid)
			return m;
		if (m->uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void cut(struct window *w, uint32_t end)
{
	for (uint32_t i = end; i != w->tail; i++)
		drop_bytes(w, window_at(w, i));
	w->tail = w->measured = w->sized = w->asked = end;
}

void window_forget(struct window *w)
{
	cut(w, w->emitted);
	for (uint32_t i = w->head; i != w->emitted; i++)
		if (window_at(w, i)->state == MAIL_SETTLING) /* the answer went with it */
			window_at(w, i)->state = MAIL_TAKEN;
}

bool window_take_back(struct window *w)
{
	for (uint32_t i = w->head; i != w->emitted; i++) {
		if (window_at(w, i)->state != MAIL_REFUSED)
			continue;
		cut(w, i);
		w->emitted = i;
		return true;
	}
	return false;
}

bool window_is_refused(const struct window *w)
{
	for (uint32_t i = w->head; i != w->emitted; i++)
		if (w->ring[i % WINDOW_MAILS].state == MAIL_REFUSED)
			return true;
	return false;
}

void window_disown(struct window *w)
{
	window_forget(w);
	for (uint32_t i = w->head; i != w->emitted; i++) {
		struct mail *m = window_at(w, i);
		m->is_stale = true;
		if (m->state != MAIL_OUT)
			m->state = MAIL_SETTLED;
	}
	window_advance(w);
}

void window_advance(struct window *w)
{
	while (w->head != w->emitted && window_at(w, w->head)->state == MAIL_SETTLED)
		w->head++;
}

unsigned window_out(const struct window *w)
{
	unsigned n = 0;
	for (uint32_t i = w->head; i != w->emitted; i++)
		n += w->ring[i % WINDOW_MAILS].state == MAIL_OUT;
	return n;
}

/* ---- what to ask for */

unsigned window_measure(struct window *w, struct heard_buf *to, uint32_t *end)
{
	struct uid_set set = {.to = to};
	uint32_t i = w->measured;
	for (; i != w->tail && i - w->measured < MEASURE_AT_ONCE; i++)
		uid_set_add(&set, window_at(w, i)->uid);
	uid_set_end(&set);
	*end = i;
	return i - w->measured;
}

static bool fits(const struct window *w, const struct mail *m)
{
	return w->held == 0 || w->held + m->size <= w->budget;
}

static void hold(struct window *w, struct mail *m)
{
	m->state = MAIL_ASKED;
	m->held = m->is_large ? 0 : (size_t)m->size;
	w->held += m->held;
}

unsigned window_ask(struct window *w, struct heard_buf *to, uint32_t *end, bool *is_large)
{
	struct uid_set set = {.to = to};
	unsigned most = ASK_AT_ONCE, n = 0;
	uint64_t bytes = 0;
	uint32_t i = w->asked;
	*is_large = false;
	for (; i != w->sized && n < most && bytes < ASK_BYTES; i++) {
		struct mail *m = window_at(w, i);
		if (m->state != MAIL_SIZED)
			continue;
		m->is_large = m->size > w->max_size;
		if ((m->is_large && n > 0) || (!m->is_large && !fits(w, m)))
			break;
		hold(w, m);
		if (m->uid <= w->careful_until)
			most = 1;
		bytes += m->size;
		uid_set_add(&set, m->uid);
		n++;
		if (m->is_large) {
			*is_large = true;
			i++;
			break;
		}
	}
	uid_set_end(&set);
	*end = i;
	return n;
}

unsigned window_settle(struct window *w, struct heard_buf *to, unsigned most, bool *is_left)
{
	struct uid_set set = {.to = to};
	unsigned n = 0;
	for (uint32_t i = w->head; i != w->emitted && n < most; i++) {
		struct mail *m = window_at(w, i);
		if (m->state != MAIL_TAKEN || (n > 0 && m->is_left != *is_left))
			continue;
		*is_left = m->is_left;
		m->state = MAIL_SETTLING;
		uid_set_add(&set, m->uid);
		n++;
	}
	uid_set_end(&set);
	return n;
}
