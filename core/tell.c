/*
 * tell.c - an output that tells what happened: HEARD_TELLS.
 *
 * What happens to a ticket is news to others: a robot, a text message.  So it is
 * made a record, which has all that records have: it is safe once it is journaled,
 * recognised when it is told again, retried where it is not taken.  The companion
 * is an input like the built-in `send`, without a source of its own: the output
 * emits through it, and receipts come to the output's home.
 *
 * Such a record
 *	- is made of what went through the filters and the gate before, so it does not
 *	  pass them again, and keeps what only we may say (admit.c takes it from others);
 *	- has `event`: one without it becomes a dead letter, so in the journal a record
 *	  is an event exactly if it has that field;
 *	- counts as `added` in the ledger: no source has sent it;
 *	- has keys of its own: an input of the output's name shares none with it;
 *	- goes only where somebody has said that he knows events.  All other outputs
 *	  skip it, or a ticket would be made of the news of a ticket.
 *
 * The receipt is given when the event is journaled, also if the pipeline acknowledges
 * "delivered": the teller must not wait for itself.
 */
#include "tell.h"

#include "condition_names.h"
#include "gate.h"
#include "input.h"
#include "output.h"
#include "pipeline.h"
#include "send.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/record.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct teller {
	struct conf_instance instance; /* the output's name, our module */
	struct input input;
};

static int tell_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *b, struct heard_error *err)
{
	(void)self;
	(void)context;
	return send_decode(SEND_NDJSON, raw, 1, b, err);
}

static const struct heard_option no_options[] = {{.name = NULL}};

static const struct module tell_module = {
	.plugin =
		{
			HEARD_ABI,
			.stage = HEARD_INPUT,
			.name = "events",
			.version = "1.0",
			.summary = "what an output tells",
			.options = no_options,
			.decode = tell_decode,
		},
	.path = "(built in)",
};

int tell_init(struct output *o, struct heard_error *err)
{
	if (!(o->host.plugin->flags & HEARD_TELLS))
		return 0;
	struct teller *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	t->instance = (struct conf_instance){.module = &tell_module,
					     .name = o->host.instance->name,
					     .file = o->host.instance->file,
					     .line = o->host.instance->line};
	t->input.host = o->host;
	t->input.host.instance = &t->instance;
	t->input.host.stage = HEARD_INPUT;
	t->input.host.own_loop = false;
	t->input.host.output = NULL;
	t->input.host.input = &t->input;
	t->input.teller = o;
	o->host.input = &t->input;
	int rc = host_init(&t->input.host, err);
	return rc == 0 ? input_init(&t->input, err) : rc;
}

void tell_release(struct output *o)
{
	if (o->host.input == NULL)
		return;
	struct teller *t = (struct teller *)((char *)o->host.input -
					     offsetof(struct teller, input));
	input_release(&t->input);
	host_close(&t->input.host);
	free(t);
	o->host.input = NULL;
}

/* ---- who wants them */

bool tell_is_wanted_by(const struct conf_instance *output)
{
	return output->when != NULL && output->module != NULL &&
	       output->module->plugin.write != NULL &&
	       condition_names_has(output->when, "event");
}

bool tell_is_wanted_in(const struct conf_pipeline *p)
{
	for (size_t i = 0; i < p->n_outputs; i++)
		if (tell_is_wanted_by(&p->outputs[i]))
			return true;
	return false;
}

/* A command's process has no pipeline, only the config. */
bool heard_events_wanted(const struct heard_host *host)
{
	if (host->pipeline != NULL)
		return host->pipeline->wants_events;
	for (size_t i = 0; i < host->conf->n_pipelines; i++)
		if (strcmp(host->conf->pipelines[i].name, host->pipeline_name) == 0)
			return tell_is_wanted_in(&host->conf->pipelines[i]);
	return false;
}

/* ---- the records */

/* Every line has received_at, `event` stands before it, and whatever is nested (an
 * attribute may have any name) behind it.  A quote inside a text has a backslash in
 * front, so these bytes are nowhere but where they are meant. */
bool tell_is_event(struct heard_str line)
{
	static const struct heard_str end = HEARD_STR(",\"received_at\":\"");
	static const struct heard_str mark = HEARD_STR(",\"event\":\"");
	const char *at = memmem(line.ptr, line.len, end.ptr, end.len);
	size_t len = at != NULL ? (size_t)(at - line.ptr) : line.len;
	return memmem(line.ptr, len, mark.ptr, mark.len) != NULL;
}

void tell_admit(struct heard_record *r, const struct input *in, int64_t now_ms)
{
	if (heard_get_str(r, HEARD_EVENT).len == 0)
		heard_record_quarantine(r, "tells of nothing: it has no field `event`");
	gate_name(r, heard_str(in->host.full_name), now_ms);
}
