/*
 * refused.c - a table by origin; of two in one place the newer stays.
 *
 * Nearly always it is empty, which `n` tells without the lock.
 */
#include "refused.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 1 << 15 };

struct refused {
	_Atomic size_t n;
	pthread_mutex_t lock;
	struct {
		uint64_t origin; /* 0: free */
		unsigned char id[16];
	} at[PLACES];
};

struct refused *refused_create(void)
{
	struct refused *t = calloc(1, sizeof(*t));
	if (t != NULL)
		pthread_mutex_init(&t->lock, NULL);
	return t;
}

void refused_destroy(struct refused *t)
{
	if (t != NULL)
		pthread_mutex_destroy(&t->lock);
	free(t);
}

static size_t place_of(uint64_t origin)
{
	return origin >> 32 & (PLACES - 1);
}

void refused_note(struct refused *t, uint64_t origin, const unsigned char id[16])
{
	size_t i = place_of(origin);
	pthread_mutex_lock(&t->lock);
	t->n += t->at[i].origin == 0;
	t->at[i].origin = origin;
	memcpy(t->at[i].id, id, sizeof(t->at[i].id));
	pthread_mutex_unlock(&t->lock);
}

bool refused_take(struct refused *t, uint64_t origin, unsigned char id[16])
{
	size_t i = place_of(origin);
	if (origin == 0 || t->n == 0)
		return false;
	pthread_mutex_lock(&t->lock);
	bool is_there = t->at[i].origin == origin;
	if (is_there) {
		memcpy(id, t->at[i].id, sizeof(t->at[i].id));
		t->at[i].origin = 0;
		t->n--;
	}
	pthread_mutex_unlock(&t->lock);
	return is_there;
}
