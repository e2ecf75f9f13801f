/*
 * tally.c - what became of records, counted for metrics.
 *
 * Counted when the job is committed, so that a batch that goes back to its source
 * and comes again counts once.  The records are only walked if the gate has said
 * that some of them ended.
 *
 * Channels (channels.c).  A source that is asked again and again repeats itself: what
 * came before is no sign of life and does not count.  Nor does what filters add, what an
 * operator replays, and what outputs tell.  The worker notes each record's channel while
 * it has the record in its cache; records of one batch mostly have the same, so it is
 * compared with the last one first.
 */
#include "tally.h"

#include "batch.h"
#include "channels.h"
#include "daemon.h"
#include "input.h"
#include "job.h"
#include "pipeline.h"

#include <errno.h>
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
	struct tally *t = at < p->n_filters ? &p->filters[at].tally : &in->tally;
	const char *reason = record_reason(r);
	enum record_fate fate = record_fate(r);
	if (fate == RECORD_DROPPED)
		tally_drop(t, reason != NULL ? reason : "");
	else if (fate == RECORD_DEAD)
		t->dead++;
}

/* ---- channels */

int tally_begin(struct job *job, size_t live)
{
	struct tally_sheet *s = &job->sheet;
	*s = (struct tally_sheet){.n = 0};
	if (job->input->teller != NULL)
		return 0;
	s->lines = heard_batch_alloc(job->batch, TALLY_LINES * sizeof(*s->lines));
	s->of = heard_batch_alloc(job->batch, live);
	return s->lines != NULL && s->of != NULL ? 0 : -ENOMEM;
}

/* The line of that name; the last one is for all names that found none. */
static size_t tally_find(struct tally_sheet *s, size_t last, struct heard_str name)
{
	if (last < s->n && heard_str_eq(s->lines[last].name, name))
		return last;
	size_t i = 0;
	while (i < s->n && !heard_str_eq(s->lines[i].name, name))
		i++;
	if (i < s->n)
		return i;
	if (s->n == TALLY_LINES)
		return TALLY_LINES - 1;
	if (s->n == TALLY_LINES - 1)
		name = HEARD_STR_OF("other");
	s->lines[s->n++] = (struct tally_line){.name = name};
	return i;
}

void tally_note(struct job *job, const struct heard_record *r, size_t i)
{
	struct tally_sheet *s = &job->sheet;
	if (s->lines == NULL)
		return;
	enum record_fate fate = record_fate(r);
	bool is_from_source = i < batch_decoded(job->batch) &&
			      !job->emissions[record_emission(r)].is_replay;
	size_t at = TALLY_NONE;
	if (is_from_source) {
		at = tally_find(s, s->last, heard_get_str(r, HEARD_CHANNEL));
		s->last = at;
	}
	if (fate == RECORD_LIVE) {
		s->of[s->n_of++] = (uint8_t)at;
	} else if (is_from_source) {
		s->lines[at].received++;
		s->lines[at].dead += fate == RECORD_DEAD;
	}
}

static void tally_channels(const struct job *job)
{
	struct input *in = job->input;
	const struct tally_sheet *s = &job->sheet;
	const struct daemon *d = in->host.daemon;
	size_t dead = batch_dead_count(job->batch);
	if (s->lines == NULL)
		return;
	for (size_t i = 0; i < s->n_of; i++)
		if (s->of[i] != TALLY_NONE && job->txn.records[i].fate == JOURNAL_NEW)
			s->lines[s->of[i]].received++;
	struct channel_source from = {.pipeline = (size_t)(in->host.pipeline - d->pipelines),
				      .by = in->host.instance->name,
				      .otherwise = in->host.plugin->name,
				      .last = &in->channel};
	int64_t now = daemon_now();
	for (size_t i = 0; i < s->n; i++) {
		const struct tally_line *l = &s->lines[i];
		if (l->received > 0)
			channels_add(d->channels, &from,
				     &(struct channel_count){l->name, l->received, l->dead},
				     now);
	}
	if (dead > 0)
		channels_add_dead(d->channels, &from, dead, now);
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
	tally_channels(job);
	if (by[JOURNAL_DROPPED] + by[JOURNAL_DEAD] == 0)
		return;
	size_t n = heard_batch_size(job->batch);
	for (size_t i = 0; i < n; i++)
		tally_record(in, heard_batch_at(job->batch, i));
}
