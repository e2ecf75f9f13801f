/*
 * upkeep.c - what has time: how many tickets are open, old texts, next year's holidays.
 *
 * The figures are counted again when the last count is some while ago, a longer while if
 * it took long, so that counting never takes more than a fiftieth of the time.  Old texts
 * are looked for once an hour, in small steps with a turn of the loop between them, and
 * files of erased records once a minute.
 */
#include "tickets.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/gauge.h>
#include <heard/host.h>
#include <heard/time.h>

#include <stdlib.h>
#include <time.h>

enum {
	COUNT_MS = 15 * 1000,
	COUNT_SHARE = 50,
	RETAIN_MS = 6 * 3600 * 1000, /* it walks the whole store */
	RETAIN_STEP = 64,
	FILES_MS = 60 * 1000,
	GAUGES = 256,
	LABELS = 128 << 10,
};
#define MONTH_MS (INT64_C(31) * 24 * 3600 * 1000)

struct upkeep {
	struct tickets *owner;
	struct files *files;
	int64_t count_at, retain_at, files_at; /* when again, as heard_now */
	bool is_retaining, is_year_told;
};

/* A clock that was set back far puts nothing off for long. */
static bool is_time(int64_t *at, int64_t now, int64_t every)
{
	if (*at != HEARD_TIME_NONE && now < *at && *at - now <= COUNT_SHARE * every)
		return false;
	*at = now + every;
	return true;
}

/* ---- figures */

struct count {
	struct heard_gauge gauges[GAUGES];
	size_t ends[GAUGES]; /* of its labels, with their NUL */
	size_t n;
	struct heard_buf labels;
	int64_t overdue;
};

static void count_open(void *arg, const struct store_open *open)
{
	struct count *count = arg;
	struct heard_buf one;
	count->overdue += open->overdue;
	if (count->n == GAUGES)
		return; /* the greatest came first */
	heard_buf_init(&one, 1024);
	heard_gauge_label(&one, "department", open->department);
	heard_gauge_label(&one, "priority", heard_str(store_priority_name(open->priority)));
	if (!one.failed) {
		heard_buf_add(&count->labels, one.ptr, one.len + 1);
		count->gauges[count->n].value = (double)open->n;
		count->ends[count->n++] = count->labels.len;
	}
	heard_buf_release(&one);
}

static void show(struct upkeep *u, struct count *count)
{
	struct heard_gauge overdue = {.labels = "", .value = (double)count->overdue};
	for (size_t i = 0; i < count->n; i++)
		count->gauges[i].labels = count->labels.ptr + (i ? count->ends[i - 1] : 0);
	heard_gauge_set(u->owner->host, "tickets_open", "tickets that somebody has to act on",
			count->gauges, count->n);
	heard_gauge_set(u->owner->host, "tickets_overdue",
			"open tickets with a service level that is over", &overdue, 1);
}

static int64_t monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int count_all(struct upkeep *u, int64_t now, struct heard_error *err)
{
	int64_t began = monotonic_ms();
	struct count *count = calloc(1, sizeof(*count));
	if (!count)
		return 0; /* another time */
	heard_buf_init(&count->labels, LABELS);
	int result = store_open_tickets(u->owner->store, now, count_open, count, err);
	if (result == 0 && !count->labels.failed)
		show(u, count);
	heard_buf_release(&count->labels);
	free(count);
	int64_t pause = COUNT_SHARE * (monotonic_ms() - began);
	if (pause > COUNT_MS)
		u->count_at = now + pause;
	return result;
}

/* ---- old texts */

static int retain(struct upkeep *u, int64_t now, struct heard_error *err)
{
	const struct rules *rules = u->owner->rules;
	struct store_retained step;
	if (store_retain(u->owner->store, rules->retention, rules->n_retention, now,
			 RETAIN_STEP, &step, err))
		return -err->code;
	if (step.erased > 0) {
		store_follower_wake(u->owner->follower);
		heard_log(u->owner->host, HEARD_INFO,
			  "%lld tickets and records are over and were erased",
			  (long long)step.erased);
	}
	u->is_retaining = !step.is_over;
	return 0;
}

/* ---- holidays */

static void look_for_holidays(struct upkeep *u, int64_t now)
{
	const struct calendar *calendar = u->owner->rules->calendar;
	char local[HEARD_TIME_SIZE];
	int64_t at = now;
	heard_time_format(now + heard_zone_offset(heard_zone(u->owner->host), now), local);
	if (local[5] == '1' && local[6] == '2' && calendar_knows_year(calendar, now))
		at = now + MONTH_MS;
	if (u->is_year_told || calendar_knows_year(calendar, at))
		return;
	heard_time_format(at, local);
	heard_log(u->owner->host, HEARD_WARN,
		  "the calendar has no holidays of %.4s: deadlines count them as workdays; add "
		  "that year's file to `holidays` and reload",
		  local);
	u->is_year_told = true;
}

/* ---- all of it */

int upkeep_run(struct upkeep *u, bool *more, struct heard_error *err)
{
	int64_t now = heard_now(u->owner->host);
	if (is_time(&u->count_at, now, COUNT_MS) && count_all(u, now, err))
		return -err->code;
	if (is_time(&u->retain_at, now, RETAIN_MS)) {
		u->is_retaining = u->owner->rules->n_retention > 0;
		look_for_holidays(u, now);
	}
	if (u->is_retaining && retain(u, now, err))
		return -err->code;
	if (is_time(&u->files_at, now, FILES_MS))
		files_begin(u->files);
	if (files_run(u->files, more, err))
		return -err->code;
	*more = *more || u->is_retaining;
	return 0;
}

struct upkeep *upkeep_create(struct tickets *owner)
{
	struct upkeep *u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->owner = owner;
	u->count_at = u->retain_at = u->files_at = HEARD_TIME_NONE;
	u->files = files_create(owner);
	if (u->files)
		return u;
	upkeep_destroy(u);
	return NULL;
}

void upkeep_destroy(struct upkeep *u)
{
	if (u)
		files_destroy(u->files);
	free(u);
}
