/*
 * control_forget.c - `heard forget PIPELINE/OUTPUT`: an output that is gone for good.
 *
 * An output that the configuration does not name any more keeps its place in the
 * journal while records wait for it: a name that was mistyped must not cost them.
 * Forgetting is a decision of its own.  Its deferrals and its counters go in one
 * transaction, so that one of the same name, later, begins with clean books.
 *
 * What waits is counted first, by a walk over the journal: backstage, if a client asked.
 */
#include "control.h"

#include "control_errand.h"
#include "daemon.h"
#include "hash.h"
#include "log.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct forgetting {
	struct control_errand errand; /* first; no client: it went away, or nobody asked */
	struct journal_txn txn;
	struct loop_job hop;
	char name[160], counter[176];
	uint64_t seq; /* the output's position */
	struct journal_defer *gone;
	size_t n, size;
	struct journal_add add;
	int64_t waiting;
	int result;
};

static void forget_free(struct forgetting *f)
{
	free(f->gone);
	free(f);
}

static void forget_tell(const struct forgetting *f)
{
	control_read(f->errand.client, NULL, NULL, NULL);
	if (f->result != 0) {
		control_exit(f->errand.client, 1, "the journal could not be written");
		return;
	}
	struct heard_json_out *w = control_out(f->errand.client);
	heard_json_begin(w, NULL, '{');
	heard_json_int(w, "dropped", f->waiting);
	heard_json_end(w, '}');
	control_out_end(f->errand.client);
	control_exit(f->errand.client, 0, "%s", "");
}

static void forget_end(struct forgetting *f)
{
	if (f->result == 0) {
		journal_output_forget(f->errand.daemon->journal, f->name);
		log_line(HEARD_NOTICE, f->name,
			 "is forgotten; %lld records that waited for it will not be delivered",
			 (long long)f->waiting);
	}
	if (f->errand.client != NULL)
		forget_tell(f);
	forget_free(f);
}

static void forget_home(struct loop_job *hop)
{
	forget_end((struct forgetting *)((char *)hop - offsetof(struct forgetting, hop)));
}

static void forget_done(struct journal_txn *txn, int result)
{
	struct forgetting *f = (struct forgetting *)((char *)txn -
						     offsetof(struct forgetting, txn));
	f->result = result;
	f->hop.fn = forget_home;
	loop_post(f->errand.daemon->main, &f->hop);
}

static void forget_deferral(void *arg, const struct journal_defer *d)
{
	struct forgetting *f = arg;
	if (f->n == f->size) {
		size_t size = f->size ? 2 * f->size : 64;
		struct journal_defer *more = realloc(f->gone, size * sizeof(*more));
		if (more == NULL) {
			f->result = -ENOMEM;
			return;
		}
		f->gone = more;
		f->size = size;
	}
	f->gone[f->n++] = (struct journal_defer){.output = d->output, .seq = d->seq};
}

static struct forgetting *forget_create(struct daemon *d, const char *name, uint64_t seq)
{
	struct forgetting *f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->errand.daemon = d;
	f->seq = seq;
	snprintf(f->name, sizeof(f->name), "%s", name);
	snprintf(f->counter, sizeof(f->counter), "output/%s", f->name);
	return f;
}

/* What waits, and the deferrals among it; result tells whether it could be read. */
static void forget_count(struct forgetting *f)
{
	struct journal *j = f->errand.daemon->journal;
	const char *slash = strchr(f->name, '/');
	char pipeline[sizeof(f->name)];
	snprintf(pipeline, sizeof(pipeline), "%.*s", slash ? (int)(slash - f->name) : 0,
		 f->name);
	int64_t walked = journal_walk(j, f->seq, hash_name(pipeline), hash_name(f->name));
	int rc = walked < 0 ? (int)walked
			    : journal_defer_each(j, hash_name(f->name), forget_deferral, f);
	if (rc != 0)
		f->result = rc;
	f->waiting = walked + (int64_t)f->n;
}

static void forget_submit(struct forgetting *f)
{
	int64_t counts[JOURNAL_COUNTS] = {0};
	f->add.name = f->counter;
	if (journal_count(f->errand.daemon->journal, f->counter, counts))
		for (size_t i = 0; i < JOURNAL_COUNTS; i++)
			f->add.by[i] = -counts[i];
	f->txn = (struct journal_txn){.defer_gone = f->gone,
				      .n_defer_gone = f->n,
				      .add = &f->add,
				      .n_add = 1,
				      .may_use_reserve = true,
				      .done = forget_done};
	journal_submit(f->errand.daemon->journal, &f->txn);
}

/* ---- which */

struct forget_walk {
	struct daemon *daemon;
	const char *wanted; /* NULL: all that the config does not name */
	struct {
		char *name;
		uint64_t seq;
	} gone[64];
	size_t n;
};

static void forget_look(void *arg, const char *name, uint64_t seq)
{
	struct forget_walk *w = arg;
	bool is_named = false;
	daemon_each_output(w->daemon, p, o) is_named |= strcmp(o->host.full_name, name) == 0;
	if (is_named || w->n == sizeof(w->gone) / sizeof(w->gone[0]))
		return;
	if (w->wanted != NULL && strcmp(w->wanted, name) != 0)
		return;
	w->gone[w->n].name = strdup(name);
	w->gone[w->n].seq = seq;
	w->n += w->gone[w->n].name != NULL;
}

/* Gone from the config: without a word if nothing waits for it. */
static void forget_if_empty(struct forgetting *f)
{
	forget_count(f);
	if (f->result == 0 && f->waiting == 0) {
		forget_submit(f);
		return;
	}
	if (f->result != 0)
		log_line(HEARD_NOTICE, f->name,
			 "is not in the configuration any more; it is kept, as what waits for "
			 "it cannot be counted: %s",
			 strerror(-f->result));
	else
		log_line(HEARD_WARN, f->name,
			 "is not in the configuration any more, and %lld records wait for it "
			 "and keep the journal from shrinking; put it back, or let them go "
			 "with `heard forget`",
			 (long long)f->waiting);
	forget_free(f);
}

void forget_unused(struct daemon *d)
{
	struct forget_walk w = {.daemon = d};
	journal_output_each(d->journal, forget_look, &w);
	for (size_t i = 0; i < w.n; i++) {
		struct forgetting *f = forget_create(d, w.gone[i].name, w.gone[i].seq);
		if (f != NULL)
			forget_if_empty(f);
		free(w.gone[i].name);
	}
}

/* ---- asked for by a client */

static void forget_gone(void *arg)
{
	struct forgetting *f = arg;
	f->errand.client = NULL;
}

static void forget_work(struct control_errand *e)
{
	forget_count((struct forgetting *)e);
}

static void forget_cancel(struct control_errand *take)
{
	forget_free((struct forgetting *)take);
}

static void forget_go_on(struct control_errand *take)
{
	struct forgetting *f = (struct forgetting *)take;
	if (f->result != 0) {
		control_exit(take->client, 1, "what waits for it cannot be counted: %s",
			     strerror(-f->result));
		forget_free(f);
		return;
	}
	control_read(f->errand.client, NULL, forget_gone, f);
	forget_submit(f);
}

void control_forget(struct control_client *client, const struct heard_json *request)
{
	char name[160];
	snprintf(name, sizeof(name), "%.*s", HEARD_ARG(heard_json_string(request, "name")));
	struct daemon *d = control_daemon(client);
	struct forget_walk w = {.daemon = d, .wanted = name};
	journal_output_each(d->journal, forget_look, &w);
	if (w.n == 0) {
		control_exit(client, 1,
			     "there is no such output waiting, or the configuration names it: "
			     "only one "
			     "that was taken out can be forgotten");
		return;
	}
	struct forgetting *f = forget_create(d, name, w.gone[0].seq);
	free(w.gone[0].name);
	if (f != NULL)
		f->errand = (struct control_errand){
			.work = forget_work, .tell = forget_go_on, .cancel = forget_cancel};
	if (f == NULL || control_go(client, &f->errand) != 0) {
		free(f);
		control_exit(client, 1, "no memory, or no thread to count on; try again");
	}
}
