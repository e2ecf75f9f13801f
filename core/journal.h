/*
 * journal.h - the one durable thing: an append-only log of frames, with a
 * small key-value state that is committed by the same fdatasync.
 *
 * Writers hand in transactions; one thread gathers all that wait into a group,
 * writes it, closes it with a commit frame, calls fdatasync once, and then
 * tells each transaction.  A transaction is all or nothing, a group too.
 *
 * Kinds of frames: RECORDS (lines of one pipeline), REPLAY (lines for one output
 * only), DEAD (a dead letter), DEAD_GONE, DEFER (a line that one output will try
 * again), DEFER_GONE, and COMMIT, which carries what the group changed in the
 * counters and the state.  A segment begins with a CHECKPOINT: all counters, all
 * state, and where the segment before it really ended.
 *
 * Every record of RECORDS and REPLAY has a seq, rising by one over the whole
 * journal.  Outputs read by seq and save positions in preallocated slots, so a
 * full disk can still be drained and so shrinks again.
 *
 * A segment is recycled when every output is past it, no reader is in it, `keep`
 * has gone by (or space is short: taking in goes before keeping), and the live
 * dead letters and deferrals in it were copied forward.  Without any output
 * everything counts as drained.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;
struct journal;
struct journal_io;

struct journal_options {
	const char *folder;   /* state_dir/journal, made if absent            */
	int64_t segment_size; /* bytes, default 64 MiB                        */
	int64_t max_size;     /* bytes of all segments                        */
	int64_t keep_ms;      /* keep drained segments at least so long       */
	const char *encrypt;  /* key file, made (0600) if absent; NULL: off   */
	int64_t dedupe_ms;    /* longest of all pipelines: retention of keys  */
	/* Of a new journal; 0: 1.  One that rises with time keeps outputs that store
	 * their position from taking a new journal's records for old ones. */
	uint64_t first_seq;
	int64_t (*now)(void); /* wall clock, ms                               */
	/* [journal thread] after each group: new records can be read. */
	void (*committed)(void *arg, uint64_t last_seq);
	/* [journal thread] space ran out (full = true) or is back. */
	void (*pressure)(void *arg, bool full, const char *why);
	/* [journal thread] the journal cannot go on (second failed fdatasync). */
	void (*broken)(void *arg, const char *why);
	void *arg;
	const struct journal_io *io; /* NULL: the real system calls; tests put theirs */
};

/* Recovers, reports what it found by the log, starts the thread. */
int journal_open(struct journal **, const struct journal_options *, struct heard_error *);
/* Commits what was submitted, saves positions, ends the thread. */
void journal_close(struct journal *);

/* ---- writing [any] */

/* Counters of a pipeline, kept by the journal under "pipeline/<name>".  The
 * journal itself adds to the last three, as it alone sees redelivery. */
enum journal_count {
	JOURNAL_RECEIVED,
	JOURNAL_ADDED,
	JOURNAL_DROPPED,
	JOURNAL_DEAD,
	JOURNAL_JOURNALED,
	JOURNAL_DUPLICATE,
	JOURNAL_CONFLICT,
	JOURNAL_COUNTS = 8
};

enum journal_fate { JOURNAL_NEW, JOURNAL_SAME, JOURNAL_OTHER };

struct journal_record {
	unsigned char key[16];	/* all zero: no redelivery check                 */
	unsigned char id[16];	/* in: its id; out: of the first one, if SAME    */
	uint64_t digest;	/* keyed, of the request; 0 without a key         */
	uint32_t end;		/* offset in `lines` behind its newline          */
	uint32_t unit;		/* records of one unit stand together and conflict together */
	uint32_t place;		/* the caller's; out: of the first that is OTHER, if any */
	enum journal_fate fate; /* out                                           */
};

/* One dead letter.  Its id is (pipeline, instance, seq) for an output's, so
 * that the same one is never kept twice; random otherwise. */
struct journal_dead {
	unsigned char id[16];
	uint64_t output; /* hash_name("pipeline/output") for an output's, else 0 */
	uint64_t seq;	 /* of the record, for an output's                 */
	struct heard_str
		meta; /* JSON object: id, at, pipeline, instance, reason, source, line */
	struct heard_str body; /* the canonical line, or sealed bytes, or empty  */
};

struct journal_defer {
	uint64_t output, seq;  /* names the deferral                             */
	int64_t since_ms;      /* of the first failure                           */
	struct heard_str line; /* with newline                                   */
};

struct journal_state { /* an empty value removes the name */
	struct heard_str name, value;
};

struct journal_add { /* counters by name; created when first used */
	const char *name;
	int64_t by[JOURNAL_COUNTS];
};

/* The longest name of a pipeline; the configuration allows fewer. */
enum { JOURNAL_NAME_MAX = 200 };

struct journal_txn {
	struct journal_txn *next; /* the journal's                              */

	/* records of one pipeline, or of a replay to one output                 */
	const char *pipeline;	 /* name; NULL if no records                   */
	const char *only_output; /* "pipeline/output": REPLAY                  */
	struct heard_str lines;	 /* in memory the caller keeps until done; the */
				 /* journal may close gaps in it in place      */
	struct journal_record *records;
	size_t n_records;

	const struct journal_dead *dead;
	size_t n_dead;
	const unsigned char (*dead_gone)[16];
	size_t n_dead_gone;
	const struct journal_defer *defer;
	size_t n_defer;
	const struct journal_defer *defer_gone; /* output and seq */
	size_t n_defer_gone;
	const struct journal_state *state;
	size_t n_state;
	const struct journal_add *add;
	size_t n_add;

	/* Transactions of one chain share their fate: once one failed, those of
	 * its epoch or an older one fail too (-ECANCELED), so that a resume token
	 * can never overtake records that were not committed.  The journal raises
	 * *chain to the epoch of a failed one.  NULL: stands alone. */
	_Atomic uint64_t *chain;
	uint64_t epoch;

	/* What lets outputs go on (dead letters, deferrals) is taken by a full
	 * journal too, beyond max_size as far as the disk goes.  The last segment is
	 * kept for what only takes letters away. */
	bool may_use_reserve;

	/* [journal thread] result 0 or -errno (-ENOSPC: full, try later; -EIO:
	 * broken).  On failure nothing of it is committed; only a disk that took the
	 * bytes, failed the sync and then refused to have them spoiled may show
	 * them again after a restart. */
	void (*done)(struct journal_txn *, int result);
};

void journal_submit(struct journal *, struct journal_txn *take);
/* Bytes submitted and not yet committed. */
size_t journal_queued(const struct journal *);
bool journal_is_full(const struct journal *);

/* ---- state and counters, as of the last commit [any] */

bool journal_count(struct journal *, const char *name, int64_t out[JOURNAL_COUNTS]);
/* malloc'ed copy, caller frees; NULL if absent */
char *journal_state_get(struct journal *, struct heard_str name, size_t *len_r);
void journal_state_each(struct journal *, struct heard_str prefix,
			void (*fn)(void *arg, struct heard_str name, struct heard_str value),
			void *arg);

/* ---- outputs and their positions */

/* Counts of an output that belong to its position: written with it. */
struct journal_position {
	uint64_t seq; /* every record up to here is accounted for          */
	uint64_t delivered, duplicate, skipped, dead, deferred;
};
/* A slot for the output, existing or new.  A new output starts behind the last
 * record.  Slots of outputs that are gone stay until _forget.  [main] */
int journal_output(struct journal *, const char *name, unsigned *slot_r, struct heard_error *);
void journal_output_each(struct journal *,
			 void (*fn)(void *arg, const char *name, uint64_t seq), void *arg);
int journal_output_forget(struct journal *, const char *name);
void journal_position_get(struct journal *, unsigned slot,
			  struct journal_position *); /* [any] */
/* Saved with the next group, or within a second.  [any] */
void journal_position_set(struct journal *, unsigned slot, const struct journal_position *);
/* The seq that a crash would not take back.  [any] */
uint64_t journal_position_durable(struct journal *, unsigned slot);
/* Save all now; returns when they are durable. Not on the main loop while serving. [any] */
void journal_positions_sync(struct journal *);

uint64_t journal_last_seq(struct journal *); /* [any] */

/* ---- reading: each reader is one thread's */

struct journal_reader;
struct journal_view {
	uint64_t first_seq, n; /* seqs first_seq .. first_seq + n - 1          */
	uint64_t pipeline;     /* hash_name                                    */
	uint64_t only_output;  /* hash_name("pipeline/output"), 0: all outputs */
	int64_t committed_ms;
	struct heard_str lines; /* n lines with newlines; valid until next call */
	const uint32_t *ends;	/* offset behind each newline                   */
	bool damaged;		/* the frame is unreadable: lines is empty      */
};
struct journal_reader *journal_reader_create(struct journal *, uint64_t after_seq);
void journal_reader_destroy(struct journal_reader *);
/* 1: the next committed frame; 0: none yet; -errno.  Whole frames at a time: the
 * first may begin before after_seq + 1.  What was committed lately comes from
 * the page cache.  A damaged view has seqs but no lines; its pipeline is 0 if
 * that is lost too.  A reader keeps its segment from being recycled. */
int journal_reader_next(struct journal_reader *, struct journal_view *, struct heard_error *);
/* Number of records of the pipeline (or for that output only) after seq: walked
 * over frame headers.  [any] */
int64_t journal_walk(struct journal *, uint64_t after_seq, uint64_t pipeline, uint64_t output);

/* ---- dead letters and deferrals: live ones, indexed in memory [any] */

/* Oldest first; meta and body valid in the call, both empty if the frame is
 * damaged.  fn returns false to stop.  0, or -errno: the next one cannot be read
 * at present, and was not told. */
int journal_dead_each(struct journal *, bool with_body,
		      bool (*fn)(void *arg, const struct journal_dead *), void *arg);
/* The same behind *after, 0 at first, which moves to the last one told. */
int journal_dead_from(struct journal *, uint64_t *after, bool with_body,
		      bool (*fn)(void *arg, const struct journal_dead *), void *arg);
bool journal_dead_known(struct journal *, uint64_t output, uint64_t seq);
size_t journal_dead_count(struct journal *);
/* Oldest first; an empty line: damaged.  0 or -errno, as above. */
int journal_defer_each(struct journal *, uint64_t output,
		       void (*fn)(void *arg, const struct journal_defer *), void *arg);

/* ---- for metrics and `heard status` [any] */

struct journal_figures {
	int64_t bytes; /* of all segments                              */
	unsigned segments, spare;
	uint64_t groups, records, damaged_frames;
	size_t keys;		    /* remembered for redelivery                    */
	uint64_t fsync_buckets[16]; /* le: 2^i * 0.1 ms, cumulative not          */
	double fsync_seconds;
};
void journal_figures(struct journal *, struct journal_figures *);

#endif
