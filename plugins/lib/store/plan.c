/*
 * plan.c - what is this record?  A revision of one that we have, a further word of a
 * customer, the first of a new ticket, or just a record.
 */
#include "plan.h"

#include "automatic.h"
#include "contact.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>

enum { LINE_BYTES = 64 << 20, ENTITY_MAX = 1 << 20 };

static enum store_priority priority_of(const struct store_record *rec)
{
	int given = store_priority_find(rec->priority);
	if (given)
		return (enum store_priority)given;
	return heard_str_is(rec->intent, "complaint") || heard_str_is(rec->intent, "question")
		       ? STORE_MEDIUM
		       : STORE_LOW;
}

/* A person answers a mail of ours: whatever it says, somebody waits for a reader. */
static bool is_answer_to_us(const struct store_record *rec)
{
	return rec->mail.automatic == STORE_MAIL_OF_PERSON &&
	       (rec->mail.answers || rec->mail.token) && !heard_str_is(rec->intent, "praise");
}

/* Somebody has to do something about it. */
static bool deserves_ticket(const struct store_record *rec)
{
	if (rec->is_spam || rec->is_wordless || rec->op == STORE_OP_DELETE)
		return false;
	return is_answer_to_us(rec) || heard_str_is(rec->intent, "complaint") ||
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

/* A mail under the id of somebody else's: a program that gives all its mails one id, or
 * somebody who has seen that id.  It is no second copy, and must not get lost as one. */
static int is_anothers(struct store *store, const struct store_record *rec, int64_t current,
		       bool *is_r, struct heard_error *err)
{
	struct heard_error ignored;
	*is_r = false;
	if (rec->mail.topic.len == 0 || rec->author_key.len == 0)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_RECORD_LINE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, current);
	int found = store_step(store, st, err);
	struct heard_json_doc *doc = found > 0 ? heard_json_parse(column_str(st, 0), LINE_BYTES,
								  &ignored)
					       : NULL;
	sqlite3_reset(st);
	struct heard_str key = doc ? heard_json_string(
					     heard_json_member(heard_json_root(doc), "author"),
					     "key")
				   : heard_str(NULL);
	*is_r = key.len > 0 && !heard_str_eq(key, rec->author_key);
	heard_json_destroy(doc);
	return found < 0 ? found : 0;
}

int plan_bind_entity(sqlite3_stmt *st, int at, const struct store_record *rec,
		     const struct plan *plan, struct heard_error *err)
{
	struct heard_buf own;
	int result = 0;
	bind_text(st, at, rec->source_id);
	bind_text(st, at + 1, rec->source.ptr ? rec->source : HEARD_STR_OF(""));
	if (!plan->is_apart)
		return 0;
	heard_buf_init(&own, ENTITY_MAX);
	heard_buf_str(&own, rec->source_id);
	heard_buf_puts(&own, "\n"); /* no id has one */
	heard_buf_str(&own, rec->author_key);
	if (own.failed)
		result = heard_fail(err, ENOMEM, "no memory for an id");
	else
		sqlite3_bind_text(st, at, own.ptr, (int)own.len, SQLITE_TRANSIENT);
	heard_buf_release(&own);
	return result;
}

/* Makes the entity's row, if there is none. */
static int put_entity(struct store *store, const struct store_record *rec,
		      const struct plan *plan, bool *is_new_r, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_ENTITY, err);
	if (!st || plan_bind_entity(st, 1, rec, plan, err))
		return -err->code;
	sqlite3_bind_int64(st, 3, store->last_record + 1);
	sqlite3_bind_int64(st, 4, rec->revision);
	if (store_run(store, st, err))
		return -err->code;
	*is_new_r = sqlite3_changes(store->db) > 0;
	return 0;
}

static int get_entity(struct store *store, const struct store_record *rec,
		      const struct plan *plan, int64_t *record_r, int64_t *revision_r,
		      struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_GET_ENTITY, err);
	if (!st || plan_bind_entity(st, 1, rec, plan, err) || store_step(store, st, err) < 0)
		return -err->code;
	*record_r = sqlite3_column_int64(st, 0);
	*revision_r = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	return 0;
}

/* An entity that is known already: is this record newer than what we have? */
static int plan_revision(struct store *store, const struct store_record *rec, struct plan *plan,
			 int64_t current, int64_t revision, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_RECORD_TICKET_OF, err);
	if (!st)
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
	if (plan->relation != REVISION)
		return 0;
	int64_t ticket = plan->ticket;
	if (only_live(store, &plan->ticket, err))
		return -err->code;
	plan->linked = plan->ticket ? 0 : ticket;
	return 0;
}

/* Makes the entity's row; an old entity goes to plan_revision.  Who comes under the id of
 * somebody else's gets an entity of his own, which knows his mail when it comes again. */
static int plan_entity(struct store *store, const struct store_record *rec, struct plan *plan,
		       struct heard_error *err)
{
	int64_t current, revision;
	bool is_new;
	if (rec->source_id.len == 0)
		return 0;
	if (put_entity(store, rec, plan, &is_new, err))
		return -err->code;
	if (is_new)
		return 0;
	if (get_entity(store, rec, plan, &current, &revision, err))
		return -err->code;
	if (rec->op == STORE_OP_CREATE &&
	    is_anothers(store, rec, current, &plan->is_apart, err))
		return -err->code;
	if (plan->is_apart) {
		if (put_entity(store, rec, plan, &is_new, err))
			return -err->code;
		if (is_new)
			return 0;
		if (get_entity(store, rec, plan, &current, &revision, err))
			return -err->code;
	}
	return plan_revision(store, rec, plan, current, revision, err);
}

void store_prepare(struct store_words *words, struct store_record *rec)
{
	rec->words = deserves_ticket(rec)
			     ? alike_hash(words, rec->body.len ? rec->body : rec->subject)
			     : 0;
	rec->is_prepared = true;
}

/* What it says and by whom, if it may become a ticket. */
static void plan_keys(struct store *store, const struct store_record *rec, struct plan *plan)
{
	struct store_record given;
	if (!deserves_ticket(rec))
		return;
	if (!rec->is_prepared) {
		given = *rec;
		store_prepare(alike_words(store), &given);
		rec = &given;
	}
	plan->alike = rec->words;
	plan->keys = alike_keys(store, plan->alike, rec->author_key, rec->category,
				rec->product);
}

/* One of a person who has a ticket already joins it. */
static int plan_contact(struct store *store, const struct store_record *rec, struct plan *plan,
			struct heard_error *err)
{
	struct contact contact;
	if (contact_find(store, rec, plan->keys.own, &contact, err))
		return -err->code;
	plan->ticket = contact.joins;
	plan->linked = contact.linked;
	plan->why_linked = contact.why;
	if (contact.joins)
		plan->relation = AGAIN;
	return 0;
}

/* What no person wrote goes to the ticket that it is about. */
static int plan_aside(struct store *store, const struct store_record *rec, struct plan *plan,
		      struct heard_error *err)
{
	if (automatic_find(store, rec, &plan->ticket, err))
		return -err->code;
	if (plan->ticket)
		plan->relation = ASIDE;
	return 0;
}

/* It belongs to nothing yet, and may belong to something. */
static bool is_to_place(const struct store_record *rec, const struct plan *plan)
{
	return plan->relation == 0 && rec->op != STORE_OP_DELETE &&
	       (!rec->is_spam || rec->mail.automatic == STORE_MAIL_BOUNCE);
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

int plan_make(struct store *store, const struct store_record *rec, struct plan *plan,
	      struct heard_error *err)
{
	*plan = (struct plan){.priority = priority_of(rec)};
	if (plan_entity(store, rec, plan, err))
		return -err->code;
	if (plan->ticket == 0 && plan->relation != LATE)
		plan_keys(store, rec, plan);
	if (is_to_place(rec, plan) && rec->mail.automatic != STORE_MAIL_OF_PERSON &&
	    plan_aside(store, rec, plan, err))
		return -err->code;
	bool may_be = automatic_may_be_ticket(store, rec);
	if (is_to_place(rec, plan) && may_be && plan_contact(store, rec, plan, err))
		return -err->code;
	return plan->ticket == 0 && plan->relation != LATE && may_be && deserves_ticket(rec)
		       ? plan_ticket(store, rec, plan, err)
		       : 0;
}
