/*
 * html.h - the text of a piece of HTML, as a reader would copy it.
 */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include <heard/str.h>

#include <stdbool.h>

struct heard_buf;

/* Is there a tag of HTML in it?  "a < b" and "<3" are not. */
bool html_is_likely(struct heard_str);
/* Append the text: paragraphs as lines, items with a dash, no scripts, no
 * styles, no comments, entities as characters.  Linear time, whatever comes. */
void html_to_text(struct heard_str html, struct heard_buf *out);

/* What a tag means beside its effect on lines, for a caller who knows the program that
 * wrote it: lines from HTML_QUOTE to its HTML_UNQUOTE begin with "> ", more of them
 * when nested; HTML_RULE writes a line of underscores. */
enum html_mark { HTML_PLAIN, HTML_QUOTE, HTML_UNQUOTE, HTML_RULE };
/* `tag` is its source from < to >; `is_end`: it is an end tag. */
typedef enum html_mark html_marker(void *arg, struct heard_str tag, bool is_end);
void html_to_text_marked(struct heard_str html, html_marker *, void *arg,
			 struct heard_buf *out);

#endif
