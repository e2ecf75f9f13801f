/*
 * burst.h - many presses by one hand.
 *
 * A press is part of a burst if its device had `presses` others within the time before
 * it: so of a child that hits a face for a minute the first few count, and all that
 * follow do not until there is a rest.  It is judged by the device's own clock and
 * whatever the order of arrival, as what was offline for days comes all at once; and a
 * batch that is sent again is judged as it was before.
 */
#ifndef KIOSK_BURST_H
#define KIOSK_BURST_H

#include <stddef.h>
#include <stdint.h>

enum { BURST_MARKS = 64, BURST_PRESSES_MAX = 32 };

struct burst_rule {
	int64_t presses; /* 0: every press counts  */
	int64_t within;	 /* ms                     */
};

struct burst_mark {
	int64_t seq, at; /* at: ms of the device's clock */
};

struct burst { /* zeroed: nothing was heard of the device */
	struct burst_mark marks[BURST_MARKS];
	size_t n; /* the last to come stands last */
};

/* Sets bit i of `bits` (zeroed by the caller) for each press i that is one too many, and
 * remembers the presses.  Returns how many bits it set.  Without memory none is. */
size_t burst_judge(struct burst *, const struct burst_rule *, const struct burst_mark *presses,
		   size_t n, unsigned char *bits);
/* As the last to come, unless its number is known. */
void burst_remember(struct burst *, struct burst_mark);

#endif
