/*
 * emit.c - mails into the core, in the order of their UIDs, and what became of them.
 *
 * Each mail is an emission of its own with a receipt of its own; the core puts those of
 * one turn into one batch.  The resume token that goes with a mail says that everything
 * up to it was emitted, and up to where everything is settled.
 *
 * A refusal is "not now", and everything emitted behind it is refused, too.  When all
 * receipts are there, the folder goes back to the first that was refused.  If that
 * happens to one mail three times running, mails go one by one: then it is alone in its
 * batch, and decode() can tell a mail that is too much for any batch.
 */
#include "folder.h"

#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heard/host.h>

enum { REFUSALS_MAX = 3 };

static void hold(struct folder *f, int64_t after_ms)
{
	f->is_held = true;
	heard_timer_set(f->hold, after_ms > 0 ? after_ms : 1000);
}

static void on_receipt(void *arg, const struct heard_receipt *r)
{
	struct mail *m = arg;
	struct folder *f = m->folder;
	f->window.held -= m->held;
	m->held = 0;
	if (r->code != 0 && r->code != -EEXIST && r->code != -EBADMSG && r->code != -EFBIG) {
		/* What is stale is found again, under its new UID. */
		m->state = m->is_stale ? MAIL_SETTLED : MAIL_REFUSED;
		if (!f->is_held)
			f->refusals++;
		hold(f, r->after_ms);
	} else {
		m->is_dead = r->code != 0 || r->dead > 0;
		m->state = m->is_dead || m->is_stale ? MAIL_SETTLED : MAIL_TAKEN;
		f->refusals = 0;
		if (!m->is_dead)
			known_add(&f->share->known, m->name);
	}
	folder_wake(f);
}

/* Up to where everything is settled. */
static uint32_t settled(struct folder *f)
{
	struct window *w = &f->window;
	if (w->head == w->emitted)
		return f->at.uid;
	uint32_t uid = window_at(w, w->head)->uid - 1;
	return uid < f->at.uid ? uid : f->at.uid;
}

static void advance(struct folder *f, const struct mail *m)
{
	if (m->uid > f->at.uid)
		f->at.uid = m->uid;
	f->at.at_ms = heard_now(f->share->host);
}

static struct place place_of(const struct folder *f, const struct mail *m)
{
	struct place p;
	memset(&p, 0, sizeof(p)); /* its padding is copied, too */
	p.kind = m->state == MAIL_BAD ? PLACE_BAD : m->is_large ? PLACE_LARGE : PLACE_MAIL;
	p.uid = m->uid;
	p.size = m->size;
	snprintf(p.name, sizeof(p.name), "%.70s uid %lu", f->label, (unsigned long)m->uid);
	return p;
}

static void emit(struct folder *f, struct mail *m)
{
	const struct place place = place_of(f, m);
	char token[POSITION_SIZE];
	struct heard_emission e = {
		.raw = heard_str_n(m->bytes, m->n),
		.free_raw = free,
		.free_arg = m->bytes,
		.context = heard_str_n((const char *)&place, sizeof(place)),
		.stream = heard_str(f->stream),
		.receipt = on_receipt,
		.arg = m,
	};
	if (place.kind == PLACE_BAD) /* what is empty would be a token alone */
		e.raw = heard_str(place.name), e.free_raw = NULL;
	else
		m->name = known_name(f->share->host, e.raw);
	f->at.settled = settled(f);
	advance(f, m);
	position_format(&f->at, token);
	f->saved = f->at;
	e.token = heard_str(token);
	m->bytes = NULL;
	m->state = MAIL_OUT;
	f->window.emitted++;
	heard_emit(f->share->host, &e);
}

/* It is called by a name that we took in before the folder was made anew. */
static bool is_known(struct folder *f, struct mail *m)
{
	if (!f->is_anew || m->uid >= f->at.until || m->is_large)
		return false;
	return known_has(&f->share->known,
			 known_name(f->share->host, heard_str_n(m->bytes, m->n)));
}

static void pass_over(struct folder *f, struct mail *m)
{
	m->state = m->state == MAIL_HERE ? MAIL_TAKEN : MAIL_SETTLED;
	free(m->bytes);
	m->bytes = NULL;
	f->window.held -= m->held;
	m->held = 0;
	advance(f, m);
	f->window.emitted++;
}

void emit_ready(struct folder *f)
{
	struct window *w = &f->window;
	bool is_careful = f->refusals >= REFUSALS_MAX;
	while (w->emitted != w->asked && !f->is_held && !heard_is_paused(f->share->host) &&
	       !f->share->is_stopping && !(is_careful && window_out(w) > 0)) {
		struct mail *m = window_at(w, w->emitted);
		if (m->state == MAIL_GONE || (m->state == MAIL_HERE && is_known(f, m)))
			pass_over(f, m);
		else if (m->state == MAIL_HERE || m->state == MAIL_BAD)
			emit(f, m);
		else
			break;
	}
}

void emit_position(struct folder *f)
{
	char token[POSITION_SIZE];
	f->at.settled = settled(f);
	if (position_is_same(&f->at, &f->saved) || f->share->is_stopping)
		return;
	position_format(&f->at, token);
	f->saved = f->at;
	struct heard_emission e = {.stream = heard_str(f->stream), .token = heard_str(token)};
	heard_emit(f->share->host, &e);
}
