/*
 * heard/str.h - a view of bytes: pointer and length, owning nothing.
 *
 * Text from outside is never NUL-terminated and may hold any byte, so it
 * travels as a view.  A view lives as long as what it looks into; for a
 * record's text that is the record's batch.  {NULL, 0} is the absent text,
 * and every function here takes it for the empty one.
 */
#ifndef HEARD_STR_H
#define HEARD_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct heard_str {
	const char *ptr;
	size_t len;
};

/* A view of a string literal, usable in initialisers. */
#define HEARD_STR(literal)                     \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}
#define HEARD_STR_OF(literal) ((struct heard_str)HEARD_STR(literal))

/* printf("%.*s", HEARD_ARG(view)) */
#define HEARD_ARG(view) (int)(view).len, (view).len ? (view).ptr : ""

static inline struct heard_str heard_str(const char *zero_terminated)
{
	struct heard_str s = {zero_terminated, zero_terminated ? strlen(zero_terminated) : 0};
	return s;
}

static inline struct heard_str heard_str_n(const char *ptr, size_t len)
{
	struct heard_str s = {ptr, len};
	return s;
}

static inline bool heard_str_eq(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool heard_str_is(struct heard_str a, const char *b)
{
	return heard_str_eq(a, heard_str(b));
}

static inline bool heard_str_starts(struct heard_str s, struct heard_str prefix)
{
	return s.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

/* What is left of s after its first n bytes. */
static inline struct heard_str heard_str_skip(struct heard_str s, size_t n)
{
	if (n >= s.len) /* no sum with a null pointer */
		return heard_str_n(s.ptr ? s.ptr + s.len : s.ptr, 0);
	return heard_str_n(s.ptr + n, s.len - n);
}

/* The longest start of s, at most so many bytes, that does not end inside a character. */
static inline struct heard_str heard_str_cut(struct heard_str s, size_t most)
{
	if (s.len <= most)
		return s;
	size_t end = most;
	while (end > 0 && most - end < 3 && ((unsigned char)s.ptr[end] & 0xC0) == 0x80)
		end--;
	bool is_inside = ((unsigned char)s.ptr[end] & 0xC0) == 0x80; /* not UTF-8 at all */
	return heard_str_n(s.ptr, is_inside ? most : end);
}

/* How many characters. */
static inline size_t heard_str_chars(struct heard_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return n;
}

/* Without the ASCII white space at both ends. */
static inline struct heard_str heard_str_trim(struct heard_str s)
{
	while (s.len && (s.ptr[0] == ' ' || (s.ptr[0] >= '\t' && s.ptr[0] <= '\r')))
		s = heard_str_skip(s, 1);
	while (s.len && (s.ptr[s.len - 1] == ' ' ||
			 (s.ptr[s.len - 1] >= '\t' && s.ptr[s.len - 1] <= '\r')))
		s.len--;
	return s;
}

#endif
