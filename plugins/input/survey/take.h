/*
 * take.h - an answer that was sent: into the journal, and then a page of thanks.
 */
#ifndef SURVEY_TAKE_H
#define SURVEY_TAKE_H

#include "survey.h"

struct heard_http;

void take_handle(struct survey *, struct heard_http *take);

#endif
