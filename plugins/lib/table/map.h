/*
 * map.h - which column of a table is which field of a record.
 *
 * A map is a list of a field and the headers it may have, "评价内容|评论内容", or a
 * constant, "=review".  Fields are those of the record (heard/field.h) that a source
 * may give, `attributes.NAME`, `ratings.NAME`, and `followup.body` and
 * `followup.created_at`: the review added later (追评), a record of its own.
 * Headers are compared without blanks and case, and without a number before them ("3、",
 * "Q3."), as exports of surveys have.  A time below a header that ends with "(UTC)" is in
 * UTC.  A column that no field claims becomes an attribute under its header.
 */
#ifndef TABLE_MAP_H
#define TABLE_MAP_H

#include "csv.h"

#include <heard/plugin.h>

struct heard_error;

struct map_entry {
	const char *field, *headers;
};

struct map {
	const char *name; /* of a shipped one; "" for one of the config */
	const struct map_entry *entries;
	size_t n;
};

/* ---- shipped maps, in the order in which they are tried */

extern const char *const map_names[]; /* ended by NULL */
/* NULL: there is none of that name, or "auto". */
const struct map *map_find(struct heard_str name);
const struct map *map_at(size_t i); /* NULL behind the last */

/* ---- a map of the config: entries are allocated, borrow its texts and go with
 * map_release.  A word in place of the map (heard/plugin.h) is a shipped one; an
 * empty map is none: name NULL, which map_match takes for the best of the shipped. */

int map_init(struct map *, const struct heard_map *option, struct heard_error *);
void map_release(struct map *);

/* ---- a map laid over a header */

enum target_kind {
	TARGET_NONE, /* not known yet                         */
	TARGET_FIELD,
	TARGET_ATTRIBUTE,
	TARGET_RATING,	      /* ratings.NAME                           */
	TARGET_FOLLOWUP_BODY, /* what was added later                   */
	TARGET_FOLLOWUP_TIME,
};

struct target {
	enum target_kind kind;
	int field;	       /* enum heard_field                      */
	struct heard_str name; /* of the attribute or rating            */
	bool is_utc;	       /* of a time: its header says so         */
};

/* May a source fill that field (enum heard_field, or -1)?  Others only we do. */
bool map_is_from_source(int field);

enum { CONSTANTS_MAX = 16 };

struct mapping {
	const struct map *map;
	size_t n; /* columns */
	struct target columns[CSV_COLUMNS_MAX];
	size_t n_constants;
	struct {
		struct target target;
		struct heard_str value;
	} constants[CONSTANTS_MAX];
	char unnamed[CSV_COLUMNS_MAX][12]; /* "column_7" */
};

/* Borrows the texts of both.  -EINVAL with a sentence that names the headers found
 * and expected, if not one column is claimed. */
int map_match(const struct map *, const struct heard_str *headers, size_t n, struct mapping *,
	      struct heard_error *);

#endif
