/*
 * control_dead.c - `heard dead replay` and `heard dead drop`; control_list.c lists.
 *
 * Replay.  A letter that an output refused goes to that output again, as a
 * REPLAY record.  One from before the journal is emitted anew by the pipeline's
 * built-in input, as if by the one it came from; if it is sealed, that needs
 * privacy.private_key.  Letter and
 * replay change in one commit where both are the journal's; otherwise the letter
 * goes after the record is safe.
 */
#include "control.h"

#include "daemon.h"
#include "log.h"
#include "send.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- picking */

struct dead_copy {
	struct dead_copy *next;
	unsigned char id[16];
	uint64_t output;
	bool is_record;
	char *pipeline, *source;
	struct heard_buf body;
};

struct dead_pick {
	struct control_client *client;
	struct daemon *daemon;
	const struct heard_json *request;
	size_t n;
	bool failed;
	struct dead_copy *picked;
};

static bool dead_is_wanted(const struct dead_pick *p, const struct journal_dead *dead)
{
	char id[37];
	struct heard_str want = heard_json_string(p->request, "id");
	uuid_format(dead->id, id);
	return want.len == 0 || heard_str_is(want, id);
}

static char *dead_member(const struct heard_json_doc *meta, const char *name)
{
	struct heard_str s = {NULL, 0};
	if (meta != NULL)
		s = heard_json_string(heard_json_root(meta), name);
	return strndup(s.ptr != NULL ? s.ptr : "", s.len);
}

static void dead_free(struct dead_copy *c)
{
	while (c != NULL) {
		struct dead_copy *next = c->next;
		heard_buf_release(&c->body);
		free(c->pipeline);
		free(c->source);
		free(c);
		c = next;
	}
}

static bool dead_is_record(const struct heard_json_doc *meta)
{
	const struct heard_json *is = NULL;
	if (meta != NULL)
		is = heard_json_member(heard_json_root(meta), "record");
	return is != NULL && is->type == HEARD_JSON_BOOL && is->boolean;
}

static bool dead_copy(void *arg, const struct journal_dead *dead)
{
	struct dead_pick *p = arg;
	struct heard_error err = {0};
	if (!dead_is_wanted(p, dead))
		return true;
	struct heard_json_doc *meta = dead->meta.len > 0 /* else it is damaged */
					      ? heard_json_parse(dead->meta, 1u << 20, &err)
					      : NULL;
	struct dead_copy *c = calloc(1, sizeof(*c));
	if (c != NULL) {
		c->is_record = dead_is_record(meta);
		c->pipeline = dead_member(meta, "pipeline");
		c->source = dead_member(meta, "source");
	}
	heard_json_destroy(meta);
	if (c == NULL || c->pipeline == NULL || c->source == NULL) {
		dead_free(c);
		p->failed = true;
		return true;
	}
	memcpy(c->id, dead->id, 16);
	c->output = dead->output;
	heard_buf_init(&c->body, 64u << 20);
	heard_buf_str(&c->body, dead->body);
	c->next = p->picked;
	p->picked = c;
	p->n++;
	return true;
}

/* ---- the journal's part: letters that go, alone or with a replay */

struct dead_txn {
	struct journal_txn txn;
	struct loop_job hop;
	struct daemon *daemon;
	struct dead_work *work;
	unsigned char gone[16];
	struct journal_record record;
	struct journal_add add;
	struct heard_buf line;
	int result;
};

/* What one request set in motion; answered when all of it has ended. */
struct dead_work {
	struct control_client *client; /* NULL: went away */
	size_t pending, done, failed;
	char why[256];
};

static void dead_work_end(struct dead_work *w)
{
	if (w->pending > 0)
		return;
	if (w->client != NULL) {
		struct heard_json_out *out = control_out(w->client);
		heard_json_begin(out, NULL, '{');
		heard_json_int(out, "done", (int64_t)w->done);
		heard_json_int(out, "failed", (int64_t)w->failed);
		heard_json_end(out, '}');
		control_out_end(w->client);
		control_exit(w->client, w->failed > 0, "%s", w->why);
		control_read(w->client, NULL, NULL, NULL);
	}
	free(w);
}

static void dead_work_one(struct dead_work *w, const char *why)
{
	w->pending--;
	if (why == NULL)
		w->done++;
	else
		snprintf(w->why, sizeof(w->why), "%.255s", why);
	w->failed += why != NULL;
}

static void dead_work_gone(void *arg)
{
	struct dead_work *w = arg;
	w->client = NULL;
}

static void dead_txn_home(struct loop_job *hop)
{
	struct dead_txn *t = (struct dead_txn *)((char *)hop - offsetof(struct dead_txn, hop));
	dead_work_one(t->work, t->result == 0 ? NULL : "the journal could not be written");
	dead_work_end(t->work);
	heard_buf_release(&t->line);
	free(t);
}

static void dead_txn_done(struct journal_txn *txn, int result)
{
	struct dead_txn *t = (struct dead_txn *)((char *)txn - offsetof(struct dead_txn, txn));
	t->result = result;
	t->hop.fn = dead_txn_home;
	loop_post(t->daemon->main, &t->hop);
}

static struct dead_txn *dead_txn_create(struct daemon *d, struct dead_work *w,
					const unsigned char id[16])
{
	struct dead_txn *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->daemon = d;
	t->work = w;
	memcpy(t->gone, id, 16);
	heard_buf_init(&t->line, 64u << 20);
	t->txn = (struct journal_txn){.dead_gone = (const unsigned char(*)[16])t->gone,
				      .n_dead_gone = 1,
				      .done = dead_txn_done};
	return t;
}

static void dead_drop_one(struct daemon *d, struct dead_work *w, const unsigned char id[16])
{
	struct dead_txn *t = dead_txn_create(d, w, id);
	if (t == NULL) {
		dead_work_one(w, "no memory");
		return;
	}
	t->txn.may_use_reserve = true; /* it frees space; a replay does not */
	journal_submit(d->journal, &t->txn);
}

static void dead_replay_output(struct daemon *d, struct dead_work *w, const struct dead_copy *c)
{
	struct output *to = NULL;
	daemon_each_output(d, p, o) to = o->hash == c->output ? o : to;
	struct dead_txn *t = to != NULL && c->body.len > 0 ? dead_txn_create(d, w, c->id)
							   : NULL;
	if (t == NULL) {
		dead_work_one(w, to == NULL ? "its output is not in the configuration"
					    : "there is nothing left of it to replay");
		return;
	}
	heard_buf_str(&t->line, heard_buf_view(&c->body));
	if (t->line.failed) {
		dead_work_one(w, "no memory");
		heard_buf_release(&t->line);
		free(t);
		return;
	}
	t->record.end = (uint32_t)t->line.len;
	t->add = (struct journal_add){.name = to->counter, .by = {[OUTPUT_REPLAYED] = 1}};
	t->txn.pipeline = to->host.pipeline_name;
	t->txn.only_output = to->host.full_name;
	t->txn.lines = heard_buf_view(&t->line);
	t->txn.records = &t->record;
	t->txn.n_records = 1;
	t->txn.add = &t->add;
	t->txn.n_add = 1;
	journal_submit(d->journal, &t->txn);
}

/* ---- emitted anew */

struct dead_emission {
	struct daemon *daemon;
	struct dead_work *work;
	unsigned char id[16];
};

static void dead_emitted(void *arg, const struct heard_receipt *r)
{
	struct dead_emission *e = arg;
	if (r->code != 0) {
		dead_work_one(e->work, r->error);
		dead_work_end(e->work);
	} else {
		dead_drop_one(e->daemon, e->work, e->id);
	}
	free(e);
}

static int dead_open(struct daemon *d, const struct dead_copy *c, struct heard_buf *plain,
		     struct heard_error *err)
{
	struct heard_str body = heard_buf_view(&c->body);
	struct seal_private key;
	if (!heard_str_starts(body, HEARD_STR_OF("sealed:"))) {
		heard_buf_str(plain, body);
		return body.len > 0 ? 0
				    : heard_fail(err, ENODATA,
						 "only its length and digest were kept, for "
						 "want of a public key");
	}
	if (d->conf->privacy.private_key == NULL)
		return heard_fail(err, EPERM,
				  "it is sealed, and the configuration names no "
				  "privacy.private_key to open it");
	int rc = seal_private_load(d->conf->privacy.private_key, &key, err);
	if (rc == 0)
		rc = seal_open(&key, body, plain, err);
	sodium_memzero(&key, sizeof(key));
	return rc;
}

static void dead_replay_gate(struct daemon *d, struct dead_work *w, const struct dead_copy *c)
{
	struct heard_error err = {0};
	struct heard_buf plain;
	struct pipeline *p = NULL;
	for (size_t i = 0; i < d->n_pipelines; i++)
		if (strcmp(d->pipelines[i].conf->name, c->pipeline) == 0)
			p = &d->pipelines[i];
	struct dead_emission *e = calloc(1, sizeof(*e));
	if (e == NULL) {
		dead_work_one(w, "no memory");
		return;
	}
	heard_buf_init(&plain, 64u << 20);
	if (p == NULL)
		heard_fail(&err, ENOENT, "its pipeline is not in the configuration");
	else
		dead_open(d, c, &plain, &err);
	if (err.code == 0 && plain.failed)
		heard_fail(&err, ENOMEM, "no memory");
	if (p == NULL || err.code != 0) {
		dead_work_one(w, err.text);
		free(e);
	} else {
		*e = (struct dead_emission){.daemon = d, .work = w};
		memcpy(e->id, c->id, 16);
		struct heard_host *send = &p->inputs[p->n_inputs - 1].host;
		const char *source = c->source[0] ? c->source : send->full_name;
		input_emit_letter(send,
				  &(struct heard_emission){.raw = heard_buf_view(&plain),
							   .receipt = dead_emitted,
							   .arg = e},
				  heard_str(source), c->is_record);
	}
	heard_buf_release(&plain);
}

static void dead_change(struct dead_pick *p, bool is_replay)
{
	int rc = journal_dead_each(p->daemon->journal, is_replay, dead_copy, p);
	if (rc != 0) {
		control_exit(p->client, 1, "cannot read the dead letters: %s; try again",
			     strerror(-rc));
		dead_free(p->picked);
		return;
	}
	struct dead_work *w = p->n > 0 ? calloc(1, sizeof(*w)) : NULL;
	if (w == NULL) {
		control_exit(p->client, 1, "%s",
			     p->failed ? "no memory" : "there is no such dead letter");
		dead_free(p->picked);
		return;
	}
	*w = (struct dead_work){.client = p->client, .pending = p->n + 1};
	if (p->failed) {
		w->failed = 1;
		snprintf(w->why, sizeof(w->why), "no memory for all of them");
	}
	control_read(p->client, NULL, dead_work_gone, w);
	for (struct dead_copy *c = p->picked; c != NULL; c = c->next) {
		if (!is_replay)
			dead_drop_one(p->daemon, w, c->id);
		else if (c->output != 0)
			dead_replay_output(p->daemon, w, c);
		else
			dead_replay_gate(p->daemon, w, c);
	}
	dead_free(p->picked);
	w->pending--;
	dead_work_end(w);
}

void control_dead(struct control_client *client, const struct heard_json *request)
{
	struct dead_pick p = {
		.client = client, .daemon = control_daemon(client), .request = request};
	struct heard_str verb = heard_json_string(request, "verb");
	if (heard_str_is(verb, "list") || heard_str_is(verb, "show"))
		control_dead_list(client, request, heard_str_is(verb, "show"));
	else if (heard_str_is(verb, "replay") || heard_str_is(verb, "drop"))
		dead_change(&p, heard_str_is(verb, "replay"));
	else
		control_exit(client, 2, "dead list, show, replay or drop");
}
