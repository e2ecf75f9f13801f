/*
 * input.c - emissions in, receipts out.
 *
 * Emissions made in one turn of the loop share a job: an event made active by
 * the first of them runs after all callbacks of that turn, and sends the job to
 * the workers.
 *
 * Order.  Jobs that carry a stream commit in the order they were made.  A worker
 * that finishes one out of order leaves it in `waiting`.  If one fails, all that
 * were made before its receipt was seen must fail too, or a resume token would
 * overtake records that were lost: `poisoned` names the newest epoch that may
 * not commit any more, and a new epoch begins when the failure reaches home.
 */
#include "input.h"

#include "daemon.h"
#include "log.h"
#include "tally.h"

#include <heard/error.h>

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define TURN_BYTES (256u << 10) /* a job is sent off once it holds so much */
#define SPARE_JOBS 8

/* ---- receipts */

static void input_link(struct input *in, struct job *job)
{
	job->newer = in->jobs;
	job->link = &in->jobs;
	if (job->newer != NULL)
		job->newer->link = &job->newer;
	in->jobs = job;
	in->host.pipeline->jobs++;
	in->n_jobs++;
}

static void input_unlink(struct input *in, struct job *job)
{
	*job->link = job->newer;
	if (job->newer != NULL)
		job->newer->link = job->link;
	in->host.pipeline->jobs--;
	in->n_jobs--;
}

static void input_recycle(struct input *in, struct job *job)
{
	input_unlink(in, job);
	if (job->is_decoded)
		in->host.pipeline->records -= batch_decoded(job->batch);
	if (in->n_spare >= SPARE_JOBS) {
		job_destroy(job);
		return;
	}
	job_clear(job);
	job->next = in->spare;
	in->spare = job;
	in->n_spare++;
}

/* The ids of emission e's records, and whether they clash with other content: which
 * of them does, from 1, or 0. */
static int input_collect(const struct job *job, uint32_t e, size_t *at, char (*ids)[37],
			 size_t *n, int *which)
{
	int code = 0;
	for (; *at < job->txn.n_records && job->txn.records[*at].unit == e; (*at)++) {
		const struct journal_record *r = &job->txn.records[*at];
		if (r->fate == JOURNAL_OTHER) {
			code = -EEXIST;
			*which = (int)r->place;
		} else {
			uuid_format(r->id, ids[(*n)++]);
		}
	}
	return code;
}

static void input_receipt(struct job *job, uint32_t at_emission, size_t *at_record)
{
	char(*ids)[37] = job->ids;
	const struct emission *e = &job->emissions[at_emission];
	struct heard_receipt r = {.after_ms = 1000};
	size_t n = 0;
	if (job->result != 0) {
		r.code = -EAGAIN;
		r.error = job->why;
	} else if (e->code != 0) {
		r.code = e->code;
		r.error = e->error;
		r.line = e->line;
	} else {
		r.code = input_collect(job, at_emission, at_record, ids, &n, &r.line);
		r.error = r.code ? "the same source id came with other content before" : NULL;
		r.n = n;
		r.ids = ids;
		r.dead = e->dead;
	}
	bool is_over = job->input->teller != NULL && job->input->is_stopped;
	if (e->given.receipt != NULL && !is_over)
		e->given.receipt(e->given.arg, &r);
}

/* What is refused comes again, and then it is to have the id that it had. */
static void input_remember(const struct job *job)
{
	size_t n = job->is_decoded ? batch_decoded(job->batch) : 0;
	for (size_t i = 0; i < n; i++)
		gate_refused(job->input->host.daemon->refused, heard_batch_at(job->batch, i));
}

static void input_receipts(struct loop_job *hop)
{
	struct job *job = (struct job *)((char *)hop - offsetof(struct job, hop));
	struct input *in = job->input;
	struct pipeline *p = in->host.pipeline;
	if (job->result != 0 && job->is_ordered && in->epoch <= job->epoch)
		in->epoch = job->epoch + 1;
	if (job->result != 0)
		input_remember(job);
	size_t at = 0;
	for (uint32_t i = 0; i < job->n; i++)
		input_receipt(job, i, &at);
	size_t bytes = job->bytes;
	input_recycle(in, job);
	pipeline_weigh(p, 0, bytes);
	if (in->teller != NULL)
		output_settle(in->teller);
}

/* ---- commit */

static const char *input_why(int result)
{
	if (result == -ENOSPC)
		return "the journal is full; it goes on when outputs catch up or space is "
		       "freed";
	if (result == -ECANCELED)
		return "an earlier part of the same source was refused";
	return "the journal could not be written";
}

static void input_committed(struct journal_txn *txn, int result)
{
	struct job *job = (struct job *)((char *)txn - offsetof(struct job, txn));
	if (result != 0)
		job_refuse(job, result, input_why(result));
	else
		tally_job(job);
	job->hop.fn = input_receipts;
	struct pipeline *p = job->input->host.pipeline;
	if (result == 0 && p->conf->acknowledge == ACKNOWLEDGE_DELIVERED &&
	    job->input->teller == NULL)
		pipeline_await(p, job);
	else
		loop_post(job->input->host.loop, &job->hop);
}

static void input_poison(struct input *in, uint64_t epoch)
{
	uint64_t now = atomic_load(&in->poisoned);
	while (now < epoch && !atomic_compare_exchange_weak(&in->poisoned, &now, epoch))
		;
}

static void input_submit(struct input *in, struct job *job)
{
	job->ids = heard_batch_alloc(job->batch, (job->txn.n_records + 1) * sizeof(*job->ids));
	if (job->ids == NULL)
		job_refuse(job, -EAGAIN, "no memory for the receipts");
	if (job->is_ordered && job->result == 0 && job->epoch <= atomic_load(&in->poisoned))
		job_refuse(job, -ECANCELED, "an earlier part of the same source was refused");
	if (job->result != 0) {
		if (job->is_ordered)
			input_poison(in, job->epoch);
		job->txn.n_records = 0;
		job->hop.fn = input_receipts;
		loop_post(in->host.loop, &job->hop);
		return;
	}
	job->txn.done = input_committed;
	if (job->is_ordered) {
		job->txn.chain = &in->poisoned;
		job->txn.epoch = job->epoch;
	}
	journal_submit(in->host.daemon->journal, &job->txn);
}

void input_commit(struct job *job)
{
	struct input *in = job->input;
	if (!job->is_ordered) {
		input_submit(in, job);
		return;
	}
	pthread_mutex_lock(&in->lock);
	struct job **at = &in->waiting;
	while (*at != NULL && (*at)->order < job->order)
		at = &(*at)->next;
	job->next = *at;
	*at = job;
	while (in->waiting != NULL && in->waiting->order == in->next_commit) {
		job = in->waiting;
		in->waiting = job->next;
		in->next_commit++;
		input_submit(in, job);
	}
	pthread_mutex_unlock(&in->lock);
}

/* ---- emission */

static void input_send_off(struct input *in)
{
	struct job *job = in->open;
	in->open = NULL;
	if (job->is_ordered) {
		job->order = in->next_order++;
		job->epoch = in->epoch;
	}
	workers_put(in->host.daemon->workers, job);
}

static void input_turn_ends(evutil_socket_t fd, short what, void *arg)
{
	struct input *in = arg;
	(void)fd;
	(void)what;
	if (in->open != NULL)
		input_send_off(in);
}

static struct job *input_job(struct input *in)
{
	if (in->open != NULL)
		return in->open;
	struct job *job = in->spare;
	if (job != NULL) {
		in->spare = job->next;
		in->n_spare--;
		job->next = NULL;
	} else {
		job = job_create(in);
	}
	if (job == NULL)
		return NULL;
	in->open = job;
	input_link(in, job);
	event_active(in->turn_end, EV_TIMEOUT, 1);
	return job;
}

static void input_refuse(const struct heard_emission *e, const char *why)
{
	struct heard_receipt r = {.code = -EAGAIN, .error = why, .after_ms = 1000};
	if (e->free_raw != NULL)
		e->free_raw(e->free_arg);
	if (e->receipt != NULL)
		e->receipt(e->arg, &r);
}

static bool hides_ids(const struct heard_host *host)
{
	return (host->plugin->flags & HEARD_PERSONAL_IDS) != 0;
}

/* How it came in is told by the flags and the source of `how`. */
static void input_add(struct heard_host *host, const struct heard_emission *e,
		      const struct emission *how)
{
	struct input *in = host->input;
	if (in == NULL)
		HEARD_BUG("%s is neither an input nor HEARD_TELLS and cannot emit",
			  host->full_name);
	if (in->teller != NULL && e->stream.len > 0)
		HEARD_BUG("%s is an output: what it tells has no stream", host->full_name);
	if (in->teller != NULL && (in->teller->is_stopping || in->is_stopped)) {
		input_refuse(e, "the daemon is stopping");
		return;
	}
	struct job *job = input_job(in);
	struct heard_str source = how->source;
	if (job != NULL && source.ptr != host->full_name)
		source = heard_batch_copy(job->batch, source);
	if (job == NULL || source.ptr == NULL || job_add(job, e) != 0) {
		input_refuse(e, "no memory");
		return;
	}
	struct emission *added = &job->emissions[job->n - 1];
	added->is_sent = how->is_sent;
	added->is_letter = how->is_letter;
	added->is_replay = how->is_replay;
	added->hides_ids = how->hides_ids;
	added->source = source;
	pipeline_weigh(host->pipeline, e->raw.len, 0);
	if (job->bytes >= TURN_BYTES)
		input_send_off(in);
}

void heard_emit(struct heard_host *host, const struct heard_emission *e)
{
	input_emit(host, e, false);
}

void input_emit(struct heard_host *host, const struct heard_emission *e, bool is_sent)
{
	input_add(host, e,
		  &(struct emission){.is_sent = is_sent,
				     .hides_ids = hides_ids(host),
				     .source = heard_str(host->full_name)});
}

void input_emit_letter(struct heard_host *host, const struct heard_emission *e,
		       struct heard_str source, bool is_record)
{
	struct emission how = {.is_sent = true,
			       .is_letter = is_record,
			       .is_replay = true,
			       .hides_ids = true, /* unless who knows says no */
			       .source = source};
	const struct pipeline *p = host->pipeline;
	for (size_t i = 0; i < p->n_inputs; i++)
		if (heard_str_is(source, p->inputs[i].host.full_name))
			how.hides_ids = hides_ids(&p->inputs[i].host);
	input_add(host, e, &how);
}

bool heard_is_paused(const struct heard_host *host)
{
	return host->input != NULL && host->input->host.is_paused;
}

void input_pause(struct input *in)
{
	if (in->host.is_paused || in->is_stopped)
		return;
	in->host.is_paused = true;
	if (in->host.plugin->pause != NULL)
		in->host.plugin->pause(in->host.self);
}

void input_resume(struct input *in)
{
	if (!in->host.is_paused || in->is_stopped)
		return;
	in->host.is_paused = false;
	if (in->host.plugin->resume != NULL)
		in->host.plugin->resume(in->host.self);
}

/* ---- resume tokens */

struct heard_str input_token_name(const struct input *in, struct heard_str stream,
				  struct heard_batch *b)
{
	size_t name = strlen(in->host.full_name), len = 6 + name + 1 + stream.len;
	char *at = heard_batch_alloc(b, len);
	if (at == NULL)
		return heard_str_n(NULL, 0);
	memcpy(at, "token/", 6);
	memcpy(at + 6, in->host.full_name, name);
	at[6 + name] = '/';
	memcpy(at + 7 + name, stream.ptr, stream.len);
	return heard_str_n(at, len);
}

bool heard_resume_token(struct heard_host *host, struct heard_str stream,
			struct heard_str *token)
{
	struct input *in = host->input;
	char *name = NULL;
	int len = asprintf(&name, "token/%s/%.*s", host->full_name, HEARD_ARG(stream));
	if (len < 0)
		return false;
	free(in->token);
	size_t n = 0;
	in->token = journal_state_get(host->daemon->journal, heard_str_n(name, (size_t)len),
				      &n);
	free(name);
	*token = heard_str_n(in->token, n);
	return in->token != NULL;
}

struct resume_walk {
	size_t prefix;
	void (*fn)(void *arg, struct heard_str stream, struct heard_str token);
	void *arg;
};

static void input_each_token(void *arg, struct heard_str name, struct heard_str value)
{
	const struct resume_walk *w = arg;
	w->fn(w->arg, heard_str_skip(name, w->prefix), value);
}

void heard_resume_each(struct heard_host *host,
		       void (*fn)(void *arg, struct heard_str stream, struct heard_str token),
		       void *arg)
{
	char *prefix = NULL;
	int len = asprintf(&prefix, "token/%s/", host->full_name);
	if (len < 0)
		return;
	struct resume_walk w = {(size_t)len, fn, arg};
	journal_state_each(host->daemon->journal, heard_str_n(prefix, (size_t)len),
			   input_each_token, &w);
	free(prefix);
}

/* ---- life */

int input_init(struct input *in, struct heard_error *err)
{
	pthread_mutex_init(&in->lock, NULL);
	in->epoch = 1;
	in->turn_end = event_new(loop_base(in->host.loop), -1, 0, input_turn_ends, in);
	return in->turn_end != NULL ? 0 : heard_fail(err, ENOMEM, "no memory");
}

void input_release(struct input *in)
{
	while (in->jobs != NULL) { /* a forced end did not wait for them, wherever they are */
		struct job *job = in->jobs;
		in->jobs = job->newer;
		job_destroy(job);
	}
	while (in->spare != NULL) {
		struct job *job = in->spare;
		in->spare = job->next;
		job_destroy(job);
	}
	if (in->turn_end != NULL)
		event_free(in->turn_end);
	free(in->token);
	pthread_mutex_destroy(&in->lock);
}
