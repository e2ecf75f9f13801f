/*
 * minhash.c - a text as a sketch and bands.
 *
 * A gram is hashed once; the eighty functions of the bands are products of that hash by
 * odd factors, which are permutations of 32-bit numbers.  Their low bits are poor and
 * decide nothing: the smallest product is wanted.  It is the smallest of signed numbers,
 * which every processor compares sixteen bytes of at a time.
 */
#include "minhash.h"

#include <model/gram.h>
#include <text/hanzi.h>

#include <math.h>
#include <string.h>

enum { MINIMA = MINHASH_BANDS * MINHASH_ROWS, WIDE = 4, BLOCK = 4 };
typedef uint32_t wide __attribute__((vector_size(16)));
typedef int32_t signed_wide __attribute__((vector_size(16)));
_Static_assert(MINIMA % (WIDE * BLOCK) == 0, "minima are found in blocks");

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

void minhash_family_init(struct minhash_family *f, uint64_t seed)
{
	f->seed = mix(seed + 0x9e3779b97f4a7c15u);
	for (uint64_t i = 0; i < MINIMA; i++)
		f->factors[i] = (uint32_t)(mix(f->seed + i * 0x9e3779b97f4a7c15u) >> 32) | 1;
}

/* ---- grams */

static bool is_han(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Neither blank nor punctuation, of folded text. */
static bool is_said(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || c == '0';
	return c >= 0xc0 && !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f) &&
	       !(c >= 0xfe30 && c <= 0xfe4f) && !(c >= 0xff00 && c <= 0xff65);
}

static size_t fold(struct heard_str text, uint32_t *out)
{
	size_t n = gram_fold(text, out, MINHASH_TEXT), kept = 0;
	for (size_t i = 0; i < n; i++) {
		out[kept] = hanzi_same(out[i]);
		kept += is_said(out[i]);
	}
	return kept;
}

static uint32_t hash_gram(uint64_t seed, const uint32_t *at, size_t n)
{
	uint64_t gram = 0; /* 21 bits are a character */
	for (size_t i = 0; i < n; i++)
		gram = gram << 21 | at[i];
	return (uint32_t)(mix(mix(gram ^ seed) + n) >> 32);
}

/* The hashes of all grams, in the order of the text, some more than once. */
static size_t cut(const uint32_t *text, size_t n, uint64_t seed, uint32_t *grams)
{
	size_t n_grams = 0;
	for (size_t i = 0; i < n; i++) {
		size_t want = is_han(text[i]) ? 2 : 3;
		if (i + want <= n)
			grams[n_grams++] = hash_gram(seed, text + i, want);
	}
	if (n_grams == 0 && n > 0)
		grams[n_grams++] = hash_gram(seed, text, n);
	return n_grams;
}

/* ---- what is kept of them */

/* Rising, in `room`: hashes are random, so the first eight bits put each next to where it
 * belongs, and the rest is a few steps. */
static void sort_grams(const uint32_t *grams, size_t n, uint32_t *room)
{
	uint16_t ends[256] = {0};
	for (size_t i = 0; i < n; i++)
		ends[grams[i] >> 24]++;
	for (size_t b = 1; b < 256; b++)
		ends[b] = (uint16_t)(ends[b] + ends[b - 1]);
	for (size_t i = n; i-- > 0;)
		room[--ends[grams[i] >> 24]] = grams[i];
	for (size_t i = 1; i < n; i++) {
		uint32_t gram = room[i];
		size_t at = i;
		for (; at > 0 && room[at - 1] > gram; at--)
			room[at] = room[at - 1];
		room[at] = gram;
	}
}

static void sketch(struct minhash *m, const uint32_t *grams, size_t n, uint32_t *room)
{
	sort_grams(grams, n, room);
	m->n = 0;
	m->is_whole = true;
	for (size_t i = 0; i < n && m->is_whole; i++) {
		if (i > 0 && room[i] == room[i - 1])
			continue;
		if (m->n == MINHASH_SKETCH)
			m->is_whole = false;
		else
			m->sketch[m->n++] = room[i];
	}
}

/* The least products of all grams by sixteen factors; what is in work stays in registers. */
static void find_least(const uint32_t *factors, const uint32_t *grams, size_t n,
		       uint32_t *least_r)
{
	wide by[BLOCK], least[BLOCK];
	memcpy(by, factors, sizeof(by));
	for (size_t k = 0; k < BLOCK; k++)
		least[k] = (wide){0} + INT32_MAX;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < BLOCK; k++) {
			wide hash = by[k] * grams[i];
			wide is_less = (wide)((signed_wide)hash < (signed_wide)least[k]);
			least[k] = (hash & is_less) | (least[k] & ~is_less);
		}
	memcpy(least_r, least, sizeof(least));
}

static void bands(struct minhash *m, const struct minhash_family *f, const uint32_t *grams,
		  size_t n)
{
	uint32_t least[MINIMA];
	for (size_t i = 0; i < MINIMA; i += WIDE * BLOCK)
		find_least(f->factors + i, grams, n, least + i);
	for (size_t b = 0; b < MINHASH_BANDS; b++) {
		uint64_t key = f->seed + b;
		for (size_t k = 0; k < MINHASH_ROWS; k++)
			key = (key ^ least[b * MINHASH_ROWS + k]) * 0x9e3779b97f4a7c15u;
		m->bands[b] = (uint32_t)(mix(key) >> 32);
	}
}

bool minhash_make(struct minhash *m, struct minhash_lane *lane, const struct minhash_family *f,
		  struct heard_str text)
{
	size_t chars = fold(text, lane->text);
	m->chars = (uint16_t)chars;
	m->n = 0;
	if (chars == 0)
		return false;
	size_t n = cut(lane->text, chars, f->seed, lane->grams);
	m->n_grams = (uint16_t)n;
	sketch(m, lane->grams, n, lane->text); /* the text was read */
	bands(m, f, m->sketch, m->n);
	return true;
}

/* ---- two texts */

/* The union's smallest hashes, as far as both sketches reach, are a fair sample of it.
 * With more than so many that only one has, the rest is not looked at: none, of some. */
static size_t compare(const struct minhash *a, const struct minhash *b, size_t misses,
		      size_t *both_r)
{
	size_t i = 0, k = 0, either = 0, both = 0;
	bool is_exact = a->is_whole && b->is_whole;
	*both_r = 0;
	while (i < a->n && k < b->n && (is_exact || either < MINHASH_SKETCH)) {
		uint32_t x = a->sketch[i], y = b->sketch[k];
		both += x == y;
		either++;
		i += x <= y;
		k += y <= x;
		if (either - both > misses)
			return either;
	}
	/* What is left of one lies beyond the other's last: of the union, if that is whole. */
	size_t rest = 0;
	if (k == b->n && b->is_whole)
		rest += a->n - i;
	if (i == a->n && a->is_whole)
		rest += b->n - k;
	if (!is_exact && either + rest > MINHASH_SKETCH)
		rest = MINHASH_SKETCH > either ? MINHASH_SKETCH - either : 0;
	*both_r = both;
	return either + rest;
}

double minhash_alike(const struct minhash *a, const struct minhash *b)
{
	size_t both, either = compare(a, b, SIZE_MAX, &both);
	return either > 0 ? (double)both / (double)either : 0;
}

double minhash_error(const struct minhash *a, const struct minhash *b, double at)
{
	size_t both, either;
	if (a->is_whole && b->is_whole)
		return 0;
	either = compare(a, b, SIZE_MAX, &both);
	return either > 0 ? sqrt(at * (1 - at) / (double)either) : 0;
}

/* Of an estimate, two standard errors less.  A sample is always as large as a sketch. */
static double lowest(bool is_exact, double cut)
{
	return is_exact ? cut : cut - 2 * sqrt(cut * (1 - cut) / MINHASH_SKETCH);
}

/* With S hashes in both sets together and m of them in one only, J is (S - m) / (S + m). */
double minhash_alike_from(const struct minhash *a, const struct minhash *b, double cut)
{
	bool is_exact = a->is_whole && b->is_whole;
	double least = lowest(is_exact, cut), all = a->n + b->n;
	double misses = is_exact ? all * (1 - least) / (1 + least)
				 : MINHASH_SKETCH * (1 - least);
	size_t both, either = compare(a, b, misses > 0 ? (size_t)(misses + 1e-6) : 0, &both);
	double j = either > 0 ? (double)both / (double)either : 0;
	return j >= least ? j : 0;
}

/* ---- shades */

struct minhash_shade minhash_shade(const struct minhash *m)
{
	struct minhash_shade s = {.n = m->n, .is_whole = m->is_whole};
	for (size_t i = 0; i < m->n; i++) {
		uint64_t *word = &s.bits[m->sketch[i] >> 6 & 3],
			 bit = (uint64_t)1 << (m->sketch[i] & 63);
		s.spare = (uint8_t)(s.spare + ((*word & bit) != 0));
		*word |= bit;
	}
	return s;
}

/* Two sketches share no more hashes than bits, and those that had none of their own. */
bool minhash_may_be_alike(const struct minhash_shade *a, const struct minhash_shade *b,
			  double cut)
{
	bool is_exact = a->is_whole && b->is_whole;
	double least = lowest(is_exact, cut), all = a->n + b->n;
	double wanted = is_exact ? all * least / (1 + least) : MINHASH_SKETCH * least;
	int shared = a->spare < b->spare ? a->spare : b->spare;
	for (size_t i = 0; i < 4; i++)
		shared += __builtin_popcountll(a->bits[i] & b->bits[i]);
	return shared >= wanted - 1e-6;
}
