/*
 * alarm.c - what happens by the clock.
 *
 * `ticket.alarm` is the next moment at which something is to be done about a ticket,
 * and its index is all that a timer has to look at.  What was done is a bit in
 * `ticket.fired`, written in the same transaction as its history and its events.  So
 * it does not matter when we come: too early, nothing is due; late, after a restart or
 * a jump of the clock, everything is done once; twice, the second time finds the bits.
 */
#include "alarm.h"

#include "row.h"

#include <heard/error.h>

enum { AT_ONCE = 256 };

static struct store_act by_heard(const struct ticket_row *row, int64_t now, const char *reason)
{
	return (struct store_act){.ticket = row->id,
				  .at = now,
				  .who = HEARD_STR("heard"),
				  .reason = heard_str(reason)};
}

/* ---- service levels */

static int tell_clock(struct store *store, struct ticket_row *row, enum sla_kind kind,
		      const char *what, int64_t now, struct heard_error *err)
{
	const struct sla_level *level = clocks_level(store, row, kind);
	struct store_act act = by_heard(row, now, level->policy);
	struct event_more more = {.kind = sla_kind_name(kind), .due = row->clock[kind].due};
	if (history_add(store, &act, what, NULL, more.kind, err))
		return -err->code;
	return event_tell(store, what, row, now, &more, err);
}

/* A clock that was missed while nobody looked is not warned of any more. */
static int fire_clock(struct store *store, struct ticket_row *row, enum sla_kind kind,
		      int64_t now, struct heard_error *err)
{
	const int64_t warned = FIRED_WARNED(kind), breached = FIRED_BREACHED(kind);
	int64_t due = row->clock[kind].due;
	if (now >= due && !(row->fired & breached)) {
		if (level_missed(store, row, kind, err) ||
		    tell_clock(store, row, kind, "breached", now, err))
			return -err->code;
		row->fired |= warned | breached;
	}
	int64_t warn = sla_clock_warn_at(clocks_level(store, row, kind), row->clock[kind]);
	if (warn != HEARD_TIME_NONE && now >= warn && !(row->fired & warned)) {
		row->fired |= warned;
		return tell_clock(store, row, kind, "warned", now, err);
	}
	int64_t second = clocks_second(store, row, kind);
	if (!(row->fired & breached) || (row->fired & FIRED_ESCALATED(kind)) ||
	    second == HEARD_TIME_NONE || now < second)
		return 0;
	row->fired |= FIRED_ESCALATED(kind);
	row->escalation++;
	return tell_clock(store, row, kind, "escalated", now, err);
}

static int fire_clocks(struct store *store, struct ticket_row *row, int64_t now,
		       struct heard_error *err)
{
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++)
		if (clocks_owe(row, kind) && row->clock[kind].due != HEARD_TIME_NONE &&
		    fire_clock(store, row, kind, now, err))
			return -err->code;
	return 0;
}

/* ---- after the resolution */

/* Whoever was to be asked so long ago that the link would be over is left alone. */
static int fire_follow_up(struct store *store, struct ticket_row *row, int64_t now,
			  struct heard_error *err)
{
	const struct store_rules *rules = store->rules;
	int64_t at = row->resolved_at + rules->follow_up_after;
	if (rules->follow_up_after < 0 || now < at || (row->fired & FIRED_ASKED))
		return 0;
	row->fired |= FIRED_ASKED;
	return now - at > rules->follow_up_expires ? 0 : follow_up_ask(store, row, now, err);
}

static int fire_relapse(struct store *store, struct ticket_row *row, int64_t now,
			struct heard_error *err)
{
	const struct store_rules *rules = store->rules;
	if (rules->relapse_after < 0 || now < row->resolved_at + rules->relapse_after ||
	    (row->fired & FIRED_LOOKED))
		return 0;
	row->fired |= FIRED_LOOKED;
	if (!(row->fired & FIRED_RETURNED))
		return 0;
	struct store_act act = by_heard(row, now, "the same trouble came back");
	struct event_more more = {.reason = act.reason};
	if (history_add(store, &act, "relapsed", NULL, NULL, err) ||
	    event_tell(store, "relapsed", row, now, &more, err))
		return -err->code;
	return move_may_reopen(store, row, now)
		       ? move_and_tell(store, row, &act, STORE_REOPENED, err)
		       : 0;
}

static int fire_close(struct store *store, struct ticket_row *row, int64_t now,
		      struct heard_error *err)
{
	const struct store_rules *rules = store->rules;
	if (row->state != STORE_RESOLVED || rules->close_after < 0 ||
	    now < row->resolved_at + rules->close_after)
		return 0;
	struct store_act act = by_heard(row, now, "nothing was heard after its resolution");
	return move_and_tell(store, row, &act, STORE_CLOSED, err);
}

static int fire_afterwards(struct store *store, struct ticket_row *row, int64_t now,
			   struct heard_error *err)
{
	if (fire_follow_up(store, row, now, err) || fire_relapse(store, row, now, err))
		return -err->code;
	return row->resolved_at == HEARD_TIME_NONE ? 0 : fire_close(store, row, now, err);
}

static int fire(struct store *store, int64_t ticket, int64_t now, struct heard_error *err)
{
	struct ticket_row row;
	int result = row_read(store, ticket, &row, err);
	if (result == 0 && row.is_erased)
		row.fired |= FIRED_ROUND; /* there is nobody to be asked */
	else if (result == 0 && store_state_is_live(row.state))
		result = fire_clocks(store, &row, now, err);
	else if (result == 0 && row.resolved_at != HEARD_TIME_NONE)
		result = fire_afterwards(store, &row, now, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

/* ---- the timer */

static int next_alarm(struct store *store, int64_t *at, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_NEXT_ALARM, err);
	*at = HEARD_TIME_NONE;
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	*at = column_time(st, 0);
	sqlite3_reset(st);
	return 0;
}

static int list_due(struct store *store, int64_t now, int64_t tickets[AT_ONCE], int *n_r,
		    struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ALARMS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, AT_ONCE);
	int more, n = 0;
	while ((more = store_step(store, st, err)) > 0 && n < AT_ONCE)
		tickets[n++] = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	*n_r = n;
	return more < 0 ? more : 0;
}

static int fire_due(struct store *store, int64_t now, struct heard_error *err)
{
	int64_t tickets[AT_ONCE];
	int n = 0;
	if (list_due(store, now, tickets, &n, err))
		return -err->code;
	for (int i = 0; i < n; i++)
		if (fire(store, tickets[i], now, err))
			return -err->code;
	return 0;
}

int store_alarms(struct store *store, int64_t now, int64_t *next_r, struct heard_error *err)
{
	if (next_alarm(store, next_r, err))
		return -err->code;
	if (*next_r == HEARD_TIME_NONE || *next_r > now)
		return 0; /* nobody is kept from writing for nothing */
	if (act_begin(store, err) || act_end(store, fire_due(store, now, err), err) ||
	    next_alarm(store, next_r, err))
		return -err->code;
	if (*next_r != HEARD_TIME_NONE && *next_r < now)
		*next_r = now;
	return 0;
}
