/*
 * fetch.c - sizes, then bytes.
 *
 * Sizes are asked for in runs of 512, bytes in runs of at most 1 MiB, a few commands
 * ahead of the answers, so that neither side waits for the other.  No more is asked for
 * than the window's budget has room for.
 *
 * A mail that cannot be had (the server says no to it, or the connection is lost in it
 * at the same place, again and again) is asked for alone and then becomes a dead
 * letter, so that the next is read.
 */
#include "folder.h"

#include <inttypes.h>
#include <stdlib.h>

#include <heard/host.h>

enum {
	ASKING_MAX = 4,	  /* commands for bytes in flight */
	TROUBLES_MAX = 3, /* with one mail, before it is given up */
};

/* ---- room for a mail that is coming */

char *fetch_room(struct folder *f, size_t size)
{
	const struct window *w = &f->window;
	uint64_t most = w->max_size + w->max_size / 8 + 65536;
	free(f->room);
	f->room = NULL;
	/* A server whose size was a lie does not get more memory for it ... */
	if (size > most)
		return NULL;
	if (w->held > w->budget + most) { /* ... and not for many small ones, either */
		folder_failed(f, FAULT_PROTOCOL,
			      "the server sends more than it said that mails are large");
		return NULL;
	}
	f->room = malloc(size);
	f->room_size = size;
	return f->room;
}

void fetch_mail(struct folder *f, const struct response_mail *r)
{
	struct mail *m = window_find(&f->window, r->uid);
	char *bytes = NULL;
	if (r->has_body && r->body.ptr != NULL && r->body.ptr == f->room) {
		bytes = f->room;
		f->room = NULL;
	}
	if (m != NULL && m->state == MAIL_NEW && r->has_size) {
		m->size = r->size;
		m->state = MAIL_SIZED;
	}
	if (m == NULL || m->state != MAIL_ASKED || !r->has_body) {
		free(bytes);
		return;
	}
	if (bytes == NULL) { /* NIL, empty, or far more than it said */
		m->state = MAIL_BAD;
	} else {
		m->bytes = bytes;
		m->n = r->body.len;
		m->state = MAIL_HERE;
		f->failures = 0;
		if (m->n > m->held) {
			f->window.held += m->n - m->held;
			m->held = m->n;
		}
		if (m->uid == f->trouble_uid)
			f->trouble_uid = f->troubles = 0;
	}
	folder_wake(f);
}

/* Was it a mail that was coming?  A bad line cuts here and there; a mail that the server
 * cannot give ends each time at the same place. */
static void note_trouble(struct folder *f)
{
	struct window *w = &f->window;
	uint32_t i = w->emitted;
	while (i != w->asked && window_at(w, i)->state != MAIL_ASKED)
		i++;
	if (f->asking == 0 || i == w->asked)
		return;
	uint32_t uid = window_at(w, i)->uid;
	bool is_same = uid == f->trouble_uid && f->heard == f->trouble_place;
	f->troubles = is_same ? f->troubles + 1 : 1;
	f->trouble_uid = w->careful_until = uid;
	f->trouble_place = f->heard;
}

void fetch_lost(struct folder *f)
{
	note_trouble(f);
	window_forget(&f->window);
	free(f->room);
	f->room = NULL;
	f->is_measuring = false;
	f->asking = 0;
}

/* ---- sizes */

static void on_measured(void *arg, const struct response *r)
{
	struct folder *f = arg;
	struct window *w = &f->window;
	f->is_measuring = false;
	if (r->status != STATUS_OK) {
		folder_failed(f, FAULT_REFUSED, "the server does not say how large mails are");
		return;
	}
	for (; w->sized != f->measure_end; w->sized++) {
		struct mail *m = window_at(w, w->sized);
		if (m->state == MAIL_NEW) /* expunged meanwhile */
			m->state = MAIL_GONE;
		else if (m->uid == f->trouble_uid && f->troubles >= TROUBLES_MAX)
			m->state = MAIL_BAD;
	}
	folder_wake(f);
}

void fetch_sizes(struct folder *f)
{
	struct heard_buf set;
	bool is_worth = f->window.sized == f->window.asked ||
			f->window.tail - f->window.measured >= WINDOW_MAILS / 4;
	if (f->is_measuring || !is_worth || f->window.measured == f->window.tail)
		return;
	heard_buf_init(&set, WINDOW_SET * 2);
	if (window_measure(&f->window, &set, &f->measure_end) > 0 &&
	    folder_command(f, on_measured, "UID FETCH %s (UID RFC822.SIZE)", set.ptr)) {
		f->window.measured = f->measure_end;
		f->is_measuring = true;
	}
	heard_buf_release(&set);
}

/* ---- bytes */

/* What the answer did not bring is not there any more. */
static void none_missing(struct folder *f)
{
	struct window *w = &f->window;
	for (uint32_t i = w->emitted; i != w->asked; i++)
		if (window_at(w, i)->state == MAIL_ASKED)
			window_at(w, i)->state = MAIL_GONE;
}

static void give_back(struct window *w, uint32_t i)
{
	struct mail *m = window_at(w, i);
	m->state = MAIL_SIZED;
	w->held -= m->held;
	m->held = 0;
	w->careful_until = m->uid;
	if (w->asked - w->emitted > i - w->emitted)
		w->asked = i;
}

/* No to one mail: it may be the server's bad day, so it is asked again later. */
static void no_to(struct folder *f, struct mail *m)
{
	bool is_same = m->uid == f->trouble_uid && f->trouble_place == 0;
	f->troubles = is_same ? f->troubles + 1 : 1;
	f->trouble_uid = m->uid;
	f->trouble_place = 0;
	if (f->troubles >= TROUBLES_MAX)
		m->state = MAIL_BAD;
	else
		folder_failed(f, FAULT_REFUSED, "the server does not give mail uid %" PRIu32,
			      m->uid);
}

/* The server said no to some mails: ask for them one by one, to find which. */
static void find_bad(struct folder *f)
{
	struct window *w = &f->window;
	uint32_t n = 0, one = 0, end = w->asked;
	for (uint32_t i = w->emitted; i != end; i++)
		if (window_at(w, i)->state == MAIL_ASKED)
			n++, one = i;
	if (n == 1)
		no_to(f, window_at(w, one));
	for (uint32_t i = end; n > 1 && i-- != w->emitted;)
		if (window_at(w, i)->state == MAIL_ASKED) {
			uint32_t last = w->careful_until;
			give_back(w, i);
			if (last > w->careful_until)
				w->careful_until = last;
		}
}

static void on_asked(void *arg, const struct response *r)
{
	struct folder *f = arg;
	f->asking--;
	f->is_telling_trouble |= r->status != STATUS_OK;
	if (f->asking == 0 && f->is_telling_trouble)
		find_bad(f);
	else if (f->asking == 0)
		none_missing(f);
	if (f->asking == 0)
		f->is_telling_trouble = false;
	folder_wake(f);
}

static bool ask_next(struct folder *f)
{
	struct heard_buf set;
	uint32_t end;
	bool is_large, is_sent = false;
	if (f->asking == 0)
		f->heard = 0;
	heard_buf_init(&set, WINDOW_SET * 2);
	if (window_ask(&f->window, &set, &end, &is_large) > 0)
		is_sent = folder_command(f, on_asked, "UID FETCH %s (UID BODY.PEEK[%s])",
					 set.ptr, is_large ? "HEADER" : "");
	if (end != f->window.asked && !is_sent)
		folder_wake(f); /* it stepped over some that are gone */
	f->window.asked = end;
	f->asking += is_sent;
	heard_buf_release(&set);
	return is_sent;
}

void fetch_more(struct folder *f)
{
	struct window *w = &f->window;
	bool is_careful = w->asked != w->sized &&
			  window_at(w, w->asked)->uid <= w->careful_until;
	unsigned most = is_careful ? 1 : ASKING_MAX;
	if (f->is_telling_trouble || f->is_held || f->share->is_stopping ||
	    heard_is_paused(f->share->host))
		return;
	while (f->asking < most && w->asked != w->sized && session_has_room(&f->session) &&
	       ask_next(f))
		;
}
