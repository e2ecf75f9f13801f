/*
 * next.h - from a page to where the next one is, and what of it is new.
 */
#ifndef COLLECT_NEXT_H
#define COLLECT_NEXT_H

#include "collect.h"
#include "position.h"

/* What was found in a page. */
struct look {
	size_t n;	/* items                                           */
	size_t n_new;	/* of them, never seen                             */
	size_t n_unmet; /* of them, not seen by a walk before this one     */
	uint64_t hashes[SEEN_MAX];
	size_t n_hashes;
	char skip[SEEN_MAX / 8 + 1];		    /* bits, for feed_decode_some()       */
	char greatest[VALUE_MAX], least[VALUE_MAX]; /* values for `since`  */
};

/* The position behind the page; true: there is another page to be asked for at once.
 * -EPROTO with a sentence. */
int next_move(const struct collect_paging *, const char *url, const struct look *,
	      const struct heard_json *root, const struct heard_fetch_answer *,
	      struct position *, bool *more_r, struct heard_error *);
/* The URL of the page to ask for, without what logs in. */
void next_url(const struct collect_paging *, const char *url, const struct position *,
	      struct heard_buf *);
/* Is `a` behind `b`?  Numbers as numbers, all else as text. */
bool next_is_greater(const char *a, const char *b);
int next_check(const struct collect_paging *, const char *url, struct heard_error *);

#endif
