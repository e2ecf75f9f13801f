/*
 * filter.h - one filter at work: whose turn it is, and its lanes.
 *
 * Calls of process() for one instance never overlap, unless the plugin says
 * HEARD_PARALLEL.  A job that meets a busy filter is parked in the filter's
 * FIFO and its worker takes another; when the filter is free, the job goes back
 * to the front of the workers' queue.  Timers of the instance take turns in the
 * same way, so they never overlap process() either; calls that may overlap share a
 * turn, and a timer that is due waits for the last of them while new ones park.
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include "crash.h"
#include "host.h"
#include "job.h"
#include "tally.h"

#include <pthread.h>
#include <stdatomic.h>

struct condition;
struct heard_timer;
struct workers;

struct filter {
	struct heard_host host;
	void **lanes;		       /* one a worker, or a single one       */
	struct condition **conditions; /* of `when`, one a worker and one for home */
	unsigned n_lanes;
	struct crash_slot *home_slot; /* of a filter with a loop of its own */

	pthread_mutex_t lock; /* guards the next five                */
	unsigned n_inside;    /* calls under way; the home's turn is one  */
	bool is_homes;
	struct job *first, *last;   /* parked jobs                         */
	struct heard_timer *timers; /* due, waiting for their turn         */

	struct loop_job hop; /* home comes to run due timers        */
	_Atomic uint64_t nanoseconds, records, failed_conditions;
	_Atomic uint64_t said;	 /* digest of why a batch went back last */
	_Atomic int64_t said_at; /* when that was said; daemon_clock()   */
	struct tally tally;
};

int filter_init(struct filter *, unsigned n_workers, struct heard_error *); /* after open() */
void filter_release(struct filter *);
/* Run the filter over the job: 0 done; 1 the job was parked or sent home and
 * will come back; -errno the batch must be refused.  [worker] */
int filter_run(struct filter *, struct job *, unsigned worker, struct crash_slot *,
	       struct heard_error *);
/* The same in a process without workers. */
int filter_run_alone(struct filter *, struct heard_batch *, struct heard_error *);
/* process() failed: the batch goes back to its source.  [worker], [home] */
void filter_refuse(struct filter *, struct job *, const struct heard_error *);
/* [home] true: the turn is the timer's until filter_leave; false: it will be called later */
bool filter_enter_timer(struct filter *, struct heard_timer *);
void filter_leave(struct filter *);

#endif
