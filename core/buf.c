/*
 * buf.c - a buffer that doubles until its cap.
 *
 * One byte more than the cap may be allocated, for the NUL.
 */
#include <heard/buf.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALLEST = 256 };

void heard_buf_init(struct heard_buf *b, size_t cap)
{
	*b = (struct heard_buf){.cap = cap < SIZE_MAX / 4 ? cap : SIZE_MAX / 4};
}

void heard_buf_release(struct heard_buf *b)
{
	free(b->ptr);
	*b = (struct heard_buf){.cap = 0};
}

static bool grow(struct heard_buf *b, size_t needed)
{
	size_t size = b->size ? b->size : SMALLEST;
	while (size < needed + 1)
		size *= 2;
	if (size > b->cap + 1)
		size = b->cap + 1;
	char *ptr = realloc(b->ptr, size);
	if (ptr == NULL)
		return false;
	b->ptr = ptr;
	b->size = size;
	return true;
}

char *heard_buf_grow(struct heard_buf *b, size_t n)
{
	if (b->failed)
		return NULL;
	if (b->len > b->cap || n > b->cap - b->len || !grow(b, b->len + n)) {
		b->failed = true;
		return NULL;
	}
	return b->ptr + b->len;
}

/* Prints behind what is there; how much it wanted to print, or -1. */
static int print(struct heard_buf *b, size_t room, const char *format, va_list ap)
{
	char *p = heard_buf_room(b, room);
	return p ? vsnprintf(p, b->size - b->len, format, ap) : -1;
}

void heard_buf_printf(struct heard_buf *b, const char *format, ...)
{
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	int n = print(b, 0, format, ap);
	if (n >= 0 && (size_t)n >= b->size - b->len)
		n = print(b, (size_t)n, format, again);
	if (n >= 0)
		b->len += (size_t)n;
	else
		b->failed = true;
	if (b->ptr)
		b->ptr[b->len] = '\0'; /* also behind what failed half way */
	va_end(again);
	va_end(ap);
}
