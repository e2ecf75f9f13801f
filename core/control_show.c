/*
 * control_show.c - `heard ledger` and `heard status`: what there is, told.
 */
#include "control.h"

#include "channels.h"
#include "control_errand.h"
#include "daemon.h"
#include "ledger.h"
#include "metrics.h"

#include <stdlib.h>
#include <unistd.h>

/* Counting what waits walks the journal. */
struct ledger_errand {
	struct control_errand errand; /* first */
	struct heard_buf text;
};

static void ledger_free(struct control_errand *take)
{
	struct ledger_errand *l = (struct ledger_errand *)take;
	heard_buf_release(&l->text);
	free(l);
}

static void ledger_tell(struct control_errand *take)
{
	struct ledger_errand *l = (struct ledger_errand *)take;
	if (!l->text.failed) {
		heard_buf_str(control_out(take->client)->buf, heard_buf_view(&l->text));
		control_out_end(take->client);
	}
	control_exit(take->client, l->text.failed, "%s", l->text.failed ? "no memory" : "");
	ledger_free(take);
}

static void ledger_count(struct control_errand *e)
{
	ledger_write(e->daemon, &((struct ledger_errand *)e)->text);
}

void control_ledger(struct control_client *c, const struct heard_json *request)
{
	(void)request;
	struct ledger_errand *l = calloc(1, sizeof(*l));
	if (l != NULL) {
		l->errand = (struct control_errand){
			.work = ledger_count, .tell = ledger_tell, .cancel = ledger_free};
		heard_buf_init(&l->text, 64u << 20);
	}
	if (l == NULL || control_go(c, &l->errand) != 0) {
		free(l);
		control_exit(c, 1, "no memory, or no thread to count on; try again");
	}
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

struct status_channel {
	struct heard_json_out *out;
	const char *pipeline;
};

static void status_channel(void *arg, const struct channel_view *c)
{
	const struct status_channel *s = arg;
	struct heard_json_out *w = s->out;
	heard_json_begin(w, NULL, '{');
	heard_json_str(w, "pipeline", heard_str(s->pipeline));
	heard_json_str(w, "channel", c->seen.name);
	heard_json_int(w, "today", (int64_t)c->today.received);
	heard_json_int(w, "today_dead", (int64_t)c->today.dead);
	heard_json_int(w, "week", (int64_t)c->week.received);
	heard_json_int(w, "week_dead", (int64_t)c->week.dead);
	heard_json_int(w, "last_heard_ms", c->seen.last_heard);
	heard_json_bool(w, "silent", c->seen.is_silent);
	heard_json_end(w, '}');
}

static void status_channels(struct heard_json_out *w, struct daemon *d)
{
	int64_t now = daemon_now();
	heard_json_int(w, "now_ms", now);
	heard_json_begin(w, "channels", '[');
	for (size_t i = 0; i < d->n_pipelines; i++) {
		struct status_channel s = {w, d->pipelines[i].conf->name};
		channels_each(d->channels, i, now, now + 1, now, status_channel, &s);
	}
	heard_json_end(w, ']');
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
	status_channels(w, d);
	heard_json_end(w, '}');
	control_out_end(c);
	control_exit(c, 0, "%s", "");
}
