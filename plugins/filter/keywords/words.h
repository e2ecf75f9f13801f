/*
 * words.h - words that are kept whole, words that say nothing, and how a text is folded.
 *
 * A file has words, one or several a line with commas between; # begins a comment.  A
 * word may be of several English ones ("gift card").  Words are kept folded, as 64 bits of
 * a hash that grows with each character, so all words at a place cost one walk over it: a text
 * is read with some millions of them and one false one does no harm.
 */
#ifndef KEYWORDS_WORDS_H
#define KEYWORDS_WORDS_H

#include <heard/str.h>

#include <stdint.h>

struct heard_error;

enum {
	WORD_CHARS = 32,
	WORDS_MAX = 1 << 16,
	WORDS_FILE = 4 << 20, /* bytes */
};
enum { WORD_WHOLE = 1, WORD_STOP = 2 };

/* Letters small, full-width narrow, traditional characters simplified, blanks one, none
 * between two Chinese characters (a new line stays one). */
size_t fold_text(struct heard_str text, uint32_t *out, size_t max);
static inline bool is_han(uint32_t folded)
{
	return (folded >= 0x3400 && folded <= 0x9fff) ||
	       (folded >= 0x20000 && folded <= 0x3ffff);
}
/* Or digit; not Chinese. */
static inline bool is_letter(uint32_t folded)
{
	if (folded < 0x80)
		return (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9') ||
		       folded == '\'';
	return folded >= 0xc0 && folded <= 0x52f && folded != 0xd7 && folded != 0xf7;
}

/* The one name of a word in all tables; `seed` keeps installations apart. */
uint64_t word_hash(const uint32_t *text, size_t n, uint64_t seed);

struct words;
struct words *words_create(void);
void words_destroy(struct words *); /* NULL is fine */
int words_add(struct words *, struct heard_str word, int flag, struct heard_error *);
int words_read(struct words *, struct heard_str text, int flag, struct heard_error *);
int words_load(struct words *, const char *path, int flag, struct heard_error *);
/* WORD_WHOLE, WORD_STOP, or 0; of both, whole. */
int words_find(const struct words *, const uint32_t *text, size_t n);
/* The same for each length from 1 to `most` at once, and for none above what is returned:
 * flags[n] is that of the first n characters. */
size_t words_at(const struct words *, const uint32_t *text, size_t most,
		uint8_t flags[WORD_CHARS + 1]);
/* So many characters at most has a word that begins with this one. */
size_t words_longest(const struct words *, uint32_t first);

#endif
