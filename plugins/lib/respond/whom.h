/*
 * whom.h - to whom an answer goes, and what it says.
 *
 * The address is in clear here only, from whom_open() to whom_release(), which wipes it.
 */
#ifndef RESPOND_WHOM_H
#define RESPOND_WHOM_H

#include "answered.h"
#include "respond.h"

struct heard_json_doc;

struct whom {
	struct respond_to to; /* its views are into what follows          */
	struct heard_json_doc *record;
	struct heard_buf address, text;
	unsigned char key[ANSWERED_HASH];    /* of the answer                           */
	unsigned char person[ANSWERED_HASH]; /* of the address                          */
	char id[33];
};

/* What names him in answers.db. */
void whom_hash(const struct heard_host *, struct heard_str address,
	       unsigned char person[ANSWERED_HASH]);
/* 0, or -errno with a sentence for the desk; -ENOMEM is for now. */
int whom_open(struct whom *, const struct heard_host *, const struct heard_answer *,
	      struct heard_error *);
void whom_release(struct whom *);

#endif
