/*
 * control_dead.c - `heard dead replay` and `heard dead drop`; control_list.c lists.
 *
 * Replay.  A letter that an output refused goes to that output again, as a
 * REPLAY record.  One from before the journal is emitted anew by the pipeline's
 * built-in input, as if by the one it came from; if it is sealed, that needs
 * privacy.private_key; if it cannot be read (a row of a table, say), it stays as it is.
 * Letter and replay change in one commit where both are the journal's; otherwise the
 * letter goes after the record is safe.
 *
 * There may be a million letters.  A page of them is picked at a time, and the next
 * one when this one has ended, while the client waits for it.  What dies again comes
 * behind all that were there at the beginning, and is not picked.
 */
#include "control.h"

#include "daemon.h"
#include "send.h"

#include <heard/answer.h>
#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_LETTERS = 256, PAGE_BYTES = 1 << 20 };

/* ---- picking */

struct dead_copy {
	struct dead_copy *next;
	unsigned char id[16];
	uint64_t output;
	bool is_record;
	char *pipeline, *source;
	struct heard_buf body;
};

/* What one request set in motion; answered when all of it has ended. */
struct dead_work {
	struct control_client *client; /* NULL: went away */
	struct daemon *daemon;
	struct loop_job hop; /* to the next page */
	bool is_replay;
	char id[37]; /* "": all of them */
	uint64_t after;
	size_t left;	      /* to be looked at, of those there were at the beginning */
	size_t looked, bytes; /* in this page: looked at, picked */
	struct dead_copy *picked, **last;
	size_t pending, done, failed;
	char why[256];
};

static void dead_work_failed(struct dead_work *w, const char *why)
{
	w->failed++;
	snprintf(w->why, sizeof(w->why), "%.255s", why);
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

static struct dead_copy *dead_copy(const struct journal_dead *dead)
{
	struct heard_error err = {0};
	struct heard_json_doc *meta = dead->meta.len > 0 /* else it is damaged */
					      ? heard_json_parse(dead->meta, 1u << 20, &err)
					      : NULL;
	struct dead_copy *c = calloc(1, sizeof(*c));
	if (c != NULL) {
		memcpy(c->id, dead->id, 16);
		c->output = dead->output;
		c->is_record = dead_is_record(meta);
		c->pipeline = dead_member(meta, "pipeline");
		c->source = dead_member(meta, "source");
		heard_buf_init(&c->body, 64u << 20);
		heard_buf_str(&c->body, dead->body);
	}
	heard_json_destroy(meta);
	if (c != NULL && (c->pipeline == NULL || c->source == NULL || c->body.failed)) {
		dead_free(c);
		c = NULL;
	}
	return c;
}

/* False: the page is full, or nothing is left. */
static bool dead_pick(void *arg, const struct journal_dead *dead)
{
	struct dead_work *w = arg;
	char id[37];
	uuid_format(dead->id, id);
	w->left--;
	w->looked++;
	if (w->id[0] == '\0' || strcmp(w->id, id) == 0) {
		struct dead_copy *c = dead_copy(dead);
		if (c == NULL) {
			dead_work_failed(w, "no memory for all of them");
		} else {
			*w->last = c;
			w->last = &c->next;
			w->pending++;
			w->bytes += c->body.len;
		}
		if (w->id[0] != '\0')
			w->left = 0;
	}
	return w->left > 0 && w->looked < PAGE_LETTERS && w->bytes < PAGE_BYTES;
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

static void dead_work_tell(struct dead_work *w)
{
	if (w->done + w->failed > 0) {
		struct heard_json_out *out = control_out(w->client);
		heard_json_begin(out, NULL, '{');
		heard_json_int(out, "done", (int64_t)w->done);
		heard_json_int(out, "failed", (int64_t)w->failed);
		heard_json_end(out, '}');
		control_out_end(w->client);
		control_exit(w->client, w->failed > 0, "%s", w->why);
	} else {
		control_exit(w->client, 1, "there is no such dead letter");
	}
	control_read(w->client, NULL, NULL, NULL);
}

/* The next page, or the answer. */
static void dead_work_end(struct dead_work *w)
{
	if (w->pending > 0)
		return;
	if (w->left > 0 && w->client != NULL && w->daemon->state > DAEMON_RUNNING) {
		dead_work_failed(w, "the daemon is stopping; ask again when it runs");
		w->left = 0;
	}
	if (w->left > 0 && w->client != NULL) {
		loop_post(w->daemon->main, &w->hop);
		return;
	}
	if (w->client != NULL)
		dead_work_tell(w);
	free(w);
}

static void dead_work_one(struct dead_work *w, const char *why)
{
	w->pending--;
	if (why == NULL)
		w->done++;
	else
		dead_work_failed(w, why);
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

static int dead_open(const struct heard_host *send, const struct dead_copy *c,
		     struct heard_buf *plain, struct heard_error *err)
{
	struct heard_str body = heard_buf_view(&c->body);
	if (heard_str_starts(body, HEARD_STR_OF("sealed:")))
		return heard_unseal(send, body, plain, err);
	heard_buf_str(plain, body);
	return body.len > 0 ? 0
			    : heard_fail(err, ENODATA,
					 "only its length and digest were kept, for "
					 "want of a public key");
}

static void dead_replay_gate(struct daemon *d, struct dead_work *w, const struct dead_copy *c)
{
	struct heard_error err = {0};
	struct heard_buf plain;
	struct pipeline *p = pipeline_find(d, heard_str(c->pipeline));
	struct heard_host *send = p != NULL ? &p->inputs[p->n_inputs - 1].host : NULL;
	struct dead_emission *e = calloc(1, sizeof(*e));
	if (e == NULL) {
		dead_work_one(w, "no memory");
		return;
	}
	heard_buf_init(&plain, 64u << 20);
	if (send == NULL)
		heard_fail(&err, ENOENT, "its pipeline is not in the configuration");
	else if (dead_open(send, c, &plain, &err) == 0 && plain.failed)
		heard_fail(&err, ENOMEM, "no memory");
	if (send == NULL || err.code != 0) {
		dead_work_one(w, err.text);
		free(e);
	} else {
		*e = (struct dead_emission){.daemon = d, .work = w};
		memcpy(e->id, c->id, 16);
		const char *source = c->source[0] ? c->source : send->full_name;
		input_emit_letter(send,
				  &(struct heard_emission){.raw = heard_buf_view(&plain),
							   .receipt = dead_emitted,
							   .arg = e},
				  heard_str(source), c->is_record);
	}
	heard_buf_release(&plain);
}

/* ---- the request, page by page */

static void dead_page(struct dead_work *w)
{
	char why[sizeof(w->why)];
	w->looked = w->bytes = 0;
	w->picked = NULL;
	w->last = &w->picked;
	w->pending = 1; /* this page */
	int rc = journal_dead_from(w->daemon->journal, &w->after, w->is_replay, dead_pick, w);
	if (rc != 0) {
		snprintf(why, sizeof(why), "cannot read the dead letters: %s; try again",
			 strerror(-rc));
		dead_work_failed(w, why);
	}
	if (rc != 0 || (w->looked < PAGE_LETTERS && w->bytes < PAGE_BYTES))
		w->left = 0; /* some went meanwhile */
	for (struct dead_copy *c = w->picked; c != NULL; c = c->next) {
		if (!w->is_replay)
			dead_drop_one(w->daemon, w, c->id);
		else if (c->output != 0)
			dead_replay_output(w->daemon, w, c);
		else
			dead_replay_gate(w->daemon, w, c);
	}
	dead_free(w->picked);
	w->pending--;
	dead_work_end(w);
}

static void dead_work_on(struct loop_job *hop)
{
	dead_page((struct dead_work *)((char *)hop - offsetof(struct dead_work, hop)));
}

static void dead_change(struct control_client *client, const struct heard_json *request,
			bool is_replay)
{
	struct daemon *d = control_daemon(client);
	struct heard_str id = heard_json_string(request, "id");
	size_t n = id.len <= 36 ? journal_dead_count(d->journal) : 0;
	struct dead_work *w = n > 0 ? calloc(1, sizeof(*w)) : NULL;
	if (w == NULL) {
		control_exit(client, 1, "%s",
			     n > 0 ? "no memory" : "there is no such dead letter");
		return;
	}
	*w = (struct dead_work){.client = client,
				.daemon = d,
				.hop.fn = dead_work_on,
				.is_replay = is_replay,
				.left = n};
	snprintf(w->id, sizeof(w->id), "%.*s", HEARD_ARG(id));
	control_read(client, NULL, dead_work_gone, w);
	dead_page(w);
}

void control_dead(struct control_client *client, const struct heard_json *request)
{
	struct heard_str verb = heard_json_string(request, "verb");
	if (heard_str_is(verb, "list") || heard_str_is(verb, "show"))
		control_dead_list(client, request, heard_str_is(verb, "show"));
	else if (heard_str_is(verb, "replay") || heard_str_is(verb, "drop"))
		dead_change(client, request, heard_str_is(verb, "replay"));
	else
		control_exit(client, 2, "dead list, show, replay or drop");
}
