/*
 * record.h - what a record is inside; for the files that read and write whole
 * records.  Everybody else uses heard/record.h.
 *
 * A record has few of the fields it could have.  `present` tells which, and
 * `slot` where in `values` each one is; a slot means nothing without its bit.
 * Everything lives in the batch's arena.
 *
 * Attributes are kept flat, under dotted names ("a.0.b"):
 * docs/decisions/0002-flat-attributes.md.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "batch.h"

#include <heard/record.h>

#include <stdint.h>

/* The type is the field's. */
union record_value {
	struct heard_str str;
	int64_t integer; /* INT, TIME */
	double number;
	struct {
		struct heard_str *at;
		size_t n; /* room for the next power of two, at least LIST_ROOM */
	} list;
	struct {
		struct heard_file *at;
		size_t n;
	} files;
};

struct record_member {
	struct heard_str name;
	struct heard_value
		value; /* ratings NUM, masked INT, attributes STR, INT, NUM or BOOL */
};

/* In the order they were set; names are unique. */
struct record_family {
	struct record_member *at;
	uint32_t n, size;
};

struct heard_record {
	struct heard_batch *batch;
	uint64_t present; /* bit per enum heard_field */
	union record_value *values;
	struct record_family families[HEARD_FAMILY_COUNT];
	const char *reason; /* when not live */
	uint64_t digest;    /* of the JSON it was made from, or 0; stored only keyed */
	uint64_t origin;    /* see heard_record_origin() */
	uint32_t emission;
	uint16_t died_at; /* number of the filter that ended it */
	uint8_t fate;	  /* enum record_fate */
	uint8_t n_values, size_values;
	uint8_t slot[HEARD_FIELD_COUNT];
};

/* What is read, from anybody: more is refused. */
enum {
	RECORD_MEMBERS = 1024, /* of one family                     */
	RECORD_NAME = 256,     /* bytes of a member's whole name    */
	RECORD_LIST = 1024,    /* strings of a list, files          */
};

/* The value's place, made if the field is absent; NULL at the cap. */
union record_value *record_place(struct heard_record *, enum heard_field);
const union record_value *record_value(const struct heard_record *, enum heard_field);
/* As heard_set_list, for texts that are the batch's own. */
int record_set_list_borrowed(struct heard_record *, enum heard_field,
			     const struct heard_str *at, size_t n);
/* Another member behind the last; the caller has seen that the name is new. */
struct record_member *record_member_add(struct heard_record *, enum heard_family);
struct record_member *record_member_find(const struct heard_record *, enum heard_family,
					 struct heard_str name);
/* A number as attributes and counts keep it: without a fraction it is an integer,
 * if that can hold it, so that what is read back is what was written. */
struct heard_value record_number(double);
/* As ratings keep it: always NUM. */
struct heard_value record_rating(double);

/* ---- in batch.c */

/* Forget all members of a family. */
static inline void record_clear_family(struct heard_record *r, enum heard_family family)
{
	r->families[family].n = 0;
}

/* A copy of text in the batch, packed tighter than arena_copy; {NULL,0} at the cap. */
struct heard_str batch_copy_text(struct heard_batch *, struct heard_str);
/* Append an empty record; NULL at the cap. */
struct heard_record *batch_add_record(struct heard_batch *);
/* Take the last one away again. */
void batch_drop_last(struct heard_batch *);

/* ---- in json_record.cc */

/* Fill an empty record.  0, -EBADMSG with a sentence, -ENOMEM. */
int record_decode(struct heard_record *, struct heard_str json, struct heard_error *);

#endif
