/*
 * alarm.h - what the clock sets off beyond a ticket's own row.
 */
#ifndef STORE_ALARM_H
#define STORE_ALARM_H

#include "row.h"

/* Makes the link at which the customer says how it went, and tells of it. */
int follow_up_ask(struct store *, const struct ticket_row *, int64_t now, struct heard_error *);

#endif
