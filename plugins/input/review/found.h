/*
 * found.h - what became of the links of a body or a page, as text that goes with it.
 *
 * A line for each link: its keyed hash, and either what was kept of it or why nothing was.
 * It is made at home, where links are fetched, and read by the worker that makes records.
 */
#ifndef REVIEW_FOUND_H
#define REVIEW_FOUND_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_host;

struct found {
	struct heard_str sha256, type; /* of the blob; empty: it was left out */
	int64_t size;
	struct heard_str why; /* then: a word or two */
};

void found_put(struct heard_buf *, const struct heard_host *, struct heard_str link,
	       const struct found *);
/* False: nothing is said of it. */
bool found_get(struct heard_str all, const struct heard_host *, struct heard_str link,
	       struct found *);

#endif
