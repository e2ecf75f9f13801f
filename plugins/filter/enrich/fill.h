/*
 * fill.h - what of a row goes into which field of a record.
 *
 * Behind a filter that masks nothing would clean what comes from here, so there only
 * labels (heard/label.h) and figures below a million pass; before it any text does.
 * Fields of a contact are sealed at the gate wherever the filter stands.
 *
 * A field that the record has stays as it is; an attribute is replaced, since whoever
 * fills in a form can give it, too.
 */
#ifndef ENRICH_FILL_H
#define ENRICH_FILL_H

#include "wanted.h"

#include <heard/plugin.h>

struct heard_error;
struct heard_record;

struct fill_target {
	int field;	       /* enum heard_field, or -1 */
	struct heard_str name; /* of an attribute         */
	int wanted;
};

struct fill {
	struct fill_target targets[WANTED_MAX];
	size_t n;
	bool is_masked;
};

/* `fields` of the config: region = "city"; attributes_tier = "vip_level".  Adds what it
 * wants. */
int fill_init(struct fill *, const struct heard_map *fields, bool is_masked, struct wanted *,
	      struct heard_error *);
/* values[i] is that of wanted i.  *left_out += values that must not stand there.  1: a contact
 * was filled in; 0; -ENOMEM. */
int fill_record(const struct fill *, struct heard_record *, const struct heard_str *values,
		uint64_t *left_out);

#endif
