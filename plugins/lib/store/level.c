/*
 * level.c - which service levels were due, and which of them were met.
 *
 * A row is written when that is known: at the answer or the resolution, or at the
 * moment it was missed; then a late answer only adds when it came.  It still counts as
 * met if it was given in time: whoever looked first had a clock that was ahead, or came
 * in the same millisecond.  A ticket that is put away when a deadline is over has missed
 * it, though no timer came by.  So
 * `sum(met) / count(*)` is the on-time rate, and a ticket that nobody has to act on
 * yet costs nothing.
 */
#include "row.h"

#include <heard/error.h>

int level_missed(struct store *store, const struct ticket_row *row, enum sla_kind kind,
		 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_LEVEL, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, row->id);
	sqlite3_bind_int(st, 2, (int)kind);
	sqlite3_bind_int64(st, 3, row->round);
	sqlite3_bind_int64(st, 4, row->clock[kind].due);
	sqlite3_bind_null(st, 5);
	sqlite3_bind_int(st, 6, 0);
	return store_run(store, st, err);
}

static int came_late(struct store *store, const struct ticket_row *row, enum sla_kind kind,
		     int64_t at, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_LATE_LEVEL, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, row->id);
	sqlite3_bind_int(st, 2, (int)kind);
	sqlite3_bind_int64(st, 3, row->round);
	sqlite3_bind_int64(st, 4, at);
	return store_run(store, st, err);
}

int level_decide(struct store *store, const struct ticket_row *row, enum sla_kind kind,
		 int64_t at, struct heard_error *err)
{
	int64_t due = row->clock[kind].due;
	if (row->fired & FIRED_BREACHED(kind))
		return came_late(store, row, kind, at, err);
	if (due == HEARD_TIME_NONE)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_PUT_LEVEL, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, row->id);
	sqlite3_bind_int(st, 2, (int)kind);
	sqlite3_bind_int64(st, 3, row->round);
	sqlite3_bind_int64(st, 4, due);
	sqlite3_bind_int64(st, 5, at);
	sqlite3_bind_int(st, 6, at <= due);
	return store_run(store, st, err);
}

static bool is_over(const struct ticket_row *row, enum sla_kind kind, int64_t at)
{
	int64_t due = row->clock[kind].due;
	return clocks_owe(row, kind) && !(row->fired & FIRED_BREACHED(kind)) &&
	       due != HEARD_TIME_NONE && at > due;
}

int level_leave(struct store *store, const struct ticket_row *row, enum store_state to,
		int64_t at, struct heard_error *err)
{
	if (to == STORE_RESOLVED && level_decide(store, row, SLA_RESOLUTION, at, err))
		return -err->code;
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++) {
		bool is_decided = kind == SLA_RESOLUTION && to == STORE_RESOLVED;
		if (!is_decided && is_over(row, kind, at) &&
		    level_missed(store, row, kind, err))
			return -err->code;
	}
	return 0;
}

int store_levels(struct store *store, int64_t ticket,
		 void (*fn)(void *arg, const struct store_level *), void *arg,
		 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_LEVELS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		int kind = sqlite3_column_int(st, 0);
		struct store_level level = {
			.kind = sla_kind_name((enum sla_kind)(kind < SLA_KINDS ? kind : 0)),
			.round = sqlite3_column_int64(st, 1),
			.due = sqlite3_column_int64(st, 2),
			.at = column_time(st, 3),
			.met = sqlite3_column_int(st, 4) != 0,
		};
		fn(arg, &level);
	}
	return more;
}
