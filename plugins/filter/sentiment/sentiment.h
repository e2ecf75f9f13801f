/*
 * sentiment.h - an instance of the filter.
 */
#ifndef SENTIMENT_SENTIMENT_H
#define SENTIMENT_SENTIMENT_H

#include "judge.h"

struct sentiment_filter {
	const char *models;
	const char *learned; /* folder of the operator's own models */
	double neutral;
	struct judge judge;
};

/* train.c: `heard train sentiment` */
struct heard_call;
int sentiment_train(void *self, const struct heard_call *);

#endif
