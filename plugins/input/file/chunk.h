/*
 * chunk.h - buffers that files are read into, used again and again.
 *
 * The core gives a chunk back on whatever thread is done with it, hence the lock,
 * the only one in this plugin.
 */
#ifndef INPUT_FILE_CHUNK_H
#define INPUT_FILE_CHUNK_H

#include <pthread.h>
#include <stddef.h>

enum { CHUNK_SIZE = 256 * 1024 };

struct chunk_pool {
	pthread_mutex_t lock;
	struct chunk *spare; /* guarded by lock */
	unsigned n_spare;    /* guarded by lock */
};

struct chunk {
	struct chunk *next;
	struct chunk_pool *pool;
	size_t size;
	char bytes[];
};

void chunk_pool_init(struct chunk_pool *);
void chunk_pool_release(struct chunk_pool *);
/* At least `size` bytes; NULL without memory.  [home] */
struct chunk *chunk_get(struct chunk_pool *, size_t size);
/* A void pointer, to be an emission's free_raw.  [any] */
void chunk_put(void *take_chunk);

#endif
