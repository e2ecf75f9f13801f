/*
 * tidy.h - blanks, line ends, and what is not seen.
 */
#ifndef NORMALIZE_TIDY_H
#define NORMALIZE_TIDY_H

#include <heard/str.h>

struct heard_buf;

/* Append the text, which is UTF-8, trimmed, with "\n" as line end and without
 * control characters; with `collapse`, blanks one at a time and at most one
 * empty line. */
void tidy_text(struct heard_str, bool collapse, struct heard_buf *out);
/* How much of a text of UTF-8 to keep within max bytes: not a part of a
 * character, and not a part of a number or an address, which mask would then
 * not know. */
size_t tidy_cut(struct heard_str, size_t max);

#endif
