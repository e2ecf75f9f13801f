/*
 * item.h - one item as a record, in two steps: what it says, then the setting.
 *
 * All that can be wrong with an item is found in the first, so a record is made only of a
 * good one.
 */
#ifndef FEED_ITEM_H
#define FEED_ITEM_H

#include "feed.h"

#include <heard/field.h>

struct heard_zone;

enum { FIELDS_MAX = 64 };

enum item_kind {
	ITEM_FIELD,
	ITEM_TAGS,
	ITEM_ATTRIBUTE,
	ITEM_RATING,
	ITEM_UPDATED,
	ITEM_DELETED,
	ITEM_OP,
};

struct item_field { /* of the config */
	enum item_kind kind;
	int field;	       /* enum heard_field        */
	struct heard_str name; /* attribute, rating       */
	const char *paths;
};

/* What kind of field is it?  False: no field that an item can fill. */
bool item_target(const char *name, struct item_field *);

struct item_value {
	struct heard_str text;
	double number;
	int64_t time;
	bool is_boolean, boolean; /* of an attribute */
	bool is_number;
	bool is_whole; /* of an attribute: `whole` is all its digits */
	int64_t whole;
	const struct heard_json *list; /* of tags */
	char scratch[40];
};

struct item {
	struct item_value values[FIELDS_MAX]; /* beside the config's; empty: not there */
	double most;			      /* rating_max, by the rating's own text  */
	bool is_deleted;
};

/* -EBADMSG with a sentence that quotes nothing of it. */
int item_read(struct item *, const struct item_field *, size_t n, const struct heard_json *,
	      struct heard_zone *, struct heard_error *);
/* -ENOMEM. */
int item_set(const struct item *, const struct item_field *, size_t n, struct heard_record *);

#endif
