/*
 * refused.h - ids of records that could not be taken, for when their source brings them again.
 *
 * A filter may have told of a record by its id (`duplicate_of`, `related`) before its batch was
 * refused: an id that never was, unless the record has it when it comes again.
 */
#ifndef CORE_REFUSED_H
#define CORE_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

struct refused;
struct refused *refused_create(void);	/* NULL: no memory */
void refused_destroy(struct refused *); /* NULL is fine */
/* The record of this origin was refused.  There are 32768 places, and an origin has but one:
 * it is known until another of that place is refused.  [any] */
void refused_note(struct refused *, uint64_t origin, const unsigned char id[16]);
/* Its id, which is given away but once.  False: none is known.  [any] */
bool refused_take(struct refused *, uint64_t origin, unsigned char id[16]);

#endif
