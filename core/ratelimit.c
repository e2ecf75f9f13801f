/*
 * ratelimit.c - a token bucket for each address, in a table that cannot grow.
 *
 * The table is set-associative, like a processor's cache: an address belongs to
 * one set of WAYS buckets and, when the set is full, takes the one that was
 * idle longest.  Losing a bucket fills it again, so somebody who owns very many
 * addresses gains by it what he has anyway: more buckets.  Memory is fixed, a
 * look-up touches two cache lines, and no timer has to clean up.
 *
 * A bucket holds milli-tokens; one request costs 1000.  An IPv6 customer has a
 * /64 at least, so that is what counts as one address.
 */
#include "ratelimit.h"

#include "hash.h"

#include <stdlib.h>

enum { SETS = 4096, WAYS = 4, COST = 1000 };

struct bucket {
	unsigned char key[16];
	int64_t milli_tokens;
	int64_t at_ms; /* when milli_tokens was true; 0: never used */
};

struct ratelimit {
	int64_t per_second; /* also: milli-tokens a millisecond */
	int64_t full;
	struct bucket sets[SETS][WAYS];
};

struct ratelimit *ratelimit_create(int64_t per_second, int64_t burst)
{
	struct ratelimit *r = calloc(1, sizeof(*r));
	if (r) {
		r->per_second = per_second;
		r->full = (burst > 0 ? burst : per_second) * COST;
	}
	return r;
}

void ratelimit_destroy(struct ratelimit *r)
{
	free(r);
}

static struct bucket *find(struct ratelimit *r, const unsigned char key[16], int64_t now_ms)
{
	uint64_t hash = hash_table(heard_str_n((const char *)key, 16));
	struct bucket *set = r->sets[hash % SETS], *oldest = set;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].at_ms && memcmp(set[i].key, key, 16) == 0)
			return &set[i];
		if (set[i].at_ms < oldest->at_ms)
			oldest = &set[i];
	}
	memcpy(oldest->key, key, 16);
	oldest->milli_tokens = r->full;
	oldest->at_ms = now_ms;
	return oldest;
}

static void refill(const struct ratelimit *r, struct bucket *b, int64_t now_ms)
{
	int64_t passed = now_ms - b->at_ms;
	if (passed <= 0)
		return;
	/* Compared before multiplying, since a bucket may have slept for years. */
	if (passed > (r->full - b->milli_tokens) / r->per_second)
		b->milli_tokens = r->full;
	else
		b->milli_tokens += passed * r->per_second;
	b->at_ms = now_ms;
}

bool ratelimit_take(struct ratelimit *r, const struct address *a, int64_t now_ms,
		    int64_t *wait_ms)
{
	unsigned char key[16];
	address_key(a, key);
	struct bucket *b = find(r, key, now_ms);
	refill(r, b, now_ms);
	if (b->milli_tokens < COST) {
		*wait_ms = (COST - b->milli_tokens + r->per_second - 1) / r->per_second;
		return false;
	}
	b->milli_tokens -= COST;
	return true;
}
