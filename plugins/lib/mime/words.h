/*
 * words.h - the text of a header: encoded words, and what passes for them.
 */
#ifndef MIME_WORDS_H
#define MIME_WORDS_H

#include <heard/str.h>

struct heard_buf;
struct mime_memory;

/* Append a header's value as one line of UTF-8: folds and control characters become
 * one blank, none at the ends. */
void mime_words(struct heard_str raw, struct heard_buf *out);
/* The same, kept.  Absent if empty. */
struct heard_str mime_words_kept(struct heard_str raw, struct mime_memory *);

#endif
