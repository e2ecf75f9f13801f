/*
 * ahead.h - the records of a batch, read by a thread of its own a little ahead of the
 * store.
 */
#ifndef TICKETS_AHEAD_H
#define TICKETS_AHEAD_H

#include <heard/batch.h>

#include <store/store.h>

struct ahead_record {
	enum {
		AHEAD_RECORD,
		AHEAD_EVENT,	 /* nothing to store                        */
		AHEAD_NO_RECORD, /* has no id, so it is none of ours         */
		AHEAD_NO_MEMORY, /* to read it                              */
	} kind;
	struct store_record record; /* if it is one; valid until the next is taken */
};

struct ahead;
/* Reads number i of the batch.  [the thread, or home] */
typedef void ahead_read(void *arg, const struct heard_batch *, size_t i, struct ahead_record *);
struct ahead *ahead_create(ahead_read *, void *arg, struct heard_error *);
void ahead_destroy(struct ahead *); /* NULL is fine */
/* Room for n names of files that lives as long as the record; NULL: no memory. */
struct heard_str *ahead_files(struct ahead_record *, size_t n);

/* Until ahead_end the batch is not to be looked into. */
void ahead_begin(struct ahead *, const struct heard_batch *);
/* Each record of the batch, in order; not more than there are. */
const struct ahead_record *ahead_next(struct ahead *);
void ahead_end(struct ahead *);

#endif
