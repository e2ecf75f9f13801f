/*
 * sample.h - records themselves, for what no count can tell: what people talk about.
 *
 * A period may have a million records, and a report must not read them all; so every k-th
 * is read, by the number under which it was stored.  Numbers rise with the time of receipt,
 * nearly: who was a little late is found among SAMPLE_LATE around the ends.
 */
#ifndef STORE_SAMPLE_H
#define STORE_SAMPLE_H

#include "store.h"

struct store_span {	      /* of records: those of a period are among them */
	int64_t first, after; /* numbers [first, after)                       */
	int64_t from, to;     /* of their receipt                             */
};
int store_span(struct store *, int64_t from, int64_t to, struct store_span *,
	       struct heard_error *);
/* So many numbers; some of them may be none of a record, or one of another period. */
int64_t store_span_size(const struct store_span *);

struct store_sampled { /* a customer's own word that stands: no older revision, no mail of a
			* program; valid in the callback */
	int64_t at, ticket;	 /* 0: none   */
	const unsigned char *id; /* STORE_ID  */
	struct heard_str line;	 /* as canonical JSON; spam and repeats are among them */
};
/* Every k-th, in the order of their numbers; false ends it. */
int store_sample(struct store *, const struct store_span *, int64_t every,
		 bool (*fn)(void *arg, const struct store_sampled *), void *arg,
		 struct heard_error *);

/* What came in each quarter of an hour in which something did: records without spam, and
 * those of intent complaint. */
int store_course(struct store *, int64_t from, int64_t to,
		 void (*fn)(void *arg, int64_t at, int64_t n, int64_t complaints), void *arg,
		 struct heard_error *);
/* When the first record came, to a quarter of an hour; HEARD_TIME_NONE: none did. */
int store_since(struct store *, int64_t *at_r, struct heard_error *);

#endif
