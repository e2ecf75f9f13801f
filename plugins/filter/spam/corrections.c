/*
 * corrections.c - what people said of texts: a database of this filter's own.
 */
#include "corrections.h"

#include <heard/error.h>

#include <store/db.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { VERSION = 2, WAIT_MS = 10000, CACHE_KIB = 2048 };

struct corrections {
	sqlite3 *db;
};

static int fail(struct corrections *c, struct heard_error *err)
{
	int result = db_fail(c->db, err);
	return result != -EBUSY ? result
				: heard_fail(err, EBUSY,
					     "%s: another `heard train` is at work on it; try "
					     "again when that is done",
					     sqlite3_db_filename(c->db, "main"));
}

static int run(struct corrections *c, const char *sql, struct heard_error *err)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(c, err);
}

/* A row's places are of a certain shape: of another one they mean nothing. */
static int64_t shape_of(enum spam_kind kind)
{
	const struct gram_shape *s = &spam_shapes[kind];
	return s->chars_min | s->chars_max << 8 | s->words_max << 16 | s->bits << 24;
}

static int version_of(struct corrections *c)
{
	sqlite3_stmt *st;
	int version = 0;
	if (sqlite3_prepare_v2(c->db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		version = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return version;
}

static int make_table(struct corrections *c, struct heard_error *err)
{
	char pragma[64];
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d", VERSION);
	/* Nobody else is in it when we look: who waited for another first run must see the
	 * version that this one has left.  1 had no odds, and was never in a release. */
	if (run(c, "BEGIN IMMEDIATE", err) ||
	    (version_of(c) == 1 && run(c, "DROP TABLE correction", err)) ||
	    run(c,
		"CREATE TABLE IF NOT EXISTS correction(id TEXT PRIMARY KEY, kind INTEGER NOT "
		"NULL, shape INTEGER NOT NULL, is_spam INTEGER NOT NULL, odds REAL NOT "
		"NULL, author INTEGER NOT NULL, at INTEGER NOT NULL, places BLOB NOT NULL)"
		" WITHOUT ROWID",
		err))
		return -err->code;
	return run(c, pragma, err);
}

struct corrections *corrections_open(const char *folder, struct heard_error *err)
{
	char path[4096];
	struct corrections *c = calloc(1, sizeof(*c));
	if (c == NULL ||
	    snprintf(path, sizeof(path), "%s/corrections.db", folder) >= (int)sizeof(path)) {
		heard_fail(err, ENOMEM, "no memory for the corrections");
		free(c);
		return NULL;
	}
	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		heard_fail(err, errno, "%s cannot be made: %s", folder, strerror(errno));
		free(c);
		return NULL;
	}
	if (db_open(&c->db, path, true, CACHE_KIB, err) != 0) {
		corrections_close(c);
		return NULL;
	}
	sqlite3_busy_timeout(c->db, WAIT_MS);
	if (make_table(c, err) != 0) {
		corrections_close(c);
		return NULL;
	}
	return c;
}

void corrections_close(struct corrections *c)
{
	if (c != NULL)
		sqlite3_close(c->db);
	free(c);
}

int corrections_put(struct corrections *c, const struct correction *x, struct heard_error *err)
{
	sqlite3_stmt *st;
	if (sqlite3_prepare_v2(c->db,
			       "INSERT OR REPLACE INTO correction VALUES(?,?,?,?,?,?,?,?)", -1,
			       &st, NULL) != SQLITE_OK)
		return fail(c, err);
	sqlite3_bind_text(st, 1, x->id.ptr, (int)x->id.len, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, (int)x->kind);
	sqlite3_bind_int64(st, 3, shape_of(x->kind));
	sqlite3_bind_int(st, 4, x->is_spam);
	sqlite3_bind_double(st, 5, (double)x->odds);
	sqlite3_bind_int64(st, 6, (int64_t)x->author);
	sqlite3_bind_int64(st, 7, x->at);
	sqlite3_bind_blob(st, 8, x->places, (int)(x->n * sizeof(*x->places)), SQLITE_STATIC);
	int rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : fail(c, err);
}

int corrections_forget(struct corrections *c, struct heard_error *err)
{
	return run(c, "DELETE FROM correction", err);
}

int corrections_forget_author(struct corrections *c, uint64_t author, int64_t *n_r,
			      struct heard_error *err)
{
	sqlite3_stmt *st;
	if (sqlite3_prepare_v2(c->db, "DELETE FROM correction WHERE author=?", -1, &st, NULL) !=
	    SQLITE_OK)
		return fail(c, err);
	sqlite3_bind_int64(st, 1, (int64_t)author);
	int rc = sqlite3_step(st);
	sqlite3_finalize(st);
	*n_r = sqlite3_changes64(c->db);
	return rc == SQLITE_DONE ? 0 : fail(c, err);
}

/* Between the two another one may have its turn; we begin anew behind it. */
int corrections_commit(struct corrections *c, struct heard_error *err)
{
	char sql[160];
	snprintf(sql, sizeof(sql),
		 "DELETE FROM correction WHERE id IN (SELECT id FROM correction ORDER BY at "
		 "DESC, id LIMIT -1 OFFSET %d); COMMIT; BEGIN IMMEDIATE",
		 CORRECTIONS_MAX);
	return run(c, sql, err);
}

int corrections_each(struct corrections *c, enum spam_kind kind,
		     int (*fn)(void *arg, const struct correction *), void *arg,
		     struct heard_error *err)
{
	sqlite3_stmt *st;
	int rc, result = 0;
	if (sqlite3_prepare_v2(c->db,
			       "SELECT id,is_spam,odds,author,at,places FROM correction"
			       " WHERE kind=? AND shape=? ORDER BY author,id",
			       -1, &st, NULL) != SQLITE_OK)
		return fail(c, err);
	sqlite3_bind_int(st, 1, (int)kind);
	sqlite3_bind_int64(st, 2, shape_of(kind));
	while (result == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct correction x = {
			.id = heard_str((const char *)sqlite3_column_text(st, 0)),
			.kind = kind,
			.is_spam = sqlite3_column_int(st, 1),
			.odds = (float)sqlite3_column_double(st, 2),
			.author = (uint64_t)sqlite3_column_int64(st, 3),
			.at = sqlite3_column_int64(st, 4),
			.places = sqlite3_column_blob(st, 5),
			.n = (uint32_t)sqlite3_column_bytes(st, 5) / sizeof(uint32_t),
		};
		result = fn(arg, &x);
	}
	if (result == 0 && rc != SQLITE_DONE)
		result = fail(c, err);
	else if (result != 0)
		heard_fail(err, -result, "no memory for the corrections");
	sqlite3_finalize(st);
	return result;
}
