/*
 * contact.h - a customer comes back: to which ticket, and what that does to it.
 */
#ifndef STORE_CONTACT_H
#define STORE_CONTACT_H

#include "sqlite.h"

struct contact {
	int64_t joins;	/* this ticket; 0: none                            */
	int64_t linked; /* else this one is related: over for too long, about     */
			/* something else, or another person's                     */
	const char *why;
};
/* Reads only.  `own` is the key of this person's saying this, 0 if there is none. */
int contact_find(struct store *, const struct store_record *, uint64_t own, struct contact *,
		 struct heard_error *);
/* The record became one of the ticket's. */
int contact_join(struct store *, const struct store_record *, int64_t ticket, int64_t now,
		 struct heard_error *);
struct ticket_row;
/* Where a ticket stands now: merged ones lead on.  Release the row in either case. */
int contact_follow(struct store *, struct ticket_row *, int64_t ticket, struct heard_error *);
/* The person has said something about a matter that was resolved. */
int contact_returned(struct store *, int64_t resolved, int64_t ticket, int64_t now,
		     struct heard_error *);

#endif
