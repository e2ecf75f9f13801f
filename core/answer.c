/*
 * answer.c - an answer's way from its keeper to its carrier, and the word back.
 *
 *	keeper's home    heard_answer: a copy, in the list `asked`
 *	carrier's home   the slot `reply`; in the list `carrying` until it is finished
 *	keeper's home    done(), once, and the copy is freed
 *
 * Each list belongs to one loop, and the copy goes from loop to loop by loop_post, so
 * there is no lock.  The text is read-only from the beginning.
 *
 * Everything ends.  A carrier that has not started, or is stopping, is not asked: try
 * again.  One that ends with an answer in its hands has its promises finished for it.
 * An output that stops waits for the word on what it asked, as it waits for deliveries,
 * so that a reload does not send an answer twice; what is still open when stop() is
 * called (an instance that is its own carrier, or a forced end) is to be offered again,
 * and the word that comes behind is dropped.
 */
#include "answer.h"

#include "daemon.h"

#include <heard/error.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STARTING_MS 1000 /* a good moment to ask again */

enum reply_list {
	ASKED,	 /* [keeper's home]  */
	CARRYING /* [carrier's home] */
};

struct heard_reply {
	struct loop_job hop;
	struct heard_host *keeper, *carrier;
	struct reply_link {
		struct heard_reply *next, **at; /* at: what points to us */
		bool is_in;
	} in[2];
	struct heard_answer answer; /* its views are into `text`         */
	void (*done)(void *arg, enum heard_outcome, int64_t after_ms, const char *reason);
	void *arg;
	enum heard_outcome outcome; /* 0: not yet */
	int64_t after_ms;
	char reason[256];
	char text[];
};

/* ---- the two lists */

static void reply_enter(struct heard_reply *r, enum reply_list which, struct heard_reply **list)
{
	struct reply_link *link = &r->in[which];
	*link = (struct reply_link){*list, list, true};
	if (link->next != NULL)
		link->next->in[which].at = &link->next;
	*list = r;
}

static void reply_leave(struct heard_reply *r, enum reply_list which)
{
	struct reply_link *link = &r->in[which];
	*link->at = link->next;
	if (link->next != NULL)
		link->next->in[which].at = link->at;
	link->is_in = false;
}

/* ---- who can carry it */

/* The input of that full name; NULL: it is not there any more, or no input. */
static struct input *find_input(const struct daemon *d, struct heard_str source)
{
	const char *slash = source.len > 0 ? memchr(source.ptr, '/', source.len) : NULL;
	if (slash == NULL)
		return NULL;
	struct heard_str name = heard_str_n(source.ptr, (size_t)(slash - source.ptr));
	struct pipeline *p = pipeline_find(d, name);
	for (size_t i = 0; p != NULL && i < p->n_inputs; i++)
		if (heard_str_is(source, p->inputs[i].host.full_name))
			return &p->inputs[i];
	return NULL;
}

/* The output that it names, else itself; NULL: neither can. */
static struct heard_host *find_carrier(struct input *in)
{
	struct pipeline *p = in->host.pipeline;
	const char *name = in->host.instance->reply;
	if (name == NULL)
		return in->host.plugin->reply != NULL ? &in->host : NULL;
	for (size_t i = 0; i < p->n_outputs; i++) {
		struct heard_host *h = &p->outputs[i].host;
		if (strcmp(h->instance->name, name) == 0)
			return h->plugin->reply != NULL ? h : NULL;
	}
	return NULL;
}

/* ---- the word back */

static void answer_tell(struct loop_job *hop)
{
	struct heard_reply *r = (struct heard_reply *)hop;
	struct heard_host *keeper = r->keeper;
	if (r->in[ASKED].is_in) {
		reply_leave(r, ASKED);
		r->done(r->arg, r->outcome, r->after_ms, r->reason[0] ? r->reason : NULL);
	}
	free(r);
	if (keeper->output != NULL)
		output_settle(keeper->output);
}

static void answer_end(struct heard_reply *r, enum heard_outcome outcome, int64_t after_ms,
		       const char *reason)
{
	r->outcome = outcome;
	r->after_ms = after_ms;
	struct heard_str why = heard_str_cut(heard_str(reason), sizeof(r->reason) - 1);
	snprintf(r->reason, sizeof(r->reason), "%.*s", HEARD_ARG(why));
	r->hop.fn = answer_tell;
	loop_post(r->keeper->loop, &r->hop);
}

void heard_reply_finish(struct heard_reply *r, enum heard_outcome outcome, int64_t after_ms,
			const char *reason)
{
	if (!r->in[CARRYING].is_in || outcome < HEARD_DELIVERED || outcome > HEARD_REFUSED)
		HEARD_BUG("%s finished an answer twice, or with no outcome",
			  r->carrier->full_name);
	reply_leave(r, CARRYING);
	answer_end(r, outcome, after_ms, reason);
}

/* ---- the way there */

static void answer_carry(struct loop_job *hop)
{
	struct heard_reply *r = (struct heard_reply *)hop;
	struct heard_host *carrier = r->carrier;
	if (!carrier->is_started || carrier->is_stopping) {
		char why[200];
		snprintf(why, sizeof(why), "%.160s is %s", carrier->full_name,
			 carrier->is_stopping ? "stopping" : "not running yet");
		answer_end(r, HEARD_RETRY, STARTING_MS, why);
		return;
	}
	reply_enter(r, CARRYING, &carrier->carrying);
	carrier->plugin->reply(carrier->self, &r->answer, r);
}

static struct heard_str keep(struct heard_str s, char **at)
{
	char *to = *at;
	if (s.len > 0)
		memcpy(to, s.ptr, s.len);
	to[s.len] = '\0';
	*at += s.len + 1;
	return heard_str_n(to, s.len);
}

static struct heard_reply *reply_create(struct heard_host *keeper, const struct heard_answer *a)
{
	const struct heard_str all[] = {a->key,	   a->record, a->text,
					a->ticket, a->status, a->lang};
	size_t size = sizeof(struct heard_reply);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		size += all[i].len + 1;
	struct heard_reply *r = malloc(size);
	if (r == NULL)
		HEARD_BUG("no memory for an answer of %s", keeper->full_name);
	char *at = r->text;
	*r = (struct heard_reply){.keeper = keeper,
				  .answer = {.key = keep(a->key, &at),
					     .record = keep(a->record, &at),
					     .text = keep(a->text, &at),
					     .ticket = keep(a->ticket, &at),
					     .status = keep(a->status, &at),
					     .lang = keep(a->lang, &at)}};
	return r;
}

static bool is_stopping(const struct heard_host *h)
{
	return h->is_stopping || (h->output != NULL && h->output->is_stopping);
}

void heard_answer(struct heard_host *host, struct heard_str source,
		  const struct heard_answer *a,
		  void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
			       const char *reason),
		  void *arg)
{
	if (host->daemon == NULL)
		HEARD_BUG("answers are sent by the daemon, not by a command");
	struct heard_reply *r = reply_create(host, a);
	struct input *in = find_input(host->daemon, source);
	char why[256];
	r->done = done;
	r->arg = arg;
	r->carrier = in != NULL ? find_carrier(in) : NULL;
	reply_enter(r, ASKED, &host->asked);
	if (is_stopping(host)) {
		answer_end(r, HEARD_RETRY, 0, "the daemon is stopping");
	} else if (r->carrier != NULL) {
		r->hop.fn = answer_carry;
		loop_post(r->carrier->loop, &r->hop);
	} else {
		snprintf(why, sizeof(why),
			 in != NULL ? "input %.*s has no way to answer: name an output in its "
				      "`reply`"
				    : "there is no input %.*s any more to answer by",
			 (int)(source.len < 140 ? source.len : 140), source.ptr);
		answer_end(r, HEARD_REFUSED, 0, why);
	}
}

/* ---- stopping */

bool answer_is_awaited(const struct heard_host *keeper)
{
	for (const struct heard_reply *r = keeper->asked; r != NULL; r = r->in[ASKED].next)
		if (r->carrier != keeper)
			return true;
	return false;
}

void answer_abandon(struct heard_host *keeper)
{
	while (keeper->asked != NULL) {
		struct heard_reply *r = keeper->asked;
		reply_leave(r, ASKED);
		r->done(r->arg, HEARD_RETRY, 0, "the daemon is stopping");
	}
}

void answer_give_back(struct heard_host *carrier)
{
	char why[200];
	snprintf(why, sizeof(why), "%.160s was stopped before it was sent", carrier->full_name);
	while (carrier->carrying != NULL)
		heard_reply_finish(carrier->carrying, HEARD_RETRY, 0, why);
}
