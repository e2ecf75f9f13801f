/*
 * lookup.h - what is known of the records of one batch, while it is in our hands.
 *
 * Records with the same key share a look-up.  All of it lies in the batch.
 */
#ifndef ENRICH_LOOKUP_H
#define ENRICH_LOOKUP_H

#include "key.h"
#include "wanted.h"

#include <ask/ask.h>

struct heard_batch;

enum lookup_state {
	LOOKUP_OPEN,   /* not known yet                        */
	LOOKUP_FOUND,  /* values                               */
	LOOKUP_NONE,   /* the source has none of that key      */
	LOOKUP_FAILED, /* the source did not say               */
};

struct lookup {
	struct ask_question question; /* first: see ask.h */
	struct heard_str key;
	unsigned char print[PRINT_SIZE];
	enum lookup_state state;
	struct heard_str *values; /* one for each that is wanted */
	struct heard_batch *batch;
};

struct visit {
	size_t n;	    /* records */
	struct lookup **at; /* of record i, or NULL: it has no key */
	size_t n_lookups;
	struct lookup **lookups; /* each once */
	bool cannot_ask;	 /* nobody could be asked here, whoever is to blame */
};

/* NULL: the batch is full. */
struct visit *visit_create(struct heard_batch *, const struct key *);

#endif
