/*
 * automatic.c - mail that no person wrote: bounces, vacation notices, newsletters.
 *
 * It is kept, and it is nobody's word.  If it belongs to a ticket it stands there, with a
 * line in the history; it reopens nothing, starts no clock, is no contact, and is in the
 * table `automatic`, so that neither an answer nor an event takes it for the customer's
 * last word.  Without a ticket it makes none, unless the rules say so, which is for
 * machines that pass on what customers wrote to them.
 *
 * A bounce that names a mail of ours says that the customer has not got it.  Each mail
 * comes back once: what comes of its id again changes nothing, as anybody who has seen
 * the id can say so.  Was it an answer, then the customer still waits for one: the ticket
 * is open again, and a response is owed.  A notice that comes back is no work for anybody.
 */
#include "automatic.h"

#include "contact.h"
#include "conversation.h"
#include "plan.h"
#include "row.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>

/* ---- to which ticket */

static bool is_of_ours(const struct store_record *rec)
{
	return rec->mail.answers || rec->mail.token;
}

/* The report of a bounce comes from a mail server: the id is all that it can show. */
static int find(struct store *store, const struct store_record *rec, int64_t *ticket_r,
		struct heard_error *err)
{
	struct conversation c;
	*ticket_r = 0;
	if (rec->mail.automatic == STORE_MAIL_OWN)
		return 0;
	if (rec->mail.automatic == STORE_MAIL_BOUNCE) {
		*ticket_r = rec->mail.answers;
		return 0;
	}
	if (store->rules->automatic_tickets && !is_of_ours(rec))
		return 0; /* somebody's words, in a machine's mail */
	if (conversation_find(store, rec, &c, err))
		return -err->code;
	*ticket_r = c.is_own ? c.ticket : 0;
	return 0;
}

static bool is_there(struct store *store, int64_t ticket, struct heard_error *err)
{
	int64_t state;
	return ticket > 0 && ticket_state(store, ticket, &state, err) == 0;
}

int automatic_find(struct store *store, const struct store_record *rec, int64_t *ticket_r,
		   struct heard_error *err)
{
	struct ticket_row row;
	if (find(store, rec, ticket_r, err))
		return -err->code;
	if (!is_there(store, *ticket_r, err)) {
		bool is_fault = *ticket_r > 0 && err->code != ENOENT;
		*ticket_r = 0;
		return is_fault ? -err->code : 0;
	}
	int result = contact_follow(store, &row, *ticket_r, err);
	*ticket_r = result == 0 && !row.is_erased ? row.id : 0;
	row_release(&row);
	return result;
}

bool automatic_may_be_ticket(const struct store *store, const struct store_record *rec)
{
	enum store_automatic why = rec->mail.automatic;
	return why == STORE_MAIL_OF_PERSON ||
	       (store->rules->automatic_tickets && why != STORE_MAIL_OWN &&
		why != STORE_MAIL_BOUNCE);
}

/* ---- set aside */

bool automatic_is_aside(const struct store_record *rec, const struct plan *plan)
{
	bool is_alone = plan->relation == 0 && plan->older == 0 && !rec->is_spam;
	return rec->mail.automatic != STORE_MAIL_OF_PERSON &&
	       (plan->relation == ASIDE || is_alone);
}

int automatic_set_aside(struct store *store, int64_t record, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_AUTOMATIC, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	return store_run(store, st, err);
}

int automatic_was_aside(struct store *store, int64_t record, bool *was_r,
			struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_IS_AUTOMATIC, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	int found = store_step(store, st, err);
	*was_r = found > 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* ---- a mail of ours came back */

static int came_back_before(struct store *store, const struct store_record *rec, int64_t ticket,
			    bool *before_r, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_CAME_BACK, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	bind_text(st, 2, rec->mail.event);
	int found = store_step(store, st, err);
	*before_r = found > 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* The customer still waits for an answer. */
static int owe_again(struct store *store, struct ticket_row *row, const struct store_act *act,
		     struct heard_error *err)
{
	bool is_over = row->state == STORE_RESOLVED || row->state == STORE_CLOSED;
	if (is_over && !move_may_reopen(store, row, act->at))
		return 0;
	if (is_over)
		return move_and_tell(store, row, act, STORE_REOPENED, err);
	if (row->state == STORE_WAITING && move_and_tell(store, row, act, STORE_OPENED, err))
		return -err->code;
	if (store_state_is_live(row->state))
		clocks_ask(store, row, act->at);
	return 0;
}

static int bounce_row(struct store *store, const struct store_record *rec,
		      struct ticket_row *row, int64_t now, struct heard_error *err)
{
	bool is_answer = heard_str_starts(rec->mail.event, HEARD_STR_OF("answer"));
	char reason[96];
	struct store_act act = {.ticket = row->id, .at = now, .who = HEARD_STR("heard")};
	struct event_more more = {.mail = rec->line};
	int n = snprintf(reason, sizeof(reason), "%s to the customer came back",
			 is_answer ? "our answer" : "a notice");
	if (rec->mail.status.len)
		snprintf(reason + n, sizeof(reason) - (size_t)n, " (%.*s)",
			 (int)(rec->mail.status.len < 16 ? rec->mail.status.len : 16),
			 rec->mail.status.ptr);
	act.reason = more.reason = heard_str(reason);
	if (history_put(store, &act, "bounced", heard_str(NULL), rec->mail.event, err) ||
	    event_tell(store, "bounced", row, now, &more, err))
		return -err->code;
	act.at = rec->received_at;
	return is_answer ? owe_again(store, row, &act, err) : 0;
}

static int bounce(struct store *store, const struct store_record *rec, int64_t ticket,
		  int64_t now, struct heard_error *err)
{
	struct ticket_row row;
	bool before = false;
	if (came_back_before(store, rec, ticket, &before, err))
		return -err->code;
	if (before)
		return 0;
	int result = row_read(store, ticket, &row, err);
	if (result == 0)
		result = bounce_row(store, rec, &row, now, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

int automatic_join(struct store *store, const struct store_record *rec, int64_t ticket,
		   int64_t now, struct heard_error *err)
{
	static const char *const reasons[] = {
		[STORE_MAIL_BOUNCE] = "a mail server wrote about a mail of ours",
		[STORE_MAIL_REPLY] = "a program answered for the customer",
		[STORE_MAIL_LIST] = "the customer's mail came by a list",
		[STORE_MAIL_BULK] = "the customer's mail went to many",
	};
	struct store_act act = {.ticket = ticket,
				.at = now,
				.who = HEARD_STR("heard"),
				.reason = heard_str(reasons[rec->mail.automatic])};
	if (rec->mail.automatic == STORE_MAIL_BOUNCE && rec->mail.is_failure)
		return bounce(store, rec, ticket, now, err);
	return history_add(store, &act, "automatic", NULL, NULL, err);
}
