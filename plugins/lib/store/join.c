/*
 * join.c - two tickets become one.
 *
 * What was said moves: records, notes, answers, and so the tokens that lead to them.
 * A record remembers whose it was first, so that the status page can tell an answer
 * to this customer from one to another.  History stays where it happened.
 */
#include "row.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>

static int check(const struct ticket_row *from, const struct ticket_row *into,
		 struct heard_error *err)
{
	if (from->id == into->id)
		return heard_fail(err, EPERM, "a ticket cannot be merged into itself");
	if (!store_state_may(from->state, STORE_MERGED))
		return heard_fail(err, EPERM, "ticket %lld is %s and cannot be merged",
				  (long long)from->id, store_state_name(from->state));
	if (!store_state_may(into->state, STORE_MERGED))
		return heard_fail(err, EPERM,
				  "ticket %lld is %s; name the ticket that is to be kept",
				  (long long)into->id, store_state_name(into->state));
	return 0;
}

static int move_all(struct store *store, int64_t from, int64_t into, struct heard_error *err)
{
	static const enum statement moves[] = {ST_MERGE_RECORDS, ST_MERGE_NOTES,
					       ST_MERGE_ANSWERS};
	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++) {
		sqlite3_stmt *st = store_st(store, moves[i], err);
		if (!st)
			return -err->code;
		sqlite3_bind_int64(st, 1, from);
		sqlite3_bind_int64(st, 2, into);
		if (store_run(store, st, err))
			return -err->code;
	}
	return 0;
}

static int run_pair(struct store *store, enum statement which, int64_t a, int64_t b,
		    struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, which, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, a);
	sqlite3_bind_int64(st, 2, b);
	return store_run(store, st, err);
}

/* Who say the same stay together, led by a ticket that is still there. */
static int move_group(struct store *store, struct ticket_row *from, struct ticket_row *into,
		      struct heard_error *err)
{
	int64_t of_from = from->leader ? from->leader : from->id;
	int64_t of_into = into->leader ? into->leader : into->id;
	if (from->leader)
		return 0; /* its leader has counted it, and stays */
	if (of_from == of_into) {
		into->leader = 0;
		into->fired |= from->fired & FIRED_RAISED;
		if (run_pair(store, ST_SET_LEADER, into->id, 0, err) ||
		    run_pair(store, ST_SET_REACH, into->id, from->reach, err))
			return -err->code;
	} else if (run_pair(store, ST_GROW_REACH, of_into, from->reach, err)) {
		return -err->code;
	}
	int64_t leader = into->leader ? into->leader : into->id;
	return run_pair(store, ST_MOVE_MEMBERS, from->id, leader, err);
}

static int take_over(struct store *store, const struct store_act *act, struct ticket_row *from,
		     struct ticket_row *into, struct heard_error *err)
{
	into->contacts += from->contacts;
	if (from->priority < into->priority) {
		struct store_act priority = *act;
		priority.ticket = into->id;
		if (history_add(store, &priority, "priority",
				store_priority_name(into->priority),
				store_priority_name(from->priority), err))
			return -err->code;
		into->priority = from->priority;
		clocks_change(store, into, act->at);
	}
	return store_state_is_live(into->state) ? move_contacts(store, into, act->at, err) : 0;
}

static int tell(struct store *store, const struct store_act *act, struct ticket_row *from,
		const struct ticket_row *into, struct heard_error *err)
{
	char number[24];
	struct store_act other = *act;
	struct event_more more = {.reason = act->reason};
	snprintf(number, sizeof(number), "#%lld", (long long)into->id);
	if (history_add(store, act, "merged", store_state_name(from->state), number, err))
		return -err->code;
	snprintf(number, sizeof(number), "#%lld", (long long)from->id);
	other.ticket = into->id;
	if (history_add(store, &other, "took_in", number, NULL, err))
		return -err->code;
	if (move_row(store, from, STORE_MERGED, act->at, err))
		return -err->code;
	return event_tell(store, "merged", from, act->at, &more, err);
}

static int unite(struct store *store, const struct store_act *act, struct ticket_row *from,
		 struct ticket_row *into, struct heard_error *err)
{
	if (check(from, into, err) || tell(store, act, from, into, err) ||
	    move_all(store, from->id, into->id, err) || move_group(store, from, into, err) ||
	    take_over(store, act, from, into, err) ||
	    run_pair(store, ST_SET_MERGED, from->id, into->id, err) ||
	    row_write(store, from, err))
		return -err->code;
	return row_write(store, into, err);
}

static int merge(struct store *store, const struct store_act *act, int64_t into_id,
		 struct heard_error *err)
{
	struct ticket_row from, into;
	int result = row_read(store, act->ticket, &from, err);
	if (result) {
		row_release(&from);
		return result;
	}
	result = row_read(store, into_id, &into, err);
	if (result == 0)
		result = unite(store, act, &from, &into, err);
	row_release(&into);
	row_release(&from);
	return result;
}

int store_ticket_merge(struct store *store, const struct store_act *act, int64_t into,
		       struct heard_error *err)
{
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, merge(store, act, into, err), err);
}
