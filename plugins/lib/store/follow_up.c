/*
 * follow_up.c - how did it go?  One question at a link that expires, answered once.
 *
 * The link's token is all that lets somebody answer, so it is random and long, and
 * says nothing of the ticket.  A bad score opens the second round whatever the limit
 * of reopening says: we asked.  Somebody else of the department has it then, because
 * the first did not satisfy.
 */
#include "alarm.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

enum { SCORE_MAX = 5, TEXT_MAX = 64 << 10, MERGED_DEPTH = 16 };

int follow_up_ask(struct store *store, const struct ticket_row *row, int64_t now,
		  struct heard_error *err)
{
	unsigned char token[STORE_TOKEN];
	char text[STORE_TOKEN_TEXT], path[64];
	struct store_act act = {.ticket = row->id, .at = now, .who = HEARD_STR("heard")};
	if (getrandom(token, sizeof(token), 0) != (ssize_t)sizeof(token))
		return heard_fail(err, EIO, "the system gives no random bytes");
	sqlite3_stmt *st = store_st(store, ST_PUT_FOLLOW_UP, err);
	if (!st)
		return -err->code;
	bind_blob(st, 1, heard_str_n((const char *)token, sizeof(token)));
	sqlite3_bind_int64(st, 2, row->id);
	sqlite3_bind_int64(st, 3, row->round);
	sqlite3_bind_int64(st, 4, now);
	sqlite3_bind_int64(st, 5, now + store->rules->follow_up_expires);
	if (store_run(store, st, err) || history_add(store, &act, "follow_up", NULL, NULL, err))
		return -err->code;
	store_token_format(token, text);
	snprintf(path, sizeof(path), "/follow-up/%s", text);
	struct event_more more = {.follow_up = heard_str(path)};
	return event_tell(store, "follow_up", row, now, &more, err);
}

/* ---- reading */

/* The statement stands on its row, or NULL with a sentence. */
static sqlite3_stmt *find(struct store *store, const unsigned char token[STORE_TOKEN],
			  struct store_follow_up *f, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_FOLLOW_UP, err);
	if (!st)
		return NULL;
	bind_blob(st, 1, heard_str_n((const char *)token, STORE_TOKEN));
	int found = store_step(store, st, err);
	if (found == 0)
		heard_fail(err, ENOENT, "there is no such question");
	if (found <= 0)
		return NULL;
	*f = (struct store_follow_up){
		.ticket = sqlite3_column_int64(st, 0),
		.round = sqlite3_column_int64(st, 1),
		.asked_at = sqlite3_column_int64(st, 2),
		.expires_at = sqlite3_column_int64(st, 3),
		.answered_at = column_time(st, 4),
		.score = sqlite3_column_int64(st, 5),
		.subject = column_str(st, 6),
		.lang = column_str(st, 7),
	};
	return st;
}

int store_follow_up(struct store *store, const unsigned char token[STORE_TOKEN],
		    void (*fn)(void *arg, const struct store_follow_up *), void *arg,
		    struct heard_error *err)
{
	struct store_follow_up f;
	sqlite3_stmt *st = find(store, token, &f, err);
	if (!st)
		return -err->code;
	fn(arg, &f);
	sqlite3_reset(st);
	return 0;
}

/* ---- answering */

struct word { /* of the customer */
	int64_t score;
	struct heard_str text;
	int64_t at;
};

static int keep_word(struct store *store, const unsigned char token[STORE_TOKEN],
		     const struct word *word, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ANSWER_FOLLOW_UP, err);
	if (!st)
		return -err->code;
	bind_blob(st, 1, heard_str_n((const char *)token, STORE_TOKEN));
	sqlite3_bind_int64(st, 2, word->at);
	sqlite3_bind_int64(st, 3, word->score);
	bind_text(st, 4, word->text.len ? word->text : heard_str_n(NULL, 0));
	return store_run(store, st, err);
}

static int give_to_another(struct store *store, struct ticket_row *row,
			   const struct store_act *act, struct heard_error *err)
{
	struct heard_str agent;
	const struct store_department *department = department_find(store, row->department);
	if (!department || department->n_agents == 0)
		return 0;
	if (assign_pick(store, department, row->author_key, row->assignee, &agent, err))
		return -err->code;
	return agent.len ? assign_row(store, row, agent, act, err) : 0;
}

static int second_round(struct store *store, struct ticket_row *row,
			const struct store_act *act, struct heard_error *err)
{
	struct event_more more = {.reason = act->reason};
	if (move_and_tell(store, row, act, STORE_REOPENED, err) ||
	    give_to_another(store, row, act, err))
		return -err->code;
	return event_tell(store, "second_round", row, act->at, &more, err);
}

static int take_word(struct store *store, const struct store_follow_up *f,
		     const struct word *word, struct heard_error *err)
{
	char score[8], reason[64];
	struct ticket_row row;
	struct store_act act = {
		.ticket = f->ticket, .at = word->at, .who = HEARD_STR("customer")};
	snprintf(score, sizeof(score), "%d", (int)word->score);
	snprintf(reason, sizeof(reason), "the customer gave it %d of %d", (int)word->score,
		 SCORE_MAX);
	int result = row_read(store, f->ticket, &row, err);
	for (int i = 0; result == 0 && row.merged_into && i < MERGED_DEPTH; i++) {
		act.ticket = row.merged_into;
		row_release(&row);
		result = row_read(store, act.ticket, &row, err);
	}
	if (result == 0)
		result = history_add(store, &act, "rated", NULL, score, err);
	act.who = HEARD_STR_OF("heard");
	act.reason = heard_str(reason);
	bool is_over = row.state == STORE_RESOLVED || row.state == STORE_CLOSED;
	if (result == 0 && is_over && word->score <= store->rules->follow_up_bad)
		result = second_round(store, &row, &act, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

static int answer(struct store *store, const unsigned char token[STORE_TOKEN],
		  const struct word *word, struct heard_error *err)
{
	struct store_follow_up f;
	sqlite3_stmt *st = find(store, token, &f, err);
	if (!st)
		return -err->code;
	sqlite3_reset(st);
	if (f.answered_at != HEARD_TIME_NONE)
		return heard_fail(err, EEXIST, "this question was answered before");
	if (word->at >= f.expires_at)
		return heard_fail(err, ETIME, "the time to answer this question is over");
	if (keep_word(store, token, word, err))
		return -err->code;
	return take_word(store, &f, word, err);
}

int store_follow_up_answer(struct store *store, const unsigned char token[STORE_TOKEN],
			   int64_t score, struct heard_str text, int64_t now,
			   struct heard_error *err)
{
	struct word word = {score, text, now};
	if (score < 1 || score > SCORE_MAX)
		return heard_fail(err, EINVAL, "the score is a number from 1 to %d", SCORE_MAX);
	if (text.len > TEXT_MAX)
		return heard_fail(err, EINVAL, "the text is longer than %d bytes", TEXT_MAX);
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, answer(store, token, &word, err), err);
}
