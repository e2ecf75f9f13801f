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
 */
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>

enum relation { NEW_TICKET = 1, REPEAT, REVISION, REMOVAL, LATE };

struct plan {
	enum relation relation; /* to `ticket`, if there is one               */
	int64_t ticket;		/* 0: none                                    */
	enum record_fate fate;	/* of the record itself                       */
	int64_t older;		/* the record that it takes the place of      */
	enum record_fate older_fate;
	enum store_priority priority;
};

int store_begin(struct store *store, struct heard_error *err)
{
	if (store_do(store, ST_BEGIN, err))
		return -err->code;
	store->in_transaction = true;
	const enum statement last[] = {ST_LAST_RECORD, ST_LAST_TICKET};
	int64_t *const into[] = {&store->last_record, &store->last_ticket};
	for (size_t i = 0; i < 2; i++) {
		sqlite3_stmt *st = store_st(store, last[i], err);
		if (!st || store_step(store, st, err) < 0) {
			store_rollback(store);
			return -err->code;
		}
		*into[i] = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return 0;
}

void store_rollback(struct store *store)
{
	struct heard_error ignored;
	bool is_full = (sqlite3_errcode(store->db) & 0xff) == SQLITE_FULL;
	if (store->in_transaction && !sqlite3_get_autocommit(store->db))
		store_do(store, ST_ROLLBACK, &ignored);
	store->in_transaction = false;
	if (is_full)
		store_give_back_log(store);
}

int store_commit(struct store *store, const char *reader, uint64_t seq, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_POSITION, err);
	if (st) {
		bind_text(st, 1, heard_str(reader));
		sqlite3_bind_int64(st, 2, (int64_t)seq);
	}
	if (!st || store_run(store, st, err) || store_do(store, ST_COMMIT, err)) {
		store_rollback(store);
		return -err->code;
	}
	store->in_transaction = false;
	return 0;
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

/* The same person said the same before: it joins that ticket while it is live. */
static int plan_repeat(struct store *store, const struct store_record *rec, struct plan *plan,
		       struct heard_error *err)
{
	unsigned char id[STORE_ID];
	if (!store_id_parse(rec->duplicate_of, id))
		return 0;
	sqlite3_stmt *st = store_st(store, ST_RECORD_TICKET, err);
	if (!st)
		return -err->code;
	bind_blob(st, 1, heard_str_n((const char *)id, sizeof(id)));
	if (first_int(store, st, &plan->ticket, err))
		return -err->code;
	plan->relation = REPEAT;
	return only_live(store, &plan->ticket, err);
}

static int make_plan(struct store *store, const struct store_record *rec, struct plan *plan,
		     struct heard_error *err)
{
	*plan = (struct plan){.priority = priority_of(rec)};
	if (plan_entity(store, rec, plan, err))
		return -err->code;
	if (plan->relation == 0 && !rec->is_spam && rec->duplicate_of.len &&
	    plan_repeat(store, rec, plan, err))
		return -err->code;
	if (plan->ticket == 0 && plan->relation != LATE && deserves_ticket(rec)) {
		plan->relation = NEW_TICKET;
		plan->ticket = store->last_ticket + 1;
	}
	return 0;
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

static int insert_ticket(struct store *store, const struct store_record *rec,
			 const struct plan *plan, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_TICKET, err);
	if (!st)
		return -err->code;
	struct store_levels levels = store_levels(rec->received_at, plan->priority, rec->intent,
						  rec->department);
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
	bind_time(st, 13, levels.first_response);
	bind_time(st, 14, levels.resolution);
	sqlite3_bind_int64(st, 15, levels.first_response);
	return store_run(store, st, err);
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
	return store_run(store, st, err);
}

static int join_ticket(struct store *store, int64_t ticket, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_JOIN_TICKET, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	return store_run(store, st, err);
}

static int write_ticket(struct store *store, const struct store_record *rec,
			const struct plan *plan, int64_t now, struct heard_error *err)
{
	static const char *const what[] = {
		[NEW_TICKET] = "created", [REPEAT] = "repeated", [REVISION] = "revised",
		[REMOVAL] = "removed",	  [LATE] = "revised",
	};
	int result = 0;
	if (plan->relation == NEW_TICKET)
		result = insert_ticket(store, rec, plan, err);
	else if (plan->relation == REPEAT)
		result = join_ticket(store, plan->ticket, err);
	else if (plan->relation == REVISION)
		result = revise_ticket(store, rec, plan, err);
	if (result)
		return result;
	struct store_act act = {.ticket = plan->ticket, .at = now, .who = HEARD_STR("heard")};
	if (plan->relation == REMOVAL)
		act.reason = HEARD_STR_OF("the customer removed it at the source");
	else if (plan->relation == LATE)
		act.reason = HEARD_STR_OF("an older revision came late");
	return history_add(store, &act, what[plan->relation], NULL,
			   plan->relation == NEW_TICKET ? "new" : NULL, err);
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
