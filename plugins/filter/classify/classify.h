/*
 * classify.h - an instance of the filter.
 */
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "learned.h"
#include "match.h"
#include "rules.h"

struct classify {
	const char *path; /* of the rules                                       */
	const char *folder;
	double sure;
	struct rules *rules;
	struct learned learned;
};

/* train.c: `heard train classify` */
struct heard_call;
int classify_train(void *self, const struct heard_call *);

#endif
