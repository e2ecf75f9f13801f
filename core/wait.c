/*
 * wait.c - asked, answered, and on: what heard/wait.h promises.
 */
#include "wait.h"

#include "daemon.h"
#include "filter.h"
#include "job.h"
#include "worker.h"

#include <heard/error.h>

bool heard_wait(struct heard_batch *b, void (*begin)(void *arg, struct heard_wait *take),
		void *arg)
{
	struct heard_wait *w = batch_wait(b);
	if (w == NULL || w->begin != NULL)
		return false;
	w->begin = begin;
	w->arg = arg;
	return true;
}

static void wait_begin(struct loop_job *hop)
{
	struct job *job = (struct job *)((char *)hop - offsetof(struct job, hop));
	job->wait.begin(job->wait.arg, &job->wait);
}

void wait_send(struct filter *f, struct job *job)
{
	job->hop.fn = wait_begin;
	loop_post(f->host.loop, &job->hop);
}

void heard_wait_done(struct heard_wait *w, void *found)
{
	if (found == NULL || w->is_over)
		HEARD_BUG("a wait ended twice, or with nothing found");
	w->found = found;
	w->is_over = true;
	workers_put_front(w->job->input->host.daemon->workers, w->job);
}

void *heard_waited(const struct heard_batch *b)
{
	const struct heard_wait *w = batch_wait(b);
	return w != NULL && w->is_over ? w->found : NULL;
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
