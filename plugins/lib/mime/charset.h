/*
 * charset.h - bytes that claim to be of some charset, as UTF-8.
 *
 * Never fails and never stops a mailbox: a label that is unknown, or that the bytes
 * contradict, is replaced by what they look like, and the reader is told.
 */
#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include <heard/str.h>

struct heard_buf;

/* Append the bytes as UTF-8, without NUL.  `label` may be absent.  True: the label said
 * what they are (or they are ASCII); false: it was guessed. */
bool mime_decode(struct heard_str label, struct heard_str bytes, struct heard_buf *out);

#endif
