/*
 * query.h - what a person typed into the search: phrases that must all occur.
 *
 * White space separates phrases, quotes keep it inside one: `power "充电 宝"`.
 * Everything else that is no letter separates words within a phrase.  There is
 * no operator, so there is nothing to inject.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

enum { QUERY_BYTES = 1024, QUERY_PHRASES = 16 };

struct query {
	struct heard_buf folded;
	struct heard_str phrase[QUERY_PHRASES]; /* look into `folded` */
	size_t n;
};

struct heard_error;
/* -EINVAL with a sentence: too long, too many phrases, or no word in it. */
int query_init(struct query *, struct heard_str text, struct heard_error *);
void query_release(struct query *);
/* Does every phrase occur in the folded text? */
bool query_matches(const struct query *, struct heard_str folded);

#endif
