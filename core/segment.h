/*
 * segment.h - the files that frames are in: seg-<id in 16 hex digits>.
 *
 * A file is made whole, zeros written and synced, before it is used, so that
 * fdatasync has no metadata to write; or an old one gets a new name.  A file
 * bears the name it will be used by, so nothing but a write happens when the
 * journal moves to it.
 */
#ifndef CORE_SEGMENT_H
#define CORE_SEGMENT_H

#include <heard/str.h>

#include <stddef.h>
#include <stdint.h>

struct heard_error;
struct journal_io;

enum { SEGMENT_NAME = 32 };

struct segment {
	uint64_t id;
	uint64_t end;	    /* behind its last commit                            */
	uint64_t size;	    /* of the file                                       */
	uint64_t first_seq; /* next_seq when it began                            */
	uint64_t last_seq;  /* of its last record; first_seq - 1 if it has none  */
	uint64_t next_key;  /* behind its last redelivery key                    */
	int64_t last_ms;    /* of its last commit                                */
};

void segment_name(uint64_t id, char out[SEGMENT_NAME]);
/* Full of zeros, durable with its name.  0 or -errno.  May take long. */
int segment_make(const struct journal_io *, int folder, uint64_t id, uint64_t size);
/* The old file under a new name, cut or grown to size, durable.  0 or -errno. */
int segment_rename(const struct journal_io *, int folder, uint64_t from, uint64_t to,
		   uint64_t size);
int segment_remove(int folder, uint64_t id);
/* The descriptor or -errno. */
int segment_open(int folder, uint64_t id);
/* Ids of all segment files, rising, malloc'ed; unfinished ones are removed. */
int segment_list(int folder, uint64_t **ids_r, size_t *n_r);

#endif
