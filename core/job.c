/*
 * job.c - decode, filters, gate: a batch on its way to the journal.
 *
 * Each step notes in the worker's crash slot what it is about to hand to a
 * plugin, and clears the note after.  A step that fails refuses the whole job,
 * except decode, which refuses a single emission.
 */
#include "job.h"

#include "daemon.h"
#include "hash.h"
#include "identity.h"
#include "log.h"
#include "record.h"
#include "send.h"
#include "tell.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOB_ARENA_CAP (256u << 20)
#define JOB_LINES_CAP (512u << 20)

struct job *job_create(struct input *input)
{
	struct job *job = calloc(1, sizeof(*job));
	if (job == NULL)
		return NULL;
	job->input = input;
	job->batch = batch_create(JOB_ARENA_CAP);
	heard_buf_init(&job->lines, JOB_LINES_CAP);
	if (job->batch == NULL) {
		free(job);
		return NULL;
	}
	return job;
}

static void job_free_raw(struct job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		struct heard_emission *e = &job->emissions[i].given;
		if (e->free_raw != NULL)
			e->free_raw(e->free_arg);
		e->free_raw = NULL;
	}
}

void job_destroy(struct job *job)
{
	if (job == NULL)
		return;
	job_free_raw(job);
	batch_destroy(job->batch);
	heard_buf_release(&job->lines);
	free(job);
}

void job_clear(struct job *job)
{
	struct job empty = {.input = job->input, .batch = job->batch, .lines = job->lines};
	job_free_raw(job);
	batch_clear(job->batch);
	heard_buf_clear(&empty.lines);
	if (empty.lines.size > (8u << 20)) { /* one giant should not stay for ever */
		heard_buf_release(&empty.lines);
		heard_buf_init(&empty.lines, JOB_LINES_CAP);
	}
	*job = empty;
}

static int job_room(struct job *job)
{
	if (job->n < job->size)
		return 0;
	size_t size = job->size ? job->size * 2 : 16;
	struct emission *more = heard_batch_alloc(job->batch, size * sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	if (job->n > 0)
		memcpy(more, job->emissions, job->n * sizeof(*more));
	job->emissions = more;
	job->size = size;
	return 0;
}

/* A copy in the batch; false at the cap. */
static bool job_keep(struct job *job, struct heard_str *s)
{
	if (s->len == 0)
		return true;
	*s = heard_batch_copy(job->batch, *s);
	return s->ptr != NULL;
}

int job_add(struct job *job, const struct heard_emission *given)
{
	if (job_room(job) != 0)
		return -ENOMEM;
	struct emission *e = &job->emissions[job->n];
	*e = (struct emission){.given = *given};
	if (given->free_raw == NULL && !job_keep(job, &e->given.raw))
		return -ENOMEM;
	if (!job_keep(job, &e->given.context) || !job_keep(job, &e->given.principal) ||
	    !job_keep(job, &e->given.source_id) || !job_keep(job, &e->given.stream) ||
	    !job_keep(job, &e->given.token))
		return -ENOMEM;
	job->n++;
	job->bytes += given->raw.len;
	job->is_ordered |= given->stream.len > 0;
	return 0;
}

void job_refuse(struct job *job, int code, const char *why)
{
	job->result = code;
	snprintf(job->why, sizeof(job->why), "%.255s", why);
}

/* ---- decode */

/* Keep all that an emission brought as a dead letter. */
static void job_bury(struct job *job, struct emission *e, int64_t line, const char *why)
{
	if (heard_batch_dead(job->batch, e->given.raw, line, "%s", why) != 0)
		job_refuse(job, -EAGAIN, "no memory to decode the batch");
}

/* An emission that crashed decode twice goes to the dead letters unread. */
static bool job_decode_is_safe(struct job *job, struct emission *e, uint64_t digest)
{
	const struct daemon *d = job->input->host.daemon;
	enum crash_verdict v = crash_verdict(d->crash, digest);
	job->is_careful |= v == CRASH_SUSPECT;
	if (v != CRASH_CONDEMNED)
		return true;
	job_bury(job, e, 0, "crashed the process twice while being read");
	return false;
}

/* Memory or the disk ran out, or it failed: the same bytes may well pass later. */
static bool job_is_passing(int rc)
{
	return rc == -ENOMEM || rc == -EAGAIN || rc == -ENOSPC || rc == -EIO;
}

/* Who can be told is told; a stream has nobody, so what it brought is kept as a
 * dead letter and the stream goes on. */
static void job_decode_failed(struct job *job, struct emission *e, int rc,
			      const struct heard_error *err)
{
	if (job_is_passing(rc) && e->given.stream.len > 0) {
		job_refuse(job, -EAGAIN,
			   rc == -ENOMEM ? "no memory to decode the batch" : err->text);
	} else if (e->given.stream.len > 0) {
		job_bury(job, e, err->line, err->text);
	} else {
		struct heard_str text = heard_str_n(err->text, strlen(err->text) + 1);
		text = heard_batch_copy(job->batch, text);
		e->code = job_is_passing(rc) ? -EAGAIN : rc == -EFBIG ? -EFBIG : -EBADMSG;
		e->line = err->line;
		e->error = text.ptr != NULL ? text.ptr : "no memory";
	}
}

/* Its letter says already what is wrong with it, and more than a second reading may. */
static int job_check_replay(const struct heard_batch *b, size_t dead, struct heard_error *err)
{
	return batch_dead_count(b) == dead
		       ? 0
		       : heard_fail(err, EBADMSG, "it cannot be read and is left as it is: %s",
				    batch_dead_at(b, dead)->reason);
}

static void job_decode_one(struct job *job, struct emission *e, uint32_t at, struct lane *lane)
{
	struct heard_batch *b = job->batch;
	const struct heard_host *host = &job->input->host;
	size_t records = heard_batch_size(b), dead = batch_dead_count(b);
	batch_set_emission(b, at);
	if (e->given.raw.len == 0 && e->given.stream.len > 0)
		return; /* only a token */
	e->digest = gate_keyed(&host->daemon->gate, hash_digest(e->given.raw));
	uint64_t named = e->digest ^ host->pipeline->salt;
	if (job_decode_is_safe(job, e, named)) {
		struct heard_error err = {0};
		crash_note(lane->slot, &named, 1);
		int rc = e->is_sent ? send_decode_sent(e->given.raw, e->given.context, b, &err)
				    : host->plugin->decode(host->self, e->given.raw,
							   e->given.context, b, &err);
		crash_note(lane->slot, NULL, 0);
		if (rc == 0 && e->is_replay)
			rc = job_check_replay(b, dead, &err);
		if (rc != 0) {
			batch_truncate(b, records, dead);
			job_decode_failed(job, e, rc, &err);
		}
	}
	e->n = (uint32_t)(heard_batch_size(b) - records);
	e->dead = (uint32_t)(batch_dead_count(b) - dead);
}

/* Look for records that were in the process's hands when it died. */
static void job_suspect(struct job *job, const struct daemon *d)
{
	const struct pipeline *p = job->input->host.pipeline;
	if (!crash_has_suspects(d->crash))
		return;
	size_t n = heard_batch_size(job->batch);
	for (size_t i = 0; i < n; i++) {
		struct heard_record *r = heard_batch_at(job->batch, i);
		enum crash_verdict v = crash_verdict(d->crash, pipeline_digest(p, r));
		if (v == CRASH_CONDEMNED)
			heard_record_quarantine(r, "crashed the process twice in a filter");
		else if (v == CRASH_SUSPECT)
			job->is_careful = true;
	}
}

/* Whatever was suspected of it, it is through all filters and we live. */
static void job_acquit(struct job *job, struct daemon *d)
{
	const struct pipeline *p = job->input->host.pipeline;
	size_t n = heard_batch_size(job->batch);
	for (size_t i = 0; i < job->n; i++)
		crash_acquit(d->crash, job->emissions[i].digest ^ p->salt);
	for (size_t i = 0; i < n; i++)
		crash_acquit(d->crash, pipeline_digest(p, heard_batch_at(job->batch, i)));
}

/* What an emission says is what its records say: packed or not, and with whatever
 * between them. */
static void job_add_content(struct job *job, const struct heard_record *r)
{
	uint64_t *content = &job->emissions[record_emission(r)].content;
	const uint64_t both[] = {*content, r->digest};
	*content = hash_digest(heard_str_n((const char *)both, sizeof(both)));
}

/* `index` is its place in its emission. */
static void job_admit(struct job *job, struct heard_record *r, size_t index, struct lane *lane,
		      int64_t now)
{
	const struct gate *g = &job->input->host.daemon->gate;
	const struct emission *e = &job->emissions[record_emission(r)];
	if (job->input->teller != NULL) {
		tell_admit(r, job->input, now);
		return;
	}
	gate_admit(r, e->source, e->is_letter, now);
	identity_author(g, r, gate_is_ours(job, r));
	identity_origin(g, r, &e->given, index);
	if (gate_identify(job->input->host.daemon->refused, lane, r, now) != 0)
		job_refuse(job, -EAGAIN, "no memory to decode the batch");
}

static void job_decode(struct job *job, struct lane *lane)
{
	struct heard_host *host = &job->input->host;
	batch_set_zone(job->batch, lane->zone);
	for (size_t i = 0; i < job->n; i++)
		job_decode_one(job, &job->emissions[i], (uint32_t)i, lane);
	int64_t now = daemon_now();
	size_t n = heard_batch_size(job->batch), index = 0;
	uint32_t emission = UINT32_MAX;
	for (size_t i = 0; i < n; i++) {
		struct heard_record *r = heard_batch_at(job->batch, i);
		index = record_emission(r) == emission ? index + 1 : 0;
		emission = record_emission(r);
		if (gate_mark(r, &lane->scratch) != 0)
			job_refuse(job, -EAGAIN, "no memory to decode the batch");
		job_add_content(job, r);
		job_admit(job, r, index, lane, now);
	}
	batch_end_decode(job->batch);
	host->pipeline->records += batch_decoded(job->batch);
	job_suspect(job, host->daemon);
	job->is_decoded = true;
}

/* ---- the whole way */

/* True when the job is through all filters; false when it waits for one.  What an
 * output tells passes by them. */
static bool job_filter(struct job *job, unsigned worker, struct lane *lane)
{
	struct pipeline *p = job->input->host.pipeline;
	while (job->input->teller == NULL && job->at_filter < p->n_filters) {
		struct filter *f = &p->filters[job->at_filter];
		struct heard_error err = {0};
		int rc = filter_run(f, job, worker, lane->slot, &err);
		if (rc > 0)
			return false;
		if (rc < 0) {
			filter_refuse(f, job, &err);
			return true;
		}
		job->at_filter++;
	}
	return true;
}

void job_run(struct job *job, unsigned worker)
{
	struct daemon *d = job->input->host.daemon;
	struct lane *lane = &d->lanes[worker];
	if (!job->is_decoded)
		job_decode(job, lane);
	if (job->result == 0 && !job_filter(job, worker, lane))
		return;
	if (job->result == 0 && job->is_careful)
		job_acquit(job, d);
	if (job->result == 0 && gate_pass(&d->gate, lane, job, daemon_now()) != 0)
		job_refuse(job, -EAGAIN, "no memory to encode the batch");
	input_commit(job);
}
