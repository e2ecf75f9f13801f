/*
 * create.c - a new ticket: its clocks, its owner, its first lines of history.
 *
 * This is on the way of every insert, so it reads nothing that the plan has not read:
 * clocks are arithmetic, agents' loads and recent tickets are in memory.
 */
#include "contact.h"
#include "conversation.h"
#include "load.h"
#include "plan.h"
#include "row.h"

#include <heard/error.h>

#include <stdio.h>

/* What a ticket is called when the customer gave no subject: the beginning of
 * the body, at most EXCERPT characters. */
struct heard_str create_excerpt(const struct store_record *rec)
{
	enum { EXCERPT = 60 };
	struct heard_str body = heard_str_trim(rec->body);
	if (rec->subject.len || body.len == 0)
		return heard_str_n(NULL, 0);
	size_t at = 0;
	for (int chars = 0; at < body.len; at++)
		if (((unsigned char)body.ptr[at] & 0xc0) != 0x80 && chars++ == EXCERPT)
			break;
	return heard_str_n(body.ptr, at);
}

/* The clocks of a ticket that is about to be. */
static void begin_clocks(const struct store *store, const struct store_record *rec,
			 const struct plan *plan, struct ticket_row *row)
{
	*row = (struct ticket_row){
		.id = plan->ticket,
		.state = STORE_NEW,
		.priority = plan->priority,
		.received_at = rec->received_at,
		.resolved_at = HEARD_TIME_NONE,
		.department = rec->department,
		.channel = rec->channel,
		.intent = rec->intent,
	};
	clocks_begin(store, row, rec->received_at);
}

static int choose_owner(struct store *store, const struct store_record *rec,
			struct heard_str *agent_r, struct heard_error *err)
{
	const struct store_department *department = department_find(store, rec->department);
	*agent_r = heard_str_n(NULL, 0);
	if (!department)
		return 0;
	if (assign_pick(store, department, rec->author_key, *agent_r, agent_r, err))
		return -err->code;
	return load_add(store, *agent_r, 1, err);
}

static int insert_ticket(struct store *store, const struct store_record *rec,
			 const struct plan *plan, struct heard_str owner, int64_t now,
			 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_TICKET, err);
	struct ticket_row row;
	if (!st)
		return -err->code;
	begin_clocks(store, rec, plan, &row);
	sqlite3_bind_int64(st, 1, plan->ticket);
	bind_blob(st, 2, heard_str_n((const char *)rec->token, STORE_TOKEN));
	sqlite3_bind_int(st, 3, (int)plan->priority);
	bind_text(st, 4, rec->category);
	bind_text(st, 5, rec->department);
	bind_text(st, 6, rec->intent);
	bind_text(st, 7, rec->subject);
	bind_text(st, 8, create_excerpt(rec));
	bind_text(st, 9, rec->channel);
	bind_text(st, 10, rec->product);
	bind_text(st, 11, rec->author_key);
	sqlite3_bind_int64(st, 12, rec->received_at);
	bind_time(st, 13, row.clock[SLA_FIRST_RESPONSE].due);
	bind_time(st, 14, row.clock[SLA_RESOLUTION].due);
	sqlite3_bind_int64(st, 15, clocks_due(&row));
	bind_time(st, 16, clocks_alarm(store, &row));
	bind_text(st, 17, owner);
	bind_text(st, 18, rec->source);
	bind_text(st, 19, rec->lang);
	bind_int_or_null(st, 20, plan->alike);
	bind_int_or_null(st, 21, plan->group.leader);
	bind_text(st, 22, rec->subcategory);
	sqlite3_bind_int64(st, 23, now); /* the first line of its history */
	bind_int_or_null(st, 24, conversation_topic(rec));
	return store_run(store, st, err);
}

static struct store_act by_heard(int64_t ticket, int64_t now)
{
	return (struct store_act){.ticket = ticket, .at = now, .who = HEARD_STR("heard")};
}

static int tell_created(struct store *store, int64_t ticket, bool is_owned, int64_t now,
			struct heard_error *err)
{
	struct ticket_row row;
	if (!store->rules->events)
		return 0;
	int result = row_read(store, ticket, &row, err);
	if (result == 0)
		result = event_tell(store, "created", &row, now, NULL, err);
	if (result == 0 && is_owned)
		result = event_tell(store, "assigned", &row, now, NULL, err);
	row_release(&row);
	return result;
}

static int tell_owner(struct store *store, int64_t ticket, struct heard_str owner, int64_t now,
		      struct heard_error *err)
{
	struct store_act act = by_heard(ticket, now);
	return owner.len ? history_put(store, &act, "assigned", heard_str(NULL), owner, err)
			 : 0;
}

/* A related ticket is named in the history, and one that was thought resolved learns
 * that its customer is back with the same matter. */
static int tell_related(struct store *store, const struct plan *plan, int64_t now,
			struct heard_error *err)
{
	char number[24];
	int64_t at, before = alike_find(store, plan->keys.matter, &at);
	struct store_act act = by_heard(plan->ticket, now);
	if (before && contact_returned(store, before, plan->ticket, now, err))
		return -err->code;
	if (plan->linked == 0)
		return 0;
	snprintf(number, sizeof(number), "#%lld", (long long)plan->linked);
	act.reason = heard_str(plan->why_linked);
	return history_add(store, &act, "linked", NULL, number, err);
}

int create_ticket(struct store *store, const struct store_record *rec, const struct plan *plan,
		  int64_t now, struct heard_error *err)
{
	struct heard_str owner;
	if (choose_owner(store, rec, &owner, err) ||
	    insert_ticket(store, rec, plan, owner, now, err) ||
	    tell_owner(store, plan->ticket, owner, now, err) ||
	    tell_related(store, plan, now, err) ||
	    conversation_remember(store, rec, plan->ticket, err) ||
	    tell_created(store, plan->ticket, owner.len > 0, now, err))
		return -err->code;
	alike_add(store, &plan->keys, plan->ticket, rec->received_at, plan->group.leader == 0);
	return plan->group.leader ? reach_join(store, &plan->group, now, err) : 0;
}
