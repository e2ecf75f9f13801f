/*
 * saver.c - a thread that sleeps a minute, or until it is told to end.
 */
#include "saver.h"

#include "ground.h"

#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVERY_S = 60 };

struct saver {
	struct heard_host *host;
	const struct ground *ground;
	char *path;
	uint64_t key, saved; /* records, when it was last written */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool is_ending; /* under the lock */
};

static void save(struct saver *s)
{
	struct heard_error err = {0};
	uint64_t records = ground_records(s->ground);
	if (records == s->saved)
		return;
	if (ground_save(s->ground, s->path, s->key, &err) == 0)
		s->saved = records;
	else
		heard_log(s->host, HEARD_WARN,
			  "the background of words is not written: %s; a restart will not "
			  "know it",
			  err.text);
}

static void *run(void *arg)
{
	struct saver *s = arg;
	pthread_mutex_lock(&s->lock);
	while (!s->is_ending) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += EVERY_S;
		while (!s->is_ending &&
		       pthread_cond_timedwait(&s->ended, &s->lock, &until) != ETIMEDOUT)
			;
		pthread_mutex_unlock(&s->lock);
		save(s);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void release(struct saver *s)
{
	pthread_cond_destroy(&s->ended);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
}

struct saver *saver_begin(struct heard_host *host, const struct ground *ground,
			  const char *path, uint64_t key)
{
	struct saver *s = calloc(1, sizeof(*s));
	if (s == NULL || (s->path = strdup(path)) == NULL) {
		free(s);
		return NULL;
	}
	s->host = host;
	s->ground = ground;
	s->key = key;
	s->saved = ground_records(ground);
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->ended, &clock);
	pthread_condattr_destroy(&clock);
	if (pthread_create(&s->thread, NULL, run, s) == 0)
		return s;
	release(s);
	return NULL;
}

void saver_end(struct saver *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_ending = true;
	pthread_cond_signal(&s->ended);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	release(s);
}
