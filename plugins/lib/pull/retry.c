/*
 * retry.c - the pause after a failure, for what asks and for what listens.
 */
#include "private.h"

#include <stdlib.h>
#include <time.h>

enum { FIRST_MS = 2000, LONGEST_MS = 15 * 60 * 1000 };

int64_t retry_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t retry_longest(const struct pull_options *o)
{
	return o->retry_max > 0 ? o->retry_max : LONGEST_MS;
}

int64_t retry_pause(const struct pull_options *o, unsigned failures)
{
	int64_t most = retry_longest(o), ms = o->retry_first > 0 ? o->retry_first : FIRST_MS;
	for (unsigned i = 1; i < failures && ms < most; i++)
		ms *= 2;
	if (ms > most)
		ms = most;
	return ms / 2 + (int64_t)arc4random_uniform((uint32_t)(ms / 2 + 1));
}
