/*
 * slots.h - the positions of outputs, in a file that never grows, and the mark
 * of how far the journal is known to be durable.
 */
#ifndef CORE_SLOTS_H
#define CORE_SLOTS_H

#include "journal.h"

struct journal_io;
struct slots;

enum { SLOTS_MAX = 256, SLOTS_NAME_MAX = 191 };

/* Everything before this was acknowledged: damage there is damage, and not a
 * group that was being written. */
struct slots_mark {
	uint64_t segment, end;
	uint64_t next_seq;
	uint64_t keys; /* redelivery keys before this number are in synced files */
};

/* <folder>/positions, made if absent, locked against a second process
 * (-EBUSY).  Reads what is sound of it. */
int slots_open(struct slots **, int folder, const struct journal_io *,
	       struct slots_mark *mark_r, struct heard_error *);
void slots_close(struct slots *);

/* A slot for the name; a new one begins at seq.  *is_new then.  -ENOSPC: all
 * taken, -ENAMETOOLONG.  [any] */
int slots_find(struct slots *, const char *name, uint64_t seq, unsigned *slot_r, bool *is_new);
int slots_forget(struct slots *, const char *name); /* -ENOENT.  [any] */
void slots_each(struct slots *, void (*fn)(void *arg, const char *name, uint64_t seq),
		void *arg);
void slots_get(struct slots *, unsigned slot, struct journal_position *);	/* [any] */
void slots_set(struct slots *, unsigned slot, const struct journal_position *); /* [any] */
uint64_t slots_durable(struct slots *, unsigned slot);				/* [any] */
/* As saved, of the output with this hash_name; false if there is none.  [any] */
bool slots_saved_seq(struct slots *, uint64_t output, uint64_t *seq_r);
/* The least durable seq of all outputs, UINT64_MAX if there are none.  [any] */
uint64_t slots_min(struct slots *);
/* As far as every output has come, synced or not.  [any] */
uint64_t slots_reached(struct slots *);
uint64_t slots_max(struct slots *);
bool slots_dirty(struct slots *); /* [any] */

/* Write all to the file; with `sync`, durably.  0 or -errno.  [journal thread] */
int slots_save(struct slots *, const struct slots_mark *, bool sync);
/* Wait until a synced save begun after now has ended; its result.  Before
 * that, `ask` wakes the thread that saves.  [any other] */
int slots_wait(struct slots *, void (*ask)(void *arg), void *arg);
bool slots_asked(struct slots *);
/* No thread saves any more: waiters get -ECANCELED. */
void slots_stop(struct slots *);

#endif
