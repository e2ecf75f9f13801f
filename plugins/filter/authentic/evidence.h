/*
 * evidence.h - an instance of the filter, and its judgement of one record.
 */
#ifndef AUTHENTIC_EVIDENCE_H
#define AUTHENTIC_EVIDENCE_H

#include "pace.h"
#include "wording.h"

#include <heard/plugin.h>

struct heard_host;
struct heard_record;

struct authentic {
	int64_t window, busy, burst;
	const char *age; /* attribute */
	struct heard_list own;
	struct heard_host *host;
	uint64_t seed; /* of hashed names */
	struct phrases *phrases;
	struct pace *authors, *products, *words;
	struct seen *seen;
};

/* Sets the score and its reasons.  0 or -ENOMEM. */
int authentic_judge(const struct authentic *, struct wording_lane *, struct heard_record *);

#endif
