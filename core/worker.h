/*
 * worker.h - the pool of threads that decode, filter and encode.
 *
 * A job is run to completion by one worker unless it meets a filter that is
 * busy; then it is parked there and comes back by workers_put_front.  Workers
 * never wait for anything but jobs.
 */
#ifndef CORE_WORKER_H
#define CORE_WORKER_H

#include <stddef.h>

struct heard_error;
struct job;
struct workers;

/* n threads; each calls run(job, lane) with its number, 0 <= lane < n. */
int workers_create(struct workers **, unsigned n, void (*run)(struct job *, unsigned lane),
		   struct heard_error *);
/* Ends the threads once the queue is empty. */
void workers_destroy(struct workers *);
void workers_put(struct workers *, struct job *); /* [any] */
void workers_put_front(struct workers *,
		       struct job *); /* [any] work already begun goes first */

#endif
