/*
 * memory.h - the memory of one message: given out in pieces, freed at once.
 *
 * A piece that cannot be had makes the memory `failed`, and whoever asked gets
 * NULL and goes on with an absent view; mime_read() looks once, at the end.
 */
#ifndef MIME_MEMORY_H
#define MIME_MEMORY_H

#include <heard/str.h>

struct mime_chunk;
struct mime_memory {
	struct mime_chunk *chunks; /* newest first                                 */
	char *at, *end;		   /* free part of the newest, 16-aligned          */
	size_t used, cap;	   /* bytes of all chunks; their limit             */
	bool failed;
};

struct mime_memory *mime_memory_create(size_t cap); /* NULL without memory */
void mime_memory_destroy(struct mime_memory *);
void *mime_memory_alloc(struct mime_memory *, size_t size); /* zeroed */
/* A copy; absent for an absent or empty view. */
struct heard_str mime_memory_copy(struct mime_memory *, struct heard_str);

#endif
