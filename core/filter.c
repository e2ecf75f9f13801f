/*
 * filter.c - turns, parking, and the narrow view of a batch that a filter gets.
 *
 * A filter sees only records that are live and meet its `when`; the others are
 * set aside for the call.  In a careful job, records that were in the process's
 * hands when it crashed are shown one at a time, each noted alone.  A job that waits
 * for an answer (wait.h) has left the filter, and comes again to be shown the same.
 */
#include "filter.h"

#include "condition.h"
#include "daemon.h"
#include "hash.h"
#include "log.h"
#include "timer.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAY_AGAIN_MS = 60 * 1000 };

/* ---- turns */

static void filter_park(struct filter *f, struct job *job)
{
	job->next = NULL;
	if (f->last != NULL)
		f->last->next = job;
	else
		f->first = job;
	f->last = job;
}

static struct job *filter_unpark(struct filter *f)
{
	struct job *job = f->first;
	if (job != NULL && (f->first = job->next) == NULL)
		f->last = NULL;
	return job;
}

/* True if the turn is ours now; else the job is parked.  Calls that may overlap
 * share a turn, which ends when a timer waits for it. */
static bool filter_enter(struct filter *f, struct job *job)
{
	bool may_share = f->host.plugin->flags & HEARD_PARALLEL;
	pthread_mutex_lock(&f->lock);
	bool mine = may_share ? !f->is_homes && f->timers == NULL : f->n_inside == 0;
	if (mine)
		f->n_inside++;
	else
		filter_park(f, job);
	pthread_mutex_unlock(&f->lock);
	return mine;
}

/* When nobody is inside, the turn passes to due timers first; else parked jobs come
 * to the front of the queue to ask again: all that may share it, or the next. */
void filter_leave(struct filter *f)
{
	bool may_share = f->host.plugin->flags & HEARD_PARALLEL;
	struct job *jobs[16];
	size_t n = 0;
	pthread_mutex_lock(&f->lock);
	f->is_homes = false;
	f->n_inside--;
	bool hop = f->n_inside == 0 && f->timers != NULL;
	if (hop) {
		f->n_inside = 1; /* the turn is home's */
		f->is_homes = true;
	} else if (f->n_inside == 0) {
		size_t max = may_share ? sizeof(jobs) / sizeof(jobs[0]) : 1;
		while (n < max && (jobs[n] = filter_unpark(f)) != NULL)
			n++;
	}
	pthread_mutex_unlock(&f->lock);
	if (hop)
		loop_post(f->host.loop, &f->hop);
	while (n > 0)
		workers_put_front(f->host.daemon->workers, jobs[--n]);
}

bool filter_enter_timer(struct filter *f, struct heard_timer *t)
{
	pthread_mutex_lock(&f->lock);
	bool mine = f->n_inside == 0 || f->host.own_loop;
	if (mine) {
		f->n_inside++;
		f->is_homes = true;
	} else {
		timer_queue(&f->timers, t);
	}
	pthread_mutex_unlock(&f->lock);
	return mine;
}

/* Home's turn: run what came due while process() ran. */
static void filter_home_turn(struct loop_job *hop)
{
	struct filter *f = (struct filter *)((char *)hop - offsetof(struct filter, hop));
	pthread_mutex_lock(&f->lock);
	struct heard_timer *due = f->timers;
	f->timers = NULL;
	pthread_mutex_unlock(&f->lock);
	timer_run_queue(due);
	filter_leave(f);
}

/* ---- the view */

static bool filter_wants(struct filter *f, struct heard_record *r, unsigned lane)
{
	if (!heard_record_is_live(r))
		return false;
	if (f->conditions == NULL)
		return true;
	bool failed = false;
	bool wants = condition_test(f->conditions[lane], r, &failed);
	if (failed && f->failed_conditions++ == 0)
		log_line(HEARD_WARN, f->host.full_name,
			 "`when` failed for a record and counts as false; see "
			 "heard_condition_failures_total");
	return wants;
}

static int filter_call(struct filter *f, struct heard_batch *b, unsigned lane,
		       struct crash_slot *slot, struct heard_error *err)
{
	const struct heard_plugin *p = f->host.plugin;
	size_t n = heard_batch_size(b);
	if (n == 0)
		return 0;
	if (slot != NULL) {
		uint32_t noted = 0;
		for (size_t i = 0; i < n && i < CRASH_NOTES; i++)
			slot->digest[noted++] = pipeline_digest(f->host.pipeline,
								heard_batch_at(b, i));
		crash_noted(slot, noted);
	}
	struct timespec t0, t1;
	clock_gettime(CLOCK_MONOTONIC, &t0);
	int rc = p->process(f->host.self, f->lanes != NULL ? f->lanes[lane % f->n_lanes] : NULL,
			    b, err);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	crash_noted(slot, 0);
	f->nanoseconds += (uint64_t)((t1.tv_sec - t0.tv_sec) * 1000000000 + t1.tv_nsec -
				     t0.tv_nsec);
	f->records += n;
	return rc;
}

/* Show the filter the records for which keep[i], all or, if careful, one by one. */
static int filter_show(struct filter *f, struct heard_batch *b, bool *keep, size_t n,
		       bool careful, unsigned lane, struct crash_slot *slot,
		       struct heard_error *err)
{
	if (!careful) {
		if (batch_narrow(b, keep, n) != 0)
			return heard_fail(err, ENOMEM, "no memory");
		int rc = filter_call(f, b, lane, slot, err);
		if (batch_widen(b) != 0)
			return heard_fail(err, ENOMEM, "no memory");
		return rc;
	}
	bool *one = heard_batch_alloc(b, n);
	if (one == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!keep[i])
			continue;
		memset(one, 0, n);
		one[i] = true;
		rc = filter_show(f, b, one, n, false, lane, slot, err);
	}
	return rc;
}

/* Records that filters added were not there yet when the job was looked at. */
static void filter_condemn_added(struct filter *f, struct heard_batch *b, size_t n)
{
	for (size_t i = batch_decoded(b); i < n; i++) {
		struct heard_record *r = heard_batch_at(b, i);
		if (heard_record_is_live(r) &&
		    crash_verdict(f->host.daemon->crash,
				  pipeline_digest(f->host.pipeline, r)) == CRASH_CONDEMNED)
			heard_record_quarantine(r, "crashed the process twice in a filter");
	}
}

/* Which records are shown; after a wait those of before.  NULL without memory. */
static bool *filter_choose(struct filter *f, struct heard_batch *b, unsigned lane,
			   size_t *wanted)
{
	struct heard_wait *wait = batch_wait(b);
	size_t n = heard_batch_size(b);
	bool was_shown = wait != NULL && wait->is_over;
	bool *keep = was_shown ? wait->shown : heard_batch_alloc(b, n + 1);
	*wanted = 0;
	for (size_t i = 0; keep != NULL && i < n; i++) {
		if (!was_shown)
			keep[i] = filter_wants(f, heard_batch_at(b, i), lane);
		*wanted += keep[i];
	}
	if (wait != NULL)
		wait->shown = keep;
	return keep;
}

static int filter_process(struct filter *f, struct heard_batch *b, bool careful, unsigned lane,
			  struct crash_slot *slot, struct heard_error *err)
{
	size_t n = heard_batch_size(b), wanted;
	if (careful)
		filter_condemn_added(f, b, n);
	bool *keep = filter_choose(f, b, lane, &wanted);
	if (keep == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	if (wanted == 0)
		return 0;
	int rc = wanted == n && !careful ? filter_call(f, b, lane, slot, err)
					 : filter_show(f, b, keep, n, careful, lane, slot, err);
	batch_mark_fates(b, (unsigned)(f - f->host.pipeline->filters));
	return rc;
}

/* The same for a job of the daemon, which may ask to come again: then 1. */
static int filter_process_job(struct filter *f, struct job *job, unsigned lane,
			      struct crash_slot *slot, struct heard_error *err)
{
	struct heard_wait *wait = &job->wait;
	wait->job = job;
	batch_set_wait(job->batch, job->is_careful ? NULL : wait);
	int rc = filter_process(f, job->batch, job->is_careful, lane, slot, err);
	batch_set_wait(job->batch, NULL);
	if (wait->begin != NULL && !wait->is_over) {
		if (rc != 0)
			HEARD_BUG("%s failed though it asked to wait", f->host.full_name);
		return 1;
	}
	wait_end(job);
	return rc;
}

void filter_refuse(struct filter *f, struct job *job, const struct heard_error *err)
{
	/* Its source comes again each second, and nobody needs to read it each time. */
	uint64_t why = hash_digest(heard_str(err->text));
	int64_t now = daemon_clock(), said_at = f->said_at;
	bool is_news = atomic_exchange(&f->said, why) != why || now - said_at >= SAY_AGAIN_MS;
	if (is_news)
		f->said_at = now;
	log_line(is_news ? HEARD_WARN : HEARD_DEBUG, f->host.full_name,
		 "%s; the batch goes back to its source", err->text);
	job_refuse(job, -EAGAIN, err->text);
}

/* ---- a filter with a loop of its own */

static void filter_visit_home(struct loop_job *hop)
{
	struct job *job = (struct job *)((char *)hop - offsetof(struct job, hop));
	struct pipeline *p = job->input->host.pipeline;
	struct filter *f = &p->filters[job->at_filter];
	struct heard_error err = {0};
	unsigned home_lane = f->host.daemon->n_workers;
	int rc = filter_process_job(f, job, home_lane, f->home_slot, &err);
	if (rc > 0) {
		wait_send(f, job);
		return;
	}
	if (rc < 0) {
		filter_refuse(f, job, &err);
		job->at_filter = p->n_filters;
	} else {
		job->at_filter++;
	}
	workers_put_front(f->host.daemon->workers, job);
}

int filter_run(struct filter *f, struct job *job, unsigned worker, struct crash_slot *slot,
	       struct heard_error *err)
{
	if (f->host.own_loop) {
		job->hop.fn = filter_visit_home;
		loop_post(f->host.loop, &job->hop);
		return 1;
	}
	if (!filter_enter(f, job))
		return 1;
	int rc = filter_process_job(f, job, worker, slot, err);
	filter_leave(f);
	if (rc > 0)
		wait_send(f, job);
	return rc;
}

int filter_run_alone(struct filter *f, struct heard_batch *b, struct heard_error *err)
{
	return filter_process(f, b, false, 0, NULL, err);
}

/* ---- life */

static int filter_open_lanes(struct filter *f, unsigned n, struct heard_error *err)
{
	const struct heard_plugin *p = f->host.plugin;
	f->n_lanes = p->flags & HEARD_PARALLEL ? n + 1 : 1;
	if (p->lane_size == 0 && p->lane_open == NULL)
		return 0;
	f->lanes = calloc(f->n_lanes, sizeof(*f->lanes));
	if (f->lanes == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	for (unsigned i = 0; i < f->n_lanes; i++) {
		void *lane = calloc(1, p->lane_size ? p->lane_size : 1);
		if (lane == NULL)
			return heard_fail(err, ENOMEM, "no memory");
		int rc = p->lane_open != NULL ? p->lane_open(f->host.self, lane, err) : 0;
		if (rc != 0) {
			free(lane);
			return rc;
		}
		f->lanes[i] = lane;
	}
	return 0;
}

int filter_init(struct filter *f, unsigned n_workers, struct heard_error *err)
{
	pthread_mutex_init(&f->lock, NULL);
	f->hop.fn = filter_home_turn;
	const char *when = f->host.instance->when;
	if (when != NULL) {
		f->conditions = calloc(n_workers + 1, sizeof(struct condition *));
		if (f->conditions == NULL)
			return heard_fail(err, ENOMEM, "no memory");
		for (unsigned i = 0; i <= n_workers; i++) {
			f->conditions[i] = condition_create(when, err);
			if (f->conditions[i] == NULL)
				return err->code ? -err->code : -EINVAL;
		}
	}
	return filter_open_lanes(f, n_workers, err);
}

void filter_release(struct filter *f)
{
	const struct heard_plugin *p = f->host.plugin;
	for (unsigned i = 0; f->lanes != NULL && i < f->n_lanes; i++) {
		if (f->lanes[i] != NULL && p->lane_close != NULL)
			p->lane_close(f->host.self, f->lanes[i]);
		free(f->lanes[i]);
	}
	free(f->lanes);
	for (unsigned i = 0; f->conditions != NULL && i <= f->host.daemon->n_workers; i++)
		condition_destroy(f->conditions[i]);
	free(f->conditions);
	pthread_mutex_destroy(&f->lock);
}
