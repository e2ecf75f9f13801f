/*
 * keeper.c - a shelf under a lock, and a thread that makes the next one.
 *
 * The lock guards the pointer and the flag, and is held for an instant only.
 */
#include "keeper.h"

#include "folder.h"

#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct keeper {
	struct heard_host *host;
	const char *folder;
	int64_t check;	/* ms */
	uint64_t stamp; /* of the folder as it was read */

	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct shelf *shelf;
	bool is_ending;

	pthread_t thread;
	bool has_thread;
};

static void leave_out(void *arg, const char *sentence)
{
	const struct keeper *k = arg;

	heard_log(k->host, HEARD_WARN, "an article is left out: %s", sentence);
}

struct keeper *keeper_create(struct heard_host *host, const char *folder, int64_t check_ms,
			     struct heard_error *err)
{
	struct keeper *k = calloc(1, sizeof(*k));
	pthread_condattr_t clock;

	if (k == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	k->host = host;
	k->folder = folder;
	k->check = check_ms;
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&k->ended, &clock);
	pthread_condattr_destroy(&clock);
	k->stamp = folder_stamp(folder);
	k->shelf = shelf_open(folder, leave_out, k, err);
	if (k->shelf)
		return k;
	keeper_destroy(k);
	return NULL;
}

void keeper_destroy(struct keeper *k)
{
	if (k == NULL)
		return;
	if (k->has_thread) {
		pthread_mutex_lock(&k->lock);
		k->is_ending = true;
		pthread_cond_signal(&k->ended);
		pthread_mutex_unlock(&k->lock);
		pthread_join(k->thread, NULL);
	}
	shelf_close(k->shelf);
	pthread_cond_destroy(&k->ended);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

struct shelf *keeper_newer(struct keeper *k, const struct shelf *have)
{
	pthread_mutex_lock(&k->lock);
	struct shelf *newer = k->shelf == have ? NULL : shelf_hold(k->shelf);
	pthread_mutex_unlock(&k->lock);
	return newer;
}

/* ---- the thread */

static void read_anew(struct keeper *k)
{
	struct heard_error err = {0};
	uint64_t stamp = folder_stamp(k->folder);

	if (stamp == k->stamp)
		return;
	k->stamp = stamp; /* what is refused is not read again until it changes */
	struct shelf *fresh = shelf_open(k->folder, leave_out, k, &err);
	if (fresh == NULL) {
		heard_log(k->host, HEARD_WARN,
			  "the articles cannot be read anew: %s; those of before stay",
			  err.text);
		return;
	}
	heard_log(k->host, HEARD_NOTICE, "%zu articles read anew", shelf_size(fresh));
	pthread_mutex_lock(&k->lock);
	struct shelf *old = k->shelf;
	k->shelf = fresh;
	pthread_mutex_unlock(&k->lock);
	shelf_close(old);
}

/* With the lock.  True: it is time to look; false: to end. */
static bool wait_turn(struct keeper *k)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += k->check / 1000;
	until.tv_nsec += k->check % 1000 * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!k->is_ending &&
	       pthread_cond_timedwait(&k->ended, &k->lock, &until) != ETIMEDOUT)
		continue;
	return !k->is_ending;
}

static void *run(void *arg)
{
	struct keeper *k = arg;

	pthread_mutex_lock(&k->lock);
	while (wait_turn(k)) {
		pthread_mutex_unlock(&k->lock);
		read_anew(k);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

int keeper_begin(struct keeper *k, struct heard_error *err)
{
	int code = pthread_create(&k->thread, NULL, run, k);

	k->has_thread = code == 0;
	return code == 0 ? 0
			 : heard_fail(err, code, "no thread to look after the articles: %s",
				      strerror(code));
}
