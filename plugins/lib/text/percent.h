/*
 * percent.h - reading what a form or a query has percent-encoded.
 */
#ifndef TEXT_PERCENT_H
#define TEXT_PERCENT_H

#include <heard/str.h>

#include <stdbool.h>

/* The first `size` bytes that it stands for ("+" is a blank); they may be anything.
 * False if what was read is malformed.  *n_r: bytes written. */
bool text_unescape(struct heard_str, char *to, size_t size, size_t *n_r);

#endif
