/*
 * chunk.c - a short stack of spare buffers; what is beyond it, or larger than the
 * ordinary, goes back to malloc.
 */
#include "chunk.h"

#include <stdlib.h>

enum { SPARE_MAX = 16 };

void chunk_pool_init(struct chunk_pool *pool)
{
	pthread_mutex_init(&pool->lock, NULL);
	pool->spare = NULL;
	pool->n_spare = 0;
}

void chunk_pool_release(struct chunk_pool *pool)
{
	while (pool->spare) {
		struct chunk *c = pool->spare;

		pool->spare = c->next;
		free(c);
	}
	pthread_mutex_destroy(&pool->lock);
}

struct chunk *chunk_get(struct chunk_pool *pool, size_t size)
{
	struct chunk *c = NULL;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	pthread_mutex_lock(&pool->lock);
	if (size == CHUNK_SIZE && pool->spare) {
		c = pool->spare;
		pool->spare = c->next;
		pool->n_spare--;
	}
	pthread_mutex_unlock(&pool->lock);
	if (c == NULL)
		c = malloc(sizeof(*c) + size);
	if (c != NULL)
		*c = (struct chunk){.pool = pool, .size = size};
	return c;
}

void chunk_put(void *take_chunk)
{
	struct chunk *c = take_chunk;
	struct chunk_pool *pool = c->pool;

	pthread_mutex_lock(&pool->lock);
	if (c->size == CHUNK_SIZE && pool->n_spare < SPARE_MAX) {
		c->next = pool->spare;
		pool->spare = c;
		pool->n_spare++;
		c = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	free(c);
}
