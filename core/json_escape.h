/*
 * json_escape.h - text between quotes, as RFC 8259 asks and no more.
 *
 * Most text needs no escape, so it is copied and looked at in one go, 16 bytes
 * at a time where there is SSE2 and 8 elsewhere.
 */
#ifndef CORE_JSON_ESCAPE_H
#define CORE_JSON_ESCAPE_H

#include <heard/buf.h>
#include <heard/str.h>

/* Append the text with quotes.  Bytes that are not UTF-8 are taken as they
 * are: the caller looks at the whole line once. */
void json_put_trusted(struct heard_buf *, struct heard_str);

#endif
