/*
 * ticket.c - tickets: listed, counted, found by number and by token.
 */
#include "index.h"
#include "sqlite.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>

/* ---- reading */

static int64_t due_time(int64_t due)
{
	return due == DUE_NEVER ? HEARD_TIME_NONE : due;
}

static void read_ticket(sqlite3_stmt *st, struct store_ticket *ticket)
{
	*ticket = (struct store_ticket){
		.id = sqlite3_column_int64(st, 0),
		.category = column_str(st, 4),
		.department = column_str(st, 5),
		.assignee = column_str(st, 6),
		.intent = column_str(st, 7),
		.subject = column_str(st, 8),
		.channel = column_str(st, 9),
		.product = column_str(st, 10),
		.author_key = column_str(st, 11),
		.excerpt = column_str(st, 12),
		.received_at = sqlite3_column_int64(st, 13),
		.first_response_due = column_time(st, 14),
		.first_response_at = column_time(st, 15),
		.resolution_due = column_time(st, 16),
		.resolved_at = column_time(st, 17),
		.due = due_time(sqlite3_column_int64(st, 18)),
		.round = sqlite3_column_int64(st, 19),
		.contacts = sqlite3_column_int64(st, 20),
		.reach = sqlite3_column_int64(st, 21),
		.next_response_due = column_time(st, 22),
		.escalation = sqlite3_column_int64(st, 23),
		.handovers = sqlite3_column_int64(st, 24),
		.merged_into = sqlite3_column_int64(st, 25),
		.leader = sqlite3_column_int64(st, 26),
		.source = column_str(st, 27),
		.lang = column_str(st, 28),
		.board = column_str(st, 29),
	};
	struct heard_str token = column_str(st, 1);
	if (token.len == STORE_TOKEN)
		store_token_format((const unsigned char *)token.ptr, ticket->token);
	int state = store_state_find(column_str(st, 2));
	ticket->state = state < 0 ? STORE_NEW : (enum store_state)state;
	ticket->priority = priority_of_number(sqlite3_column_int64(st, 3));
}

static sqlite3_stmt *filtered(struct store *store, const struct store_filter *filter,
			      enum statement live, enum statement other,
			      struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, filter->state == STORE_LIVE ? live : other, err);
	if (!st)
		return NULL;
	if (filter->state != STORE_LIVE)
		bind_text(
			st, 1,
			heard_str(filter->state == STORE_ALL
					  ? NULL
					  : store_state_name((enum store_state)filter->state)));
	sqlite3_bind_int(st, 2, filter->priority);
	bind_text(st, 3, filter->department.len ? filter->department : heard_str_n(NULL, 0));
	bind_text(st, 5, filter->assignee.len ? filter->assignee : heard_str_n(NULL, 0));
	return st;
}

int store_tickets(struct store *store, const struct store_filter *filter,
		  bool (*fn)(void *arg, const struct store_ticket *), void *arg,
		  struct heard_error *err)
{
	sqlite3_stmt *st = filtered(store, filter, ST_LIST_LIVE, ST_LIST_STATE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 4, filter->limit > 0 ? filter->limit : -1);
	struct store_ticket ticket;
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		read_ticket(st, &ticket);
		if (!fn(arg, &ticket))
			break;
	}
	sqlite3_reset(st);
	return more < 0 ? more : 0;
}

int store_tickets_count(struct store *store, const struct store_filter *filter, int64_t *n_r,
			struct heard_error *err)
{
	sqlite3_stmt *st = filtered(store, filter, ST_COUNT_LIVE, ST_COUNT_STATE, err);
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	*n_r = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return 0;
}

int store_open_tickets(struct store *store, int64_t now,
		       void (*fn)(void *arg, const struct store_open *), void *arg,
		       struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_OPEN_TICKETS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, now);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		struct store_open open = {
			.department = column_str(st, 0),
			.priority = priority_of_number(sqlite3_column_int64(st, 1)),
			.n = sqlite3_column_int64(st, 2),
			.overdue = sqlite3_column_int64(st, 3),
		};
		fn(arg, &open);
	}
	return more;
}

int store_ticket(struct store *store, int64_t id,
		 void (*fn)(void *arg, const struct store_ticket *), void *arg,
		 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_TICKET, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, id);
	int found = store_step(store, st, err);
	if (found < 0)
		return found;
	if (found == 0)
		return heard_fail(err, ENOENT, "there is no ticket %lld", (long long)id);
	struct store_ticket ticket;
	read_ticket(st, &ticket);
	fn(arg, &ticket);
	sqlite3_reset(st);
	return 0;
}

/* ---- finding by name */

static bool parse_number(struct heard_str name, int64_t *out)
{
	if (name.len && name.ptr[0] == '#')
		name = heard_str_skip(name, 1);
	if (name.len == 0 || name.len > 18)
		return false;
	*out = 0;
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] < '0' || name.ptr[i] > '9')
			return false;
		*out = *out * 10 + (name.ptr[i] - '0');
	}
	return true;
}

struct holder { /* of a token */
	struct store *store;
	struct heard_str token;
	int64_t ticket; /* 0: not found yet */
};

/* The ticket of the row that the statement finds by a number and the token. */
static int look_for_token(struct holder *h, enum statement which, int64_t n,
			  struct heard_error *err)
{
	sqlite3_stmt *st = store_st(h->store, which, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, n);
	bind_blob(st, 2, h->token);
	int found = store_step(h->store, st, err);
	h->ticket = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* 0 to go on and 1 to stop, for index_reader_find_token. */
static int look_at_holder(void *arg, int64_t record, struct heard_error *err)
{
	struct holder *h = arg;
	int result = look_for_token(h, ST_TOKEN_AT, record, err);
	return result < 0 ? result : h->ticket != 0;
}

/* Tokens are random, so they are indexed behind, with the words; what the index
 * has not reached is looked through. */
static int find_token(struct store *store, const unsigned char token[STORE_TOKEN],
		      int64_t *ticket_r, struct heard_error *err)
{
	struct holder h = {store, heard_str_n((const char *)token, STORE_TOKEN), 0};
	struct index_reader *reader = index_reader_open(store);
	int64_t reached = reader ? index_reader_position(reader) : 0;
	int result = 0;
	if (reader)
		result = index_reader_find_token(reader, h.token, look_at_holder, &h, err);
	if (result == 0 && h.ticket == 0)
		result = look_for_token(&h, ST_TOKEN_BEHIND, reached, err);
	index_reader_close(reader);
	*ticket_r = h.ticket;
	return result;
}

/* The index learned of a token before its ticket was merged. */
static int follow_merged(struct store *store, int64_t *ticket, struct heard_error *err)
{
	enum { DEPTH = 16 };
	int64_t into = *ticket;
	for (int i = 0; i < DEPTH && into; i++) {
		sqlite3_stmt *st = store_st(store, ST_MERGED_INTO, err);
		if (!st)
			return -err->code;
		*ticket = into;
		sqlite3_bind_int64(st, 1, into);
		int found = store_step(store, st, err);
		into = found > 0 ? sqlite3_column_int64(st, 0) : 0;
		sqlite3_reset(st);
		if (found < 0)
			return found;
	}
	return 0;
}

static void nothing(void *arg, const struct store_ticket *ticket)
{
	(void)arg;
	(void)ticket;
}

int store_ticket_find(struct store *store, struct heard_str name, int64_t *ticket_r,
		      struct heard_error *err)
{
	unsigned char token[STORE_TOKEN];
	if (parse_number(name, ticket_r))
		return store_ticket(store, *ticket_r, nothing, NULL, err);
	if (!store_token_parse(name, token))
		return heard_fail(
			err, EINVAL,
			"a ticket is named by its number or by its token of 22 letters");
	if (find_token(store, token, ticket_r, err) || follow_merged(store, ticket_r, err))
		return -err->code;
	return *ticket_r ? 0 : heard_fail(err, ENOENT, "there is no ticket with this token");
}

int ticket_state(struct store *store, int64_t ticket, int64_t *state_r, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_TICKET_STATE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int found = store_step(store, st, err);
	if (found == 0)
		return heard_fail(err, ENOENT, "there is no ticket %lld", (long long)ticket);
	*state_r = found > 0 ? store_state_find(column_str(st, 0)) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}
