/*
 * body.h - the items of a body that was posted: a review, a list of them, or one a line.
 */
#ifndef REVIEW_BODY_H
#define REVIEW_BODY_H

#include <feed/feed.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

struct heard_error;
struct heard_json;

/* Item i, from 1; what is not 0 ends it. */
typedef int body_fn(void *arg, const struct heard_json *item, size_t i, struct heard_error *);

/* Calls fn for each item.  An object that has something at the path `items` is an envelope
 * around it, or around a list.  -EBADMSG with a sentence: it cannot be read, or holds none.
 * [any] */
int body_visit(const struct feed *, const char *items, struct heard_str raw, bool is_lines,
	       body_fn *, void *arg, struct heard_error *);

#endif
