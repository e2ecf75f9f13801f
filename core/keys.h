/*
 * keys.h - the memory for redelivery: key, id and digest of each record kept
 * for `dedupe_ms`.
 *
 * Keys are numbered over the life of the journal.  A check adds the key as
 * pending; keys_write puts the pending ones into the file, and after the
 * group's sync keys_commit makes them the journal's, or keys_cancel forgets
 * them.  One thread's, but for what is said of sync.
 */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include "journal.h"

struct journal_io;
struct keys;

enum { KEYS_KEY = 16, KEYS_ENTRY = 44 };

struct keys_options {
	int folder;
	const struct journal_io *io;
	int64_t dedupe_ms;
	int64_t now_ms;
	/* Keys below `upto` that are not yet durable are in this file: sync it,
	 * on whatever thread, and close the descriptor (-1: nothing to sync).
	 * Calls come in order. */
	void (*sync)(void *arg, int take_fd, uint64_t upto);
	void *arg;
};

/* Loads the files.  Keys from number `trusted` on are not believed. */
int keys_open(struct keys **, const struct keys_options *, uint64_t trusted,
	      struct heard_error *);
void keys_close(struct keys *);
/* The number that the next key gets; pending ones counted. */
uint64_t keys_next(const struct keys *);
size_t keys_count(const struct keys *); /* remembered */
size_t keys_pending(const struct keys *);

/* JOURNAL_NEW: now pending; SAME: record->id was replaced by the first one's;
 * OTHER: the digest differs.  -ENOMEM. */
int keys_check(struct keys *, struct journal_record *);
/* Forget pending keys from this number on. */
void keys_rewind(struct keys *, uint64_t next);
/* 0 or -errno: then cancel. */
int keys_write(struct keys *, int64_t now_ms);
void keys_commit(struct keys *);
void keys_cancel(struct keys *);

/* Recovery: a key that a frame holds; and numbers that no frame has any more. */
int keys_restore(struct keys *, const unsigned char key[16], const unsigned char id[16],
		 uint64_t digest);
int keys_skip(struct keys *, uint64_t next);

/* Have all committed keys synced soon. */
void keys_seal(struct keys *);
/* A sync failed: write what is not synced again, to another file.  0; -EBADMSG:
 * some of it is lost, so only the frames still have it; -errno. */
int keys_rescue(struct keys *, uint64_t synced, int64_t now_ms);
/* Drop the files in which everything is older than dedupe_ms. */
void keys_expire(struct keys *, int64_t now_ms);

#endif
