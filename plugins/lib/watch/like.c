/*
 * like.c - the table of like.h.
 */
#include "like.h"

#include <heard/buf.h>

#include <math.h>
#include <sodium.h>
#include <string.h>
#include <text/hanzi.h>
#include <text/utf8.h>

enum { LETTERS_LEAST = 4, TEXT_MOST = 4096, DAY_MS = 24 * 3600 * 1000 };
static const double usual_times = 4;

void likes_init(struct likes *l, const unsigned char *key, unsigned count, int64_t within)
{
	memset(l, 0, sizeof(*l));
	memcpy(l->key, key, sizeof(l->key));
	l->count = count > LIKE_MOST ? LIKE_MOST : count;
	l->within = within;
}

static uint64_t hash_bytes(const struct likes *l, const char *ptr, size_t n)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t hash;
	crypto_shorthash(out, (const unsigned char *)ptr, n, l->key);
	memcpy(&hash, out, sizeof(hash));
	return hash ? hash : 1;
}

static bool is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	if (c < 0xc0 || (c >= 0x2000 && c < 0x2c00) || (c >= 0x3000 && c < 0x3040))
		return false; /* punctuation, symbols */
	if (c >= 0xff00 && c < 0xff66)
		return (c >= 0xff21 && c <= 0xff3a) || (c >= 0xff41 && c <= 0xff5a);
	return true;
}

uint64_t likes_hash(const struct likes *l, struct heard_str text)
{
	char kept[TEXT_MOST];
	const char *s = text.ptr, *end = text.len ? s + text.len : s;
	size_t n = 0, letters = 0;
	while (s < end && n + 4 < sizeof(kept)) {
		uint32_t c;
		size_t len = text_decode(s, end, &c);
		if (len && is_letter(c)) {
			if (c >= 'A' && c <= 'Z')
				c |= 0x20;
			n += text_encode(hanzi_same(c), kept + n);
			letters++;
		}
		s += len ? len : 1;
	}
	return letters < LETTERS_LEAST ? 0 : hash_bytes(l, kept, n);
}

uint64_t likes_hash_author(const struct likes *l, struct heard_str author)
{
	return author.len ? hash_bytes(l, author.ptr, author.len) : 0;
}

const struct like *likes_find(const struct likes *l, uint64_t hash)
{
	const struct like *set = l->at[hash % LIKE_SETS];
	for (int i = 0; i < LIKE_WAYS; i++)
		if (set[i].hash == hash)
			return &set[i];
	return NULL;
}

static struct like *make(struct likes *l, uint64_t hash)
{
	struct like *set = l->at[hash % LIKE_SETS], *oldest = &set[0];
	for (int i = 0; i < LIKE_WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].last < oldest->last)
			oldest = &set[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->hash = hash;
	return oldest;
}

static bool was_by(struct like *e, uint64_t author)
{
	if (author == 0)
		return false;
	for (uint32_t i = 0; i < LIKE_AUTHORS && i < e->n_authors; i++)
		if (e->authors[i] == author)
			return true;
	e->authors[e->n_authors++ % LIKE_AUTHORS] = author;
	return false;
}

unsigned like_within(const struct like *e, int64_t now, int64_t ms)
{
	unsigned n = 0;
	while (n < e->n && n < LIKE_MOST && now - e->times[(e->n - 1 - n) % LIKE_MOST] <= ms)
		n++;
	return n;
}

bool likes_add(struct likes *l, uint64_t hash, uint64_t author, int64_t now)
{
	struct like *e = make(l, hash);
	if (now - e->last > DAY_MS)
		e->n_authors = 0;
	if (was_by(e, author))
		return false;
	/* Those of the last hour are the burst itself, and not yet usual. */
	if (e->last)
		e->day *= exp(-(double)(now - e->last) / DAY_MS);
	e->day += 1;
	e->last = now;
	e->times[e->n++ % LIKE_MOST] = now;
	unsigned n = like_within(e, now, l->within);
	double before = e->day - like_within(e, now, 3600 * 1000);
	return n >= l->count && n > usual_times * before * (double)l->within / DAY_MS;
}
