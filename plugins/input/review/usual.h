/*
 * usual.h - where the fields of a review usually stand.
 *
 * What the config says of a field takes the place of what is usual for it; of fields that
 * it does not name the usual paths hold.
 */
#ifndef REVIEW_USUAL_H
#define REVIEW_USUAL_H

#include <feed/feed.h>

struct heard_error;

enum { USUAL_FIELDS = 64 };

struct usual { /* a map of fields, made of two */
	const char *names[USUAL_FIELDS], *paths[USUAL_FIELDS];
	struct heard_map map;
};

enum usual_kind {
	USUAL_REVIEW,
	USUAL_FOLLOW_UP,
	USUAL_DELETED,	 /* an item of a list of those that were deleted */
	USUAL_APP_STORE, /* an entry of the feed of the App Store        */
};

/* Names and paths are borrowed.  -EINVAL: too many. */
int usual_merge(struct usual *, enum usual_kind, const struct heard_map *given,
		struct heard_error *);

#endif
