/*
 * heard/buf.h - a growing buffer of bytes, with a cap given at birth.
 *
 * The caller owns the storage.  After the first failed append (cap reached or
 * out of memory) the buffer is `failed` and ignores further appends, so a
 * writer checks once, at the end.  What was added is followed by a NUL that is
 * not counted.
 */
#ifndef HEARD_BUF_H
#define HEARD_BUF_H

#include <heard/api.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

struct heard_buf {
	char *ptr;
	size_t len, size; /* bytes used; bytes allocated                     */
	size_t cap;	  /* never more than this many bytes                 */
	bool failed;
};

HEARD_API void heard_buf_init(struct heard_buf *, size_t cap);
HEARD_API void heard_buf_release(struct heard_buf *); /* frees; init again before reuse */
static inline void heard_buf_clear(struct heard_buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->ptr)
		b->ptr[0] = '\0';
}

HEARD_API char *heard_buf_grow(struct heard_buf *, size_t n); /* the slow path */
/* Room for n more bytes (and the NUL), or NULL.  Say with heard_buf_used how
 * many were written; adding to ->len does too, but leaves the NUL behind. */
static inline char *heard_buf_room(struct heard_buf *b, size_t n)
{
	if (n >= b->size - b->len || b->failed)
		return heard_buf_grow(b, n);
	return b->ptr + b->len;
}
static inline void heard_buf_used(struct heard_buf *b, size_t n)
{
	b->len += n;
	b->ptr[b->len] = '\0';
}
static inline void heard_buf_add(struct heard_buf *b, const void *bytes, size_t n)
{
	char *p = heard_buf_room(b, n);
	if (p) {
		if (n)
			memcpy(p, bytes, n);
		heard_buf_used(b, n);
	}
}
HEARD_API void heard_buf_printf(struct heard_buf *, const char *format, ...) HEARD_PRINTF(2, 3);
static inline void heard_buf_str(struct heard_buf *b, struct heard_str s)
{
	heard_buf_add(b, s.ptr, s.len);
}
static inline void heard_buf_puts(struct heard_buf *b, const char *s)
{
	heard_buf_add(b, s, strlen(s));
}
static inline struct heard_str heard_buf_view(const struct heard_buf *b)
{
	return heard_str_n(b->ptr, b->len);
}

#endif
