/*
 * position.h - how far a folder was read: its resume token.
 *
 * UIDs rise and are never given again as long as the folder's UIDVALIDITY stays.  So
 * "everything up to uid" is a place that no flag and no other client can move.
 *
 *	settled <= uid    up to settled the mails have also been marked, moved or
 *	                  deleted; between the two that may have been cut short
 *	uid < until       mails below `until` were there before we came: of them only
 *	                  those are read that the search `old` finds
 */
#ifndef INPUT_IMAP_POSITION_H
#define INPUT_IMAP_POSITION_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { POSITION_SIZE = 128 };

enum position_old { OLD_NONE, OLD_ALL, OLD_UNSEEN, OLD_SINCE, OLD_UNSEEN_OR_SINCE };

struct position {
	uint32_t validity;
	uint32_t uid, settled, until;
	enum position_old old;
	int64_t since_ms; /* for `old`: mails that came later are read          */
	int64_t at_ms;	  /* when this was written                             */
};

void position_format(const struct position *, char out[POSITION_SIZE]);
bool position_parse(struct heard_str, struct position *);
/* But for the time of writing. */
bool position_is_same(const struct position *, const struct position *);
/* The search key for old mails: "UNSEEN", "SINCE 2-Jan-2026", ... */
enum { POSITION_KEY_SIZE = 64 };
void position_key(const struct position *, char out[POSITION_KEY_SIZE]);

#endif
