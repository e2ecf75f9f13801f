/*
 * gram.c - folding, cutting, hashing, and each place once.
 *
 * The set of places is a table of open addressing that is emptied by a new number (the
 * epoch), not by writing it over: a text of fifty characters does not pay for one of
 * five thousand.
 */
#include "gram.h"

#include <text/hanzi.h>

#include <text/utf8.h>

#include <stdlib.h>
#include <string.h>

enum { SET_BITS = 16, SET = 1 << SET_BITS, HEAD = GRAM_TEXT_MAX * 3 / 4 };
enum { TAIL_BYTES = GRAM_TEXT_MAX - HEAD };

struct gram_lane {
	struct gram_shape shape;
	uint32_t epoch;
	size_t n;
	uint32_t places[GRAM_MAX];
	struct {
		uint32_t epoch, place;
	} set[SET];
	uint32_t text[GRAM_TEXT_MAX + 2]; /* folded, with a blank at both ends */
};

bool gram_shape_is_good(const struct gram_shape *s)
{
	bool chars = s->chars_max == 0 ? s->chars_min == 0
				       : s->chars_min >= 1 && s->chars_min <= s->chars_max &&
						 s->chars_max <= GRAM_CHARS_MAX;
	return chars && s->words_max <= GRAM_WORDS_MAX && (s->chars_max || s->words_max) &&
	       s->bits >= GRAM_BITS_MIN && s->bits <= GRAM_BITS_MAX;
}

struct gram_lane *gram_lane_create(void)
{
	return calloc(1, sizeof(struct gram_lane));
}

void gram_lane_destroy(struct gram_lane *l)
{
	free(l);
}

void gram_begin(struct gram_lane *l, const struct gram_shape *shape)
{
	l->shape = *shape;
	l->n = 0;
	if (++l->epoch == 0) { /* after four thousand million texts */
		memset(l->set, 0, sizeof(l->set));
		l->epoch = 1;
	}
}

const uint32_t *gram_places(const struct gram_lane *l, size_t *n_r)
{
	*n_r = l->n;
	return l->places;
}

/* ---- folding */

static bool is_blank(uint32_t c)
{
	return c <= ' ' || c == 0x7f || c == 0xa0 || c == 0x3000 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029;
}

/* Seen by nobody: zero width, direction, variation, soft hyphen. */
static bool is_invisible(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2064) || c == 0xfeff || c == 0xad ||
	       (c >= 0xfe00 && c <= 0xfe0f);
}

static bool is_han(uint32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
	       (c >= 0x20000 && c <= 0x3ffff);
}

static uint32_t fold_letter(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if (c >= '0' && c <= '9')
		return '0';
	if (c < 0xc0)
		return c;
	if (c <= 0xde) /* Latin-1 */
		return c == 0xd7 ? c : c + 32;
	if (c >= 0x100 && c <= 0x17f) /* Latin Extended-A: mostly in pairs */
		return (c >= 0x139 && c <= 0x148) || c >= 0x179 ? c + (c & 1) : c | 1;
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) /* Greek, Cyrillic */
		return c + 32;
	return c;
}

static uint32_t fold_char(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c < 0x3400)
		return fold_letter(c);
	return hanzi_simple(c);
}

struct folding {
	uint32_t *out;
	size_t n, max;
	bool is_blank; /* one is due */
};

static void fold_put(struct folding *f, uint32_t c)
{
	size_t n = f->n;
	if (n >= f->max ||
	    (n >= 3 && f->out[n - 1] == c && f->out[n - 2] == c && f->out[n - 3] == c))
		return;
	f->out[f->n++] = c;
}

static void fold_next(struct folding *f, uint32_t c)
{
	if (is_invisible(c))
		return;
	if (is_blank(c)) {
		f->is_blank = f->n > 0;
		return;
	}
	if (f->is_blank && !(is_han(c) && is_han(f->out[f->n - 1])))
		fold_put(f, ' ');
	f->is_blank = false;
	fold_put(f, fold_char(c));
}

/* From *at on; *at is then what has not been read. */
static size_t fold_from(const char **at, const char *end, uint32_t *out, size_t max)
{
	struct folding f = {.out = out, .max = max};
	while (*at < end && f.n < max) {
		uint32_t c;
		size_t n = text_decode(*at, end, &c);
		if (n > 0)
			fold_next(&f, c);
		*at += n > 0 ? n : 1;
	}
	return f.n;
}

size_t gram_fold(struct heard_str text, uint32_t *out, size_t max)
{
	const char *at = text.ptr;
	if (text.len == 0)
		return 0;
	return fold_from(&at, at + text.len, out, max);
}

/* ---- hashing */

static void add_place(struct gram_lane *l, uint64_t hash)
{
	uint32_t place = (uint32_t)(hash >> (64 - l->shape.bits));
	size_t at = (place * 0x9e3779b1u) >> (32 - SET_BITS);
	while (l->set[at].epoch == l->epoch) {
		if (l->set[at].place == place)
			return;
		at = (at + 1) & (SET - 1);
	}
	if (l->n == GRAM_MAX)
		return;
	l->set[at].epoch = l->epoch;
	l->set[at].place = place;
	l->places[l->n++] = place;
}

static uint64_t mix(uint64_t h, uint64_t with)
{
	h = (h ^ with) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/* The upper bits of a product are the good ones. */
static uint64_t last(uint64_t h)
{
	return h * 0xd6e8feb86659fd93u;
}

static void add_chars(struct gram_lane *l, const uint32_t *text, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t h = seed;
		size_t most = n - i < l->shape.chars_max ? n - i : l->shape.chars_max;
		for (size_t k = 1; k <= most; k++) {
			h = mix(h, text[i + k - 1]);
			if (k >= l->shape.chars_min && !(k == 1 && text[i] == ' '))
				add_place(l, last(h + k));
		}
	}
}

static bool in_word(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || c == '0' || c == '\'' || c == 0x2019 ||
	       (c >= 0xc0 && c < 0x2000);
}

static void add_words(struct gram_lane *l, const uint32_t *text, size_t n, uint64_t seed)
{
	uint64_t before[GRAM_WORDS_MAX] = {0}; /* of the grams that end with the last word */
	size_t n_before = 0;
	for (size_t i = 0; i < n;) {
		if (!in_word(text[i])) {
			if (is_han(text[i]))
				n_before = 0;
			i++;
			continue;
		}
		uint64_t word = seed;
		for (; i < n && in_word(text[i]); i++)
			word = mix(word, text[i] == 0x2019 ? '\'' : text[i]);
		size_t most = n_before + 1 < l->shape.words_max ? n_before + 1
								: l->shape.words_max;
		for (size_t k = most; k >= 1; k--) {
			before[k - 1] = k == 1 ? word : mix(before[k - 2], word);
			add_place(l, last(before[k - 1] + 16 + k));
		}
		n_before = most;
	}
}

void gram_text(struct gram_lane *l, struct heard_str text, unsigned field)
{
	if (text.len == 0)
		return;
	uint64_t seed = 0x8f1bbcdc5a827999u + field * 0x9e3779b97f4a7c15u;
	const char *at = text.ptr, *end = at + text.len;
	size_t n = fold_from(&at, end, l->text + 1, HEAD);
	if ((size_t)(end - at) > TAIL_BYTES) { /* the end says more than the middle */
		at = end - TAIL_BYTES;
		while (at < end && ((unsigned char)*at & 0xc0) == 0x80)
			at++;
	}
	n += fold_from(&at, end, l->text + 1 + n, GRAM_TEXT_MAX - n);
	if (n == 0)
		return;
	l->text[0] = l->text[n + 1] = ' ';
	if (l->shape.chars_max > 0)
		add_chars(l, l->text, n + 2, seed);
	if (l->shape.words_max > 0)
		add_words(l, l->text + 1, n, ~seed);
}

void gram_token(struct gram_lane *l, struct heard_str token)
{
	uint64_t h = 0x6ed9eba1ca62c1d6u;
	for (size_t i = 0; i < token.len; i++)
		h = mix(h, (unsigned char)token.ptr[i]);
	add_place(l, last(h + 32));
}
