/*
 * contact.c - a customer comes back.
 *
 * Three things say that a record belongs to a ticket: a filter found that it repeats
 * another one (`duplicate_of`); it answers or continues a conversation (`in_reply_to`,
 * `thread`); or the same person says the same as before.  A conversation's other
 * people are strangers: who knows a thread's name must not get into another's ticket,
 * so the author's key has to be the same one.
 *
 * A further word opens a waiting ticket, starts a clock once we have answered, and
 * begins a new round of one that is over, unless that is too long ago.
 */
#include "contact.h"

#include "alike.h"
#include "row.h"

#include <heard/error.h>

#include <stdio.h>

enum { MERGED_DEPTH = 16 };

struct found {
	int64_t ticket;
	bool is_own; /* of the record's author */
};

/* ---- to which ticket */

static int ticket_of_record(struct store *store, sqlite3_stmt *st, int64_t *ticket_r,
			    struct heard_error *err)
{
	int found = store_step(store, st, err);
	*ticket_r = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

static int by_duplicate(struct store *store, const struct store_record *rec,
			struct found *found, struct heard_error *err)
{
	unsigned char id[STORE_ID];
	if (!store_id_parse(rec->duplicate_of, id))
		return 0;
	sqlite3_stmt *st = store_st(store, ST_RECORD_TICKET, err);
	if (!st)
		return -err->code;
	bind_blob(st, 1, heard_str_n((const char *)id, sizeof(id)));
	if (ticket_of_record(store, st, &found->ticket, err))
		return -err->code;
	found->is_own = found->ticket != 0; /* the filter looked whose it is */
	return 0;
}

static int look_whose(struct store *store, const struct store_record *rec, struct found *found,
		      struct heard_error *err)
{
	found->is_own = false;
	if (found->ticket == 0)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_TICKET_AUTHOR, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, found->ticket);
	int is_there = store_step(store, st, err);
	if (is_there > 0)
		found->is_own = rec->author_key.len &&
				heard_str_eq(rec->author_key, column_str(st, 0));
	sqlite3_reset(st);
	return is_there < 0 ? is_there : 0;
}

static struct heard_str or_empty(struct heard_str s)
{
	return s.ptr ? s : HEARD_STR_OF("");
}

/* The ticket of the message that the source calls so. */
static int by_message(struct store *store, const struct store_record *rec,
		      struct heard_str message, struct found *found, struct heard_error *err)
{
	if (message.len == 0 || heard_str_eq(message, rec->source_id))
		return 0;
	sqlite3_stmt *st = store_st(store, ST_ENTITY_TICKET, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, message);
	bind_text(st, 2, or_empty(rec->source));
	if (ticket_of_record(store, st, &found->ticket, err))
		return -err->code;
	return look_whose(store, rec, found, err);
}

/* The ticket of this person in the thread, else anybody's. */
static int by_thread(struct store *store, const struct store_record *rec, struct found *found,
		     struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_THREAD_TICKET, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, rec->thread);
	bind_text(st, 2, or_empty(rec->source));
	bind_text(st, 3, or_empty(rec->author_key));
	if (ticket_of_record(store, st, &found->ticket, err))
		return -err->code;
	return look_whose(store, rec, found, err);
}

/* A stranger's ticket is kept only if nothing better is found. */
static int by_conversation(struct store *store, const struct store_record *rec,
			   struct found *best, struct heard_error *err)
{
	for (int way = 0; way < 3 && !best->is_own; way++) {
		struct found found = {.ticket = 0};
		if (way == 0 && by_message(store, rec, rec->in_reply_to, &found, err))
			return -err->code;
		if (way == 1 && by_message(store, rec, rec->thread, &found, err))
			return -err->code;
		if (way == 2 && rec->thread.len && by_thread(store, rec, &found, err))
			return -err->code;
		if (found.ticket && (found.is_own || best->ticket == 0))
			*best = found;
	}
	return 0;
}

/* The ticket in which this person said this.  The memory is of hashes, and outlives a
 * person's being erased, so the ticket has the last word. */
static int by_words(struct store *store, const struct store_record *rec, uint64_t own,
		    struct found *found, struct heard_error *err)
{
	int64_t at;
	struct found said = {.ticket = alike_find(store, own, &at)};
	if (look_whose(store, rec, &said, err))
		return -err->code;
	if (said.is_own)
		*found = said;
	return 0;
}

/* Where a ticket stands now: merged ones lead on. */
static int follow(struct store *store, struct ticket_row *row, int64_t ticket,
		  struct heard_error *err)
{
	int result = row_read(store, ticket, row, err);
	for (int i = 0; result == 0 && i < MERGED_DEPTH && row->merged_into; i++) {
		int64_t into = row->merged_into;
		row_release(row);
		result = row_read(store, into, row, err);
	}
	return result;
}

static int settle(struct store *store, const struct store_record *rec, int64_t ticket,
		  struct contact *contact, struct heard_error *err)
{
	struct ticket_row row;
	int result = follow(store, &row, ticket, err);
	bool is_over = row.state == STORE_RESOLVED || row.state == STORE_CLOSED;
	if (result == 0 && row.is_erased)
		contact->joins = 0; /* whoever comes back after that is new */
	else if (result == 0 && store_state_is_live(row.state))
		contact->joins = row.id;
	else if (result == 0 && is_over && move_may_reopen(store, &row, rec->received_at))
		contact->joins = row.id;
	else if (result == 0 && is_over)
		contact->linked = row.id;
	row_release(&row);
	return result;
}

int contact_find(struct store *store, const struct store_record *rec, uint64_t own,
		 struct contact *contact, struct heard_error *err)
{
	struct found found = {.ticket = 0};
	*contact = (struct contact){.joins = 0};
	if (rec->duplicate_of.len && by_duplicate(store, rec, &found, err))
		return -err->code;
	if (found.ticket == 0 && (rec->thread.len || rec->in_reply_to.len) &&
	    by_conversation(store, rec, &found, err))
		return -err->code;
	if (!found.is_own && by_words(store, rec, own, &found, err))
		return -err->code;
	if (found.ticket && found.is_own)
		return settle(store, rec, found.ticket, contact, err);
	contact->linked = found.ticket;
	return 0;
}

/* ---- what it does to it */

static bool is_thanks(const struct store_record *rec)
{
	return heard_str_is(rec->intent, "praise");
}

static int come_back(struct store *store, struct ticket_row *row,
		     const struct store_record *rec, struct heard_error *err)
{
	struct store_act act = {.ticket = row->id,
				.at = rec->received_at,
				.who = HEARD_STR("heard"),
				.reason = HEARD_STR("the customer wrote again")};
	if (is_thanks(rec))
		return 0;
	row->contacts++;
	if (row->state == STORE_RESOLVED || row->state == STORE_CLOSED) {
		if (move_and_tell(store, row, &act, STORE_REOPENED, err))
			return -err->code;
	} else if (row->state == STORE_WAITING &&
		   move_and_tell(store, row, &act, STORE_OPENED, err)) {
		return -err->code;
	}
	clocks_ask(store, row, rec->received_at);
	return move_contacts(store, row, rec->received_at, err);
}

int contact_join(struct store *store, const struct store_record *rec, int64_t ticket,
		 int64_t now, struct heard_error *err)
{
	struct ticket_row row;
	struct store_act act = {.ticket = ticket, .at = now, .who = HEARD_STR("heard")};
	int result = row_read(store, ticket, &row, err);
	if (result == 0)
		result = history_add(store, &act, "repeated", NULL, NULL, err);
	if (result == 0)
		result = come_back(store, &row, rec, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

int contact_remember(struct store *store, const struct store_record *rec, int64_t ticket,
		     struct heard_error *err)
{
	if (rec->thread.len == 0 || heard_str_eq(rec->thread, rec->source_id))
		return 0; /* nothing that the source's id does not say */
	sqlite3_stmt *st = store_st(store, ST_PUT_THREAD, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, rec->thread);
	bind_text(st, 2, or_empty(rec->source));
	bind_text(st, 3, or_empty(rec->author_key));
	sqlite3_bind_int64(st, 4, ticket);
	return store_run(store, st, err);
}

static int note_return(struct store *store, struct ticket_row *row, int64_t ticket, int64_t now,
		       struct heard_error *err)
{
	char number[24];
	struct store_act act = {.ticket = row->id,
				.at = now,
				.who = HEARD_STR("heard"),
				.reason = HEARD_STR("the same person about the same matter")};
	bool is_over = row->state == STORE_RESOLVED || row->state == STORE_CLOSED;
	if (!is_over || row->resolved_at == HEARD_TIME_NONE || (row->fired & FIRED_LOOKED) ||
	    (row->fired & FIRED_RETURNED))
		return 0;
	row->fired |= FIRED_RETURNED;
	snprintf(number, sizeof(number), "#%lld", (long long)ticket);
	if (history_add(store, &act, "returned", NULL, number, err))
		return -err->code;
	return row_write(store, row, err);
}

int contact_returned(struct store *store, int64_t resolved, int64_t ticket, int64_t now,
		     struct heard_error *err)
{
	struct ticket_row row;
	int result = row_read(store, resolved, &row, err);
	if (result == 0)
		result = note_return(store, &row, ticket, now, err);
	row_release(&row);
	return result;
}
