/*
 * bury.c - dead letters: what could not be a record, kept for somebody to look at.
 *
 * A letter is text and facts about it.  The text is in clear only if `mask` had
 * been over it or the pipeline is `clear`; else it is sealed, and without a key to
 * seal to it is left out and its keyed hash kept.  The facts never quote it.
 */
#include "bury.h"

#include "input.h"
#include "pipeline.h"

#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <string.h>

struct letter {
	const char *instance; /* who gave up on it */
	const char *reason;
	struct heard_str text; /* what is kept, in clear or to be sealed */
	struct heard_str source;
	int64_t line;
	bool is_clean;	/* mask had been over it */
	bool is_record; /* and no piece of what a source said */
};

static int bury_letter(const struct gate *g, struct lane *lane, struct job *job,
		       const struct letter *l, int64_t now, struct journal_dead *out)
{
	char at[HEARD_TIME_SIZE], id[37];
	bool clear = l->is_clean || job->input->host.pipeline->conf->clear;
	struct heard_buf *b = &lane->scratch;
	if (out->id[0] == 0 && sodium_is_zero(out->id, 16))
		uuid_make(&lane->ids, now, out->id);
	uuid_format(out->id, id);
	heard_time_format(now, at);

	heard_buf_clear(b);
	if (!clear && g->can_seal)
		sealer_seal(&lane->sealer, l->text, now, b);
	if (clear || g->can_seal)
		out->body = heard_batch_copy(job->batch, clear ? l->text : heard_buf_view(b));
	if (b->failed || ((clear || g->can_seal) && out->body.ptr == NULL))
		return -ENOMEM;
	heard_buf_clear(b);
	struct heard_json_out w = {.buf = b};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "id", heard_str_n(id, 36));
	heard_json_str(&w, "at", heard_str_n(at, HEARD_TIME_SIZE - 1));
	heard_json_str(&w, "pipeline", heard_str(job->input->host.pipeline_name));
	heard_json_str(&w, "instance", heard_str(l->instance));
	heard_json_str(&w, "reason", heard_str(l->reason));
	heard_json_str(&w, "source", l->source);
	if (l->line > 0)
		heard_json_int(&w, "line", l->line);
	else
		heard_json_null(&w, "line");
	heard_json_int(&w, "length", (int64_t)l->text.len);
	heard_json_bool(&w, "record", l->is_record);
	if (!clear && !g->can_seal) {
		char hex[65];
		unsigned char hash[32];
		seal_keyed_hash(g->secret, "dead", l->text, hash);
		sodium_bin2hex(hex, sizeof(hex), hash, 32);
		heard_json_str(&w, "digest", heard_str_n(hex, 64));
	}
	heard_json_end(&w, '}');
	out->meta = heard_batch_copy(job->batch, heard_buf_view(b));
	return b->failed || out->meta.ptr == NULL ? -ENOMEM : 0;
}

int bury_piece(const struct gate *g, struct lane *lane, struct job *job,
	       const struct batch_dead *piece, int64_t now, struct journal_dead *out)
{
	struct letter l = {.instance = job->input->host.instance->name,
			   .reason = piece->reason,
			   .text = piece->piece,
			   .source = job->emissions[piece->emission].source,
			   .line = piece->line};
	return bury_letter(g, lane, job, &l, now, out);
}

int bury_record(const struct gate *g, struct lane *lane, struct job *job,
		struct heard_record *r, int64_t now, struct journal_dead *out)
{
	const struct pipeline *p = job->input->host.pipeline;
	unsigned at = record_died_at(r);
	struct letter l = {.reason = record_reason(r),
			   .instance = at < p->n_filters ? p->filters[at].host.instance->name
							 : job->input->host.instance->name,
			   .source = job->emissions[record_emission(r)].source,
			   .is_record = true,
			   .is_clean = at < p->n_filters && at > p->mask_at};
	size_t from = job->lines.len;
	if (l.is_clean || p->conf->clear) { /* stored in clear, so close it as any other */
		unsigned char id[16];
		if (gate_close(g, lane, r, now, gate_is_ours(job, r), id) != 0)
			return -ENOMEM;
	}
	record_encode(r, &job->lines); /* borrowed room: taken back below */
	l.text = heard_str_n(job->lines.ptr + from, job->lines.len - from);
	int rc = job->lines.failed ? -ENOMEM : bury_letter(g, lane, job, &l, now, out);
	sodium_memzero(job->lines.ptr + from, job->lines.len - from);
	job->lines.len = from;
	return rc;
}
