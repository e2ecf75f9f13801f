/*
 * pipeline.c - a pipeline's parts, opened together, and the weight in flight.
 *
 * Pressure.  Bytes emitted and not yet receipted are counted; past
 * max_in_flight the inputs are paused, below half of it they go on.  The journal
 * pauses all pipelines when it is full.
 */
#include "pipeline.h"

#include "daemon.h"
#include "hash.h"
#include "log.h"
#include "send.h"
#include "tell.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- pressure */

static void pipeline_pause_input(struct loop_job *hop)
{
	struct input *in = (struct input *)((char *)hop - offsetof(struct input, pressure));
	atomic_store(&in->is_told, false);
	struct pipeline *p = in->host.pipeline;
	if (p->is_paused || p->daemon->journal_full)
		input_pause(in);
	else
		input_resume(in);
}

static void pipeline_tell_input(struct input *in)
{
	if (!atomic_exchange(&in->is_told, true))
		loop_post(in->host.loop, &in->pressure);
}

void pipeline_tell_inputs(struct pipeline *p)
{
	for (size_t i = 0; i < p->n_inputs; i++)
		pipeline_tell_input(&p->inputs[i]);
	for (size_t i = 0; i < p->n_outputs; i++)
		if (p->outputs[i].host.input != NULL)
			pipeline_tell_input(p->outputs[i].host.input);
}

void pipeline_weigh(struct pipeline *p, size_t add, size_t sub)
{
	size_t max = (size_t)p->conf->max_in_flight;
	size_t now = atomic_fetch_add(&p->in_flight, add - sub) + add - sub;
	if (add > sub && now > max && !atomic_exchange(&p->is_paused, true))
		pipeline_tell_inputs(p);
	else if (sub > add && now <= max / 2 && atomic_exchange(&p->is_paused, false))
		pipeline_tell_inputs(p);
}

/* ---- acknowledge = "delivered" */

void pipeline_await(struct pipeline *p, struct job *job)
{
	job->last_seq = journal_last_seq(p->daemon->journal);
	pthread_mutex_lock(&p->ack_lock);
	job->next = NULL;
	if (p->unacknowledged != NULL)
		p->last_unacknowledged->next = job;
	else
		p->unacknowledged = job;
	p->last_unacknowledged = job;
	pthread_mutex_unlock(&p->ack_lock);
	pipeline_delivered(p);
}

void pipeline_delivered(struct pipeline *p)
{
	uint64_t seq = UINT64_MAX;
	for (size_t i = 0; i < p->n_outputs; i++)
		if (!p->outputs[i].is_service && p->outputs[i].seq < seq)
			seq = p->outputs[i].seq;
	pthread_mutex_lock(&p->ack_lock);
	while (p->unacknowledged != NULL && p->unacknowledged->last_seq <= seq) {
		struct job *job = p->unacknowledged;
		p->unacknowledged = job->next;
		loop_post(job->input->host.loop, &job->hop);
	}
	pthread_mutex_unlock(&p->ack_lock);
}

uint64_t pipeline_digest(const struct pipeline *p, const struct heard_record *r)
{
	return gate_digest(&p->daemon->gate, r) ^ p->salt;
}

struct pipeline *pipeline_find(const struct daemon *d, struct heard_str name)
{
	for (size_t i = 0; i < d->n_pipelines; i++)
		if (heard_str_is(name, d->pipelines[i].conf->name))
			return &d->pipelines[i];
	return NULL;
}

/* ---- opening */

static void pipeline_fill_host(struct pipeline *p, struct heard_host *h,
			       const struct conf_instance *instance, enum heard_stage stage)
{
	*h = (struct heard_host){.daemon = p->daemon,
				 .pipeline = p,
				 .conf = p->daemon->conf,
				 .instance = instance,
				 .stage = stage,
				 .pipeline_name = p->conf->name,
				 .loop = p->daemon->main,
				 .secret = p->daemon->gate.secret};
}

static void pipeline_fault(const struct heard_host *h, struct faults *faults,
			   const struct heard_error *err)
{
	char place[200] = ""; /* in a file of the instance's own, such as rules */
	if (err->file[0] && err->line > 0)
		snprintf(place, sizeof(place), "%s:%d: ", err->file, err->line);
	else if (err->file[0])
		snprintf(place, sizeof(place), "%s: ", err->file);
	faults_add(faults, h->instance->file, h->instance->line, "%s \"%s\": %s%s",
		   stage_name(h->stage), h->instance->name, place, err->text);
}

static void pipeline_open_input(struct pipeline *p, struct input *in,
				const struct conf_instance *c, struct faults *faults)
{
	struct heard_error err = {0};
	pipeline_fill_host(p, &in->host, c, HEARD_INPUT);
	in->host.input = in;
	in->pressure.fn = pipeline_pause_input;
	if (host_init(&in->host, &err) != 0 || input_init(in, &err) != 0 ||
	    host_open(&in->host, &err) != 0)
		pipeline_fault(&in->host, faults, &err);
}

static void pipeline_open_filter(struct pipeline *p, struct filter *f,
				 const struct conf_instance *c, struct faults *faults)
{
	struct heard_error err = {0};
	pipeline_fill_host(p, &f->host, c, HEARD_FILTER);
	f->host.filter = f;
	if (host_init(&f->host, &err) != 0 || host_open(&f->host, &err) != 0 ||
	    filter_init(f, p->daemon->n_workers, &err) != 0)
		pipeline_fault(&f->host, faults, &err);
}

static void pipeline_open_output(struct pipeline *p, struct output *o,
				 const struct conf_instance *c, struct faults *faults)
{
	struct heard_error err = {0};
	pipeline_fill_host(p, &o->host, c, HEARD_OUTPUT);
	o->host.output = o;
	o->keeps_position = c->module->plugin.flags & HEARD_KEEPS_POSITION;
	o->window.batches = 1;
	o->window.records = 4096;
	o->window.bytes = 1 << 20;
	if (host_init(&o->host, &err) != 0 || output_init(o, &err) != 0 ||
	    tell_init(o, &err) != 0 || host_open(&o->host, &err) != 0)
		pipeline_fault(&o->host, faults, &err);
	else if (o->host.input != NULL)
		o->host.input->pressure.fn = pipeline_pause_input;
}

/* The first filter that masks whatever comes. */
static size_t pipeline_find_mask(const struct conf_pipeline *c)
{
	size_t i = 0;
	while (i < c->n_filters && !((c->filters[i].module->plugin.flags & HEARD_MASKS) &&
				     c->filters[i].when == NULL))
		i++;
	return i;
}

int pipeline_init(struct pipeline *p, struct daemon *d, const struct conf_pipeline *c,
		  struct faults *faults)
{
	p->daemon = d;
	p->conf = c;
	p->mask_at = pipeline_find_mask(c);
	p->wants_events = tell_is_wanted_in(c);
	snprintf(p->counter, sizeof(p->counter), "pipeline/%s", c->name);
	p->salt = hash_name(c->name);
	pthread_mutex_init(&p->ack_lock, NULL);
	p->inputs = calloc(c->n_inputs + 1, sizeof(*p->inputs));
	p->filters = calloc(c->n_filters + 1, sizeof(*p->filters));
	p->outputs = calloc(c->n_outputs + 1, sizeof(*p->outputs));
	if (p->inputs == NULL || p->filters == NULL || p->outputs == NULL) {
		faults_add(faults, c->file, c->line, "no memory");
		return -ENOMEM;
	}
	for (; p->n_filters < c->n_filters; p->n_filters++)
		pipeline_open_filter(p, &p->filters[p->n_filters], &c->filters[p->n_filters],
				     faults);
	for (; p->n_outputs < c->n_outputs; p->n_outputs++)
		pipeline_open_output(p, &p->outputs[p->n_outputs], &c->outputs[p->n_outputs],
				     faults);
	for (; p->n_inputs < c->n_inputs; p->n_inputs++)
		pipeline_open_input(p, &p->inputs[p->n_inputs], &c->inputs[p->n_inputs],
				    faults);
	pipeline_open_input(p, &p->inputs[p->n_inputs++], send_instance(), faults);
	return 0;
}

void pipeline_release(struct pipeline *p)
{
	/* First: what they asked for a batch that waits must not come any more. */
	for (size_t i = 0; i < p->n_filters; i++) {
		filter_release(&p->filters[i]);
		host_close(&p->filters[i].host);
	}
	for (size_t i = 0; i < p->n_inputs; i++) {
		input_release(&p->inputs[i]);
		host_close(&p->inputs[i].host);
	}
	for (size_t i = 0; i < p->n_outputs; i++) {
		tell_release(&p->outputs[i]);
		output_release(&p->outputs[i]);
		host_close(&p->outputs[i].host);
	}
	free(p->inputs);
	free(p->filters);
	free(p->outputs);
	pthread_mutex_destroy(&p->ack_lock);
}
