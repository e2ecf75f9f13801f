/*
 * delivery.c - the promise an output makes, and how it is settled.
 *
 * After the plugin has finished, each record has an outcome.  Delivered ones
 * and duplicates are counted.  Refused ones become dead letters.  What is to be
 * tried again waits, in place, with growing pauses; after three failures it is
 * deferred, so that later records go on, unless the output keeps its position,
 * or receipts wait for delivery, or the deferred queue is full.  Dead letters
 * and deferrals are committed before they count.
 */
#include "delivery.h"

#include "batch.h"
#include "daemon.h"
#include "hash.h"
#include "log.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES_BEFORE_DEFERRAL 3
#define SPARE_DELIVERIES	 4
#define LINES_CAP		 (256u << 20)
#define REASON_MOST		 1000 /* bytes: a dead letter has room for so much */

/* ---- life */

struct heard_delivery *delivery_create(struct output *o)
{
	struct heard_delivery *d = o->spare;
	if (d != NULL) {
		o->spare = d->next;
		o->n_spare--;
		d->next = NULL;
		return d;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->output = o;
	d->batch = batch_create(LINES_CAP);
	heard_buf_init(&d->lines, LINES_CAP);
	if (d->batch == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

/* Those that were made and not committed. */
static void delivery_forget_deferrals(struct heard_delivery *d)
{
	for (size_t i = 0; i < d->n && !d->is_late; i++) {
		free(d->records[i].deferral);
		d->records[i].deferral = NULL;
	}
}

static void delivery_forget(struct heard_delivery *d)
{
	delivery_forget_deferrals(d);
	for (size_t i = 0; i < d->n; i++)
		free(d->records[i].reason);
	d->n = 0;
	batch_destroy(d->letters);
	d->letters = NULL;
	batch_clear(d->batch);
	heard_buf_clear(&d->lines);
}

void delivery_free(struct heard_delivery *d)
{
	delivery_forget(d);
	batch_destroy(d->batch);
	heard_buf_release(&d->lines);
	free(d->ends);
	free(d->seqs);
	free(d->records);
	free(d);
}

void delivery_destroy(struct heard_delivery *d)
{
	struct output *o = d->output;
	if (o->n_spare >= SPARE_DELIVERIES) {
		delivery_free(d);
		return;
	}
	delivery_forget(d);
	struct heard_delivery fresh = {.output = o,
				       .batch = d->batch,
				       .lines = d->lines,
				       .ends = d->ends,
				       .seqs = d->seqs,
				       .records = d->records,
				       .size = d->size,
				       .next = o->spare};
	*d = fresh;
	o->spare = d;
	o->n_spare++;
}

static int delivery_room(struct heard_delivery *d)
{
	if (d->n < d->size)
		return 0;
	size_t size = d->size ? d->size * 2 : 64;
	uint32_t *ends = realloc(d->ends, size * sizeof(*ends));
	if (ends != NULL)
		d->ends = ends;
	uint64_t *seqs = realloc(d->seqs, size * sizeof(*seqs));
	if (seqs != NULL)
		d->seqs = seqs;
	struct delivery_record *records = realloc(d->records, size * sizeof(*records));
	if (records != NULL)
		d->records = records;
	if (ends == NULL || seqs == NULL || records == NULL)
		return -ENOMEM;
	d->size = size;
	return 0;
}

int delivery_add(struct heard_delivery *d, uint64_t seq, struct heard_str line,
		 struct deferral *deferral)
{
	if (delivery_room(d) != 0)
		return -ENOMEM;
	heard_buf_str(&d->lines, line);
	if (d->lines.failed) {
		d->lines.failed = false;
		return -ENOMEM;
	}
	d->records[d->n] = (struct delivery_record){.seq = seq, .deferral = deferral};
	d->ends[d->n] = (uint32_t)d->lines.len;
	d->seqs[d->n] = seq;
	d->n++;
	return 0;
}

/* ---- the plugin's turn */

void heard_delivery_set(struct heard_delivery *d, size_t i, enum heard_outcome outcome,
			const char *reason)
{
	if (i >= d->n)
		HEARD_BUG("%s: outcome for record %zu of %zu", d->output->host.full_name, i,
			  d->n);
	d->records[i].outcome = outcome;
	free(d->records[i].reason);
	d->records[i].reason = NULL;
	if (reason != NULL) {
		struct heard_str kept = heard_str_cut(heard_str(reason), REASON_MOST);
		d->records[i].reason = strndup(kept.ptr, kept.len);
	}
}

static void delivery_settle(struct heard_delivery *);

void heard_delivery_finish(struct heard_delivery *d, enum heard_outcome outcome,
			   int64_t after_ms, const char *reason)
{
	if (d->state != DELIVERY_WRITING || d->is_finished)
		HEARD_BUG("%s: finished a delivery twice", d->output->host.full_name);
	for (size_t i = 0; i < d->n; i++)
		if (d->records[i].outcome == 0)
			heard_delivery_set(d, i, outcome, reason);
	d->after_ms = after_ms;
	d->is_finished = true;
	if (!d->is_in_write)
		delivery_settle(d);
}

void delivery_write(struct heard_delivery *d)
{
	struct output *o = d->output;
	d->state = DELIVERY_WRITING;
	d->is_finished = false;
	bool is_retry = d->is_late || d->attempts > 0;
	if (d->attempts > 0)
		o->retries += d->n;
	batch_clear(d->batch);
	batch_set_lines(d->batch, heard_buf_view(&d->lines), d->ends, d->seqs, d->n, is_retry);
	d->is_in_write = true;
	if (d->is_damaged)
		heard_delivery_finish(d, HEARD_REFUSED, 0,
				      "its frame in the journal is damaged");
	else
		o->host.plugin->write(o->host.self, d->batch, d);
	d->is_in_write = false;
	if (d->is_finished)
		delivery_settle(d);
}

/* ---- settling */

enum fate { FATE_WAIT, FATE_DEFER, FATE_DIE };

/* What becomes of records that were not delivered this time. */
static enum fate delivery_fate(const struct heard_delivery *d, size_t n, int64_t now)
{
	const struct output *o = d->output;
	if (now - d->failing_ms >= o->host.instance->retry.give_up)
		return FATE_DIE;
	if (o->keeps_position || o->host.pipeline->conf->acknowledge == ACKNOWLEDGE_DELIVERED)
		return FATE_WAIT;
	if (d->attempts < FAILURES_BEFORE_DEFERRAL)
		return FATE_WAIT;
	if (o->n_deferred + n <= (uint64_t)o->host.instance->deferred_max)
		return FATE_DEFER;
	return o->host.instance->on_full == ON_FULL_DEAD_LETTER ? FATE_DIE : FATE_WAIT;
}

void delivery_dead_id(uint64_t output, uint64_t seq, unsigned char id[16])
{
	struct heard_str parts[] = {heard_str_n((const char *)&output, 8),
				    heard_str_n((const char *)&seq, 8)};
	hash_id(id, parts, 2);
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x80); /* UUIDv8: by our own rule */
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
}

static struct heard_str delivery_line(const struct heard_delivery *d, size_t i)
{
	size_t from = i > 0 ? d->ends[i - 1] : 0;
	return heard_str_n(d->lines.ptr + from, d->ends[i] - from);
}

static int delivery_bury(struct heard_delivery *d, size_t i, struct journal_dead *out)
{
	const struct output *o = d->output;
	char id[37], at[HEARD_TIME_SIZE];
	struct heard_buf b;
	*out = (struct journal_dead){.output = o->hash, .seq = d->records[i].seq};
	if (!d->is_damaged)
		out->body = delivery_line(d, i);
	delivery_dead_id(o->hash, out->seq, out->id);
	uuid_format(out->id, id);
	heard_time_format(daemon_now(), at);
	heard_buf_init(&b, 16384);
	struct heard_json_out w = {.buf = &b};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "id", heard_str_n(id, 36));
	heard_json_str(&w, "at", heard_str(at));
	heard_json_str(&w, "pipeline", heard_str(o->host.pipeline_name));
	heard_json_str(&w, "instance", heard_str(o->host.instance->name));
	heard_json_str(&w, "reason",
		       heard_str(d->records[i].reason ? d->records[i].reason : "refused"));
	heard_json_str(&w, "source", heard_str("journal"));
	heard_json_null(&w, "line");
	heard_json_int(&w, "seq", (int64_t)out->seq);
	heard_json_end(&w, '}');
	out->meta = heard_batch_copy(d->letters, heard_buf_view(&b));
	heard_buf_release(&b);
	return out->meta.ptr != NULL ? 0 : -ENOMEM;
}

static void delivery_complete(struct heard_delivery *d)
{
	d->state = DELIVERY_DONE;
	if (d->is_late)
		deferred_delivery_done(d);
	else
		output_delivery_done(d);
}

/* Keep only the records that are still to be tried. */
static void delivery_compact(struct heard_delivery *d)
{
	size_t kept = 0, at = 0;
	for (size_t i = 0; i < d->n; i++) {
		struct heard_str line = delivery_line(d, i);
		struct delivery_record *r = &d->records[i];
		free(r->reason);
		r->reason = NULL;
		if (r->outcome != HEARD_RETRY)
			continue;
		memmove(d->lines.ptr + at, line.ptr, line.len);
		at += line.len;
		d->records[kept] = (struct delivery_record){.seq = r->seq,
							    .deferral = r->deferral};
		d->seqs[kept] = r->seq;
		d->ends[kept++] = (uint32_t)at;
	}
	d->lines.len = at;
	d->n = kept;
}

static void delivery_wait(struct heard_delivery *d)
{
	struct output *o = d->output;
	int64_t now = daemon_clock();
	delivery_compact(d);
	d->state = DELIVERY_WAITING;
	d->due_ms = now + output_backoff(o, d->attempts);
	if (d->after_ms > 0 && now + d->after_ms > o->not_before_ms)
		o->not_before_ms = now + d->after_ms;
	output_arm(o, d->due_ms > o->not_before_ms ? d->due_ms : o->not_before_ms);
	output_pump(o);
}

static size_t delivery_count(const struct heard_delivery *d, enum heard_outcome outcome)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++)
		n += d->records[i].outcome == outcome;
	return n;
}

static void delivery_next(struct heard_delivery *d)
{
	if (!d->is_late && delivery_count(d, HEARD_RETRY) > 0)
		delivery_wait(d);
	else
		delivery_complete(d);
}

/* ---- the transaction: dead letters and deferrals */

static void delivery_txn_home(struct loop_job *hop)
{
	struct heard_delivery *d =
		(struct heard_delivery *)((char *)hop - offsetof(struct heard_delivery, hop));
	struct output *o = d->output;
	if (d->txn_result != 0) { /* journal full or broken: the same again, later */
		log_line(HEARD_WARN, o->host.full_name,
			 "cannot note failed records in the journal: %s; trying again",
			 strerror(-d->txn_result));
		d->attempts++;
		delivery_forget_deferrals(d);
		for (size_t i = 0; i < d->n; i++)
			if (d->is_late || d->records[i].outcome == HEARD_REFUSED)
				d->records[i].outcome = HEARD_RETRY;
		if (d->is_late)
			delivery_complete(d);
		else
			delivery_wait(d);
		return;
	}
	d->counts.dead += d->txn.n_dead;
	o->dead += d->txn.n_dead;
	for (size_t i = 0; i < d->n && !d->is_late; i++) {
		if (d->records[i].deferral != NULL)
			deferred_keep(o, d->records[i].deferral);
		d->records[i].deferral = NULL;
	}
	d->counts.deferred += d->txn.n_defer;
	if (d->txn.n_defer > 0) /* deferred is not to be tried in this place again */
		for (size_t i = 0; i < d->n; i++)
			if (d->records[i].outcome == HEARD_RETRY)
				d->records[i].outcome = HEARD_DELIVERED;
	delivery_next(d);
}

static void delivery_txn_done(struct journal_txn *txn, int result)
{
	struct heard_delivery *d =
		(struct heard_delivery *)((char *)txn - offsetof(struct heard_delivery, txn));
	d->txn_result = result;
	d->hop.fn = delivery_txn_home;
	loop_post(d->output->host.loop, &d->hop);
}

/* For late deliveries: deferrals that have ended, with their counts. */
static int delivery_end_deferrals(struct heard_delivery *d)
{
	struct output *o = d->output;
	struct journal_defer *gone = heard_batch_alloc(d->letters, d->n * sizeof(*gone));
	struct journal_add *add = heard_batch_alloc(d->letters, sizeof(*add));
	if (gone == NULL || add == NULL)
		return -ENOMEM;
	*add = (struct journal_add){.name = o->counter};
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++) {
		enum heard_outcome outcome = d->records[i].outcome;
		if (outcome == HEARD_RETRY)
			continue;
		gone[n++] = (struct journal_defer){.output = o->hash, .seq = d->records[i].seq};
		add->by[OUTPUT_LATE_DELIVERED] += outcome == HEARD_DELIVERED;
		add->by[OUTPUT_LATE_DUPLICATE] += outcome == HEARD_DUPLICATE;
		add->by[OUTPUT_LATE_DEAD] += outcome == HEARD_REFUSED;
	}
	d->txn.defer_gone = gone;
	d->txn.n_defer_gone = n;
	d->txn.add = add;
	d->txn.n_add = n > 0;
	return 0;
}

static int delivery_note(struct heard_delivery *d, enum fate fate)
{
	struct output *o = d->output;
	size_t refused = delivery_count(d, HEARD_REFUSED),
	       again = delivery_count(d, HEARD_RETRY);
	batch_destroy(d->letters);
	d->letters = batch_create(LINES_CAP);
	d->txn = (struct journal_txn){.done = delivery_txn_done, .may_use_reserve = true};
	if (d->letters == NULL)
		return -ENOMEM;
	struct journal_dead *dead = heard_batch_alloc(d->letters, refused * sizeof(*dead));
	struct journal_defer *defer = heard_batch_alloc(d->letters, again * sizeof(*defer));
	if (dead == NULL || defer == NULL)
		return -ENOMEM;
	d->txn.dead = dead;
	d->txn.defer = defer;
	for (size_t i = 0; i < d->n; i++) {
		if (d->records[i].outcome == HEARD_REFUSED) {
			if (delivery_bury(d, i, &dead[d->txn.n_dead++]) != 0)
				return -ENOMEM;
		} else if (d->records[i].outcome == HEARD_RETRY && fate == FATE_DEFER &&
			   !d->is_late) {
			/* its place in the queue, before the journal says it is there */
			d->records[i].deferral = deferred_create(
				d->records[i].seq, d->first_failed_ms, d->attempts,
				delivery_line(d, i));
			if (d->records[i].deferral == NULL)
				return -ENOMEM;
			defer[d->txn.n_defer++] = (struct journal_defer){
				.output = o->hash,
				.seq = d->records[i].seq,
				.since_ms = d->first_failed_ms,
				.line = delivery_line(d, i)};
		}
	}
	return d->is_late ? delivery_end_deferrals(d) : 0;
}

/* What is still to be tried is refused, with the last reason. */
static void delivery_give_up(struct heard_delivery *d, size_t i, const char *why)
{
	char text[400];
	const struct delivery_record *r = &d->records[i];
	if (r->outcome != HEARD_RETRY)
		return;
	snprintf(text, sizeof(text), "%s: %s", why, r->reason ? r->reason : "no reason given");
	heard_delivery_set(d, i, HEARD_REFUSED, text);
}

static const char too_long[] = "gave up after retrying";

/* Those of a late delivery were deferred at times of their own, and each has until
 * its own. */
static void delivery_give_up_late(struct heard_delivery *d, int64_t now)
{
	for (size_t i = 0; i < d->n; i++)
		if (now >= d->records[i].deferral->give_up_ms)
			delivery_give_up(d, i, too_long);
}

static void delivery_give_up_all(struct heard_delivery *d, int64_t now)
{
	bool is_old = now - d->failing_ms >= d->output->host.instance->retry.give_up;
	for (size_t i = 0; i < d->n; i++)
		delivery_give_up(d, i, is_old ? too_long : "the deferred queue is full");
}

static void delivery_failed(struct heard_delivery *d, int64_t now)
{
	const struct output *o = d->output;
	if (d->first_failed_ms == 0) {
		d->first_failed_ms = daemon_now();
		d->failing_ms = now;
	}
	if (++d->attempts > 1 && !d->is_late)
		return;
	for (size_t i = 0; i < d->n; i++)
		if (d->records[i].outcome == HEARD_RETRY) {
			log_line(HEARD_WARN, o->host.full_name,
				 "delivery failed: %s; trying again",
				 d->records[i].reason ? d->records[i].reason
						      : "no reason given");
			return;
		}
}

static void delivery_settle(struct heard_delivery *d)
{
	int64_t now = daemon_clock();
	enum fate fate = FATE_WAIT;
	size_t again = delivery_count(d, HEARD_RETRY);
	if (!d->is_late) {
		d->counts.delivered += delivery_count(d, HEARD_DELIVERED);
		d->counts.duplicate += delivery_count(d, HEARD_DUPLICATE);
	}
	if (again > 0) {
		delivery_failed(d, now);
		fate = d->is_late ? FATE_WAIT : delivery_fate(d, again, now);
		if (fate == FATE_DIE)
			delivery_give_up_all(d, now);
		else if (d->is_late)
			delivery_give_up_late(d, now);
	}
	bool must_note = d->is_late
				 ? delivery_count(d, HEARD_RETRY) < d->n
				 : fate == FATE_DEFER || delivery_count(d, HEARD_REFUSED) > 0;
	if (!must_note) {
		delivery_next(d);
		return;
	}
	d->state = DELIVERY_JOURNALING;
	if (delivery_note(d, fate) != 0)
		delivery_txn_done(&d->txn, -ENOMEM);
	else
		journal_submit(d->output->host.daemon->journal, &d->txn);
}
