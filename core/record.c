/*
 * record.c - getters and setters.
 *
 * A value that is replaced stays behind in the arena: batches live for
 * milliseconds, and a free list would cost more than it saves.
 */
#include "record.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

_Static_assert(HEARD_FIELD_COUNT <= 64, "`present` has a bit for each field");

enum { FIRST_VALUES = 12, LIST_ROOM = 4 };

static uint64_t bit(enum heard_field f)
{
	return (uint64_t)1 << f;
}

static enum heard_type type_of(enum heard_field f)
{
	return heard_field_table[f].type;
}

/* ---- places */

static bool values_grow(struct heard_record *r)
{
	unsigned size = r->size_values ? 2u * r->size_values : FIRST_VALUES;
	if (size > HEARD_FIELD_COUNT)
		size = HEARD_FIELD_COUNT;
	union record_value *values = arena_alloc(batch_arena(r->batch), size * sizeof *values);
	if (values == NULL)
		return false;
	if (r->n_values)
		memcpy(values, r->values, r->n_values * sizeof *values);
	r->values = values;
	r->size_values = (uint8_t)size;
	return true;
}

/* A field that was unset and comes back gets a new slot, so unset fields may
 * have used them up: then the ones in use move together. */
static void values_pack(struct heard_record *r)
{
	union record_value kept[HEARD_FIELD_COUNT];
	uint8_t n = 0;
	for (uint64_t left = r->present; left; left &= left - 1) {
		unsigned f = (unsigned)__builtin_ctzll(left);
		kept[n] = r->values[r->slot[f]];
		r->slot[f] = n++;
	}
	memcpy(r->values, kept, n * sizeof *kept);
	r->n_values = n;
}

union record_value *record_place(struct heard_record *r, enum heard_field f)
{
	if (r->present & bit(f))
		return &r->values[r->slot[f]];
	if (r->n_values == HEARD_FIELD_COUNT)
		values_pack(r);
	if (r->n_values == r->size_values && !values_grow(r))
		return NULL;
	r->slot[f] = r->n_values;
	r->present |= bit(f);
	return &r->values[r->n_values++];
}

const union record_value *record_value(const struct heard_record *r, enum heard_field f)
{
	return r->present & bit(f) ? &r->values[r->slot[f]] : NULL;
}

/* ---- reading fields */

bool heard_has(const struct heard_record *r, enum heard_field f)
{
	return r->present & bit(f);
}

struct heard_value heard_get(const struct heard_record *r, enum heard_field f)
{
	const union record_value *v = record_value(r, f);
	struct heard_value out = {.type = HEARD_NONE};
	if (v == NULL)
		return out;
	out.type = type_of(f);
	switch (out.type) {
	case HEARD_STR_: out.str = v->str; break;
	case HEARD_INT_:
	case HEARD_TIME_: out.integer = v->integer; break;
	case HEARD_NUM_: out.number = v->number; break;
	case HEARD_LIST_:
		out.list.at = v->list.at;
		out.list.n = v->list.n;
		break;
	case HEARD_FILES_:
		out.files.at = v->files.at;
		out.files.n = v->files.n;
		break;
	case HEARD_NONE:
	case HEARD_BOOL_: HEARD_BUG("field %d has type %d", (int)f, (int)out.type);
	}
	return out;
}

struct heard_str heard_get_str(const struct heard_record *r, enum heard_field f)
{
	const union record_value *v = record_value(r, f);
	return v && type_of(f) == HEARD_STR_ ? v->str : heard_str_n(NULL, 0);
}

double heard_get_number(const struct heard_record *r, enum heard_field f, double otherwise)
{
	const union record_value *v = record_value(r, f);
	if (v && type_of(f) == HEARD_NUM_)
		return v->number;
	if (v && type_of(f) == HEARD_INT_)
		return (double)v->integer;
	return otherwise;
}

int64_t heard_get_time(const struct heard_record *r, enum heard_field f)
{
	const union record_value *v = record_value(r, f);
	return v && type_of(f) == HEARD_TIME_ ? v->integer : HEARD_TIME_NONE;
}

/* ---- writing fields */

void heard_unset(struct heard_record *r, enum heard_field f)
{
	r->present &= ~bit(f);
}

/* The one field whose words are fixed by the core. */
static bool is_op(struct heard_str s)
{
	return heard_str_is(s, "create") || heard_str_is(s, "update") ||
	       heard_str_is(s, "delete");
}

int heard_set_str_borrowed(struct heard_record *r, enum heard_field f, struct heard_str s)
{
	if (type_of(f) != HEARD_STR_)
		return -EINVAL;
	if (s.ptr == NULL) {
		heard_unset(r, f);
		return 0;
	}
	if (f == HEARD_OP && !is_op(s))
		return -EINVAL;
	union record_value *v = record_place(r, f);
	if (v == NULL)
		return -ENOMEM;
	v->str = s;
	return 0;
}

int heard_set_str(struct heard_record *r, enum heard_field f, struct heard_str s)
{
	if (type_of(f) != HEARD_STR_)
		return -EINVAL;
	if (s.ptr) {
		s = batch_copy_text(r->batch, s);
		if (s.ptr == NULL)
			return -ENOMEM;
	}
	return heard_set_str_borrowed(r, f, s);
}

/* Is it whole and within int64_t? */
static bool is_integer(double number)
{
	return number >= -0x1p63 && number < 0x1p63 && number == trunc(number);
}

struct heard_value record_number(double number)
{
	if (is_integer(number))
		return (struct heard_value){.type = HEARD_INT_, .integer = (int64_t)number};
	return record_rating(number);
}

struct heard_value record_rating(double number)
{
	return (struct heard_value){.type = HEARD_NUM_, .number = number + 0.0};
}

int heard_set_number(struct heard_record *r, enum heard_field f, double number)
{
	if (type_of(f) == HEARD_INT_)
		return is_integer(number) ? heard_set_int(r, f, (int64_t)number) : -EINVAL;
	if (type_of(f) != HEARD_NUM_ || !isfinite(number))
		return -EINVAL;
	union record_value *v = record_place(r, f);
	if (v == NULL)
		return -ENOMEM;
	v->number = number + 0.0; /* there is no -0 in canonical JSON */
	return 0;
}

int heard_set_int(struct heard_record *r, enum heard_field f, int64_t integer)
{
	if (type_of(f) == HEARD_NUM_)
		return heard_set_number(r, f, (double)integer);
	if (type_of(f) != HEARD_INT_)
		return -EINVAL;
	union record_value *v = record_place(r, f);
	if (v == NULL)
		return -ENOMEM;
	v->integer = integer;
	return 0;
}

/* A time that cannot be written cannot be set. */
static bool is_in_range(int64_t ms)
{
	return ms >= 0 && ms < INT64_C(253402300800000);
}

int heard_set_time(struct heard_record *r, enum heard_field f, int64_t ms)
{
	if (type_of(f) != HEARD_TIME_)
		return -EINVAL;
	if (ms == HEARD_TIME_NONE) {
		heard_unset(r, f);
		return 0;
	}
	if (!is_in_range(ms))
		return -EINVAL;
	union record_value *v = record_place(r, f);
	if (v == NULL)
		return -ENOMEM;
	v->integer = ms;
	return 0;
}

/* ---- lists: room for n is the next power of two, so n tells when to grow */

static size_t room_for(size_t n)
{
	size_t room = LIST_ROOM;
	while (room < n)
		room *= 2;
	return room;
}

int record_set_list_borrowed(struct heard_record *r, enum heard_field f,
			     const struct heard_str *at, size_t n)
{
	if (type_of(f) != HEARD_LIST_ || n > RECORD_LIST)
		return -EINVAL;
	if (n == 0) {
		heard_unset(r, f);
		return 0;
	}
	struct heard_str *copy = arena_alloc(batch_arena(r->batch), room_for(n) * sizeof *copy);
	union record_value *v = copy ? record_place(r, f) : NULL;
	if (v == NULL)
		return -ENOMEM;
	memcpy(copy, at, n * sizeof *copy);
	v->list.at = copy;
	v->list.n = n;
	return 0;
}

int heard_set_list(struct heard_record *r, enum heard_field f, const struct heard_str *at,
		   size_t n)
{
	struct heard_str copies[RECORD_LIST];
	if (n > RECORD_LIST)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		copies[i] = batch_copy_text(r->batch, at[i]);
		if (copies[i].ptr == NULL)
			return -ENOMEM;
	}
	return record_set_list_borrowed(r, f, copies, n);
}

/* Room for one more behind the n at `at`, whose items have that size. */
static void *one_more(struct heard_record *r, void *at, size_t n, size_t size)
{
	if (n >= RECORD_LIST)
		return NULL;
	bool is_full = n == 0 || (n >= LIST_ROOM && (n & (n - 1)) == 0);
	if (!is_full)
		return at;
	void *more = arena_alloc(batch_arena(r->batch), room_for(n + 1) * size);
	if (more && n)
		memcpy(more, at, n * size);
	return more;
}

int heard_list_add(struct heard_record *r, enum heard_field f, struct heard_str s)
{
	if (type_of(f) != HEARD_LIST_)
		return -EINVAL;
	const union record_value *old = record_value(r, f);
	size_t n = old ? old->list.n : 0;
	struct heard_str *at = one_more(r, old ? old->list.at : NULL, n, sizeof *at);
	struct heard_str copy = batch_copy_text(r->batch, s);
	if (at == NULL || copy.ptr == NULL)
		return -ENOMEM;
	union record_value *v = record_place(r, f);
	if (v == NULL)
		return -ENOMEM;
	at[n] = copy;
	v->list.at = at;
	v->list.n = n + 1;
	return 0;
}

/* Absent texts of a file stay absent. */
static bool copy_if_set(struct heard_record *r, struct heard_str *s)
{
	if (s->ptr == NULL)
		return true;
	*s = batch_copy_text(r->batch, *s);
	return s->ptr != NULL;
}

int heard_file_add(struct heard_record *r, const struct heard_file *file)
{
	const union record_value *old = record_value(r, HEARD_ATTACHMENTS);
	size_t n = old ? old->files.n : 0;
	struct heard_file copy = *file;
	struct heard_file *at = one_more(r, old ? old->files.at : NULL, n, sizeof *at);
	if (at == NULL || !copy_if_set(r, &copy.name) || !copy_if_set(r, &copy.type) ||
	    !copy_if_set(r, &copy.sha256))
		return -ENOMEM;
	union record_value *v = record_place(r, HEARD_ATTACHMENTS);
	if (v == NULL)
		return -ENOMEM;
	at[n] = copy;
	v->files.at = at;
	v->files.n = n + 1;
	return 0;
}

/* ---- fate */

void heard_record_drop(struct heard_record *r, const char *static_reason)
{
	if (r->fate != RECORD_LIVE)
		return;
	r->fate = RECORD_DROPPED;
	r->reason = static_reason;
}

void heard_record_quarantine(struct heard_record *r, const char *format, ...)
{
	if (r->fate != RECORD_LIVE)
		return;
	char text[512];
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	const char *reason = n < 0 ? NULL : arena_zstr(batch_arena(r->batch), heard_str(text));
	r->fate = RECORD_DEAD;
	r->reason = reason ? reason : "no memory left to say why";
}

uint64_t heard_record_origin(const struct heard_record *r)
{
	return r->origin;
}

bool heard_record_is_live(const struct heard_record *r)
{
	return r->fate == RECORD_LIVE;
}

struct heard_batch *heard_record_batch(const struct heard_record *r)
{
	return r->batch;
}

enum record_fate record_fate(const struct heard_record *r)
{
	return r->fate;
}

const char *record_reason(const struct heard_record *r)
{
	return r->reason;
}

uint32_t record_emission(const struct heard_record *r)
{
	return r->emission;
}
