/*
 * rest.c - pauses that grow: a second, two, four ... five minutes.
 */
#include "rest.h"

#include <time.h>

enum { FAILURES = 3, FIRST = 1000, LONGEST = 300000, ASKED_LONGEST = 3600000 };

int64_t rest_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void rest_failed(struct rest *r, int64_t now, int64_t after)
{
	r->failures++;
	if (after > ASKED_LONGEST)
		after = ASKED_LONGEST;
	if (r->failures < FAILURES && after <= 0)
		return;
	if (r->until > now) /* one that had begun before: it says nothing new */
		return;
	r->pause = r->pause == 0 ? FIRST : r->pause * 2;
	if (r->pause > LONGEST)
		r->pause = LONGEST;
	r->until = now + (after > r->pause ? after : r->pause);
}

void rest_answered(struct rest *r)
{
	*r = (struct rest){0};
}

bool rest_allows(const struct rest *r, int64_t now, unsigned under_way)
{
	return r->until == 0 || (now >= r->until && under_way == 0);
}
