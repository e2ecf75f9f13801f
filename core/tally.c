/*
 * tally.c - what became of records, counted for metrics.
 *
 * Counted when the job is committed, so that a batch that goes back to its source
 * and comes again counts once.  The records are only walked if the gate has said
 * that some of them ended.
 */
#include "tally.h"

#include "batch.h"
#include "input.h"
#include "job.h"
#include "pipeline.h"

#include <string.h>

static void tally_drop(struct tally *t, const char *reason)
{
	for (size_t i = 0; i < TALLY_REASONS; i++) {
		const char *here = t->dropped[i].reason;
		if (here == NULL)
			t->dropped[i].reason = reason;
		else if (here != reason && strcmp(here, reason) != 0)
			continue;
		t->dropped[i].n++;
		return;
	}
	t->dropped_otherwise++;
}

static void tally_record(struct input *in, const struct heard_record *r)
{
	const struct pipeline *p = in->host.pipeline;
	unsigned at = record_died_at(r);
	struct tally *t = at < p->n_filters ? &p->filters[at].tally : NULL;
	const char *reason = record_reason(r);
	enum record_fate fate = record_fate(r);
	if (fate == RECORD_DROPPED && t != NULL)
		tally_drop(t, reason != NULL ? reason : "");
	else if (fate == RECORD_DEAD)
		(*(t != NULL ? &t->dead : &in->quarantined))++;
}

void tally_job(const struct job *job)
{
	struct input *in = job->input;
	if (job->txn.n_add == 0)
		return;
	const int64_t *by = job->txn.add->by;
	in->received += (uint64_t)by[JOURNAL_RECEIVED];
	if (in->teller != NULL)
		in->received += (uint64_t)by[JOURNAL_ADDED];
	in->undecodable += batch_dead_count(job->batch);
	if (by[JOURNAL_DROPPED] + by[JOURNAL_DEAD] == 0)
		return;
	size_t n = heard_batch_size(job->batch);
	for (size_t i = 0; i < n; i++)
		tally_record(in, heard_batch_at(job->batch, i));
}
