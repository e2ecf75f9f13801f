/*
 * rhythm.h - when somebody usually speaks, and whether he is silent for longer.
 */
#ifndef CORE_RHYTHM_H
#define CORE_RHYTHM_H

#include <stdbool.h>
#include <stdint.h>

enum { RHYTHM_HOURS = 168, RHYTHM_WEEKS = 4 };

/* One moment, twice: since 1970 in UTC, and as the clock on the wall shows it. */
struct moment {
	int64_t ms, local;
};

enum rhythm_state {
	RHYTHM_SPEAKS,
	RHYTHM_SILENT,	 /* longer than usual                                */
	RHYTHM_GIVEN_UP, /* silent for so long that nobody waits any more    */
};

struct rhythm {
	int64_t first, last;	    /* heard, ms; last 0: never                     */
	int64_t minutes;	    /* in which something was heard, ever           */
	int64_t minute;		    /* the last of them                             */
	int64_t hour;		    /* the one that goes on, local, since 1970      */
	int64_t active;		    /* minutes of it so far                         */
	double usual[RHYTHM_HOURS]; /* active minutes of an hour of the week        */
	int64_t seen[RHYTHM_HOURS]; /* how often it was listened to, up to WEEKS    */
	int64_t gaps[RHYTHM_WEEKS]; /* the longest that ended in a week, ms         */
	int64_t week;		    /* the newest of them, since 1970               */
	enum rhythm_state state;
	int64_t since; /* the last word before it fell silent; ms      */
	int64_t noted; /* when that was noticed; ms                    */
};

struct rhythm_silence {
	int64_t quiet;	 /* ms                                                   */
	int64_t longest; /* gap of the last weeks; ms                            */
	double expected; /* active minutes that should have come meanwhile       */
	bool is_by_gap;	 /* it is the gap that is unusual                        */
};

/* `listening`: when the process began to; what was before it was not listened to. */
void rhythm_heard(struct rhythm *, struct moment now, int64_t listening);
/* What the state should be now.  *why_r is filled in. */
enum rhythm_state rhythm_judge(const struct rhythm *, struct moment now, int64_t listening,
			       struct rhythm_silence *why_r);
/* It is so from now on. */
void rhythm_set(struct rhythm *, enum rhythm_state, struct moment now);

#endif
