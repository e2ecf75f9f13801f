/*
 * arena.h - memory with the lifetime of a batch.
 *
 * Bump allocation from chunks; one release frees all.  Chunks of the standard
 * size are kept in a small cache so that a busy worker does not go to malloc.
 * They are kept out of core dumps (MADV_DONTDUMP), since they hold customers'
 * words.  The cap is a constructor argument: past it arena_alloc returns NULL.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <heard/str.h>

#include <stddef.h>

/* Under AddressSanitizer every allocation takes the slow path, which leaves a
 * poisoned gap behind it. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_CHECKED 1
#endif
#endif
#ifndef ARENA_CHECKED
#define ARENA_CHECKED 0
#endif

struct arena_chunk;
struct arena {
	struct arena_chunk *chunks; /* newest first                         */
	char *at, *end;		    /* free part of the newest, 8-aligned   */
	size_t used, cap;	    /* bytes of all chunks; their limit     */
};

void arena_init(struct arena *, size_t cap);
void arena_release(struct arena *);
/* Keeps one chunk, forgets the contents. */
void arena_clear(struct arena *);
void *arena_grow(struct arena *, size_t size); /* the slow path */

/* 8-aligned, not zeroed; NULL at the cap or without memory. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
	if (ARENA_CHECKED || size == 0 || size > (size_t)(a->end - a->at))
		return arena_grow(a, size);
	void *p = a->at;
	a->at += (size + 7) & ~(size_t)7;
	return p;
}
void *arena_zalloc(struct arena *, size_t size);
struct heard_str arena_copy(struct arena *, struct heard_str); /* {NULL,0} on failure */
char *arena_zstr(struct arena *, struct heard_str);	       /* NUL-terminated copy */

#endif
