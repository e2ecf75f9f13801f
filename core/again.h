/*
 * again.h - ids of records that could not be taken, for when their source brings them again.
 *
 * A filter may have told of a record by its id (`duplicate_of`, `related`) before its batch was
 * refused: an id that never was, unless the record has it when it comes again.
 */
#ifndef CORE_AGAIN_H
#define CORE_AGAIN_H

#include <stdbool.h>
#include <stdint.h>

struct again;
struct again *again_create(void);   /* NULL: no memory */
void again_destroy(struct again *); /* NULL is fine */
/* The record of this origin was refused.  There are 32768 places, and an origin has but one:
 * it is known until another of that place is refused.  [any] */
void again_note(struct again *, uint64_t origin, const unsigned char id[16]);
/* Its id, which is given away but once.  False: none is known.  [any] */
bool again_take(struct again *, uint64_t origin, unsigned char id[16]);

#endif
