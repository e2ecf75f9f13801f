/*
 * sqlite.c - a store in an SQLite file: opening, statements, checkpoints.
 *
 * The write-ahead log is copied into the database behind the inserts, by the
 * follower after each of its pieces.  What that leaves the writer copies itself,
 * after a commit, once the log has CHECKPOINT_BYTES: it then starts over.  A
 * reader in the middle of the log prevents that, and it grows until the reader is
 * gone.  Past RESTART_BYTES we wait for readers, briefly, to bound it.
 *
 * A disk that is nearly full must not be filled by the log: it is copied, and readers
 * waited for, as soon as it has a quarter of what is free, and given back when a
 * transaction found it full.  Later would be too late, since what the log holds may
 * need room in the file.
 */
#include "sqlite.h"

#include "alike.h"
#include "load.h"
#include "tally.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum {
	WRITER_CACHE_KIB = 32 * 1024,
	READER_CACHE_KIB = 8 * 1024,
	CHECKPOINT_BYTES = 64 << 20,
	LOOK_BYTES = 4 << 20, /* from here on a full disk is thought of */
	RESTART_BYTES = 4 * CHECKPOINT_BYTES,
	RESTART_WAIT_MS = 200,
};

static const char *const statements[ST_COUNT] = {
#define X(name, sql) [ST_##name] = sql,
	STATEMENTS(X)
#undef X
};

static bool is_disk_short(sqlite3 *db, int64_t bytes)
{
	struct statvfs disk;
	if (statvfs(sqlite3_db_filename(db, "main"), &disk))
		return false;
	return (uint64_t)disk.f_bavail * disk.f_frsize / 4 < (uint64_t)bytes;
}

/* After a commit that left `pages` in the log.  A failure here is not one of
 * the commit, which stands: the next commit tries again and, if the disk is
 * truly bad, fails itself. */
static int after_commit(void *arg, sqlite3 *db, const char *schema, int pages)
{
	const struct store *store = arg;
	int64_t bytes = pages * store->page_bytes;
	bool is_short = bytes >= LOOK_BYTES && is_disk_short(db, bytes);
	if (bytes < CHECKPOINT_BYTES && !is_short)
		return SQLITE_OK;
	if (bytes < RESTART_BYTES && !is_short) {
		sqlite3_wal_checkpoint_v2(db, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	} else {
		sqlite3_busy_timeout(db, RESTART_WAIT_MS);
		sqlite3_wal_checkpoint_v2(db, schema, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
		sqlite3_busy_timeout(db, DB_BUSY_MS);
	}
	return SQLITE_OK;
}

void store_checkpoint(struct store *store)
{
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void store_give_back_log(struct store *store)
{
	sqlite3_busy_timeout(store->db, RESTART_WAIT_MS);
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(store->db, DB_BUSY_MS);
}

int store_open(struct store **store_r, const char *url, enum store_mode mode,
	       struct heard_error *err)
{
	*store_r = NULL;
	if (strstr(url, "://"))
		return heard_fail(err, ENOTSUP,
				  "%s: this build keeps tickets in a file; name one", url);
	struct store *store = calloc(1, sizeof(*store));
	if (!store || !(store->path = strdup(url)) || !(store->loads = loads_create()) ||
	    !(store->tally = tally_create())) {
		store_close(store);
		return heard_fail(err, ENOMEM, "out of memory");
	}
	store_set_rules(store, NULL);
	bool create = mode == STORE_CREATE;
	if (db_open(&store->db, url, create, create ? WRITER_CACHE_KIB : READER_CACHE_KIB,
		    err) ||
	    schema_prepare(store->db, create, err) ||
	    db_int(store->db, "PRAGMA page_size", 0, &store->page_bytes, err)) {
		store_close(store);
		return -err->code;
	}
	sqlite3_wal_hook(store->db, after_commit, store);
	*store_r = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(store->st[i]);
	sqlite3_close(store->db);
	loads_destroy(store->loads);
	alike_destroy(store->alike);
	tally_destroy(store->tally);
	free(store->path);
	free(store);
}

int store_own_name(struct store *store, char out[STORE_OWN_NAME], struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_STORE_NAME, err);
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	snprintf(out, STORE_OWN_NAME, "%.*s", HEARD_ARG(column_str(st, 0)));
	sqlite3_reset(st);
	return 0;
}

sqlite3_stmt *store_st(struct store *store, enum statement which, struct heard_error *err)
{
	sqlite3_stmt **st = &store->st[which];
	if (!*st && db_prepare(store->db, statements[which], st, err))
		return NULL;
	sqlite3_reset(*st);
	return *st;
}

int store_step(struct store *store, sqlite3_stmt *st, struct heard_error *err)
{
	int result = sqlite3_step(st);
	if (result == SQLITE_ROW)
		return 1;
	if (result != SQLITE_DONE)
		db_fail(store->db, err);
	sqlite3_reset(st);
	return result == SQLITE_DONE ? 0 : -err->code;
}

int store_run(struct store *store, sqlite3_stmt *st, struct heard_error *err)
{
	if (!st)
		return -err->code;
	int result = store_step(store, st, err);
	sqlite3_reset(st);
	return result < 0 ? result : 0;
}

int store_do(struct store *store, enum statement which, struct heard_error *err)
{
	return store_run(store, store_st(store, which, err), err);
}

/* tickets.db -> tickets-search.db */
char *store_search_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(path, '.');
	if (!dot || dot == path || (slash && dot <= slash + 1))
		dot = path + strlen(path);
	char *out;
	return asprintf(&out, "%.*s-search%s", (int)(dot - path), path, dot) < 0 ? NULL : out;
}
