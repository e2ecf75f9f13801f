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
	struct refused *a = calloc(1, sizeof(*a));
	if (a != NULL)
		pthread_mutex_init(&a->lock, NULL);
	return a;
}

void refused_destroy(struct refused *a)
{
	if (a != NULL)
		pthread_mutex_destroy(&a->lock);
	free(a);
}

static size_t place_of(uint64_t origin)
{
	return origin >> 32 & (PLACES - 1);
}

void refused_note(struct refused *a, uint64_t origin, const unsigned char id[16])
{
	size_t i = place_of(origin);
	pthread_mutex_lock(&a->lock);
	a->n += a->at[i].origin == 0;
	a->at[i].origin = origin;
	memcpy(a->at[i].id, id, sizeof(a->at[i].id));
	pthread_mutex_unlock(&a->lock);
}

bool refused_take(struct refused *a, uint64_t origin, unsigned char id[16])
{
	size_t i = place_of(origin);
	if (origin == 0 || a->n == 0)
		return false;
	pthread_mutex_lock(&a->lock);
	bool is_there = a->at[i].origin == origin;
	if (is_there) {
		memcpy(id, a->at[i].id, sizeof(a->at[i].id));
		a->at[i].origin = 0;
		a->n--;
	}
	pthread_mutex_unlock(&a->lock);
	return is_there;
}
