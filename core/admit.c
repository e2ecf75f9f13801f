/*
 * admit.c - what a source may say of a record.
 */
#include "gate.h"

#include "host.h"
#include "record.h"

/* What a source may not say of itself. */
static const enum heard_field ours[] = {HEARD_ID,	   HEARD_SOURCE, HEARD_RECEIVED_AT,
					HEARD_AUTHOR_KEY,  HEARD_EVENT,	 HEARD_SPAM_SCORE,
					HEARD_SPAM_VERDICT};

void gate_name(struct heard_record *r, const struct heard_host *host, int64_t now_ms)
{
	heard_set_str_borrowed(r, HEARD_SOURCE, heard_str(host->full_name));
	heard_set_time(r, HEARD_RECEIVED_AT, now_ms);
}

void gate_admit(struct heard_record *r, const struct heard_host *host, int64_t now_ms)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		heard_unset(r, ours[i]);
	record_clear_family(r, HEARD_MASKED);
	gate_name(r, host, now_ms);
}
