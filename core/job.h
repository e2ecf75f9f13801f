/*
 * job.h - the work that one turn of an input's loop made: some emissions, the
 * batch decoded from them, and the transaction they end in.
 *
 *	home      job_create, emissions added, workers_put
 *	worker    job_run: decode, filters (parked where one is busy), gate
 *	journal   the transaction commits or fails
 *	home      receipts, then the job is used again
 *
 * One thread holds a job at a time, so it needs no lock.  Everything variable
 * lives in the batch's arena and goes with it.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "batch.h"
#include "journal.h"
#include "loop.h"
#include "tally.h"
#include "wait.h"

#include <heard/buf.h>
#include <heard/host.h>

#include <stdbool.h>

struct input;
struct lane;

struct emission {
	struct heard_emission given; /* views point into the batch's arena    */
	uint64_t digest;	     /* of raw, keyed: see gate_keyed           */
	uint64_t content;	     /* of the records it became, one by one  */
	bool is_sent;		     /* by `heard send`, whatever the input   */
	bool is_letter;		     /* a record that had been through gate_admit before */
	bool is_replay;		     /* a dead letter, which stays if it cannot be read */
	bool hides_ids;		     /* HEARD_PERSONAL_IDS of where it came from */
	struct heard_str source;     /* the full name of where it came from   */
	uint32_t n, dead;	     /* records and dead pieces it became     */
	int code;		     /* 0, or why decode refused all of it    */
	int line;
	const char *error;
};

struct job {
	struct job *next;	   /* in the workers' or a filter's queue    */
	struct job *newer, **link; /* [home] in input->jobs            */
	struct loop_job hop;	   /* to a loop                              */
	struct input *input;
	struct heard_batch *batch;
	struct emission *emissions; /* in the arena                           */
	size_t n, size;
	size_t bytes;	       /* raw bytes, counted as in flight        */
	bool is_ordered;       /* commits in the order it was made       */
	uint64_t order, epoch; /* see input.c                            */

	bool is_decoded;
	bool is_careful; /* holds a record that crashed us before  */
	size_t at_filter;
	struct heard_wait wait; /* for what that filter asked */

	/* made by the gate, for the journal */
	struct heard_buf lines;
	struct journal_txn txn;
	struct tally_sheet sheet;
	char (*ids)[37];   /* room for the receipts, got before the commit */
	uint64_t last_seq; /* once committed */

	int result; /* of the whole job: 0 or -errno          */
	char why[256];
};

struct job *job_create(struct input *); /* [home] NULL without memory */
void job_destroy(struct job *);
/* Copy an emission into the job.  [home] */
int job_add(struct job *, const struct heard_emission *);
/* As far as it goes without waiting.  [worker] */
void job_run(struct job *, unsigned worker);
/* Give up: nothing of it is committed.  [worker] */
void job_refuse(struct job *, int code, const char *why);
/* Empty again, memory kept. */
void job_clear(struct job *);

#endif
