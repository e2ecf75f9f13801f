/*
 * deferred.c - records that one output will try again later.
 *
 * As in Postfix: a record that failed three times steps aside, so that later
 * ones go on, and is tried again with growing pauses until `give_up`.  The
 * journal holds each deferral; this list, bounded by deferred_max, holds the
 * lines too, so that a retry needs no reading.
 *
 * What a deferral waits for is told by the monotonic clock.  Only its beginning is
 * kept as a date, in the journal; a start reckons from it how long is left, which
 * is never more than `give_up`, whatever the date is by then.
 *
 * A deferral is not tried before the position behind its record is durable:
 * otherwise a crash could count the record twice.
 */
#include "batch.h"
#include "daemon.h"
#include "delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct deferral *deferred_create(uint64_t seq, int64_t since_ms, unsigned attempts,
				 struct heard_str line)
{
	struct deferral *f = malloc(sizeof(*f) + line.len);
	if (f == NULL)
		return NULL;
	*f = (struct deferral){.seq = seq,
			       .since_ms = since_ms,
			       .attempts = attempts,
			       .line = {(char *)(f + 1), line.len}};
	if (line.len > 0)
		memcpy(f + 1, line.ptr, line.len);
	return f;
}

int64_t deferred_give_up(int64_t since_ms, int64_t give_up)
{
	int64_t waited = daemon_now() - since_ms;
	if (waited < 0) /* the clock went back */
		waited = 0;
	return daemon_clock() + (waited < give_up ? give_up - waited : 0);
}

static void deferred_wait(struct output *o, struct deferral *f, int64_t now)
{
	f->due_ms = now + output_backoff(o, f->attempts + 1);
	if (f->due_ms < o->deferred_due_ms)
		o->deferred_due_ms = f->due_ms;
	output_arm(o, f->due_ms);
}

void deferred_keep(struct output *o, struct deferral *take)
{
	take->next = o->deferrals;
	o->deferrals = take;
	o->n_deferred++;
	take->give_up_ms = deferred_give_up(take->since_ms, o->host.instance->retry.give_up);
	deferred_wait(o, take, daemon_clock());
}

struct deferred_walk {
	struct output *output;
	int rc;
};

static void deferred_found(void *arg, const struct journal_defer *f)
{
	struct deferred_walk *w = arg;
	struct deferral *kept = w->rc == 0 ? deferred_create(f->seq, f->since_ms, 0, f->line)
					   : NULL;
	if (kept != NULL)
		deferred_keep(w->output, kept);
	else
		w->rc = -ENOMEM;
}

int deferred_load(struct output *o)
{
	struct deferred_walk w = {.output = o};
	int rc = journal_defer_each(o->host.daemon->journal, o->hash, deferred_found, &w);
	return w.rc != 0 ? w.rc : rc;
}

void deferred_release(struct output *o)
{
	while (o->deferrals != NULL) {
		struct deferral *f = o->deferrals;
		o->deferrals = f->next;
		free(f);
	}
}

/* The deferral joins the delivery; false: it is full, or of another kind. */
static bool deferred_join(struct output *o, struct heard_delivery *d, struct deferral *f)
{
	bool is_damaged = f->line.len == 0;
	if (d->n > 0 && (d->is_damaged != is_damaged || d->n >= o->window.records ||
			 d->lines.len >= o->window.bytes))
		return false;
	d->is_damaged = is_damaged;
	if (delivery_add(d, f->seq, is_damaged ? HEARD_STR_OF("{}\n") : f->line, f) != 0)
		return false;
	f->is_busy = true;
	return true;
}

/* The queue is walked only when one is due: each commit asks. */
struct heard_delivery *deferred_take(struct output *o, int64_t now)
{
	if (o->deferrals == NULL)
		return NULL;
	if (now < o->deferred_due_ms) {
		output_arm(o, o->deferred_due_ms);
		return NULL;
	}
	struct heard_delivery *d = delivery_create(o);
	uint64_t durable = journal_position_durable(o->host.daemon->journal, o->slot);
	int64_t next = INT64_MAX;
	bool has_more = false; /* than fit: for the next delivery */
	for (struct deferral *f = o->deferrals; f != NULL; f = f->next) {
		if (f->is_busy)
			continue;
		bool may_go = f->due_ms <= now && f->seq <= durable && d != NULL;
		if (may_go && deferred_join(o, d, f))
			continue;
		has_more |= may_go && d->n > 0;
		int64_t due = f->due_ms > now ? f->due_ms : now + 500;
		next = due < next ? due : next;
	}
	o->deferred_due_ms = has_more ? now : next;
	if (next != INT64_MAX)
		output_arm(o, next);
	if (d != NULL && d->n == 0) {
		delivery_destroy(d);
		d = NULL;
	}
	if (d == NULL)
		return NULL;
	d->is_late = true;
	d->next = o->late;
	o->late = d;
	o->n_late++;
	return d;
}

/* In one walk, however many of them a delivery ended. */
static void deferred_remove_ended(struct output *o)
{
	for (struct deferral **at = &o->deferrals; *at != NULL;) {
		struct deferral *f = *at;
		if (!f->has_ended) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		o->n_deferred--;
		free(f);
	}
}

void deferred_delivery_done(struct heard_delivery *d)
{
	struct output *o = d->output;
	int64_t now = daemon_clock();
	bool has_ended = false;
	for (size_t i = 0; i < d->n; i++) {
		struct deferral *f = d->records[i].deferral;
		f->has_ended = d->records[i].outcome != HEARD_RETRY;
		has_ended |= f->has_ended;
		if (f->has_ended)
			continue;
		f->is_busy = false;
		f->attempts++;
		deferred_wait(o, f, now);
	}
	if (has_ended)
		deferred_remove_ended(o);
	if (d->after_ms > 0 && now + d->after_ms > o->not_before_ms)
		o->not_before_ms = now + d->after_ms;
	struct heard_delivery **at = &o->late;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	o->n_late--;
	delivery_destroy(d);
	output_pump(o);
}
