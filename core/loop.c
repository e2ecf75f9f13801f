/*
 * loop.c - a libevent loop and the mailbox in front of it.
 *
 * Only the loop's own thread touches the event_base, so libevent runs without
 * its locks.  Other threads leave jobs in a mailbox: a mutex, a list, and an
 * eventfd that is written only when the list was empty, so that a burst of
 * posts costs one wake-up.
 *
 * Invariant: the eventfd is readable whenever the mailbox is not empty.
 */
#include "loop.h"

#include <heard/error.h>

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct loop {
	struct event_base *base;
	struct event *wake;
	int fd;
	char name[16];
	pthread_t thread;
	bool has_thread;

	pthread_mutex_t lock; /* guards the mailbox */
	struct loop_job *first, **last;
	bool must_stop, is_closed;
};

static struct loop_job *loop_take(struct loop *l, bool *stop)
{
	pthread_mutex_lock(&l->lock);
	struct loop_job *jobs = l->first;
	l->first = NULL;
	l->last = &l->first;
	*stop = l->must_stop;
	pthread_mutex_unlock(&l->lock);
	return jobs;
}

static void loop_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	uint64_t count;
	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		HEARD_BUG("eventfd: %s", strerror(errno));
	bool stop;
	struct loop_job *job = loop_take(l, &stop);
	while (job != NULL) {
		struct loop_job *next = job->next;
		job->fn(job); /* may post the job again, or free it */
		job = next;
	}
	if (stop)
		event_base_loopbreak(l->base);
}

struct loop *loop_create(const char *name, struct heard_error *err)
{
	struct loop *l = calloc(1, sizeof(*l));
	if (l == NULL) {
		heard_fail(err, ENOMEM, "no memory for a loop");
		return NULL;
	}
	strncpy(l->name, name, sizeof(l->name) - 1);
	pthread_mutex_init(&l->lock, NULL);
	l->last = &l->first;
	l->thread = pthread_self();
	l->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct event_config *config = event_config_new();
	if (config != NULL) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
		l->base = event_base_new_with_config(config);
		event_config_free(config);
	}
	if (l->base != NULL && l->fd >= 0)
		l->wake = event_new(l->base, l->fd, EV_READ | EV_PERSIST, loop_wake, l);
	if (l->wake == NULL || event_add(l->wake, NULL) != 0) {
		heard_fail(err, errno ? errno : ENOMEM, "cannot make an event loop for %s",
			   name);
		loop_destroy(l);
		return NULL;
	}
	return l;
}

void loop_destroy(struct loop *l)
{
	if (l == NULL)
		return;
	if (l->wake != NULL)
		event_free(l->wake);
	if (l->base != NULL)
		event_base_free(l->base);
	if (l->fd >= 0)
		close(l->fd);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

bool loop_is_mine(const struct loop *l)
{
	return pthread_equal(l->thread, pthread_self()) != 0;
}

int loop_run(struct loop *l)
{
	l->thread = pthread_self();
	return event_base_dispatch(l->base);
}

static void *loop_main(void *arg)
{
	struct loop *l = arg;
	pthread_setname_np(pthread_self(), l->name);
	event_base_dispatch(l->base);
	return NULL;
}

int loop_start(struct loop *l, struct heard_error *err)
{
	int rc = pthread_create(&l->thread, NULL, loop_main, l);
	if (rc != 0)
		return heard_fail(err, rc, "cannot start the thread of %s: %s", l->name,
				  strerror(rc));
	l->has_thread = true;
	return 0;
}

static void loop_ring(struct loop *l)
{
	uint64_t one = 1;
	if (write(l->fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		HEARD_BUG("eventfd: %s", strerror(errno));
}

void loop_stop(struct loop *l)
{
	pthread_mutex_lock(&l->lock);
	l->must_stop = true;
	pthread_mutex_unlock(&l->lock);
	loop_ring(l);
}

void loop_join(struct loop *l)
{
	if (!l->has_thread)
		return;
	pthread_join(l->thread, NULL);
	l->has_thread = false;
	l->thread = pthread_self(); /* what is left is done by whoever joined */
}

void loop_post(struct loop *l, struct loop_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&l->lock);
	bool was_empty = l->first == NULL && !l->is_closed;
	if (!l->is_closed) {
		*l->last = job;
		l->last = &job->next;
	}
	pthread_mutex_unlock(&l->lock);
	if (was_empty)
		loop_ring(l);
}

void loop_close(struct loop *l)
{
	pthread_mutex_lock(&l->lock);
	l->is_closed = true;
	l->first = NULL;
	l->last = &l->first;
	pthread_mutex_unlock(&l->lock);
}
