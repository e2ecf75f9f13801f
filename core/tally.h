/*
 * tally.h - what became of records, counted for metrics.
 */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include <heard/str.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct heard_record;
struct job;

#define TALLY_REASONS 16

/* Of one filter, or of an input's decode().  Written by the journal's thread alone; read by
 * any. */
struct tally {
	struct {
		const char *_Atomic reason; /* a plugin's constant; NULL: free */
		_Atomic uint64_t n;
	} dropped[TALLY_REASONS];
	_Atomic uint64_t dropped_otherwise; /* for reasons that found no room */
	_Atomic uint64_t dead;
};

/* Which channels a job's records came by.  Made by the worker, who has the records at
 * hand; counted at the commit, which alone knows those that came before. */
struct tally_sheet {
	struct tally_line {
		struct heard_str name;
		uint64_t received, dead;
	} * lines;   /* of the batch, as is the next */
	uint8_t *of; /* by record of the transaction: its line; or TALLY_NONE */
	size_t n, n_of, last;
};
enum { TALLY_LINES = 64, TALLY_NONE = 255 };

/* Of a job whose records are `live` of them going to the journal.  -ENOMEM.  [worker] */
int tally_begin(struct job *, size_t live);
/* The i-th of the batch; of those that go to the journal in their order.  [worker] */
void tally_note(struct job *, const struct heard_record *, size_t i);

/* The job is committed: count what its records came to, and by whom.  [journal] */
void tally_job(const struct job *);

#endif
