/*
 * identity.h - what a record and its author are called; part of the gate.
 */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include "gate.h"

/* Set author.key from the best that is known of the author; what is_ours and sealed
 * names nobody. */
void identity_author(const struct gate *, struct heard_record *, bool is_ours);
/* Set what heard_record_origin() tells of a record that its source has just brought: by its
 * own source_id, else by its emission's, its place there and who was authenticated.  NULL:
 * there is no emission. */
void identity_origin(const struct gate *, struct heard_record *,
		     const struct heard_emission *given, size_t index);
/* Has it the shape of a token that a sealer made?  Anybody can type one. */
bool identity_is_sealed(struct heard_str);
/* The key for the journal's memory and the digest beside it, if the record has one;
 * `index` is its place in its emission, and out->unit is set. */
void identity_record(const struct gate *, struct job *, struct heard_record *, size_t index,
		     struct journal_record *out);

#endif
