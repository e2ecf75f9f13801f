/*
 * html.h - what the parts of a report as a page share.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "words.h"

void html_open_card(struct page *, enum say title);
void html_close_card(struct page *);
void html_value(struct page *, const struct book *, enum unit, double value);
/* "+12 %" as good or bad news; nothing if there is nothing to compare. */
void html_change(struct page *, const struct book *, const struct row *);

/* talk_html.c: topics, words, hours, events */
void html_talk(struct page *, const struct book *);

#endif
