/*
 * wait.h - a job that waits for what a filter asked (heard/wait.h).
 *
 * One thread has the job at a time, as ever: the worker (or the filter's own loop) until
 * process() has returned, then home, then a worker again.
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <heard/wait.h>

#include <stdbool.h>

struct filter;
struct job;

struct heard_wait {
	struct job *job;
	void (*begin)(void *arg, struct heard_wait *take); /* NULL: nobody asked */
	void *arg, *found;
	bool *shown; /* which records the filter was shown: it is those again */
	bool is_over;
};

/* process() asked and has returned: home goes on with the job, and we let go of it. */
void wait_send(struct filter *, struct job *);
/* The filter is done with the job; the next one may ask. */
void wait_end(struct job *);

#endif
