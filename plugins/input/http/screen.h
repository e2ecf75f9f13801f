/*
 * screen.h - what a browser is shown: the form, what is wrong with it, thanks.
 */
#ifndef HTTP_SCREEN_H
#define HTTP_SCREEN_H

#include "entry.h"
#include "fault.h"
#include "input.h"

struct heard_http;

/* The form; with an entry, filled in as it was sent, and with what was wrong.  A token
 * that is still good is kept. */
void screen_form(const struct http *, struct heard_http *take, const struct entry *,
		 enum form_fault);
/* It is safe; `link` is its status page, NULL if there is none (a filter let it go).  A
 * page of our own goes there at once, one in a frame says thanks and offers the way. */
void screen_accepted(struct heard_http *take, const struct http *, const struct entry *,
		     const char *link);

#endif
