/*
 * judged.c - what people at work took for spam, and what they took back.
 *
 * History says it, and history is never changed, so nothing else has to be kept for those
 * who learn from it.
 */
#include "sqlite.h"

#include <heard/error.h>

int store_judged(struct store *store, void (*fn)(void *arg, const struct store_judged *),
		 void *arg, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_JUDGED, err);
	if (!st)
		return -err->code;
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		struct store_judged judged = {
			.is_spam = sqlite3_column_int(st, 0) != 0,
			.at = sqlite3_column_int64(st, 1),
			.line = column_str(st, 2),
		};
		fn(arg, &judged);
	}
	return more;
}
