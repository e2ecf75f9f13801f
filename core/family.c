/*
 * family.c - the members with free names: ratings.*, masked.*, attributes.*
 *
 * A family is a vector in the order its members were set.  Finding one is a
 * walk: there are few, and RECORD_MEMBERS bounds what an attacker can make of
 * that.
 */
#include "record.h"

#include "utf8.h"

#include <errno.h>
#include <math.h>

enum { FIRST_MEMBERS = 8 };

struct record_member *record_member_find(const struct heard_record *r, enum heard_family f,
					 struct heard_str name)
{
	const struct record_family *family = &r->families[f];
	for (uint32_t i = 0; i < family->n; i++)
		if (heard_str_eq(family->at[i].name, name))
			return &family->at[i];
	return NULL;
}

struct record_member *record_member_add(struct heard_record *r, enum heard_family f)
{
	struct record_family *family = &r->families[f];
	if (family->n == family->size) {
		uint32_t size = family->size ? 2 * family->size : FIRST_MEMBERS;
		struct record_member *at = arena_alloc(batch_arena(r->batch),
						       size * sizeof *at);
		if (at == NULL)
			return NULL;
		if (family->n)
			memcpy(at, family->at, family->n * sizeof *at);
		family->at = at;
		family->size = size;
	}
	return &family->at[family->n++];
}

size_t heard_family_size(const struct heard_record *r, enum heard_family f)
{
	return r->families[f].n;
}

struct heard_value heard_family_at(const struct heard_record *r, enum heard_family f, size_t i,
				   struct heard_str *name_r)
{
	if (i >= r->families[f].n)
		return (struct heard_value){.type = HEARD_NONE};
	const struct record_member *m = &r->families[f].at[i];
	if (name_r)
		*name_r = m->name;
	return m->value;
}

struct heard_value heard_family_get(const struct heard_record *r, enum heard_family f,
				    struct heard_str name)
{
	const struct record_member *m = record_member_find(r, f, name);
	return m ? m->value : (struct heard_value){.type = HEARD_NONE};
}

/* What that family may hold, in the form it is kept in. */
static bool fits_family(enum heard_family f, struct heard_value *v)
{
	bool is_number = v->type == HEARD_INT_ || v->type == HEARD_NUM_;
	if (v->type == HEARD_NUM_) {
		if (!isfinite(v->number))
			return false;
		*v = record_number(v->number);
	}
	switch (f) {
	case HEARD_RATINGS:
		if (v->type == HEARD_INT_)
			*v = record_rating((double)v->integer);
		return is_number;
	case HEARD_MASKED: return v->type == HEARD_INT_;
	case HEARD_ATTRIBUTES:
		return is_number || v->type == HEARD_BOOL_ ||
		       (v->type == HEARD_STR_ && v->str.ptr);
	case HEARD_FAMILY_COUNT: break;
	}
	return false;
}

static bool is_good_name(struct heard_str name)
{
	return name.len > 0 && name.len <= RECORD_NAME && utf8_is_valid(name) &&
	       memchr(name.ptr, 0, name.len) == NULL;
}

int heard_family_set(struct heard_record *r, enum heard_family f, struct heard_str name,
		     struct heard_value value)
{
	if (!fits_family(f, &value))
		return -EINVAL;
	struct record_member *m = record_member_find(r, f, name);
	if (m == NULL && !is_good_name(name))
		return -EINVAL;
	if (m == NULL && r->families[f].n == RECORD_MEMBERS)
		return -ENOMEM;
	if (value.type == HEARD_STR_) {
		value.str = batch_copy_text(r->batch, value.str);
		if (value.str.ptr == NULL)
			return -ENOMEM;
	}
	if (m == NULL) {
		struct heard_str copy = batch_copy_text(r->batch, name);
		m = copy.ptr ? record_member_add(r, f) : NULL;
		if (m == NULL)
			return -ENOMEM;
		m->name = copy;
	}
	m->value = value;
	return 0;
}

void heard_family_drop(struct heard_record *r, enum heard_family f, struct heard_str prefix)
{
	struct record_family *family = &r->families[f];
	uint32_t kept = 0;
	for (uint32_t i = 0; i < family->n; i++)
		if (!heard_str_starts(family->at[i].name, prefix))
			family->at[kept++] = family->at[i];
	family->n = kept;
}

int heard_masked_add(struct heard_record *r, struct heard_str kind, int64_t n)
{
	struct record_member *m = record_member_find(r, HEARD_MASKED, kind);
	if (m) {
		m->value.integer += n;
		return 0;
	}
	struct heard_value value = {.type = HEARD_INT_, .integer = n};
	return heard_family_set(r, HEARD_MASKED, kind, value);
}
