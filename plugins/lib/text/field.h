/*
 * field.h - fields of a form as a browser sends them: "name=value&name=value", percent-encoded.
 *
 * Values stand one after another in a buffer of the caller's: what a customer wrote is
 * then in one place, which can be wiped.
 */
#ifndef TEXT_FIELD_H
#define TEXT_FIELD_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

/* Cuts the next pair off, still encoded; false: there is no more.  Without "=" the value
 * is empty. */
bool text_pair(struct heard_str *rest, struct heard_str *name_r, struct heard_str *value_r);
/* Decodes a value to the end of `text` and settles it.  0; -ENOMEM: no more room in
 * `text`; -EBADMSG: it is malformed, or no text. */
int text_value(struct heard_buf *text, struct heard_str encoded, struct heard_str *value_r);
/* What stands in `text` from `at` on is a value: line breaks become LF, and white space at
 * its ends is no part of it.  -EBADMSG, and taken off again: it is no UTF-8, or has a NUL.
 * The view is good until `text` grows. */
int text_settle(struct heard_buf *text, size_t at, struct heard_str *value_r);

#endif
