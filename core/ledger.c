/*
 * ledger.c - the counts of journal and positions, put side by side.
 *
 * While records flow, counts and positions are read at slightly different
 * moments.  So a pipeline that does not balance is read again a few times; one
 * that is really out of balance stays so.
 */
#include "ledger.h"

#include "daemon.h"

#include <heard/json.h>

#define TRIES 20

void ledger_gate(const struct pipeline *p, struct ledger_gate *g)
{
	int64_t c[JOURNAL_COUNTS] = {0};
	journal_count(p->daemon->journal, p->counter, c);
	*g = (struct ledger_gate){.received = c[JOURNAL_RECEIVED],
				  .added = c[JOURNAL_ADDED],
				  .journaled = c[JOURNAL_JOURNALED],
				  .duplicate = c[JOURNAL_DUPLICATE],
				  .dropped = c[JOURNAL_DROPPED],
				  .dead = c[JOURNAL_DEAD],
				  .conflict = c[JOURNAL_CONFLICT]};
	g->balanced = g->received + g->added ==
		      g->journaled + g->duplicate + g->dropped + g->dead;
}

struct ledger_live {
	int64_t n;
	uint64_t up_to;
};

static void ledger_count_live(void *arg, const struct journal_defer *f)
{
	struct ledger_live *live = arg;
	live->n += f->seq <=
		   live->up_to; /* one that the position does not know yet is still walked */
}

void ledger_output(const struct output *o, struct ledger_output *l)
{
	struct journal *j = o->host.daemon->journal;
	struct journal_position p;
	int64_t c[JOURNAL_COUNTS] = {0};
	journal_position_get(j, o->slot, &p);
	struct ledger_live live = {.up_to = p.seq};
	journal_count(j, o->counter, c);
	journal_defer_each(j, o->hash, ledger_count_live, &live);
	int64_t walked = journal_walk(j, p.seq, o->pipeline_hash, o->hash);
	*l = (struct ledger_output){
		.delivered = (int64_t)p.delivered + c[OUTPUT_LATE_DELIVERED],
		.replayed = c[OUTPUT_REPLAYED],
		.duplicate = (int64_t)p.duplicate + c[OUTPUT_LATE_DUPLICATE],
		.skipped = (int64_t)p.skipped,
		.dead = (int64_t)p.dead + c[OUTPUT_LATE_DEAD],
		.deferred = live.n,
		.pending = walked + live.n,
	};
}

static void ledger_read_output(const struct output *o, struct ledger_output *l)
{
	for (int i = 0; i < TRIES && !l->balanced; i++) {
		struct ledger_gate before, after;
		ledger_gate(o->host.pipeline, &before);
		ledger_output(o, l);
		ledger_gate(o->host.pipeline, &after);
		int64_t out = l->delivered + l->duplicate + l->skipped + l->dead + l->pending -
			      l->replayed;
		l->balanced = before.journaled <= out && out <= after.journaled;
	}
}

static void ledger_write_output(struct heard_json_out *w, const struct output *o)
{
	struct ledger_output l = {.balanced = false};
	ledger_read_output(o, &l);
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "name", heard_str(o->host.instance->name));
	heard_json_int(w, "delivered", l.delivered);
	heard_json_int(w, "replayed", l.replayed);
	heard_json_int(w, "duplicate", l.duplicate);
	heard_json_int(w, "skipped", l.skipped);
	heard_json_int(w, "dead", l.dead);
	heard_json_int(w, "pending", l.pending);
	heard_json_int(w, "deferred", l.deferred);
	heard_json_bool(w, "balanced", l.balanced);
	heard_json_end(w, '}');
}

static void ledger_write_pipeline(struct heard_json_out *w, struct pipeline *p)
{
	struct ledger_gate g;
	ledger_gate(p, &g);
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "name", heard_str(p->conf->name));
	heard_json_int(w, "received", g.received);
	heard_json_int(w, "added", g.added);
	heard_json_int(w, "journaled", g.journaled);
	heard_json_int(w, "duplicate", g.duplicate);
	heard_json_int(w, "dropped", g.dropped);
	heard_json_int(w, "dead", g.dead);
	heard_json_int(w, "conflict", g.conflict);
	heard_json_bool(w, "balanced", g.balanced);
	heard_json_begin(w, "outputs", '[');
	for (size_t i = 0; i < p->n_outputs; i++)
		if (!p->outputs[i].is_service)
			ledger_write_output(w, &p->outputs[i]);
	heard_json_end(w, ']');
	heard_json_end(w, '}');
}

void ledger_write(struct daemon *d, struct heard_buf *b)
{
	struct heard_json_out w = {.buf = b};
	heard_json_begin(&w, NULL, '{');
	heard_json_begin(&w, "pipelines", '[');
	for (size_t i = 0; i < d->n_pipelines; i++)
		ledger_write_pipeline(&w, &d->pipelines[i]);
	heard_json_end(&w, ']');
	heard_json_end(&w, '}');
}
