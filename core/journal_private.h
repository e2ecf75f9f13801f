/*
 * journal_private.h - the journal's insides, shared by the files that are it:
 * journal.c (the queue and the thread), commit.c (one group), tend.c
 * (housekeeping), health.c (full, broken, damaged), journal_open.c,
 * journal_doors.c, pool.c (which segment next), recover.c, reader.c, mail.c
 * (dead letters and deferrals).
 *
 * Two locks, never held together: `queue_lock` for what was submitted, `lock`
 * for what was committed.  The journal thread alone changes the latter, so it
 * reads it without the lock.
 */
#ifndef CORE_JOURNAL_PRIVATE_H
#define CORE_JOURNAL_PRIVATE_H

#include "backstage.h"
#include "frame.h"
#include "group.h"
#include "journal.h"
#include "journal_io.h"
#include "keys.h"
#include "letters.h"
#include "scan.h"
#include "segment.h"
#include "slots.h"
#include "state.h"

#include <pthread.h>
#include <stdatomic.h>

enum { POOL_READY = 3, DAMAGED_MAX = 1024 };

struct journal_damage {
	uint64_t segment, offset;
};

struct journal {
	struct journal_options options;
	const struct journal_io *io;
	int folder;
	char *path; /* of the folder */
	struct frame_key key;
	struct slots *slots;
	struct state *state;
	struct backstage *backstage;
	pthread_t thread;
	bool has_thread;

	pthread_mutex_t queue_lock;
	pthread_cond_t queue_posted;
	struct journal_txn *first, **last; /* queue_lock */
	bool is_stopping, is_waiting;	   /* queue_lock */
	bool is_poked;			   /* queue_lock: look around */
	atomic_size_t queued;
	atomic_bool is_full, is_broken;

	/* the journal thread's, and recovery's before it */
	struct group group;
	struct keys *keys;
	struct scan mover;     /* to copy letters forward */
	struct letter held;    /* one that was last seen in the oldest segment */
	uint64_t emptied;      /* id of a segment that has no letters any more */
	int64_t move_after_ms; /* monotonic: moving letters failed */
	int fd;		       /* of the last segment; -1: the next group needs a new one */
	uint64_t next_seq;
	uint64_t prev_id, prev_end; /* of the last segment's predecessor */
	int64_t saved_ms, synced_ms, expired_ms, rescued_ms; /* monotonic */
	int64_t moved_ms; /* monotonic: to the last segment */
	struct slots_mark mark;
	char why_full[200];

	atomic_uint_least64_t keys_synced; /* numbers below are in synced files */
	atomic_bool keys_failed;

	pthread_mutex_t lock;	  /* all below */
	pthread_cond_t made;	  /* a segment was made ready, or could not */
	struct segment *segments; /* by id; the last one is written to */
	size_t n_segments, size_segments;
	uint64_t ready[POOL_READY]; /* ids, rising */
	unsigned n_ready, n_making;
	int make_error;	       /* of the last attempt */
	int64_t make_after_ms; /* monotonic: no new attempt before */
	uint64_t next_id;
	struct letters *dead, *deferred;
	struct journal_reader *readers;
	uint64_t last_seq;
	struct journal_figures figures;
	struct journal_damage damaged[DAMAGED_MAX]; /* said already */
	size_t n_damaged;
};

int64_t journal_clock(void); /* monotonic, ms */
/* Have the journal thread look around.  [any] */
void journal_poke(struct journal *);
/* Keys before number `trusted` are in synced files.  [recovery] */
int journal_open_keys(struct journal *, uint64_t trusted, struct heard_error *);
/* The thread itself, until is_stopping and nothing waits. */
void *journal_run(void *journal);

/* ---- commit.c [journal thread] */

/* Write, close and sync the group that was built; 0, then it is committed and
 * applied, or -errno. */
int commit_group(struct journal *);
/* An upper bound of the bytes of a group of these. */
uint64_t commit_estimate(const struct journal *, const struct journal_txn *list);

/* ---- tend.c [journal thread] */

void tend(struct journal *);
int64_t tend_again_ms(struct journal *); /* by journal_clock */
void tend_save_positions(struct journal *, int64_t now, bool sync);
/* keys_options.sync: backstage. */
void tend_sync_keys(void *journal, int take_fd, uint64_t upto);

/* ---- health.c */

/* Say once, and count, that the frame there is damaged: what, and what that
 * costs.  [any, without lock] */
void health_damaged(struct journal *, uint64_t segment, uint64_t offset, const char *what);
bool health_lacks_space(int code);
/* [journal thread] */
void health_full(struct journal *, const char *why);
void health_heal(struct journal *); /* if there is space again */
void health_break(struct journal *, int code);

/* ---- pool.c [journal thread] */

static inline struct segment *journal_last_segment(struct journal *j)
{
	return j->n_segments ? &j->segments[j->n_segments - 1] : NULL;
}
int pool_add_segment(struct journal *, const struct segment *);
/* Make ready ones where they lack and space allows. */
void pool_tend(struct journal *);
/* One lacks, and a segment is likely to come back before one would be made. */
bool pool_is_patient(struct journal *);
/* What a group is for: how many ready ones it must find, itself included. */
enum pool_use {
	POOL_FREES = 1, /* it gives space back, or the journal goes on by it */
	POOL_NOTES = 2, /* may_use_reserve: what lets outputs go on */
	POOL_TAKES = 3, /* records */
};
/* Can the group of so many bytes be written?  Moves to a new segment if the
 * last one has no room.  0, -ENOSPC or -errno. */
int pool_make_room(struct journal *, uint64_t bytes, enum pool_use);
/* Leave the last segment for good and go to a ready one. */
int pool_move(struct journal *, enum pool_use);
/* Groups are no larger than this, unless one transaction is. */
static inline uint64_t journal_group_bytes(const struct journal *j)
{
	enum { GROUP_BYTES = 8 << 20 };
	uint64_t half = (uint64_t)j->options.segment_size / 2;
	return half < GROUP_BYTES ? half : GROUP_BYTES;
}
/* Undo a move: nothing was committed there. */
void pool_drop_last(struct journal *);
/* Recycle what every output, reader and letter is done with. */
void pool_recycle(struct journal *);
bool pool_has_reserve(struct journal *);

/* ---- recover.c */
int recover(struct journal *, const struct slots_mark *, struct heard_error *);

/* ---- mail.c */

/* Copy the live letters of the segment to the end.  0 when none is left there;
 * 1: some were moved, call again; -errno.  [journal thread] */
int mail_move(struct journal *, uint64_t segment);
/* Is a live letter in this segment, which is not the last?  Cheap to ask again
 * and again.  [journal thread] */
bool mail_is_in(struct journal *, uint64_t segment);
/* What a committed group did to letters.  [lock] */
/* So that mail_apply, after the commit, cannot want for memory.  0 or -ENOMEM. */
int mail_reserve(struct journal *, const struct group *);
void mail_apply(struct journal *, const struct group *);

/* ---- reader.c */
uint64_t reader_oldest_segment(struct journal *); /* lock */

#endif
