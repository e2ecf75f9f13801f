/*
 * verdict.h - what an answer, or the lack of one, means for the record.
 */
#ifndef HOOK_VERDICT_H
#define HOOK_VERDICT_H

#include <heard/delivery.h>
#include <heard/fetch.h>

#include <stdbool.h>

struct verdict {
	enum heard_outcome outcome;
	int64_t after_ms;
	bool is_gone;	       /* 410: ask no more                              */
	const char *complaint; /* somebody must mend the config; NULL: no       */
	char reason[160];
};

/* Not now: again after that, or (0) by the core's backoff. */
void verdict_retry(struct verdict *, int64_t after_ms, const char *complaint);
void verdict_of(const struct heard_fetch_answer *, struct verdict *);

#endif
