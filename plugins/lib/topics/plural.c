/*
 * plural.c - "cards" is "card", if anybody said "card".
 *
 * What is no word without its s stays as it is, so no list of exceptions is needed:
 * glasses, news, bus.
 */
#include "said.h"

#include <stdlib.h>
#include <string.h>

static bool ends_in(struct heard_str word, const char *end, size_t least)
{
	size_t n = strlen(end);
	return word.len >= least + n && memcmp(word.ptr + word.len - n, end, n) == 0;
}

static uint32_t singular_of(const struct lexis *lexis, struct heard_str word)
{
	enum { LEAST = 3 }; /* bytes of a singular */
	char with_y[LEXIS_BYTES];
	uint32_t found = LEXIS_NONE;
	if (ends_in(word, "s", LEAST) && !ends_in(word, "ss", 0))
		found = lexis_find(lexis, heard_str_n(word.ptr, word.len - 1));
	if (found == LEXIS_NONE && ends_in(word, "es", LEAST))
		found = lexis_find(lexis, heard_str_n(word.ptr, word.len - 2));
	if (found == LEXIS_NONE && ends_in(word, "ies", LEAST - 1)) {
		memcpy(with_y, word.ptr, word.len - 3);
		with_y[word.len - 3] = 'y';
		found = lexis_find(lexis, heard_str_n(with_y, word.len - 2));
	}
	return found;
}

/* Who said both said it once. */
static void fold_words(struct themes *t, struct said *s, const uint32_t *singular)
{
	uint8_t n = s->n_words;
	s->n_words = 0;
	for (uint32_t i = s->begin; i < s->begin + n; i++) {
		uint32_t word = singular[t->words[i]];
		if (!said_has(t, s, word))
			t->words[s->begin + s->n_words++] = word;
	}
}

bool plurals_fold(struct themes *t)
{
	size_t n = lexis_size(t->lexis);
	uint32_t *singular = malloc((n + 1) * sizeof(*singular));
	if (!singular)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t found = singular_of(t->lexis, lexis_word(t->lexis, i));
		singular[i] = found == LEXIS_NONE ? i : found;
	}
	for (size_t i = 0; i < t->n; i++)
		fold_words(t, &t->said[i], singular);
	free(singular);
	return true;
}
