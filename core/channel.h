/*
 * channel.h - one way in which customers are heard, as a record's `channel` names it.
 */
#ifndef CORE_CHANNEL_H
#define CORE_CHANNEL_H

#include "rhythm.h"

#include <heard/str.h>

#include <stddef.h>

enum { CHANNEL_NAME = 64, CHANNEL_DAYS = 400 };

struct channel_day {
	uint64_t received, dead; /* records that came; of them dead letters */
};

struct channel {
	char name[CHANNEL_NAME];
	char by[CHANNEL_NAME];		       /* the input that brought the last one         */
	uint64_t received, dead;	       /* since the process began                     */
	int64_t day;			       /* the newest of `days`, local, since 1970     */
	struct channel_day days[CHANNEL_DAYS]; /* a ring, by day % CHANNEL_DAYS */
	struct rhythm rhythm;
};

/* The name as it is kept: cut at a whole character. */
void channel_name(char out[CHANNEL_NAME], struct heard_str);
/* The day, if it is one that is remembered; else NULL. */
struct channel_day *channel_day(struct channel *, int64_t day);
/* It was heard: so many came, so many of them dead. */
void channel_heard(struct channel *, struct moment now, int64_t listening, uint64_t received,
		   uint64_t dead);
/* What came on the days [first, last]. */
struct channel_day channel_sum(const struct channel *, int64_t first, int64_t last);

#endif
