/*
 * segment.h - which kind of customer wrote, by rules that stand in the config.
 *
 *	need          the first list that names something the record says: basic (must
 *	              be there at all: safety, money, a shop that works), delight (nobody
 *	              would have missed it: ideas, praise), expected (the rest)
 *	satisfaction  the mean of this record's score and of the customer's last ones
 *	loyalty       orders, how long ago the first and the last of them was
 *
 * What nothing is known of is not set.
 */
#ifndef ENRICH_SEGMENT_H
#define ENRICH_SEGMENT_H

#include "wanted.h"

#include <heard/plugin.h>
#include <heard/record.h>

struct heard_error;

struct segment_options {
	struct {
		const char *orders, *since, *last; /* columns */
		int64_t loyal_orders, loyal_months;
		int64_t active, lost; /* ms since the last order */
	} loyalty;
	struct {
		const char *scores; /* column */
		double lowest, highest, low, high;
		int64_t most;
	} satisfaction;
	struct {
		struct heard_list basic, delight, expected; /* "field=value" */
	} need;
};

enum { SEGMENT_RULES = 64 };

struct segment {
	const struct segment_options *options;
	int orders, since, last, scores; /* wanted, or -1 */
	struct segment_rule {
		enum heard_field field;
		struct heard_str value;
		const char *need;
	} rules[SEGMENT_RULES];
	size_t n;
};

extern const struct heard_option segment_loyalty[], segment_satisfaction[], segment_need[];

/* Adds the columns it wants. */
int segment_init(struct segment *, const struct segment_options *, struct wanted *,
		 struct heard_error *);
/* values NULL: nothing is known of the customer; is_stranger: the source has none of that
 * key.  -ENOMEM. */
int segment_record(const struct segment *, struct heard_record *,
		   const struct heard_str *values, bool is_stranger, int64_t now_ms);

#endif
