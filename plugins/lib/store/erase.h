/*
 * erase.h - text taken out of the store for good: what erase.c and retain.c share.
 */
#ifndef STORE_ERASE_H
#define STORE_ERASE_H

#include "store.h"

/* Within a transaction.  What is left of a record is its place, its times, its scores
 * and what it was classified as. */
int erase_record(struct store *, int64_t record, struct heard_error *);
/* A ticket's own text, its notes, answers and tokens; it is closed if it was live.
 * Its records are not touched. */
int erase_ticket(struct store *, const struct store_act *, struct heard_error *);

/* attachment.c, within a transaction: the record names these files; it names none. */
int attachment_put(struct store *, const struct store_record *, int64_t record,
		   struct heard_error *);
int attachment_forget(struct store *, int64_t record, struct heard_error *);

/* Numbers, gathered while a statement runs and used after it. */
struct numbers {
	int64_t *at;
	size_t n, room;
};
int numbers_add(struct numbers *, int64_t, struct heard_error *);
bool numbers_have(const struct numbers *, int64_t);
void numbers_release(struct numbers *);

#endif
