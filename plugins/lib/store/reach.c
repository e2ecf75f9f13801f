/*
 * reach.c - how many customers say the same.
 *
 * The first one's ticket leads the group for `reach_window`; it counts how many there
 * are, and the others name it.  Each keeps a ticket of its own, because each gets an
 * answer.  When there are enough, all that are of medium priority become high, and one
 * event tells of it; who comes later is high from the beginning.
 */
#include "reach.h"

#include "alike.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The ticket that stands for the remembered one: what it was merged into, or who leads
 * that. */
static int find_leader(struct store *store, int64_t ticket, struct group *group,
		       struct heard_error *err)
{
	enum { DEPTH = 16 };
	sqlite3_stmt *st = store_st(store, ST_TICKET_GROUP, err);
	int found = st ? 1 : -err->code;
	for (int i = 0; i < DEPTH && ticket && found > 0; i++) {
		sqlite3_reset(st);
		sqlite3_bind_int64(st, 1, ticket);
		if ((found = store_step(store, st, err)) <= 0)
			break;
		int64_t next = sqlite3_column_int64(st, 0);
		if (next == 0 && !heard_str_is(column_str(st, 1), "spam")) {
			group->leader = ticket;
			group->is_raised = (sqlite3_column_int64(st, 2) & FIRED_RAISED) != 0;
			group->reach = sqlite3_column_int64(st, 3);
		}
		ticket = next;
	}
	if (st)
		sqlite3_reset(st);
	return found < 0 ? found : 0;
}

int reach_find(struct store *store, uint64_t text, int64_t received_at, struct group *group,
	       struct heard_error *err)
{
	int64_t at, first = alike_find(store, text, &at);
	*group = (struct group){.leader = 0};
	if (first == 0 || received_at - at > store->rules->reach_window)
		return 0;
	return find_leader(store, first, group, err);
}

static const struct store_act by_heard = {.who = HEARD_STR("heard")};

static int raise_one(struct store *store, int64_t ticket, int64_t reach, int64_t now,
		     struct heard_error *err)
{
	char reason[64];
	struct ticket_row row;
	struct store_act act = by_heard;
	snprintf(reason, sizeof(reason), "%lld customers say the same", (long long)reach);
	act.ticket = ticket;
	act.at = now;
	act.reason = heard_str(reason);
	int result = row_read(store, ticket, &row, err);
	bool leads = result == 0 && row.leader == 0;
	struct event_more more = {.reason = act.reason};
	if (result == 0 && leads)
		row.fired |= FIRED_RAISED;
	if (result == 0 && store_state_is_live(row.state))
		result = move_raise(store, &row, &act, err);
	if (result == 0 && leads)
		result = event_tell(store, "raised", &row, now, &more, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

struct list {
	int64_t *at;
	size_t n, room;
	bool failed;
};

static void keep_member(void *arg, int64_t ticket)
{
	struct list *list = arg;
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		int64_t *at = reallocarray(list->at, room, sizeof(*at));
		if (!at) {
			list->failed = true;
			return;
		}
		list->at = at;
		list->room = room;
	}
	list->at[list->n++] = ticket;
}

int store_ticket_members(struct store *store, int64_t leader,
			 void (*fn)(void *arg, int64_t ticket), void *arg,
			 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_MEMBERS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, leader);
	int more;
	while ((more = store_step(store, st, err)) > 0)
		fn(arg, sqlite3_column_int64(st, 0));
	return more;
}

static int raise_all(struct store *store, int64_t leader, int64_t reach, int64_t now,
		     struct heard_error *err)
{
	struct list list = {.n = 0};
	int result = store_ticket_members(store, leader, keep_member, &list, err);
	if (result == 0 && list.failed)
		result = heard_fail(err, ENOMEM, "out of memory");
	if (result == 0)
		result = raise_one(store, leader, reach, now, err);
	for (size_t i = 0; i < list.n && result == 0; i++)
		result = raise_one(store, list.at[i], reach, now, err);
	free(list.at);
	return result;
}

int reach_join(struct store *store, const struct group *group, int64_t now,
	       struct heard_error *err)
{
	int64_t reach = group->reach + 1;
	sqlite3_stmt *st = store_st(store, ST_SET_REACH, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, group->leader);
	sqlite3_bind_int64(st, 2, reach);
	if (store_run(store, st, err))
		return -err->code;
	if (group->is_raised || reach < store->rules->reach_raises)
		return 0;
	return raise_all(store, group->leader, reach, now, err);
}
