/*
 * memory.c - the memory of one message: given out in pieces, freed at once.
 *
 * Pieces are cut from chunks of CHUNK bytes; a larger one (an attachment) gets a
 * chunk of its own behind the newest, so that the rest of that is not lost.
 */
#include "memory.h"

#include <stdlib.h>

enum { CHUNK = 8192, ALIGN = 16 };

struct mime_chunk {
	_Alignas(ALIGN) struct mime_chunk *next;
	size_t size;
	_Alignas(ALIGN) char bytes[];
};

struct mime_memory *mime_memory_create(size_t cap)
{
	struct mime_memory *m = calloc(1, sizeof(*m));

	if (m != NULL)
		m->cap = cap;
	return m;
}

void mime_memory_destroy(struct mime_memory *m)
{
	if (m == NULL)
		return;
	for (struct mime_chunk *c = m->chunks, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(m);
}

static struct mime_chunk *chunk_add(struct mime_memory *m, size_t size)
{
	struct mime_chunk *c = NULL;

	if (!m->failed && size <= m->cap - m->used)
		c = calloc(1, sizeof(*c) + size);
	if (c == NULL) {
		m->failed = true;
		return NULL;
	}
	c->size = size;
	m->used += size;
	return c;
}

void *mime_memory_alloc(struct mime_memory *m, size_t size)
{
	size_t need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (need < size) {
		m->failed = true;
		return NULL;
	}
	if (need <= (size_t)(m->end - m->at)) {
		void *piece = m->at;

		m->at += need;
		return piece;
	}
	bool is_large = need > CHUNK / 2;
	struct mime_chunk *c = chunk_add(m, is_large ? need : CHUNK);
	if (c == NULL)
		return NULL;
	if (is_large && m->chunks != NULL) {
		c->next = m->chunks->next;
		m->chunks->next = c;
		return c->bytes;
	}
	c->next = m->chunks;
	m->chunks = c;
	m->at = c->bytes + need;
	m->end = c->bytes + c->size;
	return c->bytes;
}

struct heard_str mime_memory_copy(struct mime_memory *m, struct heard_str s)
{
	char *piece = s.len ? mime_memory_alloc(m, s.len + 1) : NULL;

	if (piece == NULL)
		return heard_str_n(NULL, 0);
	memcpy(piece, s.ptr, s.len);
	return heard_str_n(piece, s.len);
}
