/*
 * delivery.h - lines handed to an output, and what becomes of each.
 *
 *	WRITING     the plugin has it
 *	WAITING     some records failed and are tried again at due_ms
 *	JOURNALING  dead letters or deferrals of it are being committed
 *	DONE        every record is accounted for
 *
 * The lines are the delivery's own copy, so the journal's reader may go on.
 */
#ifndef CORE_DELIVERY_H
#define CORE_DELIVERY_H

#include "journal.h"
#include "output.h"

#include <heard/buf.h>

enum delivery_state {
	DELIVERY_FILLING,
	DELIVERY_WRITING,
	DELIVERY_WAITING,
	DELIVERY_JOURNALING,
	DELIVERY_DONE
};

struct delivery_record {
	uint64_t seq;
	struct deferral *deferral;  /* of a late delivery; or what it is to be */
	enum heard_outcome outcome; /* 0: not yet                             */
	char *reason;		    /* malloc'ed, or NULL                      */
};

struct heard_delivery {
	struct heard_delivery *next;
	struct output *output;
	enum delivery_state state;
	bool is_late;	 /* of deferred records                     */
	bool is_damaged; /* its lines could not be read             */
	bool is_in_write, is_finished;
	struct heard_batch *batch;
	struct heard_buf lines;
	uint32_t *ends;			 /* [size] */
	uint64_t *seqs;			 /* [size] */
	struct delivery_record *records; /* [size] */
	size_t n, size;
	uint64_t last_seq;		/* the position once this is done          */
	struct journal_position counts; /* what it adds to the position       */
	unsigned attempts;
	int64_t first_failed_ms; /* the date, for the journal; all else by daemon_clock */
	int64_t failing_ms, due_ms, after_ms;

	struct journal_txn txn; /* dead letters and deferrals              */
	int txn_result;
	struct loop_job hop;
	struct heard_batch *letters; /* memory for the transaction            */
};

struct heard_delivery *delivery_create(struct output *); /* NULL without memory */
void delivery_destroy(struct heard_delivery *);		 /* kept to be used again */
void delivery_free(struct heard_delivery *);		 /* not kept */
/* Append one line, newline included.  -ENOMEM. */
int delivery_add(struct heard_delivery *, uint64_t seq, struct heard_str line,
		 struct deferral *);
/* Hand it to the plugin. */
void delivery_write(struct heard_delivery *);
/* The dead-letter id of a record of an output: the same each time. */
void delivery_dead_id(uint64_t output, uint64_t seq, unsigned char id[16]);
/* All records of it are accounted for (output.c, deferred.c). */
void output_delivery_done(struct heard_delivery *);
void deferred_delivery_done(struct heard_delivery *);

/* ---- deferred.c */
int deferred_load(struct output *);
void deferred_release(struct output *);
/* A delivery of deferred records that are due, or NULL. */
struct heard_delivery *deferred_take(struct output *, int64_t now_ms);
struct deferral *deferred_create(uint64_t seq, int64_t since_ms, unsigned attempts,
				 struct heard_str line); /* NULL without memory */
void deferred_keep(struct output *, struct deferral *take);
/* When one that has failed since that date is given up, by daemon_clock. */
int64_t deferred_give_up(int64_t since_ms, int64_t give_up);

#endif
