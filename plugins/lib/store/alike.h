/*
 * alike.h - recent tickets by what they say and by whom: the memory of the one who
 * writes records.
 *
 * Keys are hashes, random by nature, so they are in no index of the file: they live
 * in memory, bounded, and are made anew from the newest tickets when a store is
 * opened.  What fell out is forgotten: then a ticket is made where one would have
 * been joined, which loses nothing.
 */
#ifndef STORE_ALIKE_H
#define STORE_ALIKE_H

#include "store.h"

struct alike;

/* A hash of the text without case, blanks, punctuation and digits; 0 if nothing is
 * left.  Its seed is the store's own, so nobody can make texts that collide. */
int64_t alike_hash(struct store_words *, struct heard_str text);
/* The store's own, after alike_begin. */
struct store_words *alike_words(struct store *);

/* What a ticket is remembered by; its own kind each, 0 if a part is missing. */
struct alike_keys {
	uint64_t text;	 /* anybody who says it                     */
	uint64_t own;	 /* this person who says it                 */
	uint64_t matter; /* this person about category and product  */
	uint64_t person; /* this person about anything              */
};
struct alike_keys alike_keys(const struct store *, int64_t hash, struct heard_str author_key,
			     struct heard_str category, struct heard_str product);

void alike_destroy(struct alike *); /* NULL is fine */
/* Within a transaction, before anything is added: made from the file if that was not
 * done yet. */
int alike_begin(struct store *, struct heard_error *);
/* At the end of a transaction: what was added stays, or goes. */
void alike_keep(struct store *);
void alike_undo(struct store *);
/* The newest ticket with that key and its time, or 0. */
int64_t alike_find(const struct store *, uint64_t key, int64_t *at_r);
/* Remember a ticket; by its text only if it begins a group. */
void alike_add(struct store *, const struct alike_keys *, int64_t ticket, int64_t at,
	       bool begins_group);

#endif
