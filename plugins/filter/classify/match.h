/*
 * match.h - one thread's search: which rules a record meets, and what follows.
 */
#ifndef CLASSIFY_MATCH_H
#define CLASSIFY_MATCH_H

#include "negation.h"
#include "rules.h"

#include <heard/buf.h>

struct heard_error;
struct hs_scratch;

/* What is known of a rule, for the record at hand. */
struct mark {
	uint32_t record; /* the marks of older records are void             */
	uint8_t words;	 /* different ones found                            */
	bool with, unless;
};

struct match {
	struct negation negation;
	const struct rules *rules;
	struct hs_scratch *scratch;
	struct mark *marks; /* of each rule                                 */
	uint32_t *seen;	    /* of each literal: the last record it was in   */
	uint32_t *denied;   /* likewise, found behind a "no"                */
	uint16_t *touched;  /* rules with a mark in this record             */
	size_t n_touched;
	uint32_t record;       /* counts records                               */
	struct heard_str text; /* under search                                 */
	struct heard_buf room; /* for texts that were written in traditional   */
	char joined[8192];     /* subject and body, to be searched as one      */
};

/* The rules that decide; NULL: none said anything. */
struct verdict {
	const struct rule *category, *intent, *department;
	enum priority priority;
};

int match_init(struct match *, const struct rules *, struct heard_error *);
void match_release(struct match *);
/* A new record; then its texts; then what follows from them. */
void match_begin(struct match *);
int match_texts(struct match *, struct heard_str subject, struct heard_str body);
/* Calls each() for every rule that is met, in the order of the file. */
void match_verdict(struct match *, const struct heard_record *, struct verdict *,
		   void (*each)(void *arg, const struct rule *), void *arg);

#endif
