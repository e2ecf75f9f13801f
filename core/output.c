/*
 * output.c - the pump: from the journal, in order, into deliveries.
 */
#include "output.h"

#include "answer.h"
#include "condition.h"
#include "daemon.h"
#include "delivery.h"
#include "hash.h"
#include "log.h"
#include "tell.h"

#include <heard/error.h>

#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIEWS_PER_DELIVERY 64 /* read at most, as there may be nothing for us in them */
#define TURN_MS		   10 /* what a pump may take of its loop at a time           */

void heard_output_window(struct heard_host *host, unsigned batches, unsigned records,
			 size_t bytes)
{
	struct output *o = host->output;
	if (o == NULL)
		return; /* a command's process */
	o->window.batches = o->keeps_position || batches == 0 ? 1 : batches;
	o->window.records = records ? records : 1;
	o->window.bytes = bytes ? bytes : 1;
}

/* ---- position */

/* Move over finished deliveries, in order. */
static void output_advance(struct output *o)
{
	bool moved = false;
	while (o->first != NULL && o->first->state == DELIVERY_DONE) {
		struct heard_delivery *d = o->first;
		o->first = d->next;
		if (o->first == NULL)
			o->last = &o->first;
		o->n_unfinished--;
		o->position.seq = d->last_seq;
		o->position.delivered += d->counts.delivered;
		o->position.duplicate += d->counts.duplicate;
		o->position.skipped += d->counts.skipped;
		o->position.dead += d->counts.dead;
		o->position.deferred += d->counts.deferred;
		o->delivered += d->counts.delivered;
		delivery_destroy(d);
		moved = true;
	}
	if (!moved)
		return;
	journal_position_set(o->host.daemon->journal, o->slot, &o->position);
	o->seq = o->position.seq;
	if (o->host.pipeline->conf->acknowledge == ACKNOWLEDGE_DELIVERED)
		pipeline_delivered(o->host.pipeline);
}

void output_delivery_done(struct heard_delivery *d)
{
	struct output *o = d->output;
	output_advance(o);
	output_pump(o);
}

/* ---- filling */

/* Is the view's i-th record wanted by `when`? */
static bool output_wants(struct output *o, uint64_t i)
{
	if (o->condition == NULL)
		return true;
	if (!o->is_scan_set) {
		batch_clear(o->scan);
		batch_set_lines(o->scan, o->view.lines, o->view.ends, NULL, o->view.n, false);
		o->is_scan_set = true;
	}
	const struct heard_record *r = heard_batch_at(o->scan, i);
	bool failed = false;
	bool wants = r != NULL && condition_test(o->condition, r, &failed);
	if (failed && o->failed_conditions++ == 0)
		log_line(HEARD_WARN, o->host.full_name,
			 "`when` failed for a record and counts as false; see "
			 "heard_condition_failures_total");
	return wants;
}

static struct heard_str output_line(const struct output *o, uint64_t i)
{
	size_t from = i > 0 ? o->view.ends[i - 1] : 0;
	return heard_str_n(o->view.lines.ptr + from, o->view.ends[i] - from);
}

/* One record of the view: count it, or add it to the delivery. */
static int output_take(struct output *o, struct heard_delivery *d, uint64_t i)
{
	uint64_t seq = o->view.first_seq + i;
	if (seq <= o->position.seq)
		return 0; /* the frame began before our position */
	if (seq <= o->recovered_seq &&
	    journal_dead_known(o->host.daemon->journal, o->hash, seq)) {
		d->counts.dead++;
		return 0;
	}
	if (!o->view.damaged && !o->wants_events && tell_is_event(output_line(o, i))) {
		d->counts.skipped++;
		return 0;
	}
	if (o->view.damaged && seq > o->stored_seq)
		return delivery_add(d, seq, HEARD_STR_OF("{}\n"), NULL);
	if (!o->view.damaged && !output_wants(o, i)) {
		d->counts.skipped++;
		return 0;
	}
	if (seq <= o->stored_seq) {
		d->counts.delivered++;
		return 0;
	}
	return delivery_add(d, seq, output_line(o, i), NULL);
}

static bool output_is_mine(const struct output *o)
{
	return o->view.pipeline == o->pipeline_hash &&
	       (o->view.only_output == 0 || o->view.only_output == o->hash);
}

/* True if there is a record or more in the view. */
static bool output_view(struct output *o)
{
	if (o->view_at < o->view.n)
		return true;
	struct heard_error err = {0};
	int rc = journal_reader_next(o->reader, &o->view, &err);
	o->view_at = 0;
	o->is_scan_set = false;
	if (rc < 0) {
		log_line(HEARD_ERROR, o->host.full_name, "cannot read the journal: %s",
			 err.text);
		output_arm(o, daemon_clock() + 1000);
	}
	if (rc <= 0)
		o->view.n = 0;
	return rc > 0;
}

/* Records of the view, as far as the window allows.  -ENOMEM. */
static int output_take_view(struct output *o, struct heard_delivery *d)
{
	int rc = 0;
	d->is_damaged = o->view.damaged;
	while (rc == 0 && o->view_at < o->view.n && d->n < o->window.records &&
	       d->lines.len < o->window.bytes) {
		rc = output_take(o, d, o->view_at);
		o->view_at += rc == 0;
	}
	return rc;
}

/* The next delivery; of no records if those of some views were all skipped or not
 * ours.  NULL: nothing to read, or no memory, which is tried again in a while. */
static struct heard_delivery *output_fill(struct output *o)
{
	struct heard_delivery *d = NULL;
	int rc = 0;
	for (int views = 0; views < VIEWS_PER_DELIVERY && output_view(o); views++) {
		if (d == NULL && (d = delivery_create(o)) == NULL)
			rc = -ENOMEM;
		if (rc != 0)
			break;
		bool mine = output_is_mine(o);
		if (mine && d->n > 0 && d->is_damaged != o->view.damaged)
			break; /* what could not be read travels alone */
		if (mine)
			rc = output_take_view(o, d);
		else
			o->view_at = o->view.n;
		d->last_seq = o->view.first_seq + o->view_at - 1;
		if (rc != 0 || o->view_at < o->view.n || d->n >= o->window.records ||
		    d->lines.len >= o->window.bytes)
			break;
	}
	if (rc != 0 && (d == NULL || d->n == 0)) {
		output_arm(o, daemon_clock() + 1000);
		if (d != NULL && d->last_seq <= o->position.seq) {
			delivery_destroy(d);
			d = NULL;
		}
	}
	return d;
}

/* ---- pumping */

static bool output_may_write(const struct output *o, int64_t now)
{
	return !o->is_stopping && o->n_unfinished < o->window.batches &&
	       now >= o->not_before_ms;
}

static int64_t output_due(const struct output *o, const struct heard_delivery *d)
{
	return d->due_ms > o->not_before_ms ? d->due_ms : o->not_before_ms;
}

/* What failed before and is due again.  A write that ends at once moves the
 * position and frees deliveries, so each search begins at the first. */
static void output_retry(struct output *o, int64_t now)
{
	struct heard_delivery *d;
	do {
		for (d = o->first; d != NULL && !o->is_stopping; d = d->next)
			if (d->state == DELIVERY_WAITING && output_due(o, d) <= now)
				break;
		if (d != NULL && !o->is_stopping)
			delivery_write(d);
	} while (d != NULL && !o->is_stopping);
	for (d = o->first; d != NULL && !o->is_stopping; d = d->next)
		if (d->state == DELIVERY_WAITING)
			output_arm(o, output_due(o, d));
}

static void output_append(struct output *o, struct heard_delivery *d)
{
	d->next = NULL;
	*o->last = d;
	o->last = &d->next;
	o->n_unfinished++;
	if (d->n == 0)
		d->state = DELIVERY_DONE;
	else
		delivery_write(d);
}

/* Words that are still to come: receipts, and what became of answers. */
static bool output_is_owed(const struct output *o)
{
	return (o->host.input != NULL && o->host.input->n_jobs > 0) ||
	       answer_is_awaited(&o->host);
}

static void output_report(struct output *o)
{
	bool waiting = false, moving = false;
	for (struct heard_delivery *d = o->first; d != NULL; d = d->next) {
		waiting |= d->state == DELIVERY_WAITING;
		moving |= d->state == DELIVERY_WRITING || d->state == DELIVERY_JOURNALING;
	}
	o->is_failing = waiting;
	o->is_idle = o->first == NULL && o->n_late == 0 && o->view_at >= o->view.n;
	if (o->is_stopping && o->stopped != NULL && !moving && o->n_late == 0 &&
	    !output_is_owed(o)) {
		void (*stopped)(struct output *) = o->stopped;
		o->stopped = NULL;
		stopped(o);
	}
}

void output_settle(struct output *o)
{
	if (o->is_stopping)
		output_report(o);
}

void output_pump(struct output *o)
{
	if (o->is_pumping || o->reader == NULL)
		return; /* the pump that is running will see to it */
	o->is_pumping = true;
	int64_t now = daemon_clock();
	output_retry(o, now);
	struct heard_delivery *d;
	unsigned late_max = o->window.batches > 1 ? o->window.batches / 2 : 1;
	while (output_may_write(o, now) && o->n_late < late_max &&
	       (d = deferred_take(o, now)) != NULL)
		delivery_write(d);
	output_advance(o);
	while (output_may_write(o, now) && (d = output_fill(o)) != NULL) {
		output_append(o, d);
		output_advance(o);
		if (daemon_clock() - now >= TURN_MS) {
			output_wake(o); /* others want a turn, too */
			break;
		}
	}
	if (now < o->not_before_ms)
		output_arm(o, o->not_before_ms);
	o->is_pumping = false;
	output_report(o);
}

static void output_woken(struct loop_job *job)
{
	struct output *o = (struct output *)((char *)job - offsetof(struct output, wake));
	atomic_store(&o->is_woken, false);
	output_pump(o);
}

void output_wake(struct output *o)
{
	if (!o->is_service && !atomic_exchange(&o->is_woken, true))
		loop_post(o->host.loop, &o->wake);
}

static void output_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	output_pump(arg);
}

/* The timer moves only forward in urgency: the pump sets it again when it fires. */
void output_arm(struct output *o, int64_t at_ms)
{
	int64_t now = daemon_clock(), after = at_ms - now;
	after = after < 1 ? 1 : after > 60000 ? 60000 : after;
	if (evtimer_pending(o->timer, NULL) && o->armed_ms <= now + after)
		return;
	o->armed_ms = now + after;
	struct timeval tv = {.tv_sec = after / 1000, .tv_usec = after % 1000 * 1000};
	evtimer_add(o->timer, &tv);
}

int64_t output_backoff(const struct output *o, unsigned attempts)
{
	int64_t ms = o->host.instance->retry.first;
	for (unsigned i = 1; i < attempts && ms < o->host.instance->retry.max; i++)
		ms *= 2;
	if (ms > o->host.instance->retry.max)
		ms = o->host.instance->retry.max;
	if (ms < 4)
		return ms < 1 ? 1 : ms;
	return ms - ms / 4 + (int64_t)randombytes_uniform((uint32_t)(ms / 2)); /* 75 to 125 % */
}

/* ---- life */

int output_init(struct output *o, struct heard_error *err)
{
	o->hash = hash_name(o->host.full_name);
	o->pipeline_hash = hash_name(o->host.pipeline_name);
	o->is_service = o->host.plugin->write == NULL;
	o->wants_events = tell_is_wanted_by(o->host.instance);
	o->wake.fn = output_woken;
	o->last = &o->first;
	snprintf(o->counter, sizeof(o->counter), "output/%s", o->host.full_name);
	if (o->host.instance->when != NULL) {
		o->condition = condition_create(o->host.instance->when, err);
		if (o->condition == NULL)
			return err->code ? -err->code : -EINVAL;
		o->scan = batch_create(64u << 20);
		if (o->scan == NULL)
			return heard_fail(err, ENOMEM, "no memory");
	}
	o->timer = evtimer_new(loop_base(o->host.loop), output_timer, o);
	return o->timer != NULL ? 0 : heard_fail(err, ENOMEM, "no memory");
}

/* A new output begins behind what there is: to it, all earlier ones are skipped. */
static void output_begin(struct output *o)
{
	struct journal_position *p = &o->position;
	int64_t counts[JOURNAL_COUNTS] = {0};
	if (p->delivered + p->duplicate + p->skipped + p->dead + p->deferred > 0)
		return;
	if (p->seq == 0 || p->seq != journal_last_seq(o->host.daemon->journal))
		return;
	if (!journal_count(o->host.daemon->journal, o->host.pipeline->counter, counts))
		return;
	p->skipped = (uint64_t)counts[JOURNAL_JOURNALED];
	journal_position_set(o->host.daemon->journal, o->slot, p);
	if (p->skipped > 0) /* else a crash after the next record would lose the count */
		journal_positions_sync(o->host.daemon->journal);
}

int output_attach(struct output *o, struct heard_error *err)
{
	if (o->is_service)
		return 0;
	int rc = journal_output(o->host.daemon->journal, o->host.full_name, &o->slot, err);
	if (rc != 0)
		return rc;
	o->has_slot = true;
	journal_position_get(o->host.daemon->journal, o->slot, &o->position);
	output_begin(o);
	o->seq = o->position.seq;
	o->recovered_seq = journal_last_seq(o->host.daemon->journal);
	return 0;
}

int output_start(struct output *o, struct heard_error *err)
{
	if (o->is_service)
		return 0;
	if (o->keeps_position && o->host.plugin->position != NULL) {
		int rc = o->host.plugin->position(o->host.self, &o->stored_seq, err);
		if (rc != 0)
			return rc;
		if (o->stored_seq > o->recovered_seq)
			return heard_fail(err, ESTALE,
					  "its data is ahead of the journal (%llu, %llu): the "
					  "state folder was restored "
					  "from an older copy; move its journal folder away, "
					  "and a new one begins",
					  (unsigned long long)o->stored_seq,
					  (unsigned long long)o->recovered_seq);
	}
	int rc = deferred_load(o);
	if (rc != 0)
		return heard_fail(err, -rc, "cannot load the deferred queue: %s",
				  strerror(-rc));
	o->reader = journal_reader_create(o->host.daemon->journal, o->position.seq);
	if (o->reader == NULL)
		return heard_fail(err, ENOMEM, "no memory for a reader of the journal");
	output_wake(o);
	return 0;
}

static void output_halt(struct loop_job *job)
{
	struct output *o = (struct output *)((char *)job - offsetof(struct output, halt));
	o->is_stopping = true;
	output_report(o);
}

void output_stop(struct output *o, void (*stopped)(struct output *))
{
	o->stopped = stopped;
	o->halt.fn = output_halt;
	loop_post(o->host.loop, &o->halt);
}

void output_release(struct output *o)
{
	while (o->first != NULL) {
		struct heard_delivery *d = o->first;
		o->first = d->next;
		delivery_free(d);
	}
	while (o->late != NULL) {
		struct heard_delivery *d = o->late;
		o->late = d->next;
		delivery_free(d);
	}
	while (o->spare != NULL) {
		struct heard_delivery *d = o->spare;
		o->spare = d->next;
		delivery_free(d);
	}
	deferred_release(o);
	journal_reader_destroy(o->reader);
	condition_destroy(o->condition);
	batch_destroy(o->scan);
	if (o->timer != NULL)
		event_free(o->timer);
}
