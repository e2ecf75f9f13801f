/*
 * move.c - a ticket goes from one state to another, and what that does to it.
 *
 * A move is one transaction: the legal moves are looked up under the write lock, so
 * that two people who act at once cannot both win.  Reopening begins a new round:
 * the clocks start anew, and what was done by the clock is forgotten.
 */
#include "row.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>

static int refuse_move(enum store_state from, enum store_state to, struct heard_error *err)
{
	char legal[128] = "";
	size_t n = 0;
	for (int i = 0; i < STORE_STATES; i++)
		if (i != STORE_MERGED && store_state_may(from, (enum store_state)i))
			n += (size_t)snprintf(legal + n, sizeof(legal) - n, "%s%s",
					      n ? ", " : "",
					      store_state_name((enum store_state)i));
	if (n == 0)
		return heard_fail(err, EPERM, "a ticket that is %s stays so",
				  store_state_name(from));
	return heard_fail(err, EPERM, "a ticket that is %s cannot become %s; it can become: %s",
			  store_state_name(from), store_state_name(to), legal);
}

int move_row(struct store *store, struct ticket_row *row, enum store_state to, int64_t at,
	     struct heard_error *err)
{
	if (row->state == STORE_WAITING)
		clocks_go_on(store, row, at);
	if (to == STORE_WAITING)
		clocks_stop(store, row, at);
	if ((to == STORE_RESOLVED || to == STORE_CLOSED) &&
	    level_leave(store, row, to, at, err))
		return -err->code;
	if (to == STORE_RESOLVED)
		row->resolved_at = at;
	row->state = to;
	if (to != STORE_REOPENED)
		return 0;
	row->resolved_at = HEARD_TIME_NONE;
	row->round++;
	row->fired &= ~FIRED_ROUND;
	clocks_begin(store, row, at);
	return 0;
}

int move_and_tell(struct store *store, struct ticket_row *row, const struct store_act *act,
		  enum store_state to, struct heard_error *err)
{
	static const char *const events[STORE_STATES] = {
		[STORE_RESOLVED] = "resolved",
		[STORE_CLOSED] = "closed",
		[STORE_REOPENED] = "reopened",
	};
	enum store_state from = row->state;
	struct event_more more = {.reason = act->reason};
	if (to == STORE_MERGED || !store_state_may(from, to))
		return refuse_move(from, to, err);
	if (move_row(store, row, to, act->at, err) ||
	    history_add(store, act, "status", store_state_name(from), store_state_name(to),
			err))
		return -err->code;
	return events[to] ? event_tell(store, events[to], row, act->at, &more, err) : 0;
}

/* Closed without having been resolved counts from when it was created. */
bool move_may_reopen(struct store *store, const struct ticket_row *row, int64_t at)
{
	int64_t since = row->resolved_at != HEARD_TIME_NONE ? row->resolved_at : row->began;
	return at - since <= store->rules->reopen_within;
}

static int refuse_reopening(struct store *store, struct heard_error *err)
{
	return heard_fail(err, ETIME,
			  "it is over for more than %lld days and cannot be reopened; a new "
			  "message of the customer makes a new ticket",
			  (long long)(store->rules->reopen_within / 86400000));
}

/* ---- what raises a ticket */

int move_raise(struct store *store, struct ticket_row *row, const struct store_act *act,
	       struct heard_error *err)
{
	if (row->priority != STORE_MEDIUM || heard_str_is(row->intent, "suggestion"))
		return 0;
	row->priority = STORE_HIGH;
	clocks_change(store, row, act->at);
	return history_add(store, act, "priority", store_priority_name(STORE_MEDIUM),
			   store_priority_name(STORE_HIGH), err);
}

int move_escalate(struct store *store, struct ticket_row *row, const struct store_act *act,
		  struct heard_error *err)
{
	struct event_more more = {.reason = act->reason};
	row->escalation++;
	if (history_add(store, act, "escalated", NULL, NULL, err))
		return -err->code;
	return event_tell(store, "escalated", row, act->at, &more, err);
}

int move_contacts(struct store *store, struct ticket_row *row, int64_t at,
		  struct heard_error *err)
{
	if (row->contacts < store->rules->contacts_escalate || (row->fired & FIRED_CONTACTS))
		return 0;
	struct store_act act = {.ticket = row->id,
				.at = at,
				.who = HEARD_STR("heard"),
				.reason = HEARD_STR("the customer had to come back again")};
	row->fired |= FIRED_CONTACTS;
	if (move_raise(store, row, &act, err))
		return -err->code;
	return move_escalate(store, row, &act, err);
}

/* ---- acts */

static int move(struct store *store, const struct store_act *act, enum store_state to,
		struct heard_error *err)
{
	struct ticket_row row;
	int result = row_read(store, act->ticket, &row, err);
	if (result == 0 && to == STORE_REOPENED && store_state_may(row.state, to) &&
	    !move_may_reopen(store, &row, act->at))
		result = refuse_reopening(store, err);
	if (result == 0)
		result = move_and_tell(store, &row, act, to, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

int store_ticket_move(struct store *store, const struct store_act *act, enum store_state to,
		      struct heard_error *err)
{
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, move(store, act, to, err), err);
}

int store_ticket_reopen(struct store *store, const struct store_act *act,
			struct heard_error *err)
{
	return store_ticket_move(store, act, STORE_REOPENED, err);
}

static int add_note(struct store *store, const struct store_act *act, struct heard_str text,
		    struct heard_error *err)
{
	int64_t exists;
	sqlite3_stmt *st;
	if (ticket_state(store, act->ticket, &exists, err) ||
	    !(st = store_st(store, ST_PUT_NOTE, err)))
		return -err->code;
	sqlite3_bind_int64(st, 1, act->ticket);
	sqlite3_bind_int64(st, 2, act->at);
	bind_text(st, 3, act->who);
	bind_text(st, 4, text);
	if (store_run(store, st, err))
		return -err->code;
	return history_add(store, act, "note", NULL, NULL, err);
}

int store_ticket_note(struct store *store, const struct store_act *act, struct heard_str text,
		      struct heard_error *err)
{
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, add_note(store, act, text, err), err);
}

static int publish(struct store *store, const struct store_act *act, struct heard_str title,
		   struct heard_error *err)
{
	int64_t exists;
	sqlite3_stmt *st;
	if (ticket_state(store, act->ticket, &exists, err) ||
	    !(st = store_st(store, ST_SET_BOARD, err)))
		return -err->code;
	sqlite3_bind_int64(st, 1, act->ticket);
	bind_text(st, 2, title.len ? title : heard_str_n(NULL, 0));
	if (store_run(store, st, err))
		return -err->code;
	return history_add(store, act, title.len ? "published" : "unpublished", NULL, NULL,
			   err);
}

int store_ticket_publish(struct store *store, const struct store_act *act,
			 struct heard_str title, struct heard_error *err)
{
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, publish(store, act, title, err), err);
}
