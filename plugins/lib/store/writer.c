/*
 * writer.c - records into the store: one batch, one transaction.
 *
 * For each record we first decide what it is (a plan, by reading only), then
 * write.  The insert of the record itself comes first of all writes but one,
 * so that a record which is there already changes nothing.  The one before it
 * is the row of a new entity: it tells with a single search of the tree that
 * nothing with this source id was ever stored, which is nearly always so, and
 * if the record is there then its entity is too.
 *
 * Revisions: of the records that a source calls by one id, the one with the
 * highest revision is current; others stay, marked.  A newer revision of a
 * record with a live ticket belongs to that ticket; what the ticket says about
 * its subject follows it, and its priority may rise but not fall.
 *
 * A customer who comes back is contact.c's, many who say the same are reach.c's.
 */
#include "alike.h"
#include "contact.h"
#include "load.h"
#include "reach.h"
#include "row.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>

enum relation { NEW_TICKET = 1, AGAIN, REVISION, REMOVAL, LATE };

struct plan {
	enum relation relation; /* to `ticket`, if there is one               */
	int64_t ticket;		/* 0: none                                    */
	enum record_fate fate;	/* of the record itself                       */
	int64_t older;		/* the record that it takes the place of      */
	enum record_fate older_fate;
	enum store_priority priority;
	int64_t linked; /* a ticket that a new one is related to           */
	int64_t alike;	/* hash of what it says                            */
	struct alike_keys keys;
	struct group group; /* of other customers who say the same            */
};

int store_begin(struct store *store, struct heard_error *err)
{
	if (act_begin(store, err))
		return -err->code;
	if (alike_begin(store, err) == 0 &&
	    transaction_number(store, ST_LAST_RECORD, &store->last_record, err) == 0 &&
	    transaction_number(store, ST_LAST_TICKET, &store->last_ticket, err) == 0)
		return 0;
	store_rollback(store);
	return -err->code;
}

int store_commit(struct store *store, const char *reader, uint64_t seq, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_POSITION, err);
	if (st) {
		bind_text(st, 1, heard_str(reader));
		sqlite3_bind_int64(st, 2, (int64_t)seq);
	}
	return act_end(store, st ? store_run(store, st, err) : -err->code, err);
}

int store_position(struct store *store, const char *reader, uint64_t *seq_r,
		   struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_GET_POSITION, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, heard_str(reader));
	int found = store_step(store, st, err);
	*seq_r = found > 0 ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

int store_last(struct store *store, int64_t *record_r, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_LAST_RECORD, err);
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	*record_r = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return 0;
}

/* ---- the plan */

static enum store_priority priority_of(const struct store_record *rec)
{
	int given = store_priority_find(rec->priority);
	if (given)
		return (enum store_priority)given;
	return heard_str_is(rec->intent, "complaint") || heard_str_is(rec->intent, "question")
		       ? STORE_MEDIUM
		       : STORE_LOW;
}

/* Somebody has to do something about it. */
static bool deserves_ticket(const struct store_record *rec)
{
	if (rec->is_spam || rec->op == STORE_OP_DELETE)
		return false;
	return heard_str_is(rec->intent, "complaint") ||
	       heard_str_is(rec->intent, "question") ||
	       heard_str_is(rec->intent, "suggestion") || heard_str_is(rec->priority, "high");
}

/* The first column of the first row, 0 if there is none or it is NULL. */
static int first_int(struct store *store, sqlite3_stmt *st, int64_t *out,
		     struct heard_error *err)
{
	int found = store_step(store, st, err);
	*out = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* *ticket_r is set to 0 if the ticket is done with. */
static int only_live(struct store *store, int64_t *ticket_r, struct heard_error *err)
{
	if (*ticket_r == 0)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_TICKET_STATE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, *ticket_r);
	int found = store_step(store, st, err);
	int state = found > 0 ? store_state_find(column_str(st, 0)) : -1;
	if (state < 0 || !store_state_is_live((enum store_state)state))
		*ticket_r = 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* An entity that is known already: is this record newer than what we have? */
static int plan_revision(struct store *store, const struct store_record *rec, struct plan *plan,
			 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_GET_ENTITY, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, rec->source_id);
	bind_text(st, 2, rec->source);
	if (store_step(store, st, err) < 0)
		return -err->code;
	int64_t current = sqlite3_column_int64(st, 0), revision = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	if (!(st = store_st(store, ST_RECORD_TICKET_OF, err)))
		return -err->code;
	sqlite3_bind_int64(st, 1, current);
	if (first_int(store, st, &plan->ticket, err))
		return -err->code;
	if (rec->revision < revision ||
	    (rec->revision == revision && rec->op == STORE_OP_CREATE)) {
		plan->relation = LATE;
		plan->fate = FATE_SUPERSEDED;
		return 0;
	}
	plan->older = current;
	plan->older_fate = rec->op == STORE_OP_DELETE ? FATE_REMOVED : FATE_SUPERSEDED;
	plan->fate = rec->op == STORE_OP_DELETE ? FATE_REMOVED : FATE_CURRENT;
	plan->relation = rec->op == STORE_OP_DELETE ? REMOVAL : REVISION;
	return plan->relation == REVISION ? only_live(store, &plan->ticket, err) : 0;
}

/* Makes the entity's row; an old entity goes to plan_revision. */
static int plan_entity(struct store *store, const struct store_record *rec, struct plan *plan,
		       struct heard_error *err)
{
	if (rec->source_id.len == 0)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_PUT_ENTITY, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, rec->source_id);
	bind_text(st, 2, rec->source.ptr ? rec->source : HEARD_STR_OF(""));
	sqlite3_bind_int64(st, 3, store->last_record + 1);
	sqlite3_bind_int64(st, 4, rec->revision);
	if (store_run(store, st, err))
		return -err->code;
	return sqlite3_changes(store->db) ? 0 : plan_revision(store, rec, plan, err);
}

/* One of a person who has a ticket already joins it. */
static int plan_contact(struct store *store, const struct store_record *rec, struct plan *plan,
			struct heard_error *err)
{
	struct contact contact;
	bool opens = deserves_ticket(rec);
	if (opens &&
	    alike_hash(store, rec->body.len ? rec->body : rec->subject, &plan->alike, err))
		return -err->code;
	if (opens)
		plan->keys = alike_keys(store, plan->alike, rec->author_key, rec->category,
					rec->product);
	if (contact_find(store, rec, plan->keys.own, &contact, err))
		return -err->code;
	plan->ticket = contact.joins;
	plan->linked = contact.linked;
	if (contact.joins)
		plan->relation = AGAIN;
	return 0;
}

/* A ticket of its own; urgent at once if so many others said the same. */
static int plan_ticket(struct store *store, const struct store_record *rec, struct plan *plan,
		       struct heard_error *err)
{
	plan->relation = NEW_TICKET;
	plan->ticket = store->last_ticket + 1;
	if (reach_find(store, plan->keys.text, rec->received_at, &plan->group, err))
		return -err->code;
	if (plan->group.is_raised && plan->priority == STORE_MEDIUM &&
	    !heard_str_is(rec->intent, "suggestion"))
		plan->priority = STORE_HIGH;
	return 0;
}

static int make_plan(struct store *store, const struct store_record *rec, struct plan *plan,
		     struct heard_error *err)
{
	*plan = (struct plan){.priority = priority_of(rec)};
	if (plan_entity(store, rec, plan, err))
		return -err->code;
	if (plan->relation == 0 && !rec->is_spam && rec->op != STORE_OP_DELETE &&
	    plan_contact(store, rec, plan, err))
		return -err->code;
	return plan->ticket == 0 && plan->relation != LATE && deserves_ticket(rec)
		       ? plan_ticket(store, rec, plan, err)
		       : 0;
}

/* ---- carrying it out */

static int insert_record(struct store *store, const struct store_record *rec,
			 const struct plan *plan, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_RECORD, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, store->last_record + 1);
	bind_blob(st, 2, heard_str_n((const char *)rec->id, STORE_ID));
	sqlite3_bind_int64(st, 3, rec->received_at);
	sqlite3_bind_int(st, 4, (int)plan->fate);
	if (plan->ticket) {
		sqlite3_bind_int64(st, 5, plan->ticket);
		bind_blob(st, 6, heard_str_n((const char *)rec->token, STORE_TOKEN));
	} else {
		sqlite3_bind_null(st, 5);
		sqlite3_bind_null(st, 6);
	}
	bind_blob(st, 7, rec->line);
	return store_run(store, st, err);
}

/* What a ticket is called when the customer gave no subject: the beginning of
 * the body, at most EXCERPT characters. */
static struct heard_str excerpt_of(const struct store_record *rec)
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
			 const struct plan *plan, struct heard_str owner,
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
	bind_text(st, 8, excerpt_of(rec));
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
	return store_run(store, st, err);
}

/* Its deadlines follow what it is now, as if it had been so from the beginning. */
static int revise_clocks(struct store *store, const struct store_record *rec, int64_t ticket,
			 struct heard_error *err)
{
	struct ticket_row row;
	int result = row_read(store, ticket, &row, err);
	if (result == 0) {
		clocks_change(store, &row, rec->received_at);
		result = row_write(store, &row, err);
	}
	row_release(&row);
	return result;
}

static int revise_ticket(struct store *store, const struct store_record *rec,
			 const struct plan *plan, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_REVISE_TICKET, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, plan->ticket);
	sqlite3_bind_int(st, 2, (int)plan->priority);
	bind_text(st, 3, rec->category);
	bind_text(st, 4, rec->intent);
	bind_text(st, 5, rec->subject);
	bind_text(st, 6, excerpt_of(rec));
	bind_text(st, 7, rec->product);
	if (store_run(store, st, err))
		return -err->code;
	return revise_clocks(store, rec, plan->ticket, err);
}

/* ---- a new ticket and what comes with it */

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
	enum { NAME = 256 };
	char name[NAME];
	struct store_act act = by_heard(ticket, now);
	if (owner.len == 0)
		return 0;
	size_t n = owner.len < NAME ? owner.len : NAME - 1;
	memcpy(name, owner.ptr, n);
	name[n] = '\0';
	return history_add(store, &act, "assigned", NULL, name, err);
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
	return history_add(store, &act, "linked", NULL, number, err);
}

static int create_ticket(struct store *store, const struct store_record *rec,
			 const struct plan *plan, int64_t now, struct heard_error *err)
{
	struct heard_str owner;
	struct store_act act = by_heard(plan->ticket, now);
	if (choose_owner(store, rec, &owner, err) ||
	    insert_ticket(store, rec, plan, owner, err) ||
	    history_add(store, &act, "created", NULL, "new", err) ||
	    tell_owner(store, plan->ticket, owner, now, err) ||
	    tell_related(store, plan, now, err) ||
	    contact_remember(store, rec, plan->ticket, err) ||
	    tell_created(store, plan->ticket, owner.len > 0, now, err))
		return -err->code;
	alike_add(store, &plan->keys, plan->ticket, rec->received_at, plan->group.leader == 0);
	return plan->group.leader ? reach_join(store, &plan->group, now, err) : 0;
}

static int write_ticket(struct store *store, const struct store_record *rec,
			const struct plan *plan, int64_t now, struct heard_error *err)
{
	struct store_act act = by_heard(plan->ticket, now);
	if (plan->relation == NEW_TICKET)
		return create_ticket(store, rec, plan, now, err);
	if (plan->relation == AGAIN)
		return contact_join(store, rec, plan->ticket, now, err);
	if (plan->relation == REVISION && revise_ticket(store, rec, plan, err))
		return -err->code;
	if (plan->relation == REMOVAL)
		act.reason = HEARD_STR_OF("the customer removed it at the source");
	else if (plan->relation == LATE)
		act.reason = HEARD_STR_OF("an older revision came late");
	return history_add(store, &act, plan->relation == REMOVAL ? "removed" : "revised", NULL,
			   NULL, err);
}

/* The older revision steps back, and the entity points at this record. */
static int replace_older(struct store *store, const struct store_record *rec,
			 const struct plan *plan, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_RECORD_SET_FATE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int(st, 1, (int)plan->older_fate);
	sqlite3_bind_int64(st, 2, plan->older);
	if (store_run(store, st, err) || !(st = store_st(store, ST_SET_ENTITY, err)))
		return -err->code;
	sqlite3_bind_int64(st, 1, store->last_record + 1);
	sqlite3_bind_int64(st, 2, rec->revision);
	bind_text(st, 3, rec->source_id);
	bind_text(st, 4, rec->source.ptr ? rec->source : HEARD_STR_OF(""));
	return store_run(store, st, err);
}

int store_put(struct store *store, const struct store_record *rec, int64_t now,
	      enum store_fate *fate_r, struct heard_error *err)
{
	struct plan plan;
	if (make_plan(store, rec, &plan, err) || insert_record(store, rec, &plan, err))
		return -err->code;
	*fate_r = sqlite3_changes(store->db) ? STORE_STORED : STORE_KNOWN;
	if (*fate_r == STORE_KNOWN)
		return 0;
	if (plan.older && replace_older(store, rec, &plan, err))
		return -err->code;
	if (plan.ticket && write_ticket(store, rec, &plan, now, err))
		return -err->code;
	store->last_record++;
	if (plan.relation == NEW_TICKET)
		store->last_ticket++;
	return 0;
}
