/*
 * pipeline.h - inputs, filters and outputs that belong together, and what is in
 * flight between them.
 */
#ifndef CORE_PIPELINE_H
#define CORE_PIPELINE_H

#include "filter.h"
#include "input.h"
#include "output.h"

#include <stdatomic.h>

struct daemon;

struct pipeline {
	struct daemon *daemon;
	const struct conf_pipeline *conf;
	struct input *inputs; /* the config's, and last the built-in `send`  */
	struct filter *filters;
	struct output *outputs;
	size_t n_inputs, n_filters, n_outputs;
	size_t mask_at;	   /* the first filter that masks every record; n_filters if none */
	char counter[80];  /* "pipeline/NAME": its counts in the journal  */
	uint64_t salt;	   /* of pipeline_digest                         */
	bool wants_events; /* an output's `when` names `event`: tell.c   */

	_Atomic size_t in_flight; /* bytes emitted and not yet receipted      */
	_Atomic size_t jobs;	  /* made and not yet receipted               */
	_Atomic size_t records;	  /* decoded and not yet receipted            */
	_Atomic bool is_paused;
	struct job *unacknowledged; /* under ack_lock: committed jobs whose receipts wait */
	struct job *last_unacknowledged; /* if there is a first */
	pthread_mutex_t ack_lock;	 /* for delivery; see pipeline_delivered   */
};

/* Everything opened, nothing started.  Faults are added, all of them.  [main] */
int pipeline_init(struct pipeline *, struct daemon *, const struct conf_pipeline *,
		  struct faults *);
void pipeline_release(struct pipeline *);
/* The pipeline of that name, or NULL.  [any] */
struct pipeline *pipeline_find(const struct daemon *, struct heard_str name);
/* Bytes came or went: pause or resume the inputs.  [any] */
void pipeline_weigh(struct pipeline *, size_t add, size_t sub);

/* The name by which a crash knows a record: what kills here may be harmless in another
 * pipeline.  [any] */
uint64_t pipeline_digest(const struct pipeline *, const struct heard_record *);
/* Pressure changed: each input is paused or resumed at home.  [any] */
void pipeline_tell_inputs(struct pipeline *);
/* acknowledge = "delivered": the job is committed, its receipts wait until every
 * output is past it.  [journal] */
void pipeline_await(struct pipeline *, struct job *);
/* An output moved: give the receipts that waited for it.  [any] */
void pipeline_delivered(struct pipeline *);

#endif
