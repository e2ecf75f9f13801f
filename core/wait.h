/*
 * wait.h - a job that waits for what a filter asked (heard/wait.h).
 *
 * Two must be through before it goes on: the call of process() that asked, and whoever
 * keeps the promise, on whatever thread.  Who comes second sends it back to the workers,
 * and from then on neither touches it.
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <heard/wait.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct job;

struct heard_wait {
	struct job *job;
	_Atomic unsigned through; /* of the two                              */
	void *found;
	bool *shown; /* which records the filter was shown: it is those again */
	bool is_asked, is_over;
};

/* process() has returned, and nobody of us will touch the job again. */
void wait_returned(struct job *);
/* The filter is done with the job; the next one may ask. */
void wait_end(struct job *);

#endif
