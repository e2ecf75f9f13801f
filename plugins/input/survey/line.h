/*
 * line.h - an answer as a record: one JSON object in the form of the field table.
 */
#ifndef SURVEY_LINE_H
#define SURVEY_LINE_H

#include "reply.h"
#include "score.h"

struct line_about {
	const char *survey; /* its name                                             */
	struct page_phrase title;
	enum page_lang lang; /* of the page                                          */
	struct heard_str segment, product;
	struct heard_str person; /* keyed pseudonym, as hex; empty: nobody knows      */
};

/* The same answer is the same line, whenever it is sent: it is what tells a second click
 * from another answer. */
void line_write(struct heard_buf *, const struct form *, const struct reply *,
		const struct score *, const struct line_about *);

#endif
