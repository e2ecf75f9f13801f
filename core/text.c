/*
 * text.c - the walk over every text of a record that people wrote.
 *
 * First the fields whose care is TEXT, in the order of the table, then the
 * string attributes.  `at` is the field looked at, or HEARD_FIELD_COUNT plus
 * the attribute; `sub` counts inside a field, one ahead of what was returned.
 * A field that is set or unset on the way does not upset the walk.
 */
#include "record.h"

#include <errno.h>

#define SAFE_BIT(symbol)    0
#define WORK_BIT(symbol)    0
#define CONTACT_BIT(symbol) 0
#define TEXT_BIT(symbol)    ((uint64_t)1 << HEARD_##symbol)
static const uint64_t text_fields = 0
#define X(symbol, name, type, care, meaning) | care##_BIT(symbol)
	HEARD_FIELDS(X)
#undef X
	;

/* The sub-th text inside the field. */
static bool text_in_field(const struct heard_record *r, enum heard_field f, size_t sub,
			  struct heard_str *out)
{
	const union record_value *v = record_value(r, f);
	switch (heard_field_table[f].type) {
	case HEARD_STR_:
		if (sub > 0)
			return false;
		*out = v->str;
		return true;
	case HEARD_LIST_:
		if (sub >= v->list.n)
			return false;
		*out = v->list.at[sub];
		return true;
	case HEARD_FILES_:
		if (sub >= v->files.n)
			return false;
		*out = v->files.at[sub].name;
		return true;
	default: return false; /* numbers hold no text */
	}
}

static bool next_in_fields(const struct heard_record *r, struct heard_text *t)
{
	while (t->at < HEARD_FIELD_COUNT) {
		uint64_t left = (r->present & text_fields) >> t->at << t->at;
		size_t f = left ? (size_t)__builtin_ctzll(left) : HEARD_FIELD_COUNT;
		if (f != t->at)
			t->sub = 0;
		t->at = f;
		if (f == HEARD_FIELD_COUNT)
			return false;
		if (text_in_field(r, (enum heard_field)f, t->sub, &t->text)) {
			t->sub++;
			t->field = (int)f;
			t->name = heard_field_table[f].name;
			return true;
		}
		t->at++;
		t->sub = 0;
	}
	return false;
}

bool heard_text_next(struct heard_record *r, struct heard_text *t)
{
	if (next_in_fields(r, t))
		return true;
	const struct record_family *attributes = &r->families[HEARD_ATTRIBUTES];
	for (; t->at - HEARD_FIELD_COUNT < attributes->n; t->at++) {
		const struct record_member *m = &attributes->at[t->at - HEARD_FIELD_COUNT];
		if (m->value.type != HEARD_STR_)
			continue;
		t->field = -1 - HEARD_ATTRIBUTES;
		t->name = m->name;
		t->text = m->value.str;
		t->at++;
		return true;
	}
	return false;
}

static int set_in_field(struct heard_record *r, const struct heard_text *t, struct heard_str s)
{
	enum heard_field f = (enum heard_field)t->field;
	if (heard_field_table[f].type == HEARD_STR_)
		return heard_set_str_borrowed(r, f, s);
	if (!heard_has(r, f))
		return -EINVAL;
	union record_value *v = record_place(r, f);
	size_t i = t->sub - 1;
	if (s.ptr == NULL)
		s = HEARD_STR_OF("");
	if (heard_field_table[f].type == HEARD_LIST_ && i < v->list.n)
		v->list.at[i] = s;
	else if (heard_field_table[f].type == HEARD_FILES_ && i < v->files.n)
		v->files.at[i].name = s;
	else
		return -EINVAL;
	return 0;
}

int heard_text_set(struct heard_record *r, const struct heard_text *t, struct heard_str s)
{
	if (t->field >= 0)
		return set_in_field(r, t, s);
	size_t i = t->at - 1 - HEARD_FIELD_COUNT;
	if (t->at <= HEARD_FIELD_COUNT || i >= r->families[HEARD_ATTRIBUTES].n)
		return -EINVAL;
	r->families[HEARD_ATTRIBUTES].at[i].value.str = s.ptr ? s : HEARD_STR_OF("");
	return 0;
}
