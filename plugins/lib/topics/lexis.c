/*
 * lexis.c - the bytes of all words in a row, and a table of hashes over them.
 */
#include "lexis.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS = 2 * LEXIS_WORDS };

struct lexis {
	char *text;
	size_t used, room;
	size_t n;
	uint32_t begin[LEXIS_WORDS + 1]; /* in text; the end of the last one, too */
	uint32_t slots[SLOTS];		 /* a word's number and 1; 0: free        */
};

struct lexis *lexis_create(void)
{
	return calloc(1, sizeof(struct lexis));
}

void lexis_destroy(struct lexis *lexis)
{
	if (lexis)
		free(lexis->text);
	free(lexis);
}

size_t lexis_size(const struct lexis *lexis)
{
	return lexis->n;
}

struct heard_str lexis_word(const struct lexis *lexis, uint32_t number)
{
	size_t begin = lexis->begin[number];
	return heard_str_n(lexis->text + begin, lexis->begin[number + 1] - begin);
}

static bool make_room(struct lexis *lexis, size_t more)
{
	if (lexis->used + more <= lexis->room)
		return true;
	size_t room = lexis->room ? 2 * lexis->room : 1 << 16;
	char *text = realloc(lexis->text, room);
	if (!text)
		return false;
	lexis->text = text;
	lexis->room = room;
	return true;
}

/* Its slot, or the free one that it would get. */
static size_t slot_of(const struct lexis *lexis, struct heard_str word)
{
	size_t slot = XXH3_64bits(word.ptr, word.len) % SLOTS;
	while (lexis->slots[slot] &&
	       !heard_str_eq(lexis_word(lexis, lexis->slots[slot] - 1), word))
		slot = (slot + 1) % SLOTS;
	return slot;
}

uint32_t lexis_find(const struct lexis *lexis, struct heard_str word)
{
	if (word.len == 0 || word.len > LEXIS_BYTES)
		return LEXIS_NONE;
	return lexis->slots[slot_of(lexis, word)] - 1; /* of a free one: LEXIS_NONE */
}

uint32_t lexis_add(struct lexis *lexis, struct heard_str word)
{
	if (word.len == 0 || word.len > LEXIS_BYTES)
		return LEXIS_NONE;
	size_t slot = slot_of(lexis, word);
	if (lexis->slots[slot])
		return lexis->slots[slot] - 1;
	if (lexis->n == LEXIS_WORDS || !make_room(lexis, word.len))
		return LEXIS_NONE;
	memcpy(lexis->text + lexis->used, word.ptr, word.len);
	lexis->used += word.len;
	lexis->begin[++lexis->n] = (uint32_t)lexis->used;
	lexis->slots[slot] = (uint32_t)lexis->n;
	return (uint32_t)lexis->n - 1;
}
