/*
 * html.h - the text of a piece of HTML, as a reader would copy it.
 */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include <heard/str.h>

struct heard_buf;

/* Is there a tag of HTML in it?  "a < b" and "<3" are not. */
bool html_is_likely(struct heard_str);
/* Append the text: paragraphs as lines, items with a dash, no scripts, no
 * styles, no comments, entities as characters.  Linear time, whatever comes. */
void html_to_text(struct heard_str html, struct heard_buf *out);

#endif
