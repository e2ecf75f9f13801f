/*
 * walk.h - items that come newest first, by ids: since the last walk, down from the top.
 *
 * Services with since_id and max_id (Mastodon, Weibo) give the newest page first.  A walk
 * goes down from it until it meets what the walk before began with; only then is its own
 * beginning the new `since`.  All of it is the state of a pull, so a walk that a crash
 * cut short goes on where it stood, and one that max_pages cut short in the next round.
 * What comes on top meanwhile is for the next walk.
 *
 *	struct walk w;
 *	walk_parse(state, &w);
 *	ask: since_id=w.since, and max_id=w.below unless that is empty
 *	read: page->more = walk_page(&w, newest, oldest, is_last); walk_format(&w,
 *&page->state);
 */
#ifndef PULL_WALK_H
#define PULL_WALK_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

enum { WALK_ID = 128 };

struct walk {		     /* "" where there is none */
	char since[WALK_ID]; /* the newest of the last complete walk              */
	char top[WALK_ID];   /* the newest of this one                            */
	char below[WALK_ID]; /* the oldest that this one has come to              */
};

/* A state that is none begins anew: false. */
bool walk_parse(struct heard_str state, struct walk *);
void walk_format(const struct walk *, struct heard_buf *);
/* A page with these ids came (both empty: an empty page).  True: ask for the next.
 * is_last: the caller knows that nothing is left, by a short page or no next link. */
bool walk_page(struct walk *, struct heard_str newest, struct heard_str oldest, bool is_last);

#endif
