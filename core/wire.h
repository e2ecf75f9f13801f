/*
 * wire.h - numbers in files: little-endian, at any alignment, read with a bound.
 *
 * A cursor reads outside bytes.  Past their end it is `failed` and hands out
 * zeros and NULL, so a decoder checks once, at the end.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <heard/str.h>

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline void wire_put32(void *at, uint32_t v)
{
	v = htole32(v);
	memcpy(at, &v, sizeof(v));
}

static inline void wire_put64(void *at, uint64_t v)
{
	v = htole64(v);
	memcpy(at, &v, sizeof(v));
}

static inline uint32_t wire_get32(const void *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return le32toh(v);
}

static inline uint64_t wire_get64(const void *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return le64toh(v);
}

struct wire_cursor {
	const char *at;
	size_t left;
	bool failed;
};

static inline struct wire_cursor wire_cursor(struct heard_str s)
{
	struct wire_cursor c = {s.ptr, s.len, false};
	return c;
}

static inline const char *wire_take(struct wire_cursor *c, size_t n)
{
	if (c->failed || n > c->left) {
		c->failed = true;
		return NULL;
	}
	const char *at = c->at;
	c->at += n;
	c->left -= n;
	return at;
}

static inline uint32_t wire_take32(struct wire_cursor *c)
{
	const char *at = wire_take(c, 4);
	return at ? wire_get32(at) : 0;
}

static inline uint64_t wire_take64(struct wire_cursor *c)
{
	const char *at = wire_take(c, 8);
	return at ? wire_get64(at) : 0;
}

static inline struct heard_str wire_take_str(struct wire_cursor *c, size_t n)
{
	const char *at = wire_take(c, n);
	return heard_str_n(at, at ? n : 0);
}

#endif
