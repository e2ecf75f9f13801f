/*
 * book.c - email.db, by SQLite.
 *
 * Three tables: mails that were sent, bounces that came back, addresses that are
 * suppressed.  A mail's row goes after EMAIL_FORGET_MS, by when neither the keeper of
 * answers nor the journal offers its key again.
 */
#include "book.h"

#include <heard/error.h>
#include <store/db.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SOFT_MS (INT64_C(30) * 24 * 3600 * 1000)

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS mail(key BLOB PRIMARY KEY,id TEXT,address TEXT NOT NULL,"
	" at INTEGER NOT NULL,automatic INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS mail_at ON mail(at);"
	"CREATE INDEX IF NOT EXISTS mail_id ON mail(id);"
	"CREATE INDEX IF NOT EXISTS mail_address ON mail(address,at) WHERE automatic;"
	"CREATE TABLE IF NOT EXISTS bounce(key BLOB PRIMARY KEY,address TEXT NOT NULL,"
	" at INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS bounce_address ON bounce(address,at);"
	"CREATE TABLE IF NOT EXISTS suppressed(address TEXT PRIMARY KEY,status TEXT NOT NULL,"
	" at INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS begun(at INTEGER NOT NULL);";

/* clang-format off */
#define STATEMENTS(X)                                                                        \
	X(HAS, "SELECT 1 FROM mail WHERE key=?")                                             \
	X(NOTE, "INSERT OR IGNORE INTO mail(key,id,address,at,automatic)"                    \
		" VALUES(?,lower(?),?,?,?)")                                                 \
	X(SENT, "SELECT count(*),min(at) FROM mail WHERE at>?")                              \
	X(TOLD, "SELECT count(*) FROM mail WHERE address=? AND at>? AND automatic")          \
	X(FORGET, "DELETE FROM mail WHERE at<?")                                             \
	X(FORGET_BOUNCES, "DELETE FROM bounce WHERE at<?")                                   \
	X(OF_ID, "SELECT address FROM mail WHERE id=lower(?) LIMIT 1")                       \
	X(BOUNCED, "INSERT OR IGNORE INTO bounce(key,address,at) VALUES(?,?,?)")             \
	X(BOUNCES, "SELECT count(*) FROM bounce WHERE address=? AND at>?")                   \
	X(SUPPRESS, "INSERT OR IGNORE INTO suppressed(address,status,at) VALUES(?,?,?)")     \
	X(RELEASE, "DELETE FROM suppressed WHERE address=?")                                 \
	X(RELEASE_BOUNCES, "DELETE FROM bounce WHERE address=?")                             \
	X(SUPPRESSED, "SELECT status FROM suppressed WHERE address=?")                       \
	X(LIST, "SELECT address,status,at FROM suppressed ORDER BY at,address")              \
	X(BEGUN, "SELECT at FROM begun")                                                     \
	X(BEGIN, "INSERT INTO begun(at) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM begun)")
/* clang-format on */

enum statement {
#define X(name, sql) ST_##name,
	STATEMENTS(X)
#undef X
		ST_COUNT
};
static const char *const statements[ST_COUNT] = {
#define X(name, sql) [ST_##name] = sql,
	STATEMENTS(X)
#undef X
};

struct book {
	sqlite3 *db;
	sqlite3_stmt *st[ST_COUNT];
};

/* ---- SQLite */

static sqlite3_stmt *get(struct book *b, enum statement which, struct heard_error *err)
{
	return db_again(b->db, statements[which], &b->st[which], err);
}

/* 1 a row, 0 none; the statement is reset unless there is a row. */
static int step(struct book *b, sqlite3_stmt *st, struct heard_error *err)
{
	int result = sqlite3_step(st);
	if (result == SQLITE_ROW)
		return 1;
	int code = result == SQLITE_DONE ? 0 : db_fail(b->db, err);
	sqlite3_reset(st);
	return code;
}

static int run(struct book *b, sqlite3_stmt *st, struct heard_error *err)
{
	int result = step(b, st, err);
	sqlite3_reset(st);
	return result < 0 ? result : 0;
}

/* The first column of the one row, 0 if there is none. */
static int number(struct book *b, sqlite3_stmt *st, int64_t *out, struct heard_error *err)
{
	int found = step(b, st, err);
	*out = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

static void bind_key(sqlite3_stmt *st, int i, const unsigned char *key)
{
	bind_blob(st, i, heard_str_n((const char *)key, BOOK_KEY));
}

struct book *book_open(const char *path, bool create, struct heard_error *err)
{
	struct book *b = calloc(1, sizeof(*b));
	if (!b) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	if (db_open(&b->db, path, create, 2048, err) == 0 && db_exec(b->db, schema, err) == 0)
		return b;
	book_close(b);
	return NULL;
}

void book_close(struct book *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(b->st[i]);
	sqlite3_close(b->db);
	free(b);
}

/* ---- mails */

int book_has(struct book *b, const unsigned char key[BOOK_KEY], bool *has_r,
	     struct heard_error *err)
{
	int64_t n = 0;
	sqlite3_stmt *st = get(b, ST_HAS, err);
	if (!st)
		return -err->code;
	bind_key(st, 1, key);
	int result = number(b, st, &n, err);
	*has_r = n != 0;
	return result;
}

int book_note(struct book *b, const struct book_mail *m, int64_t now, struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_NOTE, err);
	if (!st)
		return -err->code;
	bind_key(st, 1, m->key);
	bind_text(st, 2, m->id);
	bind_text(st, 3, heard_str(m->address));
	sqlite3_bind_int64(st, 4, now);
	sqlite3_bind_int(st, 5, m->is_automatic);
	return run(b, st, err);
}

int book_sent_since(struct book *b, int64_t since, int64_t *n_r, int64_t *first_r,
		    struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_SENT, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, since);
	int found = step(b, st, err);
	*n_r = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	*first_r = found > 0 ? sqlite3_column_int64(st, 1) : 0;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

int book_told_since(struct book *b, const char *address, int64_t since, int64_t *n_r,
		    struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_TOLD, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, heard_str(address));
	sqlite3_bind_int64(st, 2, since);
	return number(b, st, n_r, err);
}

int book_forget(struct book *b, int64_t before, struct heard_error *err)
{
	static const enum statement both[] = {ST_FORGET, ST_FORGET_BOUNCES};
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		sqlite3_stmt *st = get(b, both[i], err);
		if (!st)
			return -err->code;
		sqlite3_bind_int64(st, 1, before);
		if (run(b, st, err))
			return -err->code;
	}
	return 0;
}

int book_begun(struct book *b, int64_t now, int64_t *at_r, struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_BEGIN, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, now);
	if (run(b, st, err) || !(st = get(b, ST_BEGUN, err)))
		return -err->code;
	return number(b, st, at_r, err);
}

/* ---- addresses */

int book_suppress(struct book *b, const char *address, struct heard_str status, int64_t now,
		  struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_SUPPRESS, err);
	if (!st)
		return -err->code;
	if (status.len >= BOOK_STATUS)
		status.len = BOOK_STATUS - 1;
	bind_text(st, 1, heard_str(address));
	bind_text(st, 2, status.ptr ? status : HEARD_STR_OF(""));
	sqlite3_bind_int64(st, 3, now);
	return run(b, st, err);
}

int book_release(struct book *b, const char *address, bool *was_r, struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_RELEASE, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, heard_str(address));
	if (run(b, st, err))
		return -err->code;
	*was_r = sqlite3_changes(b->db) > 0;
	if (!(st = get(b, ST_RELEASE_BOUNCES, err)))
		return -err->code;
	bind_text(st, 1, heard_str(address));
	return run(b, st, err);
}

int book_is_suppressed(struct book *b, const char *address, bool *is_r,
		       char status[BOOK_STATUS], struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_SUPPRESSED, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, heard_str(address));
	int found = step(b, st, err);
	*is_r = found > 0;
	snprintf(status, BOOK_STATUS, "%.*s",
		 HEARD_ARG(found > 0 ? column_str(st, 0) : heard_str_n(NULL, 0)));
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

int book_suppressed_each(struct book *b,
			 void (*fn)(void *arg, const char *address, const char *status,
				    int64_t at),
			 void *arg, struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_LIST, err);
	int more;
	if (!st)
		return -err->code;
	while ((more = step(b, st, err)) > 0)
		fn(arg, (const char *)sqlite3_column_text(st, 0),
		   (const char *)sqlite3_column_text(st, 1), sqlite3_column_int64(st, 2));
	return more;
}

/* ---- bounces */

/* 1 with the address that the mail of that id went to. */
static int find_id(struct book *b, struct heard_str id, char address[BOOK_ADDRESS],
		   struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_OF_ID, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, id);
	int found = step(b, st, err);
	if (found > 0)
		snprintf(address, BOOK_ADDRESS, "%.*s", HEARD_ARG(column_str(st, 0)));
	sqlite3_reset(st);
	return found;
}

static int count_soft(struct book *b, const char *address, const unsigned char key[BOOK_KEY],
		      int64_t now, int64_t *n_r, struct heard_error *err)
{
	sqlite3_stmt *st = get(b, ST_BOUNCED, err);
	if (!st)
		return -err->code;
	bind_key(st, 1, key);
	bind_text(st, 2, heard_str(address));
	sqlite3_bind_int64(st, 3, now);
	if (run(b, st, err) || !(st = get(b, ST_BOUNCES, err)))
		return -err->code;
	bind_text(st, 1, heard_str(address));
	sqlite3_bind_int64(st, 2, now - SOFT_MS);
	return number(b, st, n_r, err);
}

int book_bounced(struct book *b, struct heard_str id, const unsigned char key[BOOK_KEY],
		 struct heard_str status, bool is_final, int64_t now, bool *suppressed_r,
		 struct heard_error *err)
{
	char address[BOOK_ADDRESS], was[BOOK_STATUS];
	bool is_already = false;
	int64_t soft = 0;
	*suppressed_r = false;
	int found = find_id(b, id, address, err);
	if (found <= 0)
		return found;
	if (!is_final && count_soft(b, address, key, now, &soft, err))
		return -err->code;
	if (!is_final && soft < BOOK_SOFT_MAX)
		return 0;
	if (book_is_suppressed(b, address, &is_already, was, err))
		return -err->code;
	*suppressed_r = !is_already;
	return book_suppress(b, address, status, now, err);
}
