/*
 * field_index.cc - from a name to its place in the field table.
 *
 * The compiler builds everything here from HEARD_FIELDS, which is why this is
 * C++: its constant expressions can look into string literals.  A new field
 * needs no change; the search finds another seed.
 *
 * Names are hashed by their length, their first and their last eight bytes.
 * Most names are no longer than these, so that comparing is done with it.
 */
#include "heard.hh"

namespace
{

struct name {
	const char *ptr;
	size_t len;
};

constexpr name names[] = {
#define X(symbol, text, type, care, meaning) {text, sizeof(text) - 1},
	HEARD_FIELDS(X)
#undef X
#define X(symbol, text, meaning) {text, sizeof(text) - 1},
		HEARD_FAMILIES(X)
#undef X
};
constexpr unsigned n_names = sizeof names / sizeof names[0];

constexpr uint64_t byte(const char *p, unsigned i)
{
	return static_cast<uint64_t>(static_cast<unsigned char>(p[i])) << 8 * i;
}

/* Compilers make one load of this. */
constexpr uint64_t load4(const char *p)
{
	return byte(p, 0) | byte(p, 1) | byte(p, 2) | byte(p, 3);
}

constexpr uint64_t load8(const char *p)
{
	return byte(p, 0) | byte(p, 1) | byte(p, 2) | byte(p, 3) | byte(p, 4) | byte(p, 5) |
	       byte(p, 6) | byte(p, 7);
}

/* What a name is hashed by.  Up to sixteen bytes it is the whole name. */
struct digest {
	uint64_t first, last;
	size_t len;
};
constexpr size_t told_by_digest = 16;

constexpr digest digest_of(const char *p, size_t n)
{
	if (n >= 8)
		return {load8(p), load8(p + n - 8), n};
	if (n >= 4)
		return {load4(p), load4(p + n - 4), n};
	if (n > 0)
		return {byte(p, 0), byte(p + n / 2, 0) << 8 | byte(p + n - 1, 0), n};
	return {0, 0, 0};
}

constexpr unsigned slots = 1024; /* many, so that a seed is found soon */

constexpr unsigned hash(const digest &d, uint64_t seed)
{
	uint64_t turned = d.last << 29 | d.last >> 35; /* lest it be the first, too */
	return static_cast<unsigned>((((d.first ^ turned) + d.len) * seed) >> 54);
}
static_assert(slots == 1u << (64 - 54));

struct index {
	uint64_t seed;
	uint8_t place[slots];	     /* in names; n_names: none */
	digest digests[n_names + 1]; /* of each name; of none */
};

constexpr bool fill(index &x)
{
	for (unsigned i = 0; i < slots; i++)
		x.place[i] = n_names;
	for (unsigned i = 0; i < n_names; i++) {
		uint8_t &place = x.place[hash(x.digests[i], x.seed)];
		if (place != n_names)
			return false;
		place = static_cast<uint8_t>(i);
	}
	return true;
}

constexpr index build()
{
	index x{0xD6E8FEB86659FD93u, {}, {}};
	for (unsigned i = 0; i < n_names; i++)
		x.digests[i] = digest_of(names[i].ptr, names[i].len);
	x.digests[n_names].len = SIZE_MAX; /* no name is as long */
	for (int tries = 0; tries < 100; tries++) {
		if (fill(x))
			return x;
		x.seed = x.seed * 6364136223846793005u + 1442695040888963406u;
	}
	return index{0, {}, {}};
}

constexpr index lookup = build();
static_assert(lookup.seed != 0, "no perfect hash: make `slots` larger");

} // namespace

int field_index_find(struct heard_str name)
{
	digest d = digest_of(name.ptr, name.len);
	unsigned place = lookup.place[hash(d, lookup.seed)];
	const digest &found = lookup.digests[place];
	if (found.len != d.len || found.first != d.first || found.last != d.last)
		return -1;
	if (d.len > told_by_digest && memcmp(names[place].ptr, name.ptr, d.len) != 0)
		return -1;
	return static_cast<int>(place);
}

int heard_field_find(struct heard_str name)
{
	int place = field_index_find(name);
	return place < HEARD_FIELD_COUNT ? place : -1;
}
