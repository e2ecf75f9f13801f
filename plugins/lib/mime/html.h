/*
 * html.h - the text of a mail that is written in HTML.
 */
#ifndef MIME_HTML_H
#define MIME_HTML_H

#include <heard/str.h>

struct heard_buf;

/* Append it as a plain mail would have it: what is quoted begins with "> ", and where
 * a mail program begins its quote without that, there is a line of underscores. */
void mime_html(struct heard_str html, struct heard_buf *out);

#endif
