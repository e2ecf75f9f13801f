/*
 * climb.h - items by ids that rise, read upwards: what lies above the last that we have.
 *
 * Services with min_id (Mastodon) give the page just above an id, so each page moves the
 * state on.  The state is two ids, "TOP AT": the newest that was ever taken, and where
 * the next page of this round begins, "-" at the beginning of one.
 *
 * A round may begin some time below TOP: where ids are made of the time of writing, what
 * another server sends late gets a place below what is here already.  What is read twice
 * so is known by its source id.
 *
 *	struct climb c;
 *	climb_parse(state, &c);
 *	ask: min_id=climb_from(&c, late), unless that is NULL: never asked before
 *	read: for each item climb_see(&c, id); page->more = climb_page(&c, is_last);
 *	      climb_format(&c, &page->state);
 */
#ifndef PULL_CLIMB_H
#define PULL_CLIMB_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { CLIMB_ID = 64 };

struct climb {
	char top[CLIMB_ID], at[CLIMB_ID]; /* "" where there is none */
	char newest[CLIMB_ID];		  /* of the page            */
	bool is_begun;			  /* there was a state      */
};

/* Is it newer?  Any is newer than "". */
bool climb_is_newer(struct heard_str id, const char *than);
void climb_parse(struct heard_str state, struct climb *);
/* Where the page begins; `late_ms` counts at the beginning of a round, for ids whose upper
 * bits are milliseconds (snowflakes of 16 lower bits). */
const char *climb_from(struct climb *, int64_t late_ms);
void climb_see(struct climb *, struct heard_str id);
/* True: ask for the next page.  The first there ever was is the only one of its round. */
bool climb_page(struct climb *, bool is_last);
void climb_format(const struct climb *, struct heard_buf *);

#endif
