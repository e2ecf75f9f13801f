/*
 * heard/person.h - who wrote: the same person, the same key.
 */
#ifndef HEARD_PERSON_H
#define HEARD_PERSON_H

#include <heard/api.h>

struct heard_host;
struct heard_record;

/* Make author.key anew, from the contacts that the record has now: the phone number, else
 * the address, which name a person on every channel, else the source's own id.  For a filter
 * that knows more of the customer than the source did.  In process().  Since 1.3.  [worker] */
HEARD_API void heard_person_again(const struct heard_host *, struct heard_record *);

#endif
