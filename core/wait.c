/*
 * wait.c - asked, answered, and on: what heard/wait.h promises.
 */
#include "wait.h"

#include "daemon.h"
#include "filter.h"
#include "job.h"
#include "log.h"
#include "worker.h"

#include <heard/error.h>

struct heard_wait *heard_wait(struct heard_batch *b)
{
	struct heard_wait *w = batch_wait(b);
	if (w == NULL || w->is_asked)
		return NULL;
	w->is_asked = true;
	return w;
}

void *heard_waited(const struct heard_batch *b)
{
	const struct heard_wait *w = batch_wait(b);
	return w != NULL && w->is_over ? w->found : NULL;
}

static void wait_through(struct heard_wait *w)
{
	struct job *job = w->job;
	if (atomic_fetch_add(&w->through, 1) == 0)
		return;
	w->is_over = true;
	workers_put_front(job->input->host.daemon->workers, job);
}

void heard_wait_done(struct heard_wait *w, void *found)
{
	if (found == NULL)
		HEARD_BUG("a wait ended with nothing found");
	w->found = found;
	wait_through(w);
}

void wait_returned(struct job *job)
{
	wait_through(&job->wait);
}

void wait_end(struct job *job)
{
	job->wait = (struct heard_wait){.job = job};
}

bool heard_is_masked(const struct heard_host *host)
{
	const struct pipeline *p = host->pipeline;
	return host->filter != NULL && (size_t)(host->filter - p->filters) > p->mask_at;
}
