/*
 * batch.c - records that travel together.
 *
 * Everything but the struct itself lives in the arena: records, the vectors of
 * pointers to them (which double, and leave the old one behind), and the text.
 * Text has no alignment, so it is packed into pages of its own.
 *
 * A batch in write() has lines instead of records; a record is made when it is
 * first asked for.  heard_batch_at takes the batch as const because for the
 * caller nothing changes; a batch is in one thread's hands at a time.
 */
#include "record.h"

#include "hash.h"
#include "log.h"

#include <heard/error.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_PAGE = 8192, FIRST_RECORDS = 64, FIRST_DEAD = 16 };
enum { AT_SOURCE = UINT16_MAX - 1 }; /* where a record ended: before any filter */

struct heard_batch {
	struct arena arena;
	char *text, *text_end; /* free part of the page for text */
	struct heard_record **at;
	size_t n, size;
	size_t decoded; /* records that were received, once `is_decoded` */
	bool is_decoded;
	struct batch_dead *dead;
	size_t n_dead, size_dead;
	uint32_t emission;
	struct heard_zone *zone;   /* while it is decoded */
	struct heard_record **all; /* while narrowed: what `at` is otherwise */
	size_t n_all, size_all, n_kept;
	struct heard_wait *wait; /* while process() may ask for it */

	/* in write() */
	struct heard_str lines;
	const uint32_t *ends;
	const uint64_t *seqs;
	bool is_retry;
	struct heard_record blank; /* stands for a line that cannot be read */
};

/* ---- life */

struct heard_batch *batch_create(size_t cap)
{
	struct heard_batch *b = calloc(1, sizeof *b);
	if (b)
		arena_init(&b->arena, cap);
	return b;
}

void batch_destroy(struct heard_batch *b)
{
	if (b == NULL)
		return;
	arena_release(&b->arena);
	free(b);
}

void batch_clear(struct heard_batch *b)
{
	struct arena arena = b->arena;
	arena_clear(&arena);
	*b = (struct heard_batch){.arena = arena};
}

struct arena *batch_arena(struct heard_batch *b)
{
	return &b->arena;
}

/* ---- memory */

void *heard_batch_alloc(struct heard_batch *b, size_t size)
{
	return arena_alloc(&b->arena, size);
}

struct heard_str batch_copy_text(struct heard_batch *b, struct heard_str s)
{
	if (ARENA_CHECKED || s.len > TEXT_PAGE / 4)
		return arena_copy(&b->arena, s);
	if (s.len >= (size_t)(b->text_end - b->text)) { /* an empty text needs a place, too */
		char *page = arena_alloc(&b->arena, TEXT_PAGE);
		if (page == NULL)
			return arena_copy(&b->arena, s);
		b->text = page;
		b->text_end = page + TEXT_PAGE;
	}
	char *p = b->text;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	b->text += s.len;
	return heard_str_n(p, s.len);
}

struct heard_str heard_batch_copy(struct heard_batch *b, struct heard_str s)
{
	return batch_copy_text(b, s);
}

/* A vector of twice the size with the same n items, or NULL. */
static void *vector_grow(struct heard_batch *b, const void *at, size_t n, size_t size,
			 size_t item)
{
	void *more = arena_alloc(&b->arena, size * item);
	if (more && n)
		memcpy(more, at, n * item);
	return more;
}

/* ---- records on the way in */

struct heard_record *batch_add_record(struct heard_batch *b)
{
	if (b->n == b->size) {
		size_t size = b->size ? 2 * b->size : FIRST_RECORDS;
		struct heard_record **at = vector_grow(b, b->at, b->n, size,
						       sizeof(struct heard_record *));
		if (at == NULL)
			return NULL;
		b->at = at;
		b->size = size;
	}
	struct heard_record *r = arena_zalloc(&b->arena, sizeof *r);
	if (r == NULL)
		return NULL;
	r->batch = b;
	r->emission = b->emission;
	r->died_at = UINT16_MAX;
	b->at[b->n++] = r;
	return r;
}

void batch_drop_last(struct heard_batch *b)
{
	b->n--;
}

struct heard_record *heard_batch_add(struct heard_batch *b)
{
	return batch_add_record(b);
}

int heard_batch_add_json(struct heard_batch *b, struct heard_str json, struct heard_error *err)
{
	struct heard_record *r = batch_add_record(b);
	if (r == NULL)
		return heard_fail(err, ENOMEM, "the batch is full");
	int result = record_decode(r, json, err);
	if (result < 0)
		batch_drop_last(b);
	else
		r->digest = hash_digest(json);
	return result;
}

int heard_batch_dead(struct heard_batch *b, struct heard_str piece, int64_t line,
		     const char *format, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, format);
	if (vsnprintf(text, sizeof text, format, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (b->n_dead == b->size_dead) {
		size_t size = b->size_dead ? 2 * b->size_dead : FIRST_DEAD;
		struct batch_dead *dead = vector_grow(b, b->dead, b->n_dead, size,
						      sizeof *dead);
		if (dead == NULL)
			return -ENOMEM;
		b->dead = dead;
		b->size_dead = size;
	}
	struct heard_str copy = arena_copy(&b->arena, piece);
	const char *reason = arena_zstr(&b->arena, heard_str(text));
	if (copy.ptr == NULL || reason == NULL)
		return -ENOMEM;
	b->dead[b->n_dead++] = (struct batch_dead){copy, line, reason, b->emission};
	return 0;
}

size_t batch_dead_count(const struct heard_batch *b)
{
	return b->n_dead;
}

const struct batch_dead *batch_dead_at(const struct heard_batch *b, size_t i)
{
	return i < b->n_dead ? &b->dead[i] : NULL;
}

void batch_set_emission(struct heard_batch *b, uint32_t emission)
{
	b->emission = emission;
}

void batch_truncate(struct heard_batch *b, size_t n_records, size_t n_dead)
{
	if (n_records > b->n || n_dead > b->n_dead)
		HEARD_BUG("truncating a batch to more than it has");
	b->n = n_records;
	b->n_dead = n_dead;
}

void batch_set_zone(struct heard_batch *b, struct heard_zone *zone)
{
	b->zone = zone;
}

struct heard_zone *heard_batch_zone(const struct heard_batch *b)
{
	return b->zone;
}

void batch_mark_fates(struct heard_batch *b, unsigned at)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->at[i]->fate != RECORD_LIVE && b->at[i]->died_at == UINT16_MAX)
			b->at[i]->died_at = (uint16_t)at;
}

void batch_end_decode(struct heard_batch *b)
{
	batch_mark_fates(b, AT_SOURCE);
	b->decoded = b->n;
	b->is_decoded = true;
	b->zone = NULL;
}

size_t batch_decoded(const struct heard_batch *b)
{
	return b->is_decoded ? b->decoded : b->n;
}

/* ---- what a filter sees */

int batch_narrow(struct heard_batch *b, const bool *keep, size_t n)
{
	size_t wanted = 0, kept = 0;
	for (size_t i = 0; i < n; i++)
		wanted += keep[i];
	struct heard_record **at = vector_grow(b, NULL, 0, wanted + 1,
					       sizeof(struct heard_record *));
	if (at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (keep[i])
			at[kept++] = b->at[i];
	b->all = b->at;
	b->n_all = b->n;
	b->size_all = b->size;
	b->at = at;
	b->n = b->n_kept = kept;
	b->size = wanted + 1;
	return 0;
}

int batch_widen(struct heard_batch *b)
{
	struct heard_record **added = b->at + b->n_kept;
	size_t n_added = b->n - b->n_kept, n = b->n_all;
	b->at = b->all;
	b->n = n;
	b->size = b->size_all;
	b->all = NULL;
	if (n_added == 0)
		return 0;
	struct heard_record **at = vector_grow(b, b->at, n, n + n_added + FIRST_RECORDS,
					       sizeof(struct heard_record *));
	if (at == NULL)
		return -ENOMEM;
	memcpy(at + n, added, n_added * sizeof(struct heard_record *));
	b->at = at;
	b->n = n + n_added;
	b->size = n + n_added + FIRST_RECORDS;
	return 0;
}

void batch_set_wait(struct heard_batch *b, struct heard_wait *wait)
{
	b->wait = wait;
}

struct heard_wait *batch_wait(const struct heard_batch *b)
{
	return b->wait;
}

unsigned record_died_at(const struct heard_record *r)
{
	return r->died_at;
}

/* ---- lines on the way out */

void batch_set_lines(struct heard_batch *b, struct heard_str lines, const uint32_t *ends,
		     const uint64_t *seqs, size_t n, bool is_retry)
{
	b->lines = lines;
	b->ends = ends;
	b->seqs = seqs;
	b->is_retry = is_retry;
	b->n = n;
	b->blank = (struct heard_record){.batch = b};
	b->at = arena_zalloc(&b->arena, n * sizeof(struct heard_record *));
}

struct heard_str heard_batch_line(const struct heard_batch *b, size_t i)
{
	if (b->ends == NULL || i >= b->n)
		return heard_str_n(NULL, 0);
	uint32_t start = i ? b->ends[i - 1] : 0;
	return heard_str_n(b->lines.ptr + start, b->ends[i] - start - 1);
}

struct heard_str heard_batch_lines(const struct heard_batch *b)
{
	return b->lines;
}

uint64_t heard_batch_seq(const struct heard_batch *b, size_t i)
{
	return b->seqs && i < b->n ? b->seqs[i] : 0;
}

bool heard_batch_is_retry(const struct heard_batch *b)
{
	return b->is_retry;
}

/* We wrote the line, so it can be read, unless memory fails.  Then the output
 * gets a record without fields, and the log says so. */
static struct heard_record *read_line(struct heard_batch *b, size_t i)
{
	struct heard_error err = {.code = ENOMEM, .text = "no memory left"};
	struct heard_record *r = b->at ? arena_zalloc(&b->arena, sizeof *r) : NULL;
	if (r) {
		r->batch = b;
		if (record_decode(r, heard_batch_line(b, i), &err) == 0)
			return b->at[i] = r;
	}
	log_line(HEARD_ERROR, "batch", "record %llu cannot be read back: %s",
		 (unsigned long long)heard_batch_seq(b, i), err.text);
	return &b->blank;
}

/* ---- both ways */

size_t heard_batch_size(const struct heard_batch *b)
{
	return b->n;
}

struct heard_record *heard_batch_at(const struct heard_batch *b, size_t i)
{
	if (i >= b->n)
		return NULL;
	if (b->ends && (b->at == NULL || b->at[i] == NULL))
		return read_line((struct heard_batch *)(uintptr_t)b, i);
	return b->at[i];
}
