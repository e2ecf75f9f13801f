/*
 * screen.h - what a browser is shown of a survey.
 */
#ifndef SURVEY_SCREEN_H
#define SURVEY_SCREEN_H

#include "survey.h"
#include "visit.h"

enum notice {
	NOTICE_CLOSED,	/* it is over                                     */
	NOTICE_FULL,	/* as many answers as were wanted                 */
	NOTICE_USED,	/* by this link, or with other content before      */
	NOTICE_INVITED, /* one needs a link of one's own                  */
	NOTICE_UNKNOWN, /* that link is none of ours                      */
	NOTICE_BUSY,	/* not now                                        */
};

/* The questions; with a reply, filled in as it was sent. */
void screen_form(const struct survey *, struct heard_http *take, const struct visit *,
		 const struct reply *, enum reply_fault);
/* The same, told that it could not be taken now, or that the page was open too long. */
void screen_busy(const struct survey *, struct heard_http *take, const struct visit *,
		 const struct reply *, bool is_expired);
/* `link`: its status page, or NULL. */
void screen_thanks(const struct survey *, struct heard_http *take, const struct visit *,
		   const struct score *, const char *link);
void screen_notice(const struct survey *, struct heard_http *take, const struct visit *,
		   enum notice);

#endif
