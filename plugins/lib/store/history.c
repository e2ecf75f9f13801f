/*
 * history.c - what happened to a ticket, and what was said about it.
 */
#include "sqlite.h"

#include <heard/error.h>

int history_put(struct store *store, const struct store_act *act, const char *what,
		struct heard_str was, struct heard_str became, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_HISTORY, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, act->ticket);
	sqlite3_bind_int64(st, 2, act->at);
	bind_text(st, 3, act->who);
	bind_text(st, 4, heard_str(what));
	bind_text(st, 5, was);
	bind_text(st, 6, became);
	bind_text(st, 7, act->reason);
	return store_run(store, st, err);
}

int history_add(struct store *store, const struct store_act *act, const char *what,
		const char *was, const char *became, struct heard_error *err)
{
	return history_put(store, act, what, heard_str(was), heard_str(became), err);
}

int store_history(struct store *store, int64_t ticket,
		  void (*fn)(void *arg, const struct store_event *), void *arg,
		  struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_HISTORY, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		struct store_event event = {
			.at = sqlite3_column_int64(st, 0),
			.who = column_str(st, 1),
			.what = column_str(st, 2),
			.from = column_str(st, 3),
			.to = column_str(st, 4),
			.reason = column_str(st, 5),
		};
		fn(arg, &event);
	}
	return more;
}

int store_conversation(struct store *store, int64_t ticket,
		       void (*fn)(void *arg, const struct store_said *), void *arg,
		       struct heard_error *err)
{
	static const char *const fates[] = {
		[FATE_CURRENT] = "current",
		[FATE_SUPERSEDED] = "superseded",
		[FATE_REMOVED] = "removed",
	};
	static const char *const answers[] = {"waiting", "sent", "refused"};
	sqlite3_stmt *st = store_st(store, ST_CONVERSATION, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		static const unsigned kinds[] = {STORE_SAID_RECORD, STORE_SAID_NOTE,
						 STORE_SAID_ANSWER};
		unsigned kind = kinds[sqlite3_column_int(st, 0)];
		int64_t fate = sqlite3_column_int64(st, 4);
		bool is_erased = kind == STORE_SAID_RECORD && (fate & FATE_ERASED);
		fate = fate >= 0 && fate <= FATE_REMOVED ? fate : 0;
		struct store_said said = {
			.kind = kind,
			.at = sqlite3_column_int64(st, 1),
			.who = column_str(st, 2),
			.text = column_str(st, 3),
			.fate = kind == STORE_SAID_ANSWER ? answers[fate]
				: is_erased		  ? "erased"
							  : fates[fate],
		};
		fn(arg, &said);
	}
	return more;
}
