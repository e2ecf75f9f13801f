/*
 * backstage.c - a queue and a thread at low priority.
 */
#include "backstage.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct backstage {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t posted;
	struct backstage_job *first, **last; /* lock */
	bool is_stopping;		     /* lock */
};

static struct backstage_job *next_job(struct backstage *b)
{
	pthread_mutex_lock(&b->lock);
	while (b->first == NULL && !b->is_stopping)
		pthread_cond_wait(&b->posted, &b->lock);
	struct backstage_job *job = b->first;
	if (job && (b->first = job->next) == NULL)
		b->last = &b->first;
	pthread_mutex_unlock(&b->lock);
	return job;
}

static void *run(void *arg)
{
	struct backstage *b = arg;
	struct backstage_job *job;

	/* On Linux this is the thread's own; a refusal costs nothing but speed. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
	while ((job = next_job(b)) != NULL)
		job->fn(job);
	return NULL;
}

struct backstage *backstage_create(void)
{
	struct backstage *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->last = &b->first;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->posted, NULL);
	if (pthread_create(&b->thread, NULL, run, b) != 0) {
		free(b);
		return NULL;
	}
	return b;
}

void backstage_post(struct backstage *b, struct backstage_job *take_job)
{
	take_job->next = NULL;
	pthread_mutex_lock(&b->lock);
	*b->last = take_job;
	b->last = &take_job->next;
	pthread_cond_signal(&b->posted);
	pthread_mutex_unlock(&b->lock);
}

void backstage_destroy(struct backstage *b)
{
	if (b == NULL)
		return;
	pthread_mutex_lock(&b->lock);
	b->is_stopping = true;
	pthread_cond_signal(&b->posted);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->posted);
	free(b);
}
