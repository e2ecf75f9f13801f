/*
 * metrics.c - what an operator's monitoring asks for.
 *
 * OpenMetrics 1.0 text.  Counts that must survive a restart come from the
 * journal, by the same numbers as the ledger; the rest are since the start.
 */
#include "metrics.h"

#include "channels.h"
#include "daemon.h"
#include "gauge.h"
#include "version.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <inttypes.h>
#include <string.h>

static void metrics_type(struct heard_buf *b, const char *name, const char *type,
			 const char *help)
{
	heard_buf_printf(b, "# TYPE heard_%s %s\n# HELP heard_%s %s\n", name, type, name, help);
}

static void metrics_ended(struct heard_buf *b, const char *how, const struct heard_host *by,
			  const char *reason, uint64_t n)
{
	heard_buf_printf(b, "heard_records_%s_total{pipeline=\"%s\",instance=\"%s\"", how,
			 by->pipeline_name, by->instance->name);
	heard_gauge_label(b, "reason", heard_str(reason)); /* a plugin's word */
	heard_buf_printf(b, "} %" PRIu64 "\n", n);
}

static void metrics_dropped_by(const struct heard_host *by, const struct tally *t,
			       struct heard_buf *b)
{
	for (size_t i = 0; i < TALLY_REASONS && t->dropped[i].reason != NULL; i++)
		metrics_ended(b, "dropped", by, t->dropped[i].reason, t->dropped[i].n);
	if (t->dropped_otherwise > 0)
		metrics_ended(b, "dropped", by, "other", t->dropped_otherwise);
}

static void metrics_dropped(struct daemon *d, struct heard_buf *b)
{
	metrics_type(b, "records_dropped", "counter",
		     "Records that an input or a filter did not want, and why");
	daemon_each_input(d, p, in) metrics_dropped_by(&in->host, &in->tally, b);
	daemon_each_filter(d, p, f) metrics_dropped_by(&f->host, &f->tally, b);
}

static void metrics_dead(struct daemon *d, struct heard_buf *b)
{
	metrics_type(b, "records_dead", "counter",
		     "Records that became dead letters, by where they ended");
	daemon_each_input(d, p, in)
	{
		metrics_ended(b, "dead", &in->host, "decode", in->undecodable);
		metrics_ended(b, "dead", &in->host, "quarantine", in->tally.dead);
	}
	daemon_each_filter(d, p, f)
		metrics_ended(b, "dead", &f->host, "quarantine", f->tally.dead);
	daemon_each_output(d, p, o)
	{
		const struct input *in = o->host.input;
		if (!o->is_service)
			metrics_ended(b, "dead", &o->host, "refused", o->dead);
		if (in != NULL)
			metrics_ended(b, "dead", &o->host, "event",
				      in->undecodable + in->tally.dead);
	}
}

static void metrics_pipelines(struct daemon *d, struct heard_buf *b)
{
	int64_t c[JOURNAL_COUNTS];
	metrics_type(b, "records_duplicate", "counter",
		     "Records acknowledged again, by pipeline");
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		if (journal_count(d->journal, p->counter, c))
			heard_buf_printf(
				b,
				"heard_records_duplicate_total{pipeline=\"%s\"} %" PRId64 "\n",
				p->conf->name, c[JOURNAL_DUPLICATE]);
	metrics_dropped(d, b);
	metrics_dead(d, b);
	metrics_type(b, "in_flight_bytes", "gauge",
		     "Bytes emitted by inputs and not yet acknowledged");
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		heard_buf_printf(b, "heard_in_flight_bytes{pipeline=\"%s\"} %zu\n",
				 p->conf->name, (size_t)p->in_flight);
	metrics_type(b, "records_in_flight", "gauge",
		     "Records decoded and not yet acknowledged");
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		heard_buf_printf(b, "heard_records_in_flight{pipeline=\"%s\"} %zu\n",
				 p->conf->name, (size_t)p->records);
}

static void metrics_inputs(struct daemon *d, struct heard_buf *b)
{
	metrics_type(b, "records_received", "counter", "Records taken in, by input");
	daemon_each_input(d, p, in) heard_buf_printf(
		b, "heard_records_received_total{pipeline=\"%s\",input=\"%s\"} %" PRIu64 "\n",
		p->conf->name, in->host.instance->name, in->received);
	metrics_type(b, "events_told", "counter", "Events that an output has told of");
	daemon_each_output(d, p, o) if (o->host.input != NULL) heard_buf_printf(
		b, "heard_events_told_total{pipeline=\"%s\",output=\"%s\"} %" PRIu64 "\n",
		p->conf->name, o->host.instance->name, o->host.input->received);
	metrics_type(b, "filter_seconds", "counter", "Time spent in a filter");
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		for (size_t i = 0; i < p->n_filters; i++)
			heard_buf_printf(b,
					 "heard_filter_seconds_total{pipeline=\"%s\",instance="
					 "\"%s\"} %.6f\n",
					 p->conf->name, p->filters[i].host.instance->name,
					 (double)p->filters[i].nanoseconds / 1e9);
	metrics_type(b, "condition_failures", "counter",
		     "Records for which a `when` failed and counted as false");
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		for (size_t i = 0; i < p->n_filters; i++)
			heard_buf_printf(b,
					 "heard_condition_failures_total{pipeline=\"%s\","
					 "stage=\"filter\",instance=\"%s\"} %" PRIu64 "\n",
					 p->conf->name, p->filters[i].host.instance->name,
					 p->filters[i].failed_conditions);
	daemon_each_output(d, p, o) heard_buf_printf(
		b,
		"heard_condition_failures_total{pipeline=\"%s\",stage=\"output\","
		"instance=\"%s\"} %" PRIu64 "\n",
		p->conf->name, o->host.instance->name, o->failed_conditions);
}

/* ---- channels */

struct metrics_channel {
	struct heard_buf *out;
	const char *pipeline, *name;
	void (*value)(struct heard_buf *, const struct channel_view *);
};

static void metrics_all(struct heard_buf *b, const struct channel_view *c)
{
	heard_buf_printf(b, "%" PRIu64 "\n", c->all);
}

static void metrics_all_dead(struct heard_buf *b, const struct channel_view *c)
{
	heard_buf_printf(b, "%" PRIu64 "\n", c->all_dead);
}

static void metrics_last_heard(struct heard_buf *b, const struct channel_view *c)
{
	heard_buf_printf(b, "%.3f\n", (double)c->seen.last_heard / 1000);
}

static void metrics_silent(struct heard_buf *b, const struct channel_view *c)
{
	heard_buf_printf(b, "%d\n", c->seen.is_silent);
}

static void metrics_channel(void *arg, const struct channel_view *c)
{
	const struct metrics_channel *m = arg;
	heard_buf_printf(m->out, "heard_%s{pipeline=\"%s\"", m->name, m->pipeline);
	heard_gauge_label(m->out, "channel", c->seen.name); /* a source's word */
	heard_buf_puts(m->out, "} ");
	m->value(m->out, c);
}

static void metrics_each_channel(struct daemon *d, struct heard_buf *b, const char *name,
				 void (*value)(struct heard_buf *, const struct channel_view *))
{
	int64_t now = daemon_now();
	for (size_t i = 0; i < d->n_pipelines; i++) {
		struct metrics_channel m = {b, d->pipelines[i].conf->name, name, value};
		channels_each(d->channels, i, now, now + 1, now, metrics_channel, &m);
	}
}

static void metrics_channels(struct daemon *d, struct heard_buf *b)
{
	metrics_type(b, "channel_records", "counter",
		     "Records that a channel brought, without those that came before");
	metrics_each_channel(d, b, "channel_records_total", metrics_all);
	metrics_type(b, "channel_dead", "counter",
		     "Of them dead letters, by decode or a filter");
	metrics_each_channel(d, b, "channel_dead_total", metrics_all_dead);
	metrics_type(b, "channel_last_heard_timestamp_seconds", "gauge",
		     "When a channel was last heard, seconds since 1970");
	metrics_each_channel(d, b, "channel_last_heard_timestamp_seconds", metrics_last_heard);
	metrics_type(b, "channel_silent", "gauge",
		     "1 while a channel is silent for longer than it usually is");
	metrics_each_channel(d, b, "channel_silent", metrics_silent);
}

/* Without the ledger's walk, which reads the journal. */
static int64_t metrics_delivered(const struct output *o)
{
	struct journal_position position;
	int64_t late[JOURNAL_COUNTS] = {0};
	journal_position_get(o->host.daemon->journal, o->slot, &position);
	journal_count(o->host.daemon->journal, o->counter, late);
	return (int64_t)position.delivered + late[OUTPUT_LATE_DELIVERED];
}

static void metrics_outputs(struct daemon *d, struct heard_buf *b)
{
	metrics_type(b, "records_delivered", "counter",
		     "Records an output has safely handed on");
	daemon_each_output(d, p, o)
	{
		if (o->is_service)
			continue;
		heard_buf_printf(
			b,
			"heard_records_delivered_total{pipeline=\"%s\",output=\"%s\"} %" PRId64
			"\n",
			p->conf->name, o->host.instance->name, metrics_delivered(o));
	}
	metrics_type(b, "output_lag_records", "gauge",
		     "Records of the journal an output has not come to yet");
	daemon_each_output(d, p, o) if (!o->is_service) heard_buf_printf(
		b, "heard_output_lag_records{pipeline=\"%s\",output=\"%s\"} %" PRIu64 "\n",
		p->conf->name, o->host.instance->name, journal_last_seq(d->journal) - o->seq);
	metrics_type(b, "output_deferred_records", "gauge",
		     "Records waiting to be tried again");
	daemon_each_output(d, p, o) if (!o->is_service) heard_buf_printf(
		b, "heard_output_deferred_records{pipeline=\"%s\",output=\"%s\"} %" PRIu64 "\n",
		p->conf->name, o->host.instance->name, o->n_deferred);
	metrics_type(b, "output_retries", "counter", "Records tried again");
	daemon_each_output(d, p, o) if (!o->is_service) heard_buf_printf(
		b, "heard_output_retries_total{pipeline=\"%s\",output=\"%s\"} %" PRIu64 "\n",
		p->conf->name, o->host.instance->name, o->retries);
}

static void metrics_journal(struct daemon *d, struct heard_buf *b)
{
	struct journal_figures f;
	uint64_t total = 0;
	unsigned tenths = 1; /* of a millisecond */
	journal_figures(d->journal, &f);
	metrics_type(b, "journal_bytes", "gauge", "Bytes of all segments");
	heard_buf_printf(b, "heard_journal_bytes %" PRId64 "\n", f.bytes);
	metrics_type(b, "journal_full", "gauge",
		     "1 while the journal has no space and inputs are paused");
	heard_buf_printf(b, "heard_journal_full %d\n", journal_is_full(d->journal));
	metrics_type(b, "journal_damaged_frames", "counter",
		     "Frames that could not be read back");
	heard_buf_printf(b, "heard_journal_damaged_frames_total %" PRIu64 "\n",
			 f.damaged_frames);
	metrics_type(b, "journal_fsync_seconds", "histogram",
		     "Time of each fdatasync of the journal");
	for (size_t i = 0; i < 16; i++, tenths *= 2) {
		total += f.fsync_buckets[i];
		if (i < 15)
			heard_buf_printf(
				b,
				"heard_journal_fsync_seconds_bucket{le=\"%.4f\"} %" PRIu64 "\n",
				tenths / 1e4, total);
	}
	heard_buf_printf(b, "heard_journal_fsync_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n",
			 total);
	heard_buf_printf(b,
			 "heard_journal_fsync_seconds_sum "
			 "%.6f\nheard_journal_fsync_seconds_count %" PRIu64 "\n",
			 f.fsync_seconds, total);
}

void metrics_write(struct daemon *d, struct heard_buf *b)
{
	metrics_type(b, "build", "info", "Version of the daemon");
	heard_buf_puts(b, "heard_build_info{version=\"" HEARD_VERSION "\"} 1\n");
	metrics_type(b, "start_time_seconds", "gauge",
		     "When the daemon started, seconds since 1970");
	heard_buf_printf(b, "heard_start_time_seconds %.3f\n", (double)d->started_ms / 1000);
	metrics_inputs(d, b);
	metrics_pipelines(d, b);
	metrics_channels(d, b);
	metrics_outputs(d, b);
	metrics_journal(d, b);
	http_metrics(d->http, b);
	gauges_write(d->gauges, b);
	heard_buf_puts(b, "# EOF\n");
}

const char *metrics_not_ready(const struct daemon *d)
{
	if (d->state != DAEMON_RUNNING)
		return daemon_state_name(d->state);
	if (d->journal_full)
		return "the journal is full";
	return NULL;
}

/* ---- routes [main] */

static void metrics_serve(void *arg, struct heard_http *request)
{
	struct heard_buf b;
	heard_buf_init(&b, 16u << 20);
	metrics_write(arg, &b);
	heard_http_reply(request, 200,
			 "application/openmetrics-text; version=1.0.0; charset=utf-8",
			 heard_buf_view(&b));
	heard_buf_release(&b);
}

static void metrics_health(void *arg, struct heard_http *request)
{
	(void)arg;
	heard_http_reply(request, 200, "text/plain; charset=utf-8", HEARD_STR_OF("alive\n"));
}

static void metrics_ready(void *arg, struct heard_http *request)
{
	const char *why = metrics_not_ready(arg);
	if (why == NULL)
		heard_http_reply(request, 200, "text/plain; charset=utf-8",
				 HEARD_STR_OF("ready\n"));
	else
		heard_http_problem(request, 503, "not ready: %s", why);
}

void metrics_mount(struct daemon *d, struct faults *faults)
{
	static const struct {
		const char *path;
		void (*handle)(void *, struct heard_http *);
	} routes[] = {{"/metrics", metrics_serve},
		      {"/healthz", metrics_health},
		      {"/readyz", metrics_ready}};
	bool has_admin = false;
	for (size_t i = 0; i < d->conf->n_listeners; i++)
		has_admin |= strcmp(d->conf->listeners[i].name, "admin") == 0;
	for (size_t i = 0; has_admin && i < sizeof(routes) / sizeof(routes[0]); i++) {
		struct heard_error err = {0};
		struct heard_route r = {.listener = "admin",
					.path = routes[i].path,
					.methods = HEARD_HTTP_GET,
					.handle = routes[i].handle,
					.arg = d};
		if (http_mount(d->http, NULL, &r, &err) != 0)
			faults_add(faults, d->conf->file, 0, "%s", err.text);
	}
}
