/*
 * field_index.cc - from a name to its place in the field table.
 *
 * The compiler builds everything here from HEARD_FIELDS, which is why this is
 * C++: its constant expressions can look into string literals.  A new field
 * needs no change; the search finds another seed.
 *
 * Names are hashed by their length, their first and their last eight bytes,
 * which tells all of them apart; a hit is then compared in full.
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

constexpr unsigned slots = 1024; /* many, so that a seed is found soon */

constexpr unsigned hash(const char *p, size_t n, uint64_t seed)
{
	uint64_t first = 0, last = 0;
	if (n >= 8) {
		first = load8(p);
		last = load8(p + n - 8);
	} else if (n >= 4) {
		first = load4(p);
		last = load4(p + n - 4);
	} else if (n > 0) {
		first = byte(p, 0);
		last = byte(p + n / 2, 0) << 8 | byte(p + n - 1, 0);
	}
	uint64_t mixed = (first + n) * 0x9E3779B97F4A7C15u ^ last * seed;
	mixed ^= mixed >> 32;
	return static_cast<unsigned>((mixed * seed) >> 54);
}
static_assert(slots == 1u << (64 - 54));

struct index {
	uint64_t seed;
	uint8_t place[slots]; /* in names, plus one; 0: none */
};

constexpr bool fill(index &x)
{
	for (unsigned i = 0; i < slots; i++)
		x.place[i] = 0;
	for (unsigned i = 0; i < n_names; i++) {
		uint8_t &place = x.place[hash(names[i].ptr, names[i].len, x.seed)];
		if (place)
			return false;
		place = static_cast<uint8_t>(i + 1);
	}
	return true;
}

constexpr index build()
{
	index x{0xD6E8FEB86659FD93u, {}};
	for (int tries = 0; tries < 100; tries++) {
		if (fill(x))
			return x;
		x.seed = x.seed * 6364136223846793005u + 1442695040888963406u;
	}
	return index{0, {}};
}

constexpr index lookup = build();
static_assert(lookup.seed != 0, "no perfect hash: make `slots` larger");

} // namespace

int field_index_find(struct heard_str name)
{
	unsigned place = lookup.place[hash(name.ptr, name.len, lookup.seed)];
	if (place == 0)
		return -1;
	const struct name &found = names[place - 1];
	if (found.len != name.len || memcmp(found.ptr, name.ptr, name.len) != 0)
		return -1;
	return static_cast<int>(place - 1);
}

int heard_field_find(struct heard_str name)
{
	int place = field_index_find(name);
	return place < HEARD_FIELD_COUNT ? place : -1;
}
