/*
 * attachment.c - which records name which files, so that a file goes with the last of them.
 *
 * The bytes are not here: they are files under their hash, and the same picture sent by
 * two customers is one file.  An erased record names nothing any more; a file that no
 * other record names is noted in the table `gone` by the same transaction, so that a
 * crash before it is removed only puts it off.  Whether it is really to be removed is
 * asked again then: the same picture may have come anew.
 */
#include "erase.h"
#include "sqlite.h"

#include <heard/error.h>

enum { SHA256_HEX = 64 }; /* what is longer or shorter names no file */

int attachment_put(struct store *store, const struct store_record *rec, int64_t record,
		   struct heard_error *err)
{
	for (size_t i = 0; i < rec->n_attachments; i++) {
		sqlite3_stmt *st;
		if (rec->attachments[i].len != SHA256_HEX)
			continue;
		if (!(st = store_st(store, ST_PUT_ATTACHMENT, err)))
			return -err->code;
		bind_text(st, 1, rec->attachments[i]);
		sqlite3_bind_int64(st, 2, record);
		if (store_run(store, st, err))
			return -err->code;
	}
	return 0;
}

int attachment_forget(struct store *store, int64_t record, struct heard_error *err)
{
	static const enum statement both[] = {ST_NOTE_GONE, ST_DROP_ATTACHMENTS};
	for (size_t i = 0; i < 2; i++) {
		sqlite3_stmt *st = store_st(store, both[i], err);
		if (!st)
			return -err->code;
		sqlite3_bind_int64(st, 1, record);
		if (store_run(store, st, err))
			return -err->code;
	}
	return 0;
}

int store_gone(struct store *store, struct heard_str after, int64_t limit,
	       void (*fn)(void *arg, struct heard_str sha256), void *arg,
	       struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_GONE, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, after.len ? after : HEARD_STR_OF(""));
	sqlite3_bind_int64(st, 2, limit);
	int more;
	while ((more = store_step(store, st, err)) > 0)
		fn(arg, column_str(st, 0));
	return more;
}

static int forget_gone(struct store *store, const struct heard_str *sha256, size_t n,
		       struct heard_error *err)
{
	for (size_t i = 0; i < n; i++) {
		sqlite3_stmt *st = store_st(store, ST_GONE_DONE, err);
		if (!st)
			return -err->code;
		bind_text(st, 1, sha256[i]);
		if (store_run(store, st, err))
			return -err->code;
	}
	return 0;
}

int store_gone_done(struct store *store, const struct heard_str *sha256, size_t n,
		    struct heard_error *err)
{
	if (n == 0)
		return 0;
	if (act_begin(store, err))
		return -err->code;
	return act_end(store, forget_gone(store, sha256, n, err), err);
}
