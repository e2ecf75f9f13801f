/*
 * batch.h - the core's side of a batch: what decode and the filters left in it,
 * the canonical lines made from it, and, on the way out, lines read back.
 *
 * Invariant: records are only ever appended; `decoded` splits those that were
 * received from those that filters added.
 */
#ifndef CORE_BATCH_H
#define CORE_BATCH_H

#include "arena.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/wait.h>

#include <stdint.h>

enum record_fate { RECORD_LIVE, RECORD_DROPPED, RECORD_DEAD };

/* A piece of raw input that decode() could not turn into a record. */
struct batch_dead {
	struct heard_str piece;
	int64_t line;
	const char *reason;
	uint32_t emission; /* which of the job's emissions it came from */
};

struct heard_batch *batch_create(size_t cap);
void batch_destroy(struct heard_batch *); /* NULL is fine */
/* Empty again, memory kept. */
void batch_clear(struct heard_batch *);
struct arena *batch_arena(struct heard_batch *);

/* ---- on the way in */

/* The zone of times that name none, until batch_end_decode: a zone is for one
 * thread, and the batch goes on to others.  NULL: UTC. */
void batch_set_zone(struct heard_batch *, struct heard_zone *);
/* Records and dead pieces added from now on belong to this emission. */
void batch_set_emission(struct heard_batch *, uint32_t emission);
/* Take back everything added since there were n records and d dead pieces. */
void batch_truncate(struct heard_batch *, size_t n_records, size_t n_dead);
/* From now on, new records count as added by filters. */
void batch_end_decode(struct heard_batch *);
size_t batch_decoded(const struct heard_batch *);
size_t batch_dead_count(const struct heard_batch *);
const struct batch_dead *batch_dead_at(const struct heard_batch *, size_t i);

enum record_fate record_fate(const struct heard_record *);
const char *record_reason(const struct heard_record *); /* of a drop or quarantine */
uint32_t record_emission(const struct heard_record *);

/* ---- what a filter sees */

/* Until batch_widen the batch is only the records i with keep[i], i < n.  What is
 * added meanwhile stands behind all others afterwards.  -ENOMEM. */
int batch_narrow(struct heard_batch *, const bool *keep, size_t n);
int batch_widen(struct heard_batch *);
/* How process() says that the batch is to come again; NULL: it cannot. */
void batch_set_wait(struct heard_batch *, struct heard_wait *);
struct heard_wait *batch_wait(const struct heard_batch *);
/* Records that ended since the last call ended in filter number `at`. */
void batch_mark_fates(struct heard_batch *, unsigned at);
/* The number of the filter; one that no filter has: in its source's decode(). */
unsigned record_died_at(const struct heard_record *);

/* ---- canonical JSON */

/* Append the record as one line, newline included.  [worker] */
void record_encode(const struct heard_record *, struct heard_buf *);

/* ---- on the way out: a batch over lines that were journaled */

/* Borrowed until destroy or clear: `lines` is n lines each ended by a newline,
 * ends[i] the offset behind the i-th newline, seqs[i] its number.  Records are
 * parsed when first asked for. */
void batch_set_lines(struct heard_batch *, struct heard_str lines, const uint32_t *ends,
		     const uint64_t *seqs, size_t n, bool is_retry);

#endif
