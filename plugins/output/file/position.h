/*
 * position.h - where a file ends that can be trusted, and which record that is.
 *
 * Two slots in one small preallocated file take turns, each with a checksum, so
 * that saving is one write in place and one fdatasync, and a torn write leaves
 * the slot before it.
 */
#ifndef OUTPUT_FILE_POSITION_H
#define OUTPUT_FILE_POSITION_H

#include <stdbool.h>
#include <stdint.h>

struct heard_error;

struct position {
	uint64_t seq;	    /* the last record that is in the file, 0: none     */
	uint64_t length;    /* bytes of the file that are whole and synced      */
	uint64_t tail_size; /* so many bytes before `length` ...                */
	uint64_t tail_hash; /* ... have this hash                               */
	uint64_t number;    /* of the next rotated file                         */
	int64_t begun_ms;   /* when this file got its first line                */
	uint64_t rotating;  /* 1: about to be renamed to that number            */
};

struct position_file {
	char *path;
	int fd;		     /* -1 after a failure, until the next save          */
	uint64_t generation; /* of the newest slot known to be on disk           */
};

/* Makes the file if it is not there; then *is_new_r is true and *p zeroed. */
int position_open(struct position_file *, const char *folder, struct position *p,
		  bool *is_new_r, struct heard_error *);
/* On return 0 it is on disk; otherwise the slot before it still is. */
int position_save(struct position_file *, const struct position *, struct heard_error *);
void position_close(struct position_file *);

/* FNV-1a, 64 bits: against accidents, not against enemies. */
uint64_t position_hash(const void *bytes, uint64_t n);

#endif
