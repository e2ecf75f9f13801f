/*
 * control_show.c - `heard ledger` and `heard status`: what there is, told.
 */
#include "control.h"

#include "backstage.h"
#include "daemon.h"
#include "ledger.h"
#include "metrics.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Counting what waits walks the journal, so it is done backstage.  Nothing is counted
 * for a client that went away: a stop would wait for it. */
struct ledger_job {
	struct backstage_job job; /* first */
	struct loop_job hop;
	_Atomic bool is_settled;       /* the client went away, or the hop is on its way */
	struct control_client *client; /* NULL: went away */
	struct daemon *daemon;
	struct heard_buf text;
};

static void ledger_free(struct ledger_job *l)
{
	heard_buf_release(&l->text);
	free(l);
}

/* Whoever comes second frees it: ledger_count, or ledger_tell if that was first. */
static void ledger_gone(void *arg)
{
	struct ledger_job *l = arg;
	l->client = NULL;
	atomic_store(&l->is_settled, true);
}

static void ledger_tell(struct loop_job *hop)
{
	struct ledger_job *l = (struct ledger_job *)((char *)hop -
						     offsetof(struct ledger_job, hop));
	if (l->client != NULL) {
		control_read(l->client, NULL, NULL, NULL);
		if (!l->text.failed) {
			heard_buf_str(control_out(l->client)->buf, heard_buf_view(&l->text));
			control_out_end(l->client);
		}
		control_exit(l->client, l->text.failed, "%s",
			     l->text.failed ? "no memory" : "");
	}
	ledger_free(l);
}

/* [control's backstage] */
static void ledger_count(struct backstage_job *job)
{
	struct ledger_job *l = (struct ledger_job *)job;
	if (!atomic_load(&l->is_settled))
		ledger_write(l->daemon, &l->text);
	if (atomic_exchange(&l->is_settled, true))
		ledger_free(l);
	else
		loop_post(l->daemon->main, &l->hop);
}

void control_ledger(struct control_client *c, const struct heard_json *request)
{
	(void)request;
	struct ledger_job *l = calloc(1, sizeof(*l));
	if (l != NULL) {
		*l = (struct ledger_job){.job.fn = ledger_count,
					 .hop.fn = ledger_tell,
					 .client = c,
					 .daemon = control_daemon(c)};
		heard_buf_init(&l->text, 64u << 20);
	}
	if (l == NULL || control_backstage(c, &l->job) != 0) {
		free(l);
		control_exit(c, 1, "no memory, or no thread to count on; try again");
		return;
	}
	control_read(c, NULL, ledger_gone, l);
}

static void status_pipeline(struct heard_json_out *w, struct pipeline *p)
{
	uint64_t last = journal_last_seq(p->daemon->journal);
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "name", heard_str(p->conf->name));
	heard_json_bool(w, "paused", p->is_paused || p->daemon->journal_full);
	heard_json_int(w, "in_flight_bytes", (int64_t)p->in_flight);
	heard_json_begin(w, "inputs", '[');
	for (size_t i = 0; i < p->n_inputs; i++) {
		heard_json_begin(w, NULL, '{');
		heard_json_str(w, "name", heard_str(p->inputs[i].host.instance->name));
		heard_json_int(w, "received", (int64_t)p->inputs[i].received);
		heard_json_end(w, '}');
	}
	heard_json_end(w, ']');
	heard_json_begin(w, "outputs", '[');
	for (size_t i = 0; i < p->n_outputs; i++) {
		struct output *o = &p->outputs[i];
		if (o->is_service)
			continue;
		heard_json_begin(w, NULL, '{');
		heard_json_str(w, "name", heard_str(o->host.instance->name));
		heard_json_int(w, "lag", (int64_t)(last - o->seq));
		heard_json_int(w, "deferred", (int64_t)o->n_deferred);
		heard_json_bool(w, "failing", o->is_failing);
		heard_json_end(w, '}');
	}
	heard_json_end(w, ']');
	heard_json_end(w, '}');
}

void control_status(struct control_client *c, const struct heard_json *request)
{
	(void)request;
	struct daemon *d = control_daemon(c);
	struct journal_figures f;
	const char *why = metrics_not_ready(d);
	journal_figures(d->journal, &f);
	struct heard_json_out *w = control_out(c);
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "state", heard_str(daemon_state_name(d->state)));
	heard_json_bool(w, "ready", why == NULL);
	if (why != NULL)
		heard_json_str(w, "why", heard_str(why));
	heard_json_int(w, "pid", getpid());
	heard_json_int(w, "started_ms", d->started_ms);
	heard_json_int(w, "uptime_s", (daemon_now() - d->started_ms) / 1000);
	heard_json_str(w, "state_dir", heard_str(d->conf->state_dir));
	heard_json_begin(w, "journal", '{');
	int64_t records = 0, counts[JOURNAL_COUNTS];
	for (size_t i = 0; i < d->n_pipelines; i++)
		if (journal_count(d->journal, d->pipelines[i].counter, counts))
			records += counts[JOURNAL_JOURNALED];
	heard_json_int(w, "records", records);
	heard_json_int(w, "bytes", f.bytes);
	heard_json_int(w, "segments", f.segments);
	heard_json_int(w, "spare", f.spare);
	heard_json_int(w, "keys", (int64_t)f.keys);
	heard_json_int(w, "dead_letters", (int64_t)journal_dead_count(d->journal));
	heard_json_int(w, "damaged_frames", (int64_t)f.damaged_frames);
	heard_json_bool(w, "full", journal_is_full(d->journal));
	heard_json_end(w, '}');
	heard_json_begin(w, "pipelines", '[');
	for (size_t i = 0; i < d->n_pipelines; i++)
		status_pipeline(w, &d->pipelines[i]);
	heard_json_end(w, ']');
	heard_json_end(w, '}');
	control_out_end(c);
	control_exit(c, 0, "%s", "");
}
