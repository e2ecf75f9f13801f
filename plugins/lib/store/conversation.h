/*
 * conversation.h - which ticket a message belongs to, by what it answers.
 */
#ifndef STORE_CONVERSATION_H
#define STORE_CONVERSATION_H

#include "sqlite.h"

struct conversation {
	int64_t ticket;	   /* 0: none; a merged one is not followed           */
	bool is_own;	   /* of the record's author                          */
	bool is_new_topic; /* theirs, and what they write now is something else */
};

/* Reads only. */
int conversation_find(struct store *, const struct store_record *, struct conversation *,
		      struct heard_error *);
/* Whose the ticket is, and whether the record is about the same; an erased ticket is
 * nobody's and is left out (0). */
int conversation_look(struct store *, const struct store_record *, struct conversation *,
		      struct heard_error *);
/* Of a subject's name, to be kept with a ticket; 0: none. */
int64_t conversation_topic(const struct store_record *);
/* Remember the conversation of a new ticket. */
int conversation_remember(struct store *, const struct store_record *, int64_t ticket,
			  struct heard_error *);

#endif
