/*
 * percent.h - what a form or a query has percent-encoded.
 */
#ifndef TEXT_PERCENT_H
#define TEXT_PERCENT_H

#include <heard/str.h>

#include <stdbool.h>

struct heard_buf;

/* The first `size` bytes that it stands for ("+" is a blank); they may be anything.
 * False if what was read is malformed.  *n_r: bytes written. */
bool text_unescape(struct heard_str, char *to, size_t size, size_t *n_r);
/* Appends it with everything but letters, digits and -._~ as %XX. */
void text_escape(struct heard_buf *, struct heard_str);

#endif
