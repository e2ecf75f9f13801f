/*
 * conversation.c - which ticket a message belongs to, by what it answers.
 *
 * In this order: a mail of ours whose id it names; a message that is stored, named by
 * in_reply_to or thread; a thread that is no message; the token in a mail's subject.
 *
 * Whatever names a ticket can be quoted by anybody, so the author's key has to be that of
 * the ticket's customer, or of a customer whose ticket was merged into it.  A stranger's
 * ticket is found only to be linked, and one of the author's own about another topic is
 * better than that.
 *
 * A topic is what a subject says without "Re:" and the like.  Who writes of something new
 * presses "Reply", too, and puts another subject there; the token, which our subjects
 * have, goes with the old one.  Without a topic on either side nothing says that it is
 * another.
 */
#include "conversation.h"

#include <heard/error.h>

#include <xxhash.h>

enum way { BY_OUR_ID, BY_PARENT, BY_ROOT, BY_THREAD, BY_TOKEN, WAYS };

static struct heard_str or_empty(struct heard_str s)
{
	return s.ptr ? s : HEARD_STR_OF("");
}

int64_t conversation_topic(const struct store_record *rec)
{
	struct heard_str topic = rec->mail.topic;
	return topic.len ? (int64_t)XXH3_64bits(topic.ptr, topic.len) : 0;
}

/* ---- whose it is */

/* The ticket of this author, among those that were merged into it. */
static int look_at_origins(struct store *store, const struct store_record *rec,
			   struct conversation *c, int64_t *topic, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ORIGIN_OF_AUTHOR, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, c->ticket);
	bind_text(st, 2, rec->author_key);
	int found = store_step(store, st, err);
	c->is_own = found > 0;
	*topic = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

static int look_at_ticket(struct store *store, const struct store_record *rec,
			  struct conversation *c, int64_t *topic, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_TICKET_AUTHOR, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, c->ticket);
	int found = store_step(store, st, err);
	bool is_erased = found > 0 && sqlite3_column_int(st, 1);
	c->is_own = found > 0 && !is_erased && rec->author_key.len &&
		    heard_str_eq(rec->author_key, column_str(st, 0));
	*topic = found > 0 ? sqlite3_column_int64(st, 2) : 0;
	sqlite3_reset(st);
	if (found == 0 || is_erased)
		c->ticket = 0;
	return found < 0 ? found : 0;
}

int conversation_look(struct store *store, const struct store_record *rec,
		      struct conversation *c, struct heard_error *err)
{
	int64_t topic = 0, now = conversation_topic(rec);
	c->is_own = c->is_new_topic = false;
	if (c->ticket == 0)
		return 0;
	if (look_at_ticket(store, rec, c, &topic, err))
		return -err->code;
	if (c->ticket && !c->is_own && rec->author_key.len &&
	    look_at_origins(store, rec, c, &topic, err))
		return -err->code;
	c->is_new_topic = c->is_own && topic && now && topic != now &&
			  rec->mail.token != c->ticket && rec->mail.automatic == 0;
	return 0;
}

/* ---- which it is */

static int first_number(struct store *store, sqlite3_stmt *st, int64_t *n_r,
			struct heard_error *err)
{
	int found = store_step(store, st, err);
	*n_r = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* The ticket of the message that the source calls so. */
static int by_message(struct store *store, const struct store_record *rec,
		      struct heard_str message, int64_t *ticket_r, struct heard_error *err)
{
	if (message.len == 0 || heard_str_eq(message, rec->source_id))
		return 0;
	sqlite3_stmt *st = store_st(store, ST_ENTITY_TICKET, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, message);
	bind_text(st, 2, or_empty(rec->source));
	return first_number(store, st, ticket_r, err);
}

/* The ticket of this person in the thread, else anybody's. */
static int by_thread(struct store *store, const struct store_record *rec, int64_t *ticket_r,
		     struct heard_error *err)
{
	if (rec->thread.len == 0)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_THREAD_TICKET, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, rec->thread);
	bind_text(st, 2, or_empty(rec->source));
	bind_text(st, 3, or_empty(rec->author_key));
	return first_number(store, st, ticket_r, err);
}

static int by(enum way way, struct store *store, const struct store_record *rec,
	      int64_t *ticket_r, struct heard_error *err)
{
	*ticket_r = 0;
	switch (way) {
	case BY_OUR_ID: *ticket_r = rec->mail.answers; return 0;
	case BY_PARENT: return by_message(store, rec, rec->in_reply_to, ticket_r, err);
	case BY_ROOT: return by_message(store, rec, rec->thread, ticket_r, err);
	case BY_THREAD: return by_thread(store, rec, ticket_r, err);
	default: *ticket_r = rec->mail.token; return 0;
	}
}

static int worth(const struct conversation *c)
{
	if (c->ticket == 0)
		return 0;
	return c->is_own ? c->is_new_topic ? 2 : 3 : 1;
}

int conversation_find(struct store *store, const struct store_record *rec,
		      struct conversation *best, struct heard_error *err)
{
	*best = (struct conversation){.ticket = 0};
	for (int way = 0; way < WAYS && worth(best) < 3; way++) {
		struct conversation c = {.ticket = 0};
		if (by((enum way)way, store, rec, &c.ticket, err) ||
		    conversation_look(store, rec, &c, err))
			return -err->code;
		if (worth(&c) > worth(best))
			*best = c;
	}
	return 0;
}

int conversation_remember(struct store *store, const struct store_record *rec, int64_t ticket,
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
