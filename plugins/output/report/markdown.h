/*
 * markdown.h - what the parts of a report in Markdown share.
 */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "grid.h"
#include "words.h"

void markdown_heading(struct heard_buf *, const char *text);
/* Begin a table with these heads, n of them. */
void markdown_heads(const struct book *, struct grid *, const enum say *, size_t n);
void markdown_value(const struct book *, struct grid *, size_t column, enum unit, double value);
void markdown_change(const struct book *, struct grid *, size_t column, const struct row *);

/* talk_markdown.c: topics, words, hours, events */
void markdown_talk(const struct book *, struct grid *, struct heard_buf *);

#endif
