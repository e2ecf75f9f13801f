/*
 * gate.c - sealing, encoding, and the transaction of a job.
 *
 * admit.c has the way in, before the filters; gate_pass is the way out, after
 * them: every record is named (identity.c), its contacts are sealed, and it is
 * encoded; what died is buried (bury.c).  What gate_pass has filled in is what the
 * journal writes, and nothing is added to it behind.
 */
#include "gate.h"

#include "bury.h"
#include "identity.h"
#include "input.h"
#include "pipeline.h"
#include "refused.h"

#include <errno.h>
#include <string.h>

static int gate_seal_contacts(const struct gate *g, struct lane *lane, struct heard_record *r,
			      int64_t now, bool is_ours)
{
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		enum heard_field field = (enum heard_field)f;
		if (heard_field_table[f].care != HEARD_CONTACT || !heard_has(r, field))
			continue;
		struct heard_str plain = heard_get_str(r, field);
		if (is_ours && identity_is_sealed(plain))
			continue;
		if (!g->can_seal || plain.len == 0) {
			heard_unset(r, field);
			continue;
		}
		heard_buf_clear(&lane->scratch);
		sealer_seal(&lane->sealer, plain, now, &lane->scratch);
		if (lane->scratch.failed ||
		    heard_set_str(r, field, heard_buf_view(&lane->scratch)) != 0)
			return -ENOMEM;
	}
	return 0;
}

int gate_identify(struct refused *refused, struct lane *lane, struct heard_record *r,
		  int64_t now)
{
	unsigned char id[16];
	char *text = heard_batch_alloc(heard_record_batch(r), 37);
	if (text == NULL)
		return -ENOMEM;
	if (refused == NULL || !refused_take(refused, heard_record_origin(r), id))
		uuid_make(&lane->ids, now, id);
	uuid_format(id, text);
	return heard_set_str_borrowed(r, HEARD_ID, heard_str_n(text, 36));
}

void gate_refused(struct refused *refused, const struct heard_record *r)
{
	unsigned char id[16];
	if (heard_record_origin(r) != 0 && uuid_parse(heard_get_str(r, HEARD_ID), id))
		refused_note(refused, heard_record_origin(r), id);
}

int gate_close(const struct gate *g, struct lane *lane, struct heard_record *r, int64_t now,
	       bool is_ours, unsigned char id[16])
{
	if (!uuid_parse(heard_get_str(r, HEARD_ID), id) &&
	    (gate_identify(NULL, lane, r, now) != 0 ||
	     !uuid_parse(heard_get_str(r, HEARD_ID), id)))
		return -ENOMEM;
	if (!heard_has(r, HEARD_AUTHOR_KEY))
		identity_author(g, r, is_ours);
	return gate_seal_contacts(g, lane, r, now, is_ours);
}

void gate_encode(const struct gate *g, struct lane *lane, struct heard_record *r, int64_t now,
		 struct heard_buf *out)
{
	unsigned char id[16];
	if (gate_close(g, lane, r, now, true, id) == 0)
		record_encode(r, out);
	else
		out->failed = true;
}

/* ---- all of it */

struct gate_counts {
	int64_t live, dropped, dead;
};

static struct gate_counts gate_count(const struct job *job)
{
	struct gate_counts c = {.dead = (int64_t)batch_dead_count(job->batch)};
	size_t n = heard_batch_size(job->batch);
	for (size_t i = 0; i < n; i++) {
		enum record_fate fate = record_fate(heard_batch_at(job->batch, i));
		c.live += fate == RECORD_LIVE;
		c.dropped += fate == RECORD_DROPPED;
		c.dead += fate == RECORD_DEAD;
	}
	return c;
}

static int gate_tokens(struct job *job)
{
	struct journal_state *state = heard_batch_alloc(job->batch, job->n * sizeof(*state));
	if (state == NULL)
		return -ENOMEM;
	size_t n = 0;
	for (size_t i = 0; i < job->n; i++) {
		const struct heard_emission *e = &job->emissions[i].given;
		if (e->stream.len == 0)
			continue;
		struct heard_str name = input_token_name(job->input, e->stream, job->batch);
		if (name.ptr == NULL)
			return -ENOMEM;
		state[n++] = (struct journal_state){.name = name, .value = e->token};
	}
	job->txn.state = state;
	job->txn.n_state = n;
	return 0;
}

bool gate_is_ours(const struct job *job, const struct heard_record *r)
{
	return job->emissions[record_emission(r)].is_sent || job->input->teller != NULL;
}

static int gate_one(const struct gate *g, struct lane *lane, struct job *job, size_t i,
		    size_t index, int64_t now, struct journal_record *out)
{
	struct heard_record *r = heard_batch_at(job->batch, i);
	*out = (struct journal_record){.unit = record_emission(r)};
	if (i >= batch_decoded(job->batch)) { /* a filter added it, who knows to which */
		out->unit = (uint32_t)job->n;
		gate_name(r, heard_str(job->input->host.full_name), now);
		heard_unset(r, HEARD_ID); /* it may be a copy of another */
	}
	identity_record(g, job, r, index, out);
	if (gate_close(g, lane, r, now, gate_is_ours(job, r), out->id) != 0)
		return -ENOMEM;
	record_encode(r, &job->lines);
	out->end = (uint32_t)job->lines.len;
	return job->lines.failed ? -ENOMEM : 0;
}

int gate_pass(const struct gate *g, struct lane *lane, struct job *job, int64_t now)
{
	struct heard_batch *b = job->batch;
	struct gate_counts c = gate_count(job);
	size_t size = heard_batch_size(b), n = 0, dead = 0, index = 0;
	struct journal_record *records = heard_batch_alloc(b,
							   (size_t)c.live * sizeof(*records));
	struct journal_dead *letters = heard_batch_alloc(b, (size_t)c.dead * sizeof(*letters));
	struct journal_add *add = heard_batch_alloc(b, sizeof(*add));
	if (records == NULL || letters == NULL || add == NULL ||
	    tally_begin(job, (size_t)c.live) != 0)
		return -ENOMEM;
	memset(letters, 0, (size_t)c.dead * sizeof(*letters));
	uint32_t emission = UINT32_MAX;
	for (size_t i = 0; i < size; i++) {
		struct heard_record *r = heard_batch_at(b, i);
		int rc = 0;
		index = record_emission(r) == emission ? index + 1 : 0;
		emission = record_emission(r);
		tally_note(job, r, i);
		if (record_fate(r) == RECORD_LIVE) {
			rc = gate_one(g, lane, job, i, index, now, &records[n++]);
		} else if (record_fate(r) == RECORD_DEAD) {
			rc = bury_record(g, lane, job, r, now, &letters[dead++]);
		}
		if (rc != 0)
			return rc;
	}
	for (size_t i = 0; i < batch_dead_count(b); i++) {
		int rc = bury_piece(g, lane, job, batch_dead_at(b, i), now, &letters[dead++]);
		if (rc != 0)
			return rc;
	}
	struct pipeline *p = job->input->host.pipeline;
	size_t decoded = batch_decoded(b);
	*add = (struct journal_add){.name = p->counter};
	bool is_ours = job->input->teller != NULL; /* no source has sent it */
	size_t received = is_ours ? 0 : decoded + batch_dead_count(b);
	add->by[JOURNAL_RECEIVED] = (int64_t)received;
	add->by[JOURNAL_ADDED] = (int64_t)(size + batch_dead_count(b) - received);
	add->by[JOURNAL_DROPPED] = c.dropped;
	add->by[JOURNAL_DEAD] = c.dead;
	job->txn.pipeline = n > 0 ? p->conf->name : NULL;
	job->txn.lines = heard_buf_view(&job->lines);
	job->txn.records = records;
	job->txn.n_records = n;
	job->txn.dead = letters;
	job->txn.n_dead = dead;
	job->txn.add = size + batch_dead_count(b) > 0 ? add : NULL;
	job->txn.n_add = job->txn.add != NULL;
	return gate_tokens(job);
}
