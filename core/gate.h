/*
 * gate.h - the last step before the journal: identity, sealing, encoding.
 *
 * What leaves the gate is what is written: contact fields are sealed to the
 * operator's public key (or left out if there is none), author.key is a keyed
 * hash, and records that failed before `mask` finished are sealed whole or
 * reduced to where they came from.  There is no other way into the journal.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "job.h"
#include "lane.h"

struct refused;

struct gate {
	unsigned char secret[32]; /* for keyed hashes                       */
	/* made from it by gate_derive */
	unsigned char record_key[16], person_key[16], digest_key[16];
	struct seal_public to;
	bool can_seal;
};

/* Once the secret is known. */
void gate_derive(struct gate *);
bool gate_is_finding(enum heard_field); /* only filters or heard may say it  [any] */
/* A record as the source gave it: strip what only we may say, name it.  One that was
 * admitted before (is_letter) keeps its author.key.  The name is borrowed.  [worker] */
void gate_admit(struct heard_record *, struct heard_str source, bool is_letter, int64_t now_ms);
/* Name a record that a filter added; what filters say of it stays.  [worker] */
void gate_name(struct heard_record *, struct heard_str source, int64_t now_ms);
/* Give the record its id, so that filters can name it to those that come after it: the one
 * that it had when its batch was refused, or a new one; NULL is fine.  0 or -ENOMEM.
 * [worker] */
int gate_identify(struct refused *, struct lane *, struct heard_record *, int64_t now_ms);
/* Its batch is refused: it keeps its id.  [any] */
void gate_refused(struct refused *, const struct heard_record *);
/* Seal, encode, and fill job->lines and job->txn.  0 or -ENOMEM.  [worker] */
int gate_pass(const struct gate *, struct lane *, struct job *, int64_t now_ms);
/* Give the record its id, if it has none, and its author's key, and seal what is to be
 * sealed: after this it may be written in clear.  What looks sealed is left so only if
 * `is_ours`: the operator gave it, by `heard send`, `heard filter` or a replay, or an
 * output tells of what it had from us.  0 or -ENOMEM. */
int gate_close(const struct gate *, struct lane *, struct heard_record *, int64_t now_ms,
	       bool is_ours, unsigned char id[16]);
/* Did the operator or an output give it, and no source? */
bool gate_is_ours(const struct job *, const struct heard_record *);
/* One record, sealed and encoded, appended to out.  For `heard filter`. */
void gate_encode(const struct gate *, struct lane *, struct heard_record *, int64_t now_ms,
		 struct heard_buf *out);
/* A record made field by field gets the digest that one of JSON has: of all that the
 * source said, before filters change it.  0 or -ENOMEM.  [worker] */
int gate_mark(struct heard_record *, struct heard_buf *scratch);
/* A digest as it may be stored: under the key of this installation, so that nobody
 * finds what was masked by trying all there is. */
uint64_t gate_keyed(const struct gate *, uint64_t plain);
/* The keyed digest by which a crash names the record. */
uint64_t gate_digest(const struct gate *, const struct heard_record *);

#endif
