/*
 * extra.h - what a review says beside its fields: sub-scores, answers to questions,
 * pictures, and what the customer added later.
 */
#ifndef REVIEW_EXTRA_H
#define REVIEW_EXTRA_H

#include "media.h"
#include "usual.h"

struct heard_record;

struct extra_options {
	const char *ratings, *questions;
	struct extra_follow_up {
		const char *items;
		struct heard_map fields;
	} follow_up;
	struct media_options media;
};

struct extra {
	struct heard_host *host;
	const struct extra_options *options;
	struct usual fields; /* of a follow-up */
	struct feed *feed;   /* the same       */
};

/* Options are borrowed.  [main] */
int extra_open(struct extra *, struct heard_host *, const struct extra_options *,
	       const char *channel, struct heard_error *);
void extra_close(struct extra *);

/* A record whose fields are set gets the rest of its item; follow-ups become records of
 * their own, behind it.  -EBADMSG with a sentence: it is no review.  [worker] */
int extra_finish(const struct extra *, const struct heard_json *item, struct heard_str found,
		 struct heard_record *, struct heard_error *);

#endif
