/*
 * worker.c - threads and the queue that feeds them.
 *
 * One mutex, one condition, an intrusive list.  A batch is a hundred
 * microseconds of work or more, so a lock per batch does not show; lock-free
 * queues were not worth their weight.
 */
#include "worker.h"

#include "job.h"

#include <heard/error.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct worker {
	struct workers *pool;
	unsigned lane;
	pthread_t thread;
};

struct workers {
	void (*run)(struct job *, unsigned lane);
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t more;
	struct job *first, *last;
	unsigned idle; /* threads in pthread_cond_wait */
	bool must_end;
	unsigned n;
	struct worker worker[];
};

static struct job *workers_next(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->must_end) {
		w->idle++;
		pthread_cond_wait(&w->more, &w->lock);
		w->idle--;
	}
	struct job *job = w->first;
	if (job != NULL) {
		w->first = job->next;
		if (w->first == NULL)
			w->last = NULL;
	}
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void *worker_main(void *arg)
{
	struct worker *me = arg;
	struct job *job;
	while ((job = workers_next(me->pool)) != NULL)
		me->pool->run(job, me->lane);
	return NULL;
}

int workers_create(struct workers **out, unsigned n, void (*run)(struct job *, unsigned lane),
		   struct heard_error *err)
{
	struct workers *w = calloc(1, sizeof(*w) + n * sizeof(w->worker[0]));
	if (w == NULL)
		return heard_fail(err, ENOMEM, "no memory for workers");
	w->run = run;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	for (; w->n < n; w->n++) {
		struct worker *me = &w->worker[w->n];
		*me = (struct worker){.pool = w, .lane = w->n};
		int rc = pthread_create(&me->thread, NULL, worker_main, me);
		if (rc != 0) {
			workers_destroy(w);
			return heard_fail(err, rc, "cannot start a worker: %s", strerror(rc));
		}
		char name[16];
		snprintf(name, sizeof(name), "worker-%u", w->n % 1000);
		pthread_setname_np(me->thread, name);
	}
	*out = w;
	return 0;
}

void workers_destroy(struct workers *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->must_end = true;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->n; i++)
		pthread_join(w->worker[i].thread, NULL);
	pthread_cond_destroy(&w->more);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void workers_put(struct workers *w, struct job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&w->lock);
	if (w->last != NULL)
		w->last->next = job;
	else
		w->first = job;
	w->last = job;
	bool wake = w->idle > 0;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->more);
}

void workers_put_front(struct workers *w, struct job *job)
{
	pthread_mutex_lock(&w->lock);
	job->next = w->first;
	w->first = job;
	if (w->last == NULL)
		w->last = job;
	bool wake = w->idle > 0;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->more);
}
