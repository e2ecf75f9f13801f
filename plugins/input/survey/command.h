/*
 * command.h - what the commands of a survey share.
 */
#ifndef SURVEY_COMMAND_H
#define SURVEY_COMMAND_H

#include "survey.h"

struct heard_error;

enum { DONE, FAILED, USAGE }; /* what a command returns */

/* Says why; FAILED. */
int command_failed(const struct heard_call *, const struct heard_error *);
/* command_ask.c: invites a list, or reminds it. */
int command_ask(struct survey *, const struct heard_call *, bool is_reminder);

#endif
