/*
 * ahead.c - the records of a batch, read by a thread of its own a little ahead of the
 * store.
 *
 * What a record costs before the store sees it, its line parsed, its token and its
 * words hashed, needs nothing of the store; so it is done beside it, on another core.
 * Between the two is a ring of SLOTS records, filled and emptied by pieces, so that they
 * seldom wait for each other and wake each other once a piece.
 *
 * Invariant: from ahead_begin to ahead_end the batch is in the thread's hands, before
 * and after in home's.  A slot in [taken, read) is home's, the others are the thread's.
 * A batch of less than a piece is not worth a thread, and read at home.
 */
#include "ahead.h"

#include <heard/error.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { PIECE = 64, SLOTS = 4 * PIECE };

struct slot {
	struct ahead_record is;
	struct heard_str *files; /* `room` of them */
	size_t room;
};

struct ahead {
	ahead_read *fill;
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake; /* of the thread */
	pthread_cond_t home;
	const struct heard_batch *batch; /* [lock] NULL: nothing to do              */
	size_t read, taken;		 /* [lock] of the batch: read, and done with */
	bool ending, stopping;		 /* [lock] no more of the batch; of anything */
	size_t n;			 /* of the batch                             */
	size_t at, known;		 /* home's own: the next one; read, last seen */
	struct slot slots[SLOTS];
};

struct heard_str *ahead_files(struct ahead_record *record, size_t n)
{
	struct slot *slot = (struct slot *)record;
	if (n > slot->room) {
		struct heard_str *files = reallocarray(slot->files, n, sizeof(*files));
		if (!files)
			return NULL;
		slot->files = files;
		slot->room = n;
	}
	return slot->files;
}

/* ---- the thread */

static void read_piece(struct ahead *a, const struct heard_batch *batch, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		a->fill(a->arg, batch, i, &a->slots[i % SLOTS].is);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Under the lock, which is free while a piece is read. */
static void read_batch(struct ahead *a)
{
	const struct heard_batch *batch = a->batch;
	while (a->read < a->n && !a->ending) {
		size_t from = a->read, to = smaller(from + PIECE, a->n);
		if (to - a->taken > SLOTS) {
			pthread_cond_wait(&a->wake, &a->lock);
			continue;
		}
		pthread_mutex_unlock(&a->lock);
		read_piece(a, batch, from, to);
		pthread_mutex_lock(&a->lock);
		a->read = to;
		pthread_cond_signal(&a->home);
	}
	a->batch = NULL;
	pthread_cond_signal(&a->home);
}

static void *read_ahead(void *arg)
{
	struct ahead *a = arg;
	pthread_setname_np(pthread_self(), "tickets-ahead");
	pthread_mutex_lock(&a->lock);
	while (!a->stopping)
		if (a->batch)
			read_batch(a);
		else
			pthread_cond_wait(&a->wake, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* ---- home */

void ahead_begin(struct ahead *a, const struct heard_batch *batch)
{
	a->n = heard_batch_size(batch);
	a->at = a->known = 0;
	a->read = a->taken = 0;
	a->ending = false;
	if (a->n < PIECE) {
		read_piece(a, batch, 0, a->n);
		a->known = a->n;
		return;
	}
	pthread_mutex_lock(&a->lock);
	a->batch = batch;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

/* Gives back what was taken, by whole pieces, and waits for more. */
static void wait_for_piece(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->taken = a->at;
	pthread_cond_signal(&a->wake);
	while (a->read == a->at)
		pthread_cond_wait(&a->home, &a->lock);
	a->known = smaller(a->read, a->at + PIECE);
	pthread_mutex_unlock(&a->lock);
}

const struct ahead_record *ahead_next(struct ahead *a)
{
	if (a->at == a->known)
		wait_for_piece(a);
	return &a->slots[a->at++ % SLOTS].is;
}

void ahead_end(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->ending = true;
	pthread_cond_signal(&a->wake);
	while (a->batch)
		pthread_cond_wait(&a->home, &a->lock);
	pthread_mutex_unlock(&a->lock);
}

/* ---- life */

static void release(struct ahead *a)
{
	for (size_t i = 0; i < SLOTS; i++)
		free(a->slots[i].files);
	pthread_cond_destroy(&a->wake);
	pthread_cond_destroy(&a->home);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

struct ahead *ahead_create(ahead_read *fill, void *arg, struct heard_error *err)
{
	struct ahead *a = calloc(1, sizeof(*a));
	if (!a) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	a->fill = fill;
	a->arg = arg;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->wake, NULL);
	pthread_cond_init(&a->home, NULL);
	int code = pthread_create(&a->thread, NULL, read_ahead, a);
	if (code == 0)
		return a;
	release(a);
	heard_fail(err, code, "no thread to read records: %s", strerror(code));
	return NULL;
}

void ahead_destroy(struct ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	release(a);
}
