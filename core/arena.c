/*
 * arena.c - bump allocation from mapped chunks.
 *
 * A chunk is CHUNK bytes, header included, or, for an allocation of more than
 * a quarter of that, as large as needed.  Such a large chunk is put behind the
 * newest, so that the free part of the newest is not lost.
 *
 * Chunks are mapped and not malloc'ed: whole pages can be kept out of dumps,
 * and munmap really gives them back.  A process-wide cache of standard chunks
 * saves the system call and the page faults.  It is shared by all threads
 * because a batch is filled by a worker and freed by another thread; its lock
 * is taken once in 256 KiB.
 *
 * Under AddressSanitizer chunks come from malloc, so that a forgotten arena is
 * a leak and a late read is an error, and nothing is cached.
 */
#include "arena.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#if ARENA_CHECKED
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)	  ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum {
	CHUNK = 256 * 1024,
	LARGE = CHUNK / 4,
	PAGE = 4096,
	CACHED = 32, /* chunks: 8 MiB at most stay with the process */
	GAP = 8,     /* poisoned behind each allocation when checked */
};

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* this header included */
};

/* Standard chunks that nobody uses; guarded by its lock. */
static struct {
	pthread_mutex_t lock;
	struct arena_chunk *first;
	unsigned n;
} cache = {PTHREAD_MUTEX_INITIALIZER, NULL, 0};

static struct arena_chunk *cache_take(void)
{
	pthread_mutex_lock(&cache.lock);
	struct arena_chunk *c = cache.first;
	if (c) {
		cache.first = c->next;
		cache.n--;
	}
	pthread_mutex_unlock(&cache.lock);
	return c;
}

static bool cache_give(struct arena_chunk *c)
{
	if (ARENA_CHECKED || c->size != CHUNK)
		return false;
	pthread_mutex_lock(&cache.lock);
	bool is_kept = cache.n < CACHED;
	if (is_kept) {
		c->next = cache.first;
		cache.first = c;
		cache.n++;
	}
	pthread_mutex_unlock(&cache.lock);
	return is_kept;
}

static void *pages_map(size_t size)
{
	if (ARENA_CHECKED)
		return malloc(size);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	madvise(p, size, MADV_DONTDUMP);
	return p;
}

static void chunk_destroy(struct arena_chunk *c)
{
	if (cache_give(c))
		return;
	if (ARENA_CHECKED)
		free(c);
	else
		munmap(c, c->size);
}

static struct arena_chunk *chunk_create(size_t size)
{
	struct arena_chunk *c = size == CHUNK ? cache_take() : NULL;
	if (c == NULL)
		c = pages_map(size);
	if (c)
		c->size = size;
	return c;
}

static char *chunk_start(struct arena_chunk *c)
{
	return (char *)(c + 1);
}

static size_t chunk_room(const struct arena_chunk *c)
{
	return c->size - sizeof *c;
}

static void use_chunk(struct arena *a, struct arena_chunk *c)
{
	a->at = chunk_start(c);
	a->end = a->at + chunk_room(c);
	ASAN_POISON_MEMORY_REGION(a->at, chunk_room(c));
}

/* The size of a chunk that can hold `size` bytes under the cap, or 0.  An arena
 * with a cap below the standard size gets one chunk of just that. */
static size_t chunk_size_for(const struct arena *a, size_t size)
{
	size_t left = a->cap - a->used;
	size_t wanted = CHUNK;
	if (size > LARGE)
		wanted = (size + sizeof(struct arena_chunk) + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (wanted > left)
		wanted = left & ~(size_t)7;
	return wanted >= size + sizeof(struct arena_chunk) ? wanted : 0;
}

static void *alloc_from_new_chunk(struct arena *a, size_t size)
{
	size_t chunk_size = chunk_size_for(a, size);
	struct arena_chunk *c = chunk_size ? chunk_create(chunk_size) : NULL;
	if (c == NULL)
		return NULL;
	a->used += chunk_size;
	if (size > LARGE && a->chunks) {
		c->next = a->chunks->next;
		a->chunks->next = c;
		return chunk_start(c);
	}
	c->next = a->chunks;
	a->chunks = c;
	use_chunk(a, c);
	void *p = a->at;
	a->at += size;
	return p;
}

void *arena_grow(struct arena *a, size_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	size_t needed = (size + (size == 0) + 7) & ~(size_t)7;
	if (ARENA_CHECKED)
		needed += GAP;
	void *p;
	if (needed <= (size_t)(a->end - a->at)) {
		p = a->at;
		a->at += needed;
	} else {
		p = alloc_from_new_chunk(a, needed);
	}
	if (p)
		ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){.cap = cap};
}

static void destroy_all(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;
		ASAN_UNPOISON_MEMORY_REGION(chunk_start(c), chunk_room(c));
		chunk_destroy(c);
		c = next;
	}
}

void arena_release(struct arena *a)
{
	destroy_all(a->chunks);
	*a = (struct arena){.cap = 0};
}

void arena_clear(struct arena *a)
{
	struct arena_chunk *kept = a->chunks;
	if (kept == NULL || kept->size > CHUNK) {
		size_t cap = a->cap;
		arena_release(a);
		a->cap = cap;
		return;
	}
	destroy_all(kept->next);
	kept->next = NULL;
	a->used = kept->size;
	use_chunk(a, kept);
}

void *arena_zalloc(struct arena *a, size_t size)
{
	void *p = arena_alloc(a, size);
	return p ? memset(p, 0, size) : NULL;
}

struct heard_str arena_copy(struct arena *a, struct heard_str s)
{
	char *p = arena_alloc(a, s.len);
	if (p == NULL)
		return heard_str_n(NULL, 0);
	if (s.len)
		memcpy(p, s.ptr, s.len);
	return heard_str_n(p, s.len);
}

char *arena_zstr(struct arena *a, struct heard_str s)
{
	if (s.len == SIZE_MAX)
		return NULL;
	char *p = arena_alloc(a, s.len + 1);
	if (p == NULL)
		return NULL;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}
