/*
 * uuid.h - UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits, rising
 * within one generator.  One generator for each thread; seeded from getrandom.
 */
#ifndef CORE_UUID_H
#define CORE_UUID_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct uuid_maker {
	uint64_t last_ms, counter;
	uint64_t random[2]; /* state of the fast generator (xoroshiro128+) */
};
void uuid_maker_init(struct uuid_maker *);
void uuid_make(struct uuid_maker *, int64_t now_ms, unsigned char out[16]);
void uuid_format(const unsigned char id[16], char out[37]);
bool uuid_parse(struct heard_str, unsigned char out[16]);

#endif
