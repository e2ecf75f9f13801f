/*
 * rest.h - how long a service that fails is left alone.
 */
#ifndef ASK_REST_H
#define ASK_REST_H

#include <stdbool.h>
#include <stdint.h>

struct rest {
	unsigned failures; /* in a row          */
	int64_t pause;	   /* ms, of the last one */
	int64_t until;	   /* 0: it does not rest */
};

/* ms: for how long to wait, since nobody sets this clock. */
int64_t rest_clock(void);
/* after_ms: what the service asked for, or -1. */
void rest_failed(struct rest *, int64_t now_ms, int64_t after_ms);
void rest_answered(struct rest *);
/* May somebody ask?  While it has not answered again only one at a time. */
bool rest_allows(const struct rest *, int64_t now_ms, unsigned under_way);

#endif
