/*
 * seen.h - which records a filter has had before, so that what it counts counts once.
 *
 * While a record cannot be taken, since a disk is full or a filter behind waits for
 * somebody, its source brings it again each second; and an operator may replay it.  A record
 * is told by its origin (heard/record.h) and its text: an edit is another one, and so is one
 * whose source gives it no name.
 *
 * The newest tens of thousands are known.  All workers share them without a lock: two that
 * write one place at the same moment may make one record unknown.  It is forgotten when the
 * daemon ends.
 */
#ifndef SEEN_SEEN_H
#define SEEN_SEEN_H

#include <stdbool.h>

struct heard_record;

struct seen;
struct seen *seen_create(void);	  /* NULL: no memory */
void seen_destroy(struct seen *); /* NULL is fine */
/* Was it here before?  From now on it was. */
bool seen_again(struct seen *, const struct heard_record *);

#endif
