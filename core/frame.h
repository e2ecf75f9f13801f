/*
 * frame.h - what the journal is made of: a header of 64 bytes and a payload.
 *
 * docs/journal-format.md has the layout byte by byte.
 */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct journal_dead;
struct journal_defer;

enum frame_type {
	FRAME_RECORDS = 1,
	FRAME_REPLAY,
	FRAME_DEAD,
	FRAME_DEAD_GONE,
	FRAME_DEFER,
	FRAME_DEFER_GONE,
	FRAME_COMMIT,
	FRAME_CHECKPOINT,
	FRAME_TYPES
};

enum {
	FRAME_HEADER = 64,
	FRAME_ALIGN = 64,
	FRAME_ENCRYPTED = 1,	 /* flag */
	FRAME_NONCE = 24,	 /* in front of an encrypted payload */
	FRAME_SEALED_EXTRA = 40, /* nonce and tag */
	FRAME_KEY = 32,
	FRAME_META = 40, /* of one record: key, id, digest */
};
#define FRAME_MAX_PAYLOAD (1u << 30)

struct frame {
	enum frame_type type;
	unsigned flags;
	uint32_t length;      /* of the payload as stored                      */
	uint32_t payload_crc; /* of the same                                   */
	uint32_t n;	      /* records, or ids                               */
	uint64_t first_seq;   /* of the records; of the record of a dead letter */
	uint64_t pipeline;    /* hash_name, 0 if it is of none                 */
	uint64_t only_output; /* hash_name, 0: all                             */
	int64_t time_ms;      /* commit, or birth of a dead letter             */
	uint64_t segment;     /* id: frames of a recycled segment are no frames */
};

static inline uint64_t frame_padded(uint64_t n)
{
	return (n + FRAME_ALIGN - 1) & ~(uint64_t)(FRAME_ALIGN - 1);
}
/* Bytes of header, payload and padding. */
static inline uint64_t frame_size(const struct frame *f)
{
	return FRAME_HEADER + frame_padded(f->length);
}
static inline bool frame_has_seqs(const struct frame *f)
{
	return f->type == FRAME_RECORDS || f->type == FRAME_REPLAY;
}

void frame_encode(const struct frame *, unsigned char out[FRAME_HEADER]);
/* False unless these bytes are a whole header of this segment. */
bool frame_decode(struct frame *, const unsigned char in[FRAME_HEADER], uint64_t segment);

/* ---- encryption: XChaCha20-Poly1305, the header as associated data */

struct frame_key {
	bool present;
	unsigned char key[FRAME_KEY];
	unsigned char salt[16]; /* of this run; with `counter` the nonce */
	uint64_t counter;
};
/* The key file, made (0600) if it is absent and `make` is set; -ENOENT if not. */
int frame_key_load(struct frame_key *, const char *file, bool make, struct heard_error *);
void frame_key_wipe(struct frame_key *);
/* out: plain.len + FRAME_SEALED_EXTRA bytes.  Sets flags, length and crc. */
void frame_seal(struct frame_key *, struct frame *, struct heard_str plain, unsigned char *out);
/* In place: *payload becomes the plain text.  -EBADMSG. */
int frame_open(const struct frame_key *, const struct frame *, struct heard_str *payload);

/* ---- payloads */

void frame_put_dead(struct heard_buf *, const struct journal_dead *);
bool frame_get_dead(struct heard_str payload, struct journal_dead *);
void frame_put_defer(struct heard_buf *, const struct journal_defer *);
bool frame_get_defer(struct heard_str payload, struct journal_defer *);
/* ids of 16 bytes, of both _GONE kinds */
const unsigned char *frame_get_gone(const struct frame *, struct heard_str payload, uint32_t i);
/* A deferral's name as an id: output, then seq. */
void frame_defer_id(uint64_t output, uint64_t seq, unsigned char id[16]);

/* RECORDS and REPLAY: ends, metadata, lines; false if they contradict each other. */
struct frame_records {
	const uint32_t *ends;	   /* aligned if the payload is; little-endian as stored */
	const unsigned char *meta; /* n of FRAME_META bytes */
	struct heard_str lines;
};
bool frame_get_records(const struct frame *, struct heard_str payload, struct frame_records *);

/* COMMIT: begins with this, then a directory of the group's other frames, then
 * the changes of the state. */
struct frame_commit {
	uint64_t group_start; /* offset of the group's first frame              */
	uint64_t next_seq;    /* after the group                                */
	uint64_t next_key;    /* number of the next redelivery key              */
	uint64_t prev_id;     /* the segment before this one, 0: none           */
	uint64_t prev_end;    /* where its committed part ends                  */
	uint32_t n_frames;
	const char *directory;	/* decoded: n_frames entries, see frame_get_entry */
	struct heard_str state; /* decoded: the rest                            */
};
enum { FRAME_COMMIT_FIXED = 48, FRAME_ENTRY = 56 };
struct frame_entry {
	uint64_t offset;
	uint32_t n_keys;
	struct frame frame; /* type, n, length, payload_crc, first_seq, pipeline, only_output */
};
void frame_put_commit(struct heard_buf *, const struct frame_commit *);
void frame_put_entry(struct heard_buf *, const struct frame_entry *);
bool frame_get_commit(struct heard_str payload, struct frame_commit *);
void frame_get_entry(const struct frame_commit *, uint32_t i, struct frame_entry *);

/* CHECKPOINT: the same five numbers as of the segment's beginning, then the
 * whole state; n_frames is 0. */

#endif
