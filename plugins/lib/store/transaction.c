/*
 * transaction.c - what every writing transaction begins and ends with.
 *
 * Numbers that this connection gives out are read under the write lock; what it
 * remembers in memory is written before the commit, and forgotten when anything went
 * wrong, so that memory never says what the file does not.
 */
#include "alike.h"
#include "load.h"
#include "sqlite.h"
#include "tally.h"

#include <heard/error.h>

int transaction_number(struct store *store, enum statement which, int64_t *out,
		       struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, which, err);
	if (!st)
		return -err->code;
	int found = store_step(store, st, err);
	*out = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

int act_begin(struct store *store, struct heard_error *err)
{
	if (store_do(store, ST_BEGIN, err))
		return -err->code;
	store->in_transaction = true;
	if (loads_begin(store, err) == 0 &&
	    (!store->rules->events ||
	     transaction_number(store, ST_LAST_EVENT, &store->last_event, err) == 0))
		return 0;
	store_rollback(store);
	return -err->code;
}

int act_commit(struct store *store, struct heard_error *err)
{
	if (loads_flush(store, err) || tally_flush(store, err) ||
	    store_do(store, ST_COMMIT, err)) {
		store_rollback(store);
		return -err->code;
	}
	store->in_transaction = false;
	alike_keep(store);
	return 0;
}

void store_rollback(struct store *store)
{
	struct heard_error ignored;
	bool is_full = (sqlite3_errcode(store->db) & 0xff) == SQLITE_FULL;
	if (store->in_transaction && !sqlite3_get_autocommit(store->db))
		store_do(store, ST_ROLLBACK, &ignored);
	store->in_transaction = false;
	if (is_full)
		store_give_back_log(store);
	loads_forget(store);
	alike_undo(store);
	tally_forget(store);
}

int act_end(struct store *store, int result, struct heard_error *err)
{
	if (result == 0)
		return act_commit(store, err);
	store_rollback(store);
	return result;
}
