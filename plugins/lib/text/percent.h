/*
 * percent.h - percent-encoding: reading what a form or a query has, and writing it.
 */
#ifndef TEXT_PERCENT_H
#define TEXT_PERCENT_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

/* The first `size` bytes that it stands for ("+" is a blank); they may be anything.
 * False if what was read is malformed.  *n_r: bytes written. */
bool text_unescape(struct heard_str, char *to, size_t size, size_t *n_r);
/* As a part of a path or a value of a query: all but what RFC 3986 calls unreserved. */
void text_escape(struct heard_buf *, struct heard_str);

#endif
