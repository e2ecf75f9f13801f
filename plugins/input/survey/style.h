/*
 * style.h - how a survey looks, and which questions are shown.
 */
#ifndef SURVEY_STYLE_H
#define SURVEY_STYLE_H

struct form;
struct heard_buf;

void style_write(struct heard_buf *, const struct form *);

#endif
