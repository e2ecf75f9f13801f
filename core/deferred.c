/*
 * deferred.c - records that one output will try again later.
 *
 * As in Postfix: a record that failed three times steps aside, so that later
 * ones go on, and is tried again with growing pauses until `give_up`.  The
 * journal holds each deferral; this list, bounded by deferred_max, holds the
 * lines too, so that a retry needs no reading.
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

int deferred_keep(struct output *o, uint64_t seq, int64_t since_ms, unsigned attempts,
		  struct heard_str line)
{
	struct deferral *f = malloc(sizeof(*f) + line.len);
	if (f == NULL)
		return -ENOMEM;
	*f = (struct deferral){.next = o->deferrals,
			       .seq = seq,
			       .since_ms = since_ms,
			       .attempts = attempts,
			       .line = {(char *)(f + 1), line.len}};
	memcpy(f + 1, line.ptr, line.len);
	f->due_ms = daemon_now() + output_backoff(o, attempts + 1);
	o->deferrals = f;
	o->n_deferred++;
	output_arm(o, f->due_ms);
	return 0;
}

struct deferred_walk {
	struct output *output;
	int rc;
};

static void deferred_found(void *arg, const struct journal_defer *f)
{
	struct deferred_walk *w = arg;
	if (w->rc == 0)
		w->rc = deferred_keep(w->output, f->seq, f->since_ms, 0, f->line);
}

int deferred_load(struct output *o)
{
	struct deferred_walk w = {.output = o};
	journal_defer_each(o->host.daemon->journal, o->hash, deferred_found, &w);
	return w.rc;
}

void deferred_release(struct output *o)
{
	while (o->deferrals != NULL) {
		struct deferral *f = o->deferrals;
		o->deferrals = f->next;
		free(f);
	}
}

struct heard_delivery *deferred_take(struct output *o, int64_t now)
{
	struct heard_delivery *d = NULL;
	int64_t next = INT64_MAX;
	uint64_t durable = o->deferrals
				   ? journal_position_durable(o->host.daemon->journal, o->slot)
				   : 0;
	for (struct deferral *f = o->deferrals; f != NULL; f = f->next) {
		if (f->is_busy)
			continue;
		if (f->due_ms > now || f->seq > durable) {
			int64_t due = f->due_ms > now ? f->due_ms : now + 500;
			next = due < next ? due : next;
			continue;
		}
		if (d == NULL && (d = delivery_create(o)) == NULL)
			break;
		if (d->n >= o->window.records || d->lines.len >= o->window.bytes)
			break;
		if (delivery_add(d, f->seq, f->line, f) != 0)
			break;
		f->is_busy = true;
	}
	if (next != INT64_MAX)
		output_arm(o, next);
	if (d == NULL)
		return NULL;
	d->is_late = true;
	o->n_late++;
	return d;
}

static void deferred_remove(struct output *o, struct deferral *gone)
{
	struct deferral **at = &o->deferrals;
	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	o->n_deferred--;
	free(gone);
}

void deferred_delivery_done(struct heard_delivery *d)
{
	struct output *o = d->output;
	int64_t now = daemon_now();
	for (size_t i = 0; i < d->n; i++) {
		struct deferral *f = d->records[i].deferral;
		if (d->records[i].outcome != HEARD_RETRY) {
			deferred_remove(o, f);
			continue;
		}
		f->is_busy = false;
		f->attempts++;
		f->due_ms = now + output_backoff(o, f->attempts + 1);
		output_arm(o, f->due_ms);
	}
	if (d->after_ms > 0 && now + d->after_ms > o->not_before_ms)
		o->not_before_ms = now + d->after_ms;
	o->n_late--;
	delivery_destroy(d);
	output_pump(o);
}
