/*
 * db.h - what every file here asks of SQLite, in one place.
 *
 * db_fail turns SQLite's result into an errno and a sentence that names the
 * file and what to do.  SQLite's own messages name tables and columns, never
 * values, so they may be logged.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <heard/str.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct heard_error;

enum { DB_BUSY_MS = 5000 }; /* how long to wait for another writer */

/* Open a file, creating it (0600) if `create`; sets the pragmas that belong to a
 * connection.  *db_r is NULL on failure. */
int db_open(sqlite3 **db_r, const char *path, bool create, int cache_kib, struct heard_error *);
int db_fail(sqlite3 *, struct heard_error *);
/* -EBADMSG: what is in it contradicts itself.  Reads all of it: for small files. */
int db_check(sqlite3 *, struct heard_error *);
/* Rename a file that is closed, with what SQLite keeps beside it, to "PATH.damaged-TIME",
 * for whoever wants to save something of it. */
enum { DB_ASIDE = 4200 };
int db_set_aside(const char *path, int64_t now_ms, char aside_r[DB_ASIDE],
		 struct heard_error *);
int db_exec(sqlite3 *, const char *sql, struct heard_error *);
/* The first column of the first row; `otherwise` if there is no row. */
int db_int(sqlite3 *, const char *sql, int64_t otherwise, int64_t *out, struct heard_error *);
int db_prepare(sqlite3 *, const char *sql, sqlite3_stmt **, struct heard_error *);
/* One that is kept in *st, made when it is first wanted: reset, with nothing bound.  NULL
 * with a sentence. */
sqlite3_stmt *db_again(sqlite3 *, const char *sql, sqlite3_stmt **, struct heard_error *);

static inline void bind_text(sqlite3_stmt *st, int i, struct heard_str s)
{
	if (s.ptr)
		sqlite3_bind_text64(st, i, s.ptr, s.len, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(st, i);
}

static inline void bind_blob(sqlite3_stmt *st, int i, struct heard_str s)
{
	sqlite3_bind_blob64(st, i, s.ptr ? s.ptr : "", s.len, SQLITE_STATIC);
}

static inline void bind_int_or_null(sqlite3_stmt *st, int i, int64_t n)
{
	if (n)
		sqlite3_bind_int64(st, i, n);
	else
		sqlite3_bind_null(st, i);
}

/* HEARD_TIME_NONE is NULL in the tables. */
void bind_time(sqlite3_stmt *, int i, int64_t ms);
struct heard_str column_str(sqlite3_stmt *, int i); /* valid until the next step */
int64_t column_time(sqlite3_stmt *, int i);

#endif
