/*
 * answer.c - answers to customers: an outbox that survives everything.
 *
 * An answer counts as the response when it is given, not when a carrier has sent it:
 * the carrier's troubles are not the agent's.  Its key is unique for ever.  Whoever
 * says the same twice, a person at a shell or a program that lost our reply, finds the
 * first one there and changes nothing.
 */
#include "row.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>

enum { ANSWER_MAX = 256 << 10, KEY_MAX = 200 };

static int check_reply(struct heard_str text, struct heard_str key, struct heard_error *err)
{
	if (heard_str_trim(text).len == 0)
		return heard_fail(err, EINVAL, "the answer is empty");
	if (text.len > ANSWER_MAX)
		return heard_fail(err, EINVAL, "an answer has at most %d bytes", ANSWER_MAX);
	if (key.len > KEY_MAX)
		return heard_fail(err, EINVAL, "the key of an answer has at most %d bytes",
				  KEY_MAX);
	return 0;
}

/* 1 if the key is there already and the answer is found, 0 if not. */
static int find_key(struct store *store, int64_t ticket, struct heard_str key,
		    int64_t *answer_r, struct heard_error *err)
{
	sqlite3_stmt *st = key.len ? store_st(store, ST_FIND_ANSWER, err) : NULL;
	if (!st)
		return key.len ? -err->code : 0;
	bind_text(st, 1, key);
	int found = store_step(store, st, err);
	*answer_r = sqlite3_column_int64(st, 0);
	bool is_of_ticket = found > 0 && (sqlite3_column_int64(st, 1) == ticket ||
					  sqlite3_column_int64(st, 2) == ticket);
	sqlite3_reset(st);
	if (found > 0 && !is_of_ticket)
		return heard_fail(err, EEXIST,
				  "an answer to another ticket has this key; give each answer "
				  "a key of its own");
	return found;
}

static int insert_answer(struct store *store, const struct store_act *act,
			 struct heard_str text, struct heard_str key, int64_t *answer_r,
			 struct heard_error *err)
{
	char made[64];
	int64_t last;
	sqlite3_stmt *st = store_st(store, ST_PUT_ANSWER, err);
	if (!st || transaction_number(store, ST_LAST_ANSWER, &last, err))
		return -err->code;
	*answer_r = last + 1;
	snprintf(made, sizeof(made), "ticket-%lld/answer-%lld", (long long)act->ticket,
		 (long long)*answer_r);
	sqlite3_bind_int64(st, 1, *answer_r);
	sqlite3_bind_int64(st, 2, act->ticket);
	sqlite3_bind_int64(st, 3, act->at);
	bind_text(st, 4, key.len ? key : heard_str(made));
	bind_text(st, 5, act->who);
	bind_text(st, 6, text);
	return store_run(store, st, err);
}

/* The response clocks are stopped by it, also one that stands in `waiting`. */
static int count_response(struct store *store, struct ticket_row *row, int64_t at,
			  struct heard_error *err)
{
	bool waits = row->state == STORE_WAITING;
	int result = 0;
	if (waits)
		clocks_go_on(store, row, at);
	if (clocks_owe(row, SLA_FIRST_RESPONSE))
		result = level_decide(store, row, SLA_FIRST_RESPONSE, at, err);
	if (result == 0 && clocks_owe(row, SLA_NEXT_RESPONSE))
		result = level_decide(store, row, SLA_NEXT_RESPONSE, at, err);
	if (row->first_response_at == HEARD_TIME_NONE)
		row->first_response_at = at;
	if (row->answered_at == HEARD_TIME_NONE)
		row->answered_at = at;
	row->asked_at = HEARD_TIME_NONE;
	row->clock[SLA_NEXT_RESPONSE] = SLA_CLOCK_NONE;
	if (waits)
		clocks_stop(store, row, at);
	return result;
}

static int reply_to(struct store *store, struct ticket_row *row, const struct store_act *act,
		    struct heard_str text, struct heard_error *err)
{
	struct event_more more = {.reason = act->reason, .answer = text};
	if (row->state == STORE_MERGED)
		return heard_fail(err, EPERM, "ticket %lld was merged into %lld; answer there",
				  (long long)row->id, (long long)row->merged_into);
	if (row->state == STORE_SPAM)
		return heard_fail(err, EPERM, "ticket %lld is spam; open it first",
				  (long long)row->id);
	if (count_response(store, row, act->at, err) ||
	    history_add(store, act, "answered", NULL, NULL, err))
		return -err->code;
	if (row->state == STORE_NEW && move_and_tell(store, row, act, STORE_OPENED, err))
		return -err->code;
	return event_tell(store, "answered", row, act->at, &more, err);
}

static int reply(struct store *store, const struct store_act *act, struct heard_str text,
		 struct heard_str key, int64_t *answer_r, struct heard_error *err)
{
	struct ticket_row row;
	int known = find_key(store, act->ticket, key, answer_r, err);
	if (known)
		return known < 0 ? known : 0;
	int result = row_read(store, act->ticket, &row, err);
	if (result == 0)
		result = reply_to(store, &row, act, text, err);
	if (result == 0)
		result = insert_answer(store, act, text, key, answer_r, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

int store_ticket_reply(struct store *store, const struct store_act *act, struct heard_str text,
		       struct heard_str key, int64_t *answer_r, struct heard_error *err)
{
	if (check_reply(text, key, err) || act_begin(store, err))
		return -err->code;
	return act_end(store, reply(store, act, text, key, answer_r, err), err);
}

/* ---- on their way */

static void read_answer(sqlite3_stmt *st, struct store_answer *answer)
{
	*answer = (struct store_answer){
		.n = sqlite3_column_int64(st, 0),
		.ticket = sqlite3_column_int64(st, 1),
		.at = sqlite3_column_int64(st, 2),
		.attempts = sqlite3_column_int64(st, 3),
		.key = column_str(st, 4),
		.who = column_str(st, 5),
		.text = column_str(st, 6),
		.source = column_str(st, 7),
		.lang = column_str(st, 8),
		.record = column_str(st, 9),
	};
	struct heard_str token = column_str(st, 10);
	if (token.len == STORE_TOKEN)
		store_token_format((const unsigned char *)token.ptr, answer->token);
}

int store_answers(struct store *store, int64_t now, int64_t limit,
		  void (*fn)(void *arg, const struct store_answer *), void *arg,
		  int64_t *next_r, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ANSWERS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, limit > 0 ? limit : -1);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		struct store_answer answer;
		read_answer(st, &answer);
		fn(arg, &answer);
	}
	if (more < 0 || !(st = store_st(store, ST_NEXT_ANSWER, err)))
		return -err->code;
	if (store_step(store, st, err) < 0)
		return -err->code;
	*next_r = column_time(st, 0);
	sqlite3_reset(st);
	return 0;
}

int store_answer_sent(struct store *store, int64_t n, int64_t now, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ANSWER_SENT, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, n);
	sqlite3_bind_int64(st, 2, now);
	return store_run(store, st, err);
}

/* 0 in *ticket_r if it does not wait any more. */
static int waiting_ticket(struct store *store, int64_t n, int64_t *ticket_r,
			  struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ANSWER_TICKET, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, n);
	int found = store_step(store, st, err);
	*ticket_r = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

static int fail_answer(struct store *store, int64_t n, const struct store_act *failure,
		       int64_t again_at, struct heard_error *err)
{
	struct store_act act = *failure;
	if (waiting_ticket(store, n, &act.ticket, err))
		return -err->code;
	if (act.ticket == 0)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_ANSWER_FAILED, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, n);
	bind_time(st, 2, again_at);
	bind_text(st, 3, act.reason);
	sqlite3_bind_int64(st, 4, act.at);
	if (store_run(store, st, err))
		return -err->code;
	return again_at == HEARD_TIME_NONE
		       ? history_add(store, &act, "refused", NULL, NULL, err)
		       : 0;
}

int store_answer_failed(struct store *store, int64_t n, int64_t now, int64_t again_at,
			struct heard_str reason, struct heard_error *err)
{
	struct store_act failure = {.at = now, .who = HEARD_STR("heard"), .reason = reason};
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, fail_answer(store, n, &failure, again_at, err), err);
}
