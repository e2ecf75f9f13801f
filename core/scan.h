/*
 * scan.h - read frames of one segment file, through a window.
 */
#ifndef CORE_SCAN_H
#define CORE_SCAN_H

#include "frame.h"

struct journal_io;
struct scan {
	const struct journal_io *io;
	int fd; /* owned; -1: none                                   */
	uint64_t segment;
	uint64_t size;	/* of the file                                       */
	uint64_t limit; /* no use in reading further */
	char *window;	/* size_w bytes at offset `at`, of which len are read */
	uint64_t at;
	size_t len, size_w;
	char *plain; /* room to decrypt in, so that the window stays      */
	size_t size_p;
};

void scan_init(struct scan *, const struct journal_io *);
void scan_release(struct scan *);
/* Move to another segment of the folder; 0 or -errno. */
int scan_open(struct scan *, int folder, uint64_t segment);
/* What is in the window may have changed on disk: the current segment grew. */
void scan_forget(struct scan *);
/* 1: a whole header at this offset, whose payload lies before `limit`; 0: not;
 * -errno: the file cannot be read. */
int scan_header(struct scan *, uint64_t at, uint64_t limit, struct frame *);
/* The first such header at or behind `at`: 1, with its place; 0: none. */
int scan_seek(struct scan *, uint64_t *at, uint64_t limit, struct frame *);
/* The payload, checked and decrypted; valid until the next call.  -EBADMSG:
 * damaged; -EACCES: sound, but not encrypted with this key; -errno. */
int scan_payload(struct scan *, uint64_t at, const struct frame *, const struct frame_key *,
		 struct heard_str *payload);
/* The first sound commit frame at or behind `at`.  1, and *at is its offset; 0:
 * none before limit.  The commit is valid until the next call. */
int scan_commit(struct scan *, uint64_t *at, uint64_t limit, const struct frame_key *,
		struct frame *, struct frame_commit *);

#endif
