/*
 * state.h - the small state that is committed with the records: counters and
 * named values.
 *
 * A group first prepares (state_next, state_prepare), encodes what it will change, and after
 * the sync commits or, if that failed, takes it back: all that is the journal
 * thread's.  Any thread may read, and sees the last commit.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "journal.h"

#include <heard/buf.h>

struct state;

struct state *state_create(void);
void state_destroy(struct state *);

/* The counter as it will be after the group; NULL without memory. */
int64_t *state_next(struct state *, const char *name);
/* Counters touched since the last commit, and the values given, as bytes. */
void state_encode_changes(const struct state *, const struct journal_state *const *values,
			  size_t n, struct heard_buf *);
void state_encode_all(const struct state *, struct heard_buf *);
/* Upper bound of what state_encode_all writes. */
size_t state_size(const struct state *);
/* The value as it will be after the group; an empty one removes the name.  All
 * memory is taken here, so that a commit cannot fail.  0 or -ENOMEM. */
int state_prepare(struct state *, struct heard_str name, struct heard_str value);
void state_commit(struct state *);
void state_rollback(struct state *);
/* Recovery: as prepared and committed at once. */
int state_set(struct state *, struct heard_str name, struct heard_str value);
/* Recovery: add to the counter "pipeline/<name>" of the pipeline with this
 * hash_name; false if there is none. */
bool state_count_pipeline(struct state *, uint64_t pipeline, const int64_t by[JOURNAL_COUNTS]);
/* Bytes made by one of the encoders.  0; -EBADMSG: they are not; -ENOMEM. */
int state_apply(struct state *, struct heard_str bytes);

/* ---- [any] */

bool state_count(struct state *, const char *name, int64_t out[JOURNAL_COUNTS]);
/* malloc'ed, NUL-terminated; NULL if absent. */
char *state_get(struct state *, struct heard_str name, size_t *len_r);
/* fn must not call back into the state. */
void state_each(struct state *, struct heard_str prefix,
		void (*fn)(void *arg, struct heard_str name, struct heard_str value),
		void *arg);

#endif
