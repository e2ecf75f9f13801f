/*
 * strings.c - blocks of bytes, and a table of views into them.
 */
#include "strings.h"

#include <stdlib.h>

enum { BLOCK = 1024 * 1024, FIRST_ROOM = 1024 };

struct strings_block {
	struct strings_block *next;
	size_t len, size;
	char bytes[];
};

void strings_init(struct strings *s, size_t cap)
{
	*s = (struct strings){.cap = cap};
}

void strings_release(struct strings *s)
{
	while (s->blocks) {
		struct strings_block *b = s->blocks;

		s->blocks = b->next;
		free(b);
	}
	free(s->at);
	*s = (struct strings){.cap = s->cap};
}

static bool make_room(struct strings *s, size_t n)
{
	struct strings_block *b = s->blocks;
	size_t size = n > BLOCK ? n : BLOCK;

	if (b != NULL && b->size - b->len >= n)
		return true;
	if (s->used + size > s->cap)
		return false;
	b = malloc(sizeof(*b) + size);
	if (b == NULL)
		return false;
	*b = (struct strings_block){.next = s->blocks, .size = size};
	s->blocks = b;
	s->used += size;
	return true;
}

/* The table doubles, so for a moment it is there one and a half times. */
static bool make_entry(struct strings *s)
{
	size_t room = s->room ? 2 * s->room : FIRST_ROOM, more = room - s->room;
	struct heard_str *at;

	if (s->n < s->room)
		return true;
	if (s->used + more * sizeof(*at) > s->cap)
		return false;
	at = realloc(s->at, room * sizeof(*at));
	if (at == NULL)
		return false;
	s->at = at;
	s->room = room;
	s->used += more * sizeof(*at);
	return true;
}

bool strings_add(struct strings *s, struct heard_str text)
{
	if (!make_entry(s) || !make_room(s, text.len))
		return false;
	char *to = s->blocks->bytes + s->blocks->len;

	if (text.len > 0)
		memcpy(to, text.ptr, text.len);
	s->blocks->len += text.len;
	s->at[s->n++] = heard_str_n(to, text.len);
	return true;
}

struct heard_str strings_get(const struct strings *s, size_t i)
{
	return i < s->n ? s->at[i] : heard_str_n(NULL, 0);
}
