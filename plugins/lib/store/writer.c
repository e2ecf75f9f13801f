/*
 * writer.c - records into the store: one batch, one transaction.
 *
 * For each record we first decide what it is (plan.c, by reading only), then
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
 * A new ticket is create.c's, a customer who comes back contact.c's, many who say the
 * same are reach.c's, and mail that no person wrote is automatic.c's.
 */
#include "automatic.h"
#include "contact.h"
#include "erase.h"
#include "plan.h"
#include "row.h"
#include "tally.h"

#include <heard/error.h>

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
	bind_text(st, 6, create_excerpt(rec));
	bind_text(st, 7, rec->product);
	bind_text(st, 8, rec->subcategory);
	if (store_run(store, st, err))
		return -err->code;
	return revise_clocks(store, rec, plan->ticket, err);
}

static int write_ticket(struct store *store, const struct store_record *rec,
			const struct plan *plan, int64_t now, struct heard_error *err)
{
	struct store_act act = {.ticket = plan->ticket, .at = now, .who = HEARD_STR("heard")};
	if (plan->relation == NEW_TICKET)
		return create_ticket(store, rec, plan, now, err);
	if (plan->relation == AGAIN)
		return contact_join(store, rec, plan->ticket, now, err);
	if (plan->relation == ASIDE)
		return automatic_join(store, rec, plan->ticket, now, err);
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
	if (plan_bind_entity(st, 3, rec, plan, err))
		return -err->code;
	return store_run(store, st, err);
}

static int count(struct store *store, const struct store_record *rec, const struct plan *plan,
		 struct heard_error *err)
{
	bool was_aside = false;
	if (automatic_is_aside(rec, plan))
		return automatic_set_aside(store, store->last_record + 1, err);
	if (plan->older && automatic_was_aside(store, plan->older, &was_aside, err))
		return -err->code;
	if (plan->older && !was_aside)
		return tally_revision(store, rec, plan->older, err);
	return plan->fate == FATE_CURRENT ? tally_record(store, rec, err) : 0;
}

int store_put(struct store *store, const struct store_record *rec, int64_t now,
	      enum store_fate *fate_r, struct heard_error *err)
{
	struct plan plan;
	if (plan_make(store, rec, &plan, err) || insert_record(store, rec, &plan, err))
		return -err->code;
	*fate_r = sqlite3_changes(store->db) ? STORE_STORED : STORE_KNOWN;
	if (*fate_r == STORE_KNOWN)
		return 0;
	if (plan.older && replace_older(store, rec, &plan, err))
		return -err->code;
	if (count(store, rec, &plan, err) ||
	    attachment_put(store, rec, store->last_record + 1, err))
		return -err->code;
	if (plan.ticket && write_ticket(store, rec, &plan, now, err))
		return -err->code;
	store->last_record++;
	if (plan.relation == NEW_TICKET)
		store->last_ticket++;
	return 0;
}
