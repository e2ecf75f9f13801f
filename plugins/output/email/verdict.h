/*
 * verdict.h - a relay's 5xx: about this mail, or about how we come?
 */
#ifndef EMAIL_VERDICT_H
#define EMAIL_VERDICT_H

#include <heard/str.h>

#include <stdbool.h>

/* What was said last when the reply came. */
enum verdict_stage { VERDICT_BEFORE, VERDICT_MAIL, VERDICT_RCPT, VERDICT_DATA };

/* The stage of a command line of ours; VERDICT_BEFORE of any other. */
enum verdict_stage verdict_stage_of(struct heard_str command);
/* Of one line of a reply, such as "550-5.7.1 words": is it about our login, our sender,
 * our TLS, our quota, so that another mail would fare alike, and this one may be taken
 * when that is mended? */
bool verdict_is_about_us(enum verdict_stage, struct heard_str line);

#endif
