/*
 * clock.c - one service level of one ticket: started, stopped, gone on, changed.
 *
 * A clock is two numbers that the store keeps in two columns; who turns it also writes
 * down when, so nothing here reads the time.  While it runs only `due` counts, and
 * while it stands only `left`: a deadline survives a restart without anything to do.
 */
#include "sla.h"

#include <heard/time.h>

static bool is_running(struct sla_clock clock)
{
	return clock.due != HEARD_TIME_NONE;
}

static bool is_stopped(struct sla_clock clock)
{
	return !is_running(clock) && clock.left != SLA_NO_TIME_LEFT;
}

/* By what a clock that has started is counted. */
static const struct calendar *calendar_of(const struct sla_level *level)
{
	return level->within ? NULL : level->calendar;
}

/* Of a moment beyond 20 years: absent. */
static struct sla_clock running_to(int64_t due)
{
	return (struct sla_clock){due, SLA_NO_TIME_LEFT};
}

/* A calendar may never come to the end of a span that the limit ends long before. */
static int64_t due_of(const struct sla_level *level, int64_t at)
{
	int64_t due = calendar_add(level->calendar, at, level->span);
	if (level->within == 0)
		return due;
	int64_t latest = calendar_add(NULL, at, level->within);
	return due == HEARD_TIME_NONE || due > latest ? latest : due;
}

/* Negative once it is over. */
static int64_t left_until(const struct sla_level *level, int64_t due, int64_t at)
{
	const struct calendar *calendar = calendar_of(level);
	return calendar_between(calendar, at, due) - calendar_between(calendar, due, at);
}

struct sla_clock sla_clock_start(const struct sla_level *level, int64_t at)
{
	return level->span < 0 ? SLA_CLOCK_NONE : running_to(due_of(level, at));
}

struct sla_clock sla_clock_stop(const struct sla_level *level, struct sla_clock clock,
				int64_t at)
{
	if (!is_running(clock))
		return clock;
	return (struct sla_clock){HEARD_TIME_NONE, left_until(level, clock.due, at)};
}

struct sla_clock sla_clock_go_on(const struct sla_level *level, struct sla_clock clock,
				 int64_t at)
{
	if (!is_stopped(clock))
		return clock;
	return running_to(calendar_add(calendar_of(level), at, clock.left));
}

int64_t sla_pause(const struct sla_level *level, int64_t from, int64_t to)
{
	return calendar_between(calendar_of(level), from, to);
}

struct sla_clock sla_clock_change(const struct sla_level *to, struct sla_clock clock,
				  int64_t began, int64_t paused, int64_t at)
{
	int64_t due = to->span < 0 ? HEARD_TIME_NONE : due_of(to, began);
	if (due == HEARD_TIME_NONE || (!is_running(clock) && !is_stopped(clock)))
		return SLA_CLOCK_NONE;
	int64_t left = left_until(to, due, at) + paused, least = to->span / 10;
	int64_t had = is_running(clock) ? left_until(to, clock.due, at) : clock.left;
	if (had > 0 && had < least)
		least = had;
	struct sla_clock stopped = {HEARD_TIME_NONE, left > least ? left : least};
	return is_running(clock) ? sla_clock_go_on(to, stopped, at) : stopped;
}

int64_t sla_clock_warn_at(const struct sla_level *level, struct sla_clock clock)
{
	if (!is_running(clock) || level->span < 0)
		return HEARD_TIME_NONE;
	return calendar_add(calendar_of(level), clock.due, level->warn_span - level->span);
}
