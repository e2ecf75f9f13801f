/*
 * review.h - what one row of a table says.  For rows.c.
 */
#ifndef TABLE_REVIEW_H
#define TABLE_REVIEW_H

#include "map.h"

#include <heard/field.h>

struct heard_json_out;
struct heard_zone;

/* A row's values, by what they are for. */
struct review {
	const struct mapping *mapping;
	struct heard_str *fields;
	size_t n;
	struct heard_zone *zone;
	const char *why; /* it is bad: a sentence */

	struct heard_str value[HEARD_FIELD_COUNT];
	double number[HEARD_FIELD_COUNT];
	int64_t time[HEARD_FIELD_COUNT];
	struct heard_str followup;
	int64_t followup_at;
	bool is_default;
};

/* Trims the fields.  False: r->why.  Borrows all of it. */
bool review_read(struct review *, const struct mapping *, struct heard_str *fields, size_t n,
		 struct heard_zone *);
/* The members of its record, but for source_id and channel; `id` is its source_id. */
void review_put(const struct review *, struct heard_json_out *, const char *id);
/* The same of the record of what was added later, if r->followup is not empty. */
void review_put_followup(const struct review *, struct heard_json_out *, const char *id);

#endif
