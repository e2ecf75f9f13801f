/*
 * contact.c - a customer comes back.
 *
 * Three things say that a record belongs to a ticket: a filter found that it repeats
 * another one (`duplicate_of`); it answers or continues a conversation (conversation.c);
 * or the same person says the same as before.  A conversation's other people and other
 * topics get a ticket of their own, linked to it.
 *
 * A further word opens a waiting ticket, starts a clock once we have answered, and
 * begins a new round of one that is over, unless that is too long ago.
 */
#include "contact.h"

#include "alike.h"
#include "conversation.h"
#include "row.h"

#include <heard/error.h>

#include <stdio.h>

enum { MERGED_DEPTH = 16 };

/* ---- to which ticket */

static int by_duplicate(struct store *store, const struct store_record *rec,
			struct conversation *found, struct heard_error *err)
{
	unsigned char id[STORE_ID];
	if (!store_id_parse(rec->duplicate_of, id))
		return 0;
	sqlite3_stmt *st = store_st(store, ST_RECORD_TICKET, err);
	if (!st)
		return -err->code;
	bind_blob(st, 1, heard_str_n((const char *)id, sizeof(id)));
	int is_there = store_step(store, st, err);
	found->ticket = is_there > 0 ? sqlite3_column_int64(st, 0) : 0;
	found->is_own = found->ticket != 0; /* the filter looked whose it is */
	sqlite3_reset(st);
	return is_there < 0 ? is_there : 0;
}

/* The ticket in which this person said this.  The memory is of hashes, and outlives a
 * person's being erased, so the ticket has the last word. */
static int by_words(struct store *store, const struct store_record *rec, uint64_t own,
		    struct conversation *found, struct heard_error *err)
{
	int64_t at;
	struct conversation said = {.ticket = alike_find(store, own, &at)};
	if (conversation_look(store, rec, &said, err))
		return -err->code;
	said.is_new_topic = false;
	if (said.is_own)
		*found = said;
	return 0;
}

int contact_follow(struct store *store, struct ticket_row *row, int64_t ticket,
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
	int result = contact_follow(store, &row, ticket, err);
	bool is_over = row.state == STORE_RESOLVED || row.state == STORE_CLOSED;
	if (result == 0 && row.is_erased)
		contact->joins = 0; /* whoever comes back after that is new */
	else if (result == 0 && store_state_is_live(row.state))
		contact->joins = row.id;
	else if (result == 0 && is_over && move_may_reopen(store, &row, rec->received_at))
		contact->joins = row.id;
	else if (result == 0 && is_over) {
		contact->linked = row.id;
		contact->why = "that one is over for too long";
	}
	row_release(&row);
	return result;
}

/* Something else of the same person, or a stranger who knows a name of the ticket. */
static int link_to(struct store *store, const struct conversation *found,
		   struct contact *contact, struct heard_error *err)
{
	struct ticket_row row;
	if (found->ticket == 0)
		return 0;
	int result = contact_follow(store, &row, found->ticket, err);
	if (result == 0 && !row.is_erased) {
		contact->linked = row.id;
		contact->why = found->is_new_topic
				       ? "the same conversation, but another subject"
				       : "the same conversation, but another person";
	}
	row_release(&row);
	return result;
}

int contact_find(struct store *store, const struct store_record *rec, uint64_t own,
		 struct contact *contact, struct heard_error *err)
{
	struct conversation found = {.ticket = 0};
	*contact = (struct contact){.joins = 0};
	if (rec->duplicate_of.len && by_duplicate(store, rec, &found, err))
		return -err->code;
	if (found.ticket == 0 && conversation_find(store, rec, &found, err))
		return -err->code;
	if ((!found.is_own || found.is_new_topic) && by_words(store, rec, own, &found, err))
		return -err->code;
	return found.is_own && !found.is_new_topic
		       ? settle(store, rec, found.ticket, contact, err)
		       : link_to(store, &found, contact, err);
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
