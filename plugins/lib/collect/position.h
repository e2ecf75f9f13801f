/*
 * position.h - where a collection stands, and what it has seen: the state as text.
 */
#ifndef COLLECT_POSITION_H
#define COLLECT_POSITION_H

#include <heard/buf.h>
#include <heard/str.h>
#include <pull/walk.h>

#include <stdint.h>

enum { SEEN_MAX = 2000, NEXT_MAX = 2048, VALUE_MAX = 256 };

struct seen { /* hashes of 48 bits, the topmost first */
	size_t n;
	uint64_t at[SEEN_MAX];
};

struct position {
	int kind;	       /* of paging: what `next` is means nothing to another     */
	int stale;	       /* pages in a row that began with the same item...        */
	uint64_t top;	       /* ...whose hash this is                                  */
	char next[NEXT_MAX];   /* page, cursor or URL that comes next; "": the top       */
	char since[VALUE_MAX]; /* the greatest value there was                          */
	struct walk walk;      /* with `below`                                           */
	struct seen old;       /* of walks that are over                                 */
	struct seen fresh;     /* of this one                                            */
};

/* What is none of ours, or of another kind, begins anew; what was seen is kept. */
void position_parse(struct heard_str state, int kind, struct position *);
void position_format(const struct position *, struct heard_buf *);

bool seen_has(const struct seen *, uint64_t hash);
/* At the end, unless it is there or there is no room. */
void seen_add(struct seen *, uint64_t hash);
/* What is fresh becomes old, before what was that already: so the newest is remembered. */
void position_keep(struct position *);
/* The same, and the walk is over. */
void position_end_walk(struct position *);
/* False: too long to be remembered, or with a control character in it. */
bool position_set(char *to, size_t size, struct heard_str);

#endif
