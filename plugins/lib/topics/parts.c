/*
 * parts.c - words that are other words in part: "cards" is "card", "app crash" is also "app"
 * and "crash", 物流信息 also 物流 and 信息.
 *
 * Only what somebody said as a word of its own is a part, so no list of exceptions is
 * needed: glasses, news and bus stay as they are, and no word falls to pieces.  Without it
 * what one calls 物流 and another 物流信息 would be two themes; so would what was said before
 * and after filter `keywords` had learned that two words belong together.
 */
#include "said.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 4, HAN = 3 /* bytes of a character */ };

struct word_parts { /* of a word: what it is, and its parts */
	uint32_t at[PARTS];
	uint32_t n;
};

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

static void add_part(struct word_parts *parts, uint32_t word)
{
	for (uint32_t i = 0; i < parts->n; i++)
		if (parts->at[i] == word)
			return;
	if (word != LEXIS_NONE && parts->n < PARTS)
		parts->at[parts->n++] = word;
}

/* A part, or its singular. */
static void find_part(const struct lexis *lexis, struct word_parts *parts, const char *at,
		      size_t n)
{
	struct heard_str word = heard_str_n(at, n);
	uint32_t singular = singular_of(lexis, word);
	add_part(parts, singular != LEXIS_NONE ? singular : lexis_find(lexis, word));
}

/* The longest word that it begins with, and the longest that it ends with, of two
 * characters at least. */
static void split_han(const struct lexis *lexis, struct word_parts *parts,
		      struct heard_str word)
{
	uint32_t before = parts->n;
	for (size_t n = word.len - HAN; n >= (size_t)2 * HAN && parts->n == before; n -= HAN)
		add_part(parts, lexis_find(lexis, heard_str_n(word.ptr, n)));
	before = parts->n;
	for (size_t n = word.len - HAN; n >= (size_t)2 * HAN && parts->n == before; n -= HAN)
		add_part(parts, lexis_find(lexis, heard_str_n(word.ptr + word.len - n, n)));
}

static bool is_han(struct heard_str word)
{
	for (size_t i = 0; i < word.len; i += HAN)
		if ((unsigned char)word.ptr[i] < 0xe3 || (unsigned char)word.ptr[i] > 0xe9)
			return false;
	return word.len % HAN == 0;
}

static void split(const struct lexis *lexis, uint32_t number, struct word_parts *parts)
{
	struct heard_str word = lexis_word(lexis, number);
	uint32_t singular = singular_of(lexis, word);
	*parts = (struct word_parts){.at = {singular != LEXIS_NONE ? singular : number},
				     .n = 1};
	if (is_han(word) && word.len >= (size_t)3 * HAN)
		split_han(lexis, parts, word);
	for (size_t at = 0, end; at < word.len && memchr(word.ptr, ' ', word.len);
	     at = end + 1) {
		const char *blank = memchr(word.ptr + at, ' ', word.len - at);
		end = blank ? (size_t)(blank - word.ptr) : word.len;
		find_part(lexis, parts, word.ptr + at, end - at);
	}
}

/* Each once. */
static void put_record(struct themes *t, struct said *s, const struct word_parts *parts,
		       uint32_t *words, size_t *n)
{
	uint32_t begin = (uint32_t)*n;
	for (uint32_t i = s->begin; i < s->begin + s->n_words; i++) {
		const struct word_parts *p = &parts[t->words[i]];
		for (uint32_t k = 0; k < p->n; k++) {
			uint32_t at = begin;
			while (at < *n && words[at] != p->at[k])
				at++;
			if (at == *n)
				words[(*n)++] = p->at[k];
		}
	}
	s->begin = begin;
	s->n_words = (uint8_t)(*n - begin);
}

bool parts_add(struct themes *t)
{
	size_t n = lexis_size(t->lexis), n_words = 0;
	if (t->n_split == t->n)
		return true;
	struct word_parts *parts = malloc((n + 1) * sizeof(*parts));
	uint32_t *words = malloc((PARTS * t->n_words + THEME_KEYWORDS) * sizeof(*words));
	if (!parts || !words) {
		free(parts);
		free(words);
		return false;
	}
	for (uint32_t i = 0; i < n; i++)
		split(t->lexis, i, &parts[i]);
	for (size_t i = 0; i < t->n; i++)
		put_record(t, &t->said[i], parts, words, &n_words);
	free(parts);
	free(t->words);
	t->words = words;
	t->words_room = PARTS * t->n_words + THEME_KEYWORDS;
	t->n_words = n_words;
	t->n_split = t->n;
	return true;
}
