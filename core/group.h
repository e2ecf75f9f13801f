/*
 * group.h - the transactions that share one fdatasync, as frames.
 *
 * First everything is added, which decides what each record becomes and gives
 * it its seq; then the group is laid out for a place in a segment.  It can be
 * laid out again for another place, when the first one failed.
 */
#ifndef CORE_GROUP_H
#define CORE_GROUP_H

#include "frame.h"
#include "journal.h"

#include <sys/uio.h>

struct keys;
struct state;

struct group_piece { /* bytes elsewhere, or in `meta` if ptr is NULL */
	const char *ptr;
	size_t at, len;
};
struct group_frame {
	struct frame frame;
	uint32_t n_keys;
	size_t first_piece, n_pieces;
	size_t length;	    /* of the payload before encryption */
	uint64_t offset;    /* where it was laid out            */
	const void *source; /* DEAD, DEFER: the letter; _GONE: the ids; else NULL */
};

struct group {
	struct heard_buf meta;		/* payloads that are not the callers' memory */
	struct heard_buf tail;		/* payloads of CHECKPOINT and COMMIT */
	struct heard_buf plain, sealed; /* when encrypted */
	struct heard_buf ends, keys;	/* of the RECORDS frame under way */
	unsigned char (*heads)[FRAME_HEADER];
	size_t size_heads;
	struct group_piece *pieces;
	size_t n_pieces, size_pieces;
	struct group_frame *frames;
	size_t n_frames, size_frames;
	const struct journal_state **values;
	size_t n_values, size_values;
	struct iovec *iov;
	size_t n_iov, size_iov;
	uint64_t bytes;	    /* laid out */
	uint64_t commit_at; /* where the commit frame was laid out */
	uint64_t next_seq;  /* behind the group's last record */
	uint64_t n_records;
	int64_t now_ms;
	bool is_open;	 /* the last frame takes more records */
	bool has_failed; /* no memory */
};

void group_init(struct group *);
void group_release(struct group *);
/* Empty again. */
void group_begin(struct group *, uint64_t next_seq, int64_t now_ms);
/* An upper bound of the bytes that a transaction adds; of those of any group. */
size_t group_estimate(const struct journal_txn *);
enum { GROUP_FIXED = 1024 };

/* Sets the fates; counters are prepared in `state`.  0 or -errno, after which the whole group
 * is void. */
int group_add(struct group *, struct journal_txn *, struct keys *, struct state *);
/* A frame as it is, with its old time. */
void group_add_copy(struct group *, const struct frame *, struct heard_str payload);
bool group_is_empty(const struct group *);

struct group_place {
	uint64_t segment, offset; /* offset 0: begins with a checkpoint */
	uint64_t prev_id, prev_end;
	uint64_t begin_seq, begin_key; /* next seq and key before the group */
	uint64_t next_key;	       /* and after it */
};
/* Fills iov and bytes.  0 or -ENOMEM. */
int group_lay_out(struct group *, const struct group_place *, const struct state *,
		  struct frame_key *);

#endif
