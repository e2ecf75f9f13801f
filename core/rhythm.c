/*
 * rhythm.c - when somebody usually speaks, and whether he is silent for longer.
 *
 * What is learned is minutes in which something was heard at all, not records: an
 * import of 10,000 rows at night is a minute or two, and its absence is no catastrophe
 * of 10,000.  For each hour of the week there is a mean of the last four weeks; for
 * each of those weeks the longest gap.  Hours are those of the wall clock, since that
 * is what people and their offices live by.
 *
 * Silent is who
 *	- should have spoken in 20 minutes by now, by the hours that went by; or
 *	- is silent for more than twice the longest gap, if he is known at all (10
 *	  minutes).  In his first week, which may have had no weekend yet, only after
 *	  three days.
 * In both cases for half an hour at least, and if he has spoken over three days or
 * more: before, there is nothing usual.
 *
 * A process that does not run hears nothing, and that is nobody's silence.  So all that
 * is judged or learned begins when it began to listen, and an hour of which less than
 * half was listened to teaches nothing.  A gap that was too long is learned like any
 * other: one outage makes the second rule blunt for four weeks, but the first one not.
 *
 * Quiet hours are learned when the next word comes: a silence that is judged must not
 * become usual meanwhile.
 *
 * A clock that is set back or ahead spoils an hour at most: the hour goes on from there.
 */
#include "rhythm.h"

#define MINUTE ((int64_t)60 * 1000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define WEEK   (7 * DAY)

static const double enough_expected = 20;
enum { ENOUGH_MINUTES = 10 };
#define SHORTEST (30 * MINUTE) /* silence that is one                       */
#define KNOWN	 (3 * DAY)     /* between the first word and the last       */
#define PATIENCE (28 * DAY)    /* with who is silent, until he is given up  */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t quiet_for(const struct rhythm *r, struct moment now, int64_t listening)
{
	return later(now.ms - later(r->last, listening), 0);
}

/* ---- learning */

static void learn_hour(struct rhythm *r, int64_t hour, int64_t active)
{
	int64_t at = hour % RHYTHM_HOURS;
	r->seen[at] = sooner(r->seen[at] + 1, RHYTHM_WEEKS);
	r->usual[at] += ((double)active - r->usual[at]) / (double)r->seen[at];
}

/* The hours until now are over. */
static void pass(struct rhythm *r, struct moment now, int64_t listening)
{
	int64_t hour = now.local / HOUR, shift = now.local - now.ms;
	int64_t from = later(r->hour, hour - RHYTHM_WEEKS * RHYTHM_HOURS);
	if (hour == r->hour)
		return;
	for (int64_t h = from; h < hour && r->last > 0; h++)
		if ((h + 1) * HOUR - (listening + shift) >= HOUR / 2)
			learn_hour(r, h, h == r->hour ? r->active : 0);
	r->hour = hour;
	r->active = 0;
}

static void learn_gap(struct rhythm *r, struct moment now, int64_t gap)
{
	int64_t week = now.local / WEEK;
	for (int64_t w = later(r->week + 1, week - RHYTHM_WEEKS + 1); w <= week; w++)
		r->gaps[w % RHYTHM_WEEKS] = 0;
	r->week = week;
	int64_t *longest = &r->gaps[week % RHYTHM_WEEKS];
	*longest = later(*longest, gap);
}

void rhythm_heard(struct rhythm *r, struct moment now, int64_t listening)
{
	int64_t minute = now.ms / MINUTE;
	pass(r, now, listening);
	if (r->last == 0)
		r->first = now.ms;
	else
		learn_gap(r, now, quiet_for(r, now, listening));
	r->last = now.ms;
	if (minute == r->minute)
		return;
	r->minute = minute;
	r->minutes++;
	r->active += r->active < HOUR / MINUTE; /* a clock may show a minute twice */
}

/* ---- judging */

/* Active minutes that were to be expected in the last `quiet` ms. */
static double expect(const struct rhythm *r, struct moment now, int64_t quiet)
{
	int64_t weeks = quiet / WEEK;
	double sum = 0, whole = 0;
	for (int i = 0; i < RHYTHM_HOURS; i++)
		whole += r->usual[i];
	int64_t from = now.local - quiet % WEEK;
	for (int64_t h = from / HOUR; h * HOUR < now.local; h++) {
		int64_t part = sooner((h + 1) * HOUR, now.local) - later(h * HOUR, from);
		sum += r->usual[h % RHYTHM_HOURS] * (double)part / (double)HOUR;
	}
	return sum + whole * (double)weeks;
}

static int64_t longest_gap(const struct rhythm *r)
{
	int64_t longest = 0;
	for (int i = 0; i < RHYTHM_WEEKS; i++)
		longest = later(longest, r->gaps[i]);
	return longest;
}

/* Is it unusual that nothing was heard for so long? */
static bool is_unusual(const struct rhythm *r, struct rhythm_silence *why)
{
	int64_t known = r->last - r->first;
	if (r->last == 0 || known < KNOWN || why->quiet < SHORTEST)
		return false;
	bool has_had_a_week = known >= WEEK || why->quiet >= KNOWN;
	why->is_by_gap = r->minutes >= ENOUGH_MINUTES && why->longest > 0 &&
			 why->quiet > 2 * why->longest && has_had_a_week;
	return why->is_by_gap || why->expected >= enough_expected;
}

enum rhythm_state rhythm_judge(const struct rhythm *r, struct moment now, int64_t listening,
			       struct rhythm_silence *why)
{
	int64_t quiet = quiet_for(r, now, listening);
	*why = (struct rhythm_silence){
		.quiet = quiet, .longest = longest_gap(r), .expected = expect(r, now, quiet)};
	if (r->state == RHYTHM_SPEAKS)
		return is_unusual(r, why) ? RHYTHM_SILENT : RHYTHM_SPEAKS;
	if (r->last != r->since)
		return RHYTHM_SPEAKS;
	return now.ms - r->noted >= PATIENCE ? RHYTHM_GIVEN_UP : r->state;
}

void rhythm_set(struct rhythm *r, enum rhythm_state state, struct moment now)
{
	if (state == RHYTHM_SILENT && r->state != state) {
		r->since = r->last;
		r->noted = now.ms;
	}
	r->state = state;
}
