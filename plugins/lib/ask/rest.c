/*
 * rest.c - pauses that grow: a second, two, four ... five minutes.
 */
#include "rest.h"

enum { FAILURES = 3, FIRST = 1000, LONGEST = 300000, ASKED_LONGEST = 3600000 };

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
