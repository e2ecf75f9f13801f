/*
 * events.c - the outbox of events: each row becomes a record, in order.
 *
 * One emission is under way at a time, and its rows stay until the journal has them, so
 * a crash makes them told again, which the journal recognises by their source_id.  It is
 * also what keeps the order.
 *
 * A store that was made anew counts its events from one again, so the store's own name
 * goes with their numbers.  Should the journal still refuse one for good, they are told
 * one by one, and the one that is refused is given up, with a warning; it must not stand
 * in the way of all that come after it.
 *
 * What nobody wants to hear is not kept: it would be told, stale, when somebody does.
 */
#include "tickets.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 256, BYTES = 1 << 20, BYTES_MAX = 16 << 20, PAUSE_MS = 1000 };

struct events {
	struct tickets *owner;
	struct heard_buf lines;
	int64_t up_to;	   /* the last one in `lines`                               */
	int64_t done;	   /* the last one that left the outbox                     */
	int64_t single_to; /* up to here one by one                                 */
	int64_t not_before;
	size_t n;
	bool is_full;
	bool under_way, is_safe;    /* safe: to be taken out of the outbox             */
	bool is_cleared;	    /* of what nobody wants                            */
	char store[STORE_OWN_NAME]; /* whose numbers they are                       */
};

/* Links of events lead to our own pages: the store says "/follow-up/...", and that is the
 * last member but few.  A quote inside of a text has a backslash before it. */
static void add_line(struct heard_buf *out, struct heard_str line, const char *url)
{
	static const struct heard_str link = HEARD_STR("\"follow_up\":\"/");
	const char *at = url[0] ? memmem(line.ptr, line.len, link.ptr, link.len) : NULL;
	size_t head = at ? (size_t)(at - line.ptr) + link.len - 1 : line.len;
	heard_buf_add(out, line.ptr, head);
	if (at)
		heard_buf_puts(out, url);
	heard_buf_add(out, line.ptr + head, line.len - head);
	heard_buf_add(out, "\n", 1);
}

static void add(void *arg, int64_t n, struct heard_str line)
{
	struct events *e = arg;
	e->is_full = e->is_full || (e->n > 0 && e->lines.len + line.len > BYTES);
	if (e->is_full)
		return;
	add_line(&e->lines, line, e->owner->public_url);
	e->up_to = n;
	e->n++;
}

static void refused(struct events *e, const struct heard_receipt *r)
{
	if (e->n > 1) {
		e->single_to = e->up_to;
		return;
	}
	if (r->code != -EEXIST)
		heard_log(e->owner->host, HEARD_WARN, "event %lld is refused and given up: %s",
			  (long long)e->up_to, r->error ? r->error : "for no reason");
	e->is_safe = true;
}

static void received(void *arg, const struct heard_receipt *r)
{
	struct events *e = arg;
	e->under_way = false;
	if (r->code == 0) {
		e->is_safe = true;
	} else if (r->code == -EAGAIN || r->code == -ECANCELED) {
		e->not_before = heard_now(e->owner->host) +
				(r->after_ms > 0 ? r->after_ms : PAUSE_MS);
		return;
	} else {
		refused(e, r);
	}
	if (e->owner->beat)
		beat_soon(e->owner->beat);
}

static int read_some(struct events *e, struct heard_error *err)
{
	heard_buf_clear(&e->lines);
	e->n = 0;
	e->is_full = false;
	int64_t limit = e->done < e->single_to ? 1 : AT_ONCE;
	if (store_events(e->owner->store, 0, limit, add, e, err))
		return -err->code;
	return e->lines.failed ? heard_fail(err, ENOMEM, "no memory for events") : 0;
}

static int take_out(struct events *e, struct heard_error *err)
{
	if (!e->is_safe)
		return 0;
	if (store_events_done(e->owner->store, e->up_to, err))
		return -err->code;
	e->done = e->up_to;
	e->is_safe = false;
	return 0;
}

/* Left from a time when an output wanted them. */
static int clear(struct events *e, struct heard_error *err)
{
	if (e->is_cleared)
		return 0;
	e->is_cleared = true;
	return store_events_done(e->owner->store, INT64_MAX, err);
}

int events_run(struct events *e, struct heard_error *err)
{
	int64_t now = heard_now(e->owner->host);
	if (e->under_way || heard_is_paused(e->owner->host))
		return 0;
	if (take_out(e, err))
		return -err->code;
	/* A clock that was set back makes nobody wait. */
	if (now < e->not_before && e->not_before - now <= 3600 * 1000)
		return 0;
	if (!e->owner->rules->store.events)
		return clear(e, err);
	if (!e->store[0] && store_own_name(e->owner->store, e->store, err))
		return -err->code;
	if (read_some(e, err))
		return -err->code;
	if (e->n == 0)
		return 0;
	e->under_way = true;
	heard_emit(e->owner->host, &(struct heard_emission){.raw = heard_buf_view(&e->lines),
							    .principal = heard_str(e->store),
							    .receipt = received,
							    .arg = e});
	return 0;
}

struct events *events_create(struct tickets *owner)
{
	struct events *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->owner = owner;
	heard_buf_init(&e->lines, BYTES_MAX);
	return e;
}

void events_destroy(struct events *e)
{
	if (!e)
		return;
	heard_buf_release(&e->lines);
	free(e);
}
