/*
 * control_replay.c - `heard replay`: records that the journal still has, again.
 *
 * The journal is read from its beginning, a frame in each turn of the loop, and
 * what was committed in the time asked for is put in again as REPLAY records for
 * one output or for each.  The reader stops at the seq the journal had when the
 * request came, so a replay does not replay itself.
 */
#include "control.h"

#include "daemon.h"
#include "hash.h"
#include "log.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct replaying {
	struct control_client *client; /* NULL: went away, so stop */
	struct daemon *daemon;
	struct pipeline *pipeline;
	struct journal_reader *reader;
	struct journal_view view;
	uint64_t until;
	int64_t from_ms, to_ms;
	size_t only; /* output, or n_outputs for all */
	size_t at_output;
	int64_t submitted, replayed;

	struct journal_txn txn;
	struct journal_record *records;
	struct journal_add add;
	struct heard_buf lines;
	struct loop_job hop;
	int result;
};

static void replay_end(struct replaying *r, int code, const char *why)
{
	journal_reader_destroy(r->reader);
	heard_buf_release(&r->lines);
	free(r->records);
	if (r->client != NULL) {
		control_read(r->client, NULL, NULL, NULL);
		struct heard_json_out *w = control_out(r->client);
		heard_json_begin(w, NULL, '{');
		heard_json_int(w, "replayed", r->replayed);
		heard_json_end(w, '}');
		control_out_end(r->client);
		control_exit(r->client, code, "%s", why);
	}
	free(r);
}

static void replay_gone(void *arg)
{
	struct replaying *r = arg;
	r->client = NULL;
}

static void replay_step(struct loop_job *hop);

static void replay_done(struct journal_txn *txn, int result)
{
	struct replaying *r = (struct replaying *)((char *)txn -
						   offsetof(struct replaying, txn));
	r->result = result;
	loop_post(r->daemon->main, &r->hop);
}

/* The view, to one output.  False: without memory. */
static bool replay_to(struct replaying *r, struct output *o)
{
	size_t n = (size_t)r->view.n;
	struct journal_record *records = realloc(r->records, n * sizeof(*records));
	if (records == NULL)
		return false;
	r->records = records;
	memset(records, 0, n * sizeof(*records));
	for (size_t i = 0; i < n; i++) {
		records[i].end = r->view.ends[i];
		records[i].unit = (uint32_t)i;
	}
	heard_buf_clear(&r->lines);
	heard_buf_str(&r->lines, r->view.lines);
	r->add = (struct journal_add){.name = o->counter,
				      .by = {[OUTPUT_REPLAYED] = (int64_t)n}};
	r->txn = (struct journal_txn){.pipeline = r->pipeline->conf->name,
				      .only_output = o->host.full_name,
				      .lines = heard_buf_view(&r->lines),
				      .records = records,
				      .n_records = n,
				      .add = &r->add,
				      .n_add = 1,
				      .done = replay_done};
	if (r->lines.failed)
		return false;
	r->submitted = (int64_t)n;
	journal_submit(r->daemon->journal, &r->txn);
	return true;
}

/* The next output this view is for, or NULL. */
static struct output *replay_output(struct replaying *r)
{
	struct pipeline *p = r->pipeline;
	while (r->at_output < p->n_outputs) {
		size_t i = r->at_output++;
		if (!p->outputs[i].is_service && (r->only == p->n_outputs || r->only == i))
			return &p->outputs[i];
	}
	return NULL;
}

static bool replay_is_wanted(const struct replaying *r)
{
	return r->view.pipeline == hash_name(r->pipeline->conf->name) &&
	       r->view.only_output == 0 && !r->view.damaged &&
	       r->view.committed_ms >= r->from_ms && r->view.committed_ms < r->to_ms;
}

static void replay_step(struct loop_job *hop)
{
	struct replaying *r = (struct replaying *)((char *)hop -
						   offsetof(struct replaying, hop));
	struct heard_error err = {0};
	r->replayed += r->result == 0 ? r->submitted : 0;
	r->submitted = 0;
	struct output *o = r->view.n > 0 ? replay_output(r) : NULL;
	if (r->result != 0 || r->client == NULL) {
		replay_end(r, 1,
			   r->result == -ENOSPC ? "the journal is full"
						: "the journal could not be written");
		return;
	}
	if (r->daemon->state != DAEMON_RUNNING) {
		replay_end(r, 1, "the daemon is stopping");
		return;
	}
	if (o != NULL) {
		if (!replay_to(r, o))
			replay_end(r, 1, "no memory");
		return;
	}
	int rc = journal_reader_next(r->reader, &r->view, &err);
	if (rc <= 0 || r->view.first_seq > r->until) {
		replay_end(r, rc < 0, err.text);
		return;
	}
	r->at_output = replay_is_wanted(r) ? 0 : r->pipeline->n_outputs;
	loop_post(r->daemon->main, &r->hop);
}

static int replay_parse(struct replaying *r, const struct heard_json *request,
			struct heard_error *err)
{
	struct daemon *d = r->daemon;
	struct heard_str pipeline = heard_json_string(request, "pipeline"),
			 output = heard_json_string(request, "output");
	struct heard_str from = heard_json_string(request, "from"),
			 to = heard_json_string(request, "to");
	struct heard_zone *zone = heard_zone_create(d->conf->timezone);
	r->from_ms = heard_time_parse(from, zone);
	r->to_ms = to.len > 0 ? heard_time_parse(to, zone) : INT64_MAX;
	heard_zone_destroy(zone);
	r->pipeline = pipeline_find(d, pipeline);
	if (r->pipeline == NULL)
		return heard_fail(err, EINVAL, "there is no pipeline %s", log_quote(pipeline));
	if (r->from_ms == HEARD_TIME_NONE || r->to_ms == HEARD_TIME_NONE)
		return heard_fail(err, EINVAL,
				  "--from and --to are times such as 2026-01-31T08:00");
	for (r->only = 0; r->only < r->pipeline->n_outputs; r->only++)
		if (heard_str_is(output, r->pipeline->outputs[r->only].host.instance->name))
			break;
	if (output.len > 0 && r->only == r->pipeline->n_outputs)
		return heard_fail(err, EINVAL, "pipeline \"%s\" has no output %s",
				  r->pipeline->conf->name, log_quote(output));
	return 0;
}

void control_replay(struct control_client *client, const struct heard_json *request)
{
	struct heard_error err = {0};
	struct daemon *d = control_daemon(client);
	struct replaying *r = calloc(1, sizeof(*r));
	if (r == NULL) {
		control_exit(client, 1, "no memory");
		return;
	}
	r->client = client;
	r->daemon = d;
	r->hop.fn = replay_step;
	r->until = journal_last_seq(d->journal);
	heard_buf_init(&r->lines, 512u << 20);
	if (replay_parse(r, request, &err) != 0 ||
	    (r->reader = journal_reader_create(d->journal, 0)) == NULL) {
		replay_end(r, 2, err.text[0] ? err.text : "no memory");
		return;
	}
	control_read(client, NULL, replay_gone, r);
	loop_post(d->main, &r->hop);
}
