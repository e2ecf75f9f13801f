/*
 * tally.h - what became of records, counted for metrics.
 */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

struct job;

#define TALLY_REASONS 16

/* Of one filter.  Written by the journal's thread alone; read by any. */
struct tally {
	struct {
		const char *_Atomic reason; /* a plugin's constant; NULL: free */
		_Atomic uint64_t n;
	} dropped[TALLY_REASONS];
	_Atomic uint64_t dropped_otherwise; /* for reasons that found no room */
	_Atomic uint64_t dead;
};

/* The job is committed: count what its records came to, and by whom.  [journal] */
void tally_job(const struct job *);

#endif
