/*
 * channel.c - one way in which customers are heard: counts by day, and a rhythm.
 *
 * Invariant: `days` holds the days (day - CHANNEL_DAYS, day] and nothing of others.  A
 * clock that was ahead leaves days that have not been yet: they go when it is set back by
 * more than a day; less is the jitter around midnight and counts to the newest day.
 */
#include "channel.h"

#include <string.h>

#define DAY ((int64_t)24 * 60 * 60 * 1000)

void channel_name(char out[CHANNEL_NAME], struct heard_str name)
{
	name = heard_str_cut(name, CHANNEL_NAME - 1);
	if (name.len > 0)
		memcpy(out, name.ptr, name.len);
	memset(out + name.len, 0, CHANNEL_NAME - name.len);
}

/* The days from..to are empty. */
static void clear_days(struct channel *c, int64_t from, int64_t to)
{
	if (to - from >= CHANNEL_DAYS)
		from = to - CHANNEL_DAYS + 1;
	for (int64_t day = from; day <= to; day++)
		c->days[day % CHANNEL_DAYS] = (struct channel_day){0};
}

static void turn_to(struct channel *c, int64_t day)
{
	if (day > c->day)
		clear_days(c, c->day + 1, day);
	else if (day < c->day - 1)
		clear_days(c, day + 1, c->day);
	else
		return;
	c->day = day;
}

struct channel_day *channel_day(struct channel *c, int64_t day)
{
	bool is_kept = day <= c->day && day > c->day - CHANNEL_DAYS && day >= 0;
	return is_kept ? &c->days[day % CHANNEL_DAYS] : NULL;
}

void channel_heard(struct channel *c, struct moment now, int64_t listening, uint64_t received,
		   uint64_t dead)
{
	turn_to(c, now.local / DAY);
	struct channel_day *today = &c->days[c->day % CHANNEL_DAYS];
	today->received += received;
	today->dead += dead;
	c->received += received;
	c->dead += dead;
	rhythm_heard(&c->rhythm, now, listening);
}

struct channel_day channel_sum(const struct channel *c, int64_t first, int64_t last)
{
	struct channel_day sum = {0};
	int64_t oldest = c->day - CHANNEL_DAYS + 1;
	for (int64_t day = first > oldest ? first : oldest; day <= last && day <= c->day;
	     day++) {
		if (day < 0)
			continue;
		sum.received += c->days[day % CHANNEL_DAYS].received;
		sum.dead += c->days[day % CHANNEL_DAYS].dead;
	}
	return sum;
}
