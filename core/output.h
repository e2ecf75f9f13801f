/*
 * output.h - one output at work: its pump, its deliveries, its deferred queue.
 *
 * The pump reads the journal in order and cuts what concerns this output into
 * deliveries, at most `window` unfinished at once.  Deliveries may finish in any
 * order; the position moves over them in order.  So after a crash everything
 * behind the position is read again, and nothing before it.
 *
 * A record ends in one of: delivered, duplicate, skipped (`when`), dead, or
 * deferred.  Those counts belong to the position and are saved with it.  What
 * becomes of a deferred record later is counted in the journal under
 * "output/<pipeline>/<name>", by the commit that removes the deferral.
 *
 * An output that keeps its position takes one batch at a time, never defers,
 * and retries in place: its data and its position move together.
 */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

#include "host.h"
#include "journal.h"

#include <heard/delivery.h>

#include <stdatomic.h>

struct condition;
struct event;
struct heard_batch;

/* Counters under "output/<pipeline>/<name>". */
enum output_count {
	OUTPUT_REPLAYED,       /* lines put into the journal again for it     */
	OUTPUT_LATE_DELIVERED, /* deferred, then delivered                    */
	OUTPUT_LATE_DUPLICATE,
	OUTPUT_LATE_DEAD,
};

struct deferral { /* a record to try again */
	struct deferral *next;
	uint64_t seq;
	int64_t since_ms;	    /* a date */
	int64_t due_ms, give_up_ms; /* by daemon_clock */
	unsigned attempts;
	bool is_busy;	/* in a delivery now */
	bool has_ended; /* and accounted for */
	struct heard_str line;
};

struct output {
	struct heard_host host;
	char counter[160]; /* "output/PIPELINE/NAME"                  */
	uint64_t hash, pipeline_hash;
	unsigned slot; /* of its position in the journal          */
	bool has_slot, keeps_position, is_service;
	bool wants_events; /* its `when` names `event` */
	struct {
		unsigned batches, records;
		size_t bytes;
	} window;

	/* [home] */
	struct journal_reader *reader;
	struct journal_view view; /* what the reader gave last               */
	uint64_t view_at;	  /* records of it already taken             */
	struct heard_batch *scan; /* over the view, for `when`               */
	bool is_scan_set;
	struct condition *condition;
	uint64_t stored_seq;	/* the plugin's own position at start      */
	uint64_t recovered_seq; /* records up to here may have been handled before */
	struct journal_position position;
	struct heard_delivery *first, **last; /* unfinished, in order of seq  */
	unsigned n_unfinished;
	struct heard_delivery *late; /* of deferred records, under way         */
	unsigned n_late;
	struct heard_delivery *spare;
	unsigned n_spare;
	struct deferral *deferrals;
	int64_t deferred_due_ms; /* of them, the earliest */
	int64_t not_before_ms;	 /* the receiver asked for a pause          */
	struct event *timer;
	int64_t armed_ms; /* when it fires                           */
	bool is_pumping, is_stopping;
	void (*stopped)(struct output *); /* set while stopping               */

	struct loop_job wake, halt;
	_Atomic bool is_woken;
	_Atomic bool is_idle;	 /* caught up, nothing unfinished           */
	_Atomic bool is_failing; /* something waits to be tried again       */
	_Atomic uint64_t seq;	 /* of position                             */
	_Atomic uint64_t n_deferred, retries, delivered, dead, failed_conditions;
};

int output_init(struct output *, struct heard_error *);	  /* [main] after open() */
int output_attach(struct output *, struct heard_error *); /* [main] a slot in the journal */
int output_start(struct output *, struct heard_error *);  /* [home] after start() */
void output_wake(struct output *);			  /* [any]  there may be more to read */
/* No new writes; when the last one under way has ended, stopped(o) [home]. */
void output_stop(struct output *, void (*stopped)(struct output *)); /* [any] */
void output_release(struct output *);				     /* [main] */
/* Something it waited for apart from deliveries has ended.  [home] */
void output_settle(struct output *);

/* ---- between output.c, delivery.c and deferred.c [home] */

void output_pump(struct output *);
int64_t output_backoff(const struct output *, unsigned attempts);
void output_arm(struct output *, int64_t at_ms); /* pump again then, by daemon_clock */

#endif
