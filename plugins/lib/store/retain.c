/*
 * retain.c - how long text is kept: for each kind so long, then it is erased.
 *
 * A kind is what a record is about (its intent), "spam", "record" for what no ticket
 * was made of, and "" for all else.  A ticket is kept from the last line of its history
 * on, and never erased while somebody has to act; its records go with it.
 *
 * A walk over the tickets and one over the other records, oldest first, a few rows at
 * each call, so that nobody waits for it.  The place of the walk is in memory: after a
 * restart it begins anew and passes what is erased already.
 */
#include "erase.h"

#include "row.h"

#include <heard/error.h>
#include <heard/json.h>

enum { ROWS = 512, LINE_MAX_BYTES = 64 << 20 };

struct walk {
	struct store *store;
	const struct store_retention *kinds;
	size_t n_kinds;
	int64_t now, limit;
	int64_t shortest; /* nothing younger can be over */
	struct numbers tickets, records;
	bool is_over;
};

static const struct store_retention *find_kind(const struct walk *w, struct heard_str kind)
{
	for (size_t i = 0; i < w->n_kinds; i++)
		if (heard_str_eq(w->kinds[i].kind, kind))
			return &w->kinds[i];
	return NULL;
}

/* The first of these kinds that is named, else all else; NULL: kept for ever. */
static const struct store_retention *kind_of(const struct walk *w, bool is_spam,
					     struct heard_str intent, bool is_ticket)
{
	const struct store_retention *kind = NULL;
	if (is_spam)
		kind = find_kind(w, HEARD_STR_OF("spam"));
	else if (intent.len)
		kind = find_kind(w, intent);
	if (!kind && !is_spam && !is_ticket)
		kind = find_kind(w, HEARD_STR_OF("record"));
	return kind ? kind : find_kind(w, HEARD_STR_OF(""));
}

static bool is_over(const struct walk *w, const struct store_retention *kind, int64_t last)
{
	return kind && last != HEARD_TIME_NONE && last < w->now - kind->keep;
}

/* ---- tickets */

static int last_word(struct walk *w, int64_t ticket, int64_t *at, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(w->store, ST_LAST_HISTORY, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int found = store_step(w->store, st, err);
	*at = found > 0 ? column_time(st, 0) : HEARD_TIME_NONE;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* The statement stands on the ticket: id, state, intent, received_at, erased. */
static int look_at_ticket(struct walk *w, sqlite3_stmt *st, struct heard_error *err)
{
	int64_t id = sqlite3_column_int64(st, 0), last = HEARD_TIME_NONE;
	int state = store_state_find(column_str(st, 1));
	if (state < 0 || store_state_is_live((enum store_state)state) ||
	    sqlite3_column_int(st, 4))
		return 0;
	const struct store_retention *kind = kind_of(w, state == STORE_SPAM, column_str(st, 2),
						     true);
	if (!kind)
		return 0;
	if (last_word(w, id, &last, err))
		return -err->code;
	return is_over(w, kind, last) ? numbers_add(&w->tickets, id, err) : 0;
}

/* ---- records without a ticket */

static const struct store_retention *kind_of_line(const struct walk *w, struct heard_str line)
{
	struct heard_error ignored;
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MAX_BYTES, &ignored);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	struct heard_str verdict = heard_json_string(heard_json_member(root, "spam"),
						     "verdict");
	const struct store_retention *kind = kind_of(w, heard_str_is(verdict, "spam"),
						     heard_json_string(root, "intent"), false);
	heard_json_destroy(doc);
	return kind;
}

/* The statement stands on the record: n, whether nothing is to be done, line,
 * received_at. */
static int look_at_record(struct walk *w, sqlite3_stmt *st, struct heard_error *err)
{
	if (sqlite3_column_int(st, 1) ||
	    !is_over(w, kind_of_line(w, column_str(st, 2)), column_time(st, 3)))
		return 0;
	return numbers_add(&w->records, sqlite3_column_int64(st, 0), err);
}

/* ---- the walk: rows are in the order in which they came, so it ends at the first that
 * is too young for any kind */

static int walk(struct walk *w, enum statement which, int64_t *at,
		int (*look)(struct walk *, sqlite3_stmt *, struct heard_error *),
		struct heard_error *err)
{
	sqlite3_stmt *st = store_st(w->store, which, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, *at);
	sqlite3_bind_int64(st, 2, ROWS);
	int more = 0, rows = 0, result = 0;
	bool is_young = false;
	while (result == 0 && !is_young && (int64_t)(w->tickets.n + w->records.n) < w->limit &&
	       (more = store_step(w->store, st, err)) > 0) {
		is_young = sqlite3_column_int64(st, 3) >= w->now - w->shortest;
		if (is_young)
			break;
		rows++;
		*at = sqlite3_column_int64(st, 0);
		result = look(w, st, err);
	}
	w->is_over = w->is_over &&
		     (is_young || (more == 0 && rows < ROWS &&
				   (int64_t)(w->tickets.n + w->records.n) < w->limit));
	sqlite3_reset(st);
	return result ? result : more < 0 ? more : 0;
}

/* ---- what was found */

static int records_of(struct walk *w, int64_t ticket, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(w->store, ST_RECORDS_OF, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int more = 0, result = 0;
	while (result == 0 && (more = store_step(w->store, st, err)) > 0)
		result = numbers_add(&w->records, sqlite3_column_int64(st, 0), err);
	sqlite3_reset(st);
	return result ? result : more;
}

static int erase_found(struct walk *w, struct heard_error *err)
{
	struct store_act act = {.at = w->now,
				.who = HEARD_STR("heard"),
				.reason = HEARD_STR("its time is over")};
	for (size_t i = 0; i < w->tickets.n; i++) {
		act.ticket = w->tickets.at[i];
		if (records_of(w, act.ticket, err) || erase_ticket(w->store, &act, err))
			return -err->code;
	}
	for (size_t i = 0; i < w->records.n; i++)
		if (erase_record(w->store, w->records.at[i], err))
			return -err->code;
	return 0;
}

static int retain(struct walk *w, struct heard_error *err)
{
	struct store *store = w->store;
	if (walk(w, ST_WALK_TICKETS, &store->retained_ticket, look_at_ticket, err) ||
	    walk(w, ST_WALK_RECORDS, &store->retained_record, look_at_record, err))
		return -err->code;
	if (w->tickets.n + w->records.n == 0)
		return 0;
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, erase_found(w, err), err);
}

int store_retain(struct store *store, const struct store_retention *kinds, size_t n,
		 int64_t now, int64_t limit, struct store_retained *retained,
		 struct heard_error *err)
{
	struct walk w = {.store = store,
			 .kinds = kinds,
			 .n_kinds = n,
			 .now = now,
			 .limit = limit,
			 .shortest = INT64_MAX,
			 .is_over = true};
	int64_t ticket = store->retained_ticket, record = store->retained_record;
	for (size_t i = 0; i < n; i++)
		if (kinds[i].keep < w.shortest)
			w.shortest = kinds[i].keep;
	*retained = (struct store_retained){.is_over = true};
	int result = n ? retain(&w, err) : 0;
	if (result) { /* it is still to be done */
		store->retained_ticket = ticket;
		store->retained_record = record;
	} else if (n) {
		*retained = (struct store_retained){(int64_t)(w.tickets.n + w.records.n),
						    w.is_over};
	}
	if (result == 0 && w.is_over)
		store->retained_ticket = store->retained_record = 0;
	numbers_release(&w.tickets);
	numbers_release(&w.records);
	return result;
}
