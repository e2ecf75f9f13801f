/*
 * words.c - a table of hashes, and how long a word may be by its first character, so that
 * most places of a text are passed by one look.
 */
#include "words.h"

#include <text/hanzi.h>
#include <text/utf8.h>

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { TABLE = WORDS_MAX * 2, FIRST = 1 << 14 };

struct words {
	uint64_t hashes[TABLE]; /* 0: free */
	uint8_t flags[TABLE];
	uint8_t longest[FIRST];
	size_t n;
};

/* ---- folding */

static uint32_t fold(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c == 0x2019)
		return '\'';
	if (c == 0x3000 || c == 0xa0 || c == '\t')
		return ' ';
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
		return c + 32;
	return hanzi_simple(c);
}

size_t fold_text(struct heard_str text, uint32_t *out, size_t max)
{
	size_t n = 0;
	const char *end = text.ptr + text.len;
	for (const char *s = text.ptr; s < end && n < max;) {
		uint32_t c = (unsigned char)*s;
		if (c < 0x80) {
			s++;
			c = c >= 'A' && c <= 'Z' ? c + 32 : c == '\t' ? ' ' : c;
		} else {
			size_t len = text_decode(s, end, &c);
			s += len ? len : 1;
			c = len ? fold(c) : '\n';
		}
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		if (is_han(c) && n > 1 && out[n - 1] == ' ' && is_han(out[n - 2]))
			n--;
		out[n++] = c;
	}
	return n;
}

uint64_t word_hash(const uint32_t *text, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(text, n * sizeof(*text), seed);
}

/* ---- the table */

struct words *words_create(void)
{
	return calloc(1, sizeof(struct words));
}

void words_destroy(struct words *w)
{
	free(w);
}

static size_t place_of(const struct words *w, uint64_t hash)
{
	size_t at = hash & (TABLE - 1);
	while (w->hashes[at] != 0 && w->hashes[at] != hash)
		at = (at + 1) & (TABLE - 1);
	return at;
}

static uint64_t hash_more(uint64_t hash, uint32_t c)
{
	hash = (hash ^ c) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

static uint64_t hash_of(const uint32_t *text, size_t n)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < n; i++)
		hash = hash_more(hash, text[i]);
	return hash ? hash : 1;
}

static int flag_of(const struct words *w, uint64_t hash)
{
	uint8_t flags = w->flags[place_of(w, hash ? hash : 1)];
	return flags & WORD_WHOLE ? WORD_WHOLE : flags;
}

int words_find(const struct words *w, const uint32_t *text, size_t n)
{
	if (n == 0 || n > words_longest(w, text[0]))
		return 0;
	return flag_of(w, hash_of(text, n));
}

size_t words_at(const struct words *w, const uint32_t *text, size_t most,
		uint8_t flags[WORD_CHARS + 1])
{
	uint64_t hash = 0;
	size_t longest = most > 0 ? words_longest(w, text[0]) : 0;
	longest = longest < most ? longest : most;
	for (size_t n = 1; n <= longest; n++) {
		hash = hash_more(hash, text[n - 1]);
		flags[n] = (uint8_t)flag_of(w, hash);
	}
	return longest;
}

size_t words_longest(const struct words *w, uint32_t first)
{
	return w->longest[first % FIRST];
}

int words_add(struct words *w, struct heard_str word, int flag, struct heard_error *err)
{
	uint32_t text[WORD_CHARS + 1];
	word = heard_str_trim(word);
	if (word.len == 0)
		return 0;
	size_t n = fold_text(word, text, WORD_CHARS + 1);
	if (n == 0) /* wide blanks */
		return 0;
	if (n > WORD_CHARS)
		return heard_fail(err, EBADMSG, "a word has 1 to %d characters", WORD_CHARS);
	uint64_t hash = hash_of(text, n);
	size_t at = place_of(w, hash);
	if (w->hashes[at] == 0) {
		if (w->n == WORDS_MAX)
			return heard_fail(err, ENOSPC, "there are more than %d words",
					  WORDS_MAX);
		w->hashes[at] = hash;
		w->n++;
	}
	w->flags[at] |= (uint8_t)flag;
	uint8_t *longest = &w->longest[text[0] % FIRST];
	*longest = n > *longest ? (uint8_t)n : *longest;
	return 0;
}

/* ---- files */

static struct heard_str cut_at(struct heard_str *rest, char mark)
{
	const char *at = rest->len > 0 ? memchr(rest->ptr, mark, rest->len) : NULL;
	size_t n = at ? (size_t)(at - rest->ptr) : rest->len;
	struct heard_str part = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, n + 1);
	return part;
}

int words_read(struct words *w, struct heard_str text, int flag, struct heard_error *err)
{
	for (int number = 1; text.len > 0; number++) {
		struct heard_str line = cut_at(&text, '\n');
		line = cut_at(&line, '#');
		while (line.len > 0) {
			struct heard_error why = {0};
			if (words_add(w, cut_at(&line, ','), flag, &why) != 0)
				return heard_fail(err, why.code, "line %d: %s", number,
						  why.text);
		}
	}
	return 0;
}

int words_load(struct words *w, const char *path, int flag, struct heard_error *err)
{
	struct heard_error why = {0};
	struct heard_buf bytes;
	heard_buf_init(&bytes, WORDS_FILE);
	int rc = heard_file_read(path, &bytes, err);
	struct heard_str text = heard_buf_view(&bytes);
	if (rc == 0 && !text_is_valid(text))
		rc = heard_fail(err, EBADMSG, "%s is no UTF-8 text", path);
	else if (rc == 0 && words_read(w, text, flag, &why) != 0)
		rc = heard_fail(err, why.code, "%s: %s", path, why.text);
	heard_buf_release(&bytes);
	return rc;
}
