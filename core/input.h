/*
 * input.h - one input at work: emissions in, receipts out.
 */
#ifndef CORE_INPUT_H
#define CORE_INPUT_H

#include "host.h"
#include "job.h"
#include "tally.h"

#include <pthread.h>
#include <stdatomic.h>

struct event;

struct input {
	struct heard_host host;
	struct job *open;	/* [home] emissions of this turn          */
	struct event *turn_end; /* [home] active when `open` is not NULL  */
	struct job *spare;	/* [home] jobs to use again               */
	unsigned n_spare;
	struct job *jobs;	    /* [home] made and not yet receipted, `open` too */
	uint64_t next_order, epoch; /* [home] of the next ordered job         */
	char *token;		    /* [home] of heard_resume_token           */
	bool is_stopped;	    /* [home] emits no more                   */
	unsigned n_jobs;	    /* [home] of `jobs`                       */
	struct output *teller;	    /* whose companion it is (tell.c), or NULL */
	struct loop_job pressure;   /* to home: pause or go on                */
	_Atomic bool is_told;	    /* it is on its way                       */

	pthread_mutex_t lock; /* guards the next two                    */
	struct job *waiting;  /* done out of order, sorted by order     */
	uint64_t next_commit;
	_Atomic uint64_t poisoned; /* jobs of this epoch or older are refused */

	/* records committed, for metrics: all (of a companion: told); dead letters that decode
	 * made */
	_Atomic uint64_t received, undecodable;
	struct tally tally;	 /* what decode() dropped or condemned */
	struct channel *channel; /* [journal] what it brought last, or NULL */
};

int input_init(struct input *, struct heard_error *);
void input_release(struct input *);
/* heard_emit; is_sent: by `heard send`, to be read by send_decode.  [home] */
void input_emit(struct heard_host *, const struct heard_emission *, bool is_sent);
/* A dead letter, as if the input called `source` had emitted it.  What was a record
 * when it died (is_record), and no piece of what a source said, keeps its author.key.
 * [home] */
void input_emit_letter(struct heard_host *, const struct heard_emission *,
		       struct heard_str source, bool is_record);
/* The job is encoded or refused: hand it to the journal in its turn.  [worker] */
void input_commit(struct job *);
/* The journal's name of a stream's token, in the batch; {NULL, 0} without memory. */
struct heard_str input_token_name(const struct input *, struct heard_str stream,
				  struct heard_batch *);
void input_pause(struct input *);  /* [home] */
void input_resume(struct input *); /* [home] */

#endif
