/*
 * heard/batch.h - records that travel together, and the arena they live in.
 *
 * A batch dies as a whole.  Its arena has a cap; past it allocation fails with
 * NULL and setters with -ENOMEM, and a filter passes that on.
 */
#ifndef HEARD_BATCH_H
#define HEARD_BATCH_H

#include <heard/api.h>
#include <heard/record.h>

struct heard_error;
struct heard_zone;

/* Records in the batch, those no longer live included. */
HEARD_API size_t heard_batch_size(const struct heard_batch *);
/* In write(), parses the i-th line at the first call; NULL if i is too large. */
HEARD_API struct heard_record *heard_batch_at(const struct heard_batch *, size_t i);
/* A new, empty record, or NULL at the cap.  In decode it is received; in
 * process it counts as added.  [worker] */
HEARD_API struct heard_record *heard_batch_add(struct heard_batch *);
/* Fill a new record from one JSON object in the form of the field table:
 * unknown members become attributes, wrong types are refused.  0; -EBADMSG
 * with a sentence and no record added; -ENOMEM.  [worker] */
HEARD_API int heard_batch_add_json(struct heard_batch *, struct heard_str json,
				   struct heard_error *);
/* A piece of what decode() was given that is no record: a dead letter, sealed.
 * `line` is where in the source it stood, 0 if that says nothing.  The bytes
 * are copied.  [worker] */
HEARD_API int heard_batch_dead(struct heard_batch *, struct heard_str piece, int64_t line,
			       const char *format, ...) HEARD_PRINTF(4, 5);

/* In decode: the zone of times that name none, for heard_time_parse; elsewhere
 * NULL, which is UTC.  [worker] */
HEARD_API struct heard_zone *heard_batch_zone(const struct heard_batch *);

/* Bytes that live as long as the batch, or NULL at the cap. */
HEARD_API void *heard_batch_alloc(struct heard_batch *, size_t size);
/* A copy in the batch; {NULL, 0} at the cap. */
HEARD_API struct heard_str heard_batch_copy(struct heard_batch *, struct heard_str);

/* ---- in write() only [home] */

/* The canonical JSON of the i-th record, as journaled, without a newline. */
HEARD_API struct heard_str heard_batch_line(const struct heard_batch *, size_t i);
/* All lines, each ended by a newline, in one piece: for outputs that copy. */
HEARD_API struct heard_str heard_batch_lines(const struct heard_batch *);
/* The journal's number of the i-th record: rises, without repeating. */
HEARD_API uint64_t heard_batch_seq(const struct heard_batch *, size_t i);
/* True if the record was already tried, so that a receiver may know it. */
HEARD_API bool heard_batch_is_retry(const struct heard_batch *);

#endif
