/*
 * push.h - reviews that a shop's own system posts to us.
 */
#ifndef REVIEW_PUSH_H
#define REVIEW_PUSH_H

#include "page.h"
#include "review.h"

/* r->push, if there is a path.  [main] */
int push_open(struct review *, struct heard_error *);
void push_close(struct review *); /* [main] */
/* Requests that wait for pictures are answered: send it again.  [home] */
void push_stop(struct review *);
/* [worker] */
int push_decode(const struct review *, const struct page *, struct heard_str raw,
		struct heard_batch *, struct heard_error *);

#endif
