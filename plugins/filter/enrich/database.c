/*
 * database.c - one prepared statement.
 *
 * The file may be written by another program at any time, so a look-up takes no lock for
 * longer than its row.  A schema that changed is met by SQLite itself, which prepares the
 * statement anew; columns stay where the query has them.  Another file that was put in its
 * place, as a nightly export is, is opened anew: else we would read the old one for ever.
 */
#include "database.h"

#include <ask/rest.h>
#include <heard/batch.h>
#include <heard/error.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { STEPS = 1000, CELL_MAX = 1 << 20 };

struct database {
	sqlite3 *db;
	sqlite3_stmt *query;
	const struct wanted *wanted;
	int columns[WANTED_MAX];
	int64_t timeout, until;
	const char *path, *text; /* of the query */
	dev_t device;
	ino_t inode;
};

static int is_too_long(void *arg)
{
	const struct database *d = arg;
	return d->until != 0 && rest_clock() > d->until;
}

/* ---- opening */

static int find_columns(struct database *d, struct heard_error *err)
{
	int n = sqlite3_column_count(d->query);
	for (size_t i = 0; i < d->wanted->n; i++) {
		int at = 0;
		while (at < n &&
		       strcmp(sqlite3_column_name(d->query, at), d->wanted->names[i]) != 0)
			at++;
		if (at == n)
			return heard_fail(
				err, EINVAL,
				"query: it gives no column \"%.80s\"; name it with AS",
				d->wanted->names[i]);
		d->columns[i] = at;
	}
	return 0;
}

static int prepare(struct database *d, const char *query, struct heard_error *err)
{
	const char *tail = "";
	if (sqlite3_prepare_v3(d->db, query, -1, SQLITE_PREPARE_PERSISTENT, &d->query, &tail) !=
	    SQLITE_OK)
		return heard_fail(err, EINVAL, "query: %s", sqlite3_errmsg(d->db));
	if (d->query == NULL || tail[strspn(tail, " \t\r\n;")] != '\0')
		return heard_fail(err, EINVAL, "query: it must be one statement");
	if (!sqlite3_stmt_readonly(d->query) || sqlite3_column_count(d->query) == 0)
		return heard_fail(err, EINVAL, "query: it must be a SELECT and change nothing");
	if (sqlite3_bind_parameter_count(d->query) != 1)
		return heard_fail(err, EINVAL,
				  "query: it must have one parameter, the key: WHERE id = ?");
	return find_columns(d, err);
}

/* The file is not ours: it brings no code, and no other file. */
static void restrict_to_reading(struct database *d)
{
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_limit(d->db, SQLITE_LIMIT_LENGTH, CELL_MAX);
	sqlite3_limit(d->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_busy_timeout(d->db, (int)(d->timeout < 60000 ? d->timeout : 60000));
	sqlite3_progress_handler(d->db, STEPS, is_too_long, d);
}

struct database *database_open(const char *path, const char *query, const struct wanted *wanted,
			       int64_t timeout, struct heard_error *err)
{
	struct database *d = calloc(1, sizeof(*d));
	if (d == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	struct stat st;
	d->wanted = wanted;
	d->timeout = timeout;
	d->path = path;
	d->text = query;
	if (stat(path, &st) == 0) { /* before it is opened: a later one is seen */
		d->device = st.st_dev;
		d->inode = st.st_ino;
	}
	int rc = sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
				 NULL);
	if (rc != SQLITE_OK)
		heard_fail(err, EINVAL, "%s: %s", path,
			   d->db != NULL ? sqlite3_errmsg(d->db) : sqlite3_errstr(rc));
	else
		restrict_to_reading(d);
	if (rc == SQLITE_OK && prepare(d, query, err) == 0)
		return d;
	if (rc == SQLITE_OK)
		heard_error_wrap(err, "%s", path);
	database_close(d);
	return NULL;
}

void database_close(struct database *d)
{
	if (d == NULL)
		return;
	sqlite3_finalize(d->query);
	sqlite3_close(d->db);
	free(d);
}

int database_follow(struct database *d, struct heard_error *err)
{
	struct stat st;
	if (stat(d->path, &st) != 0 || (st.st_dev == d->device && st.st_ino == d->inode))
		return 0; /* gone for a moment: what is open still is */
	struct database *fresh = database_open(d->path, d->text, d->wanted, d->timeout, err);
	if (fresh == NULL)
		return -err->code;
	struct database old = *d;
	*d = *fresh;
	*fresh = old;
	sqlite3_progress_handler(d->db, STEPS, is_too_long, d);
	database_close(fresh);
	return 0;
}

/* ---- looking up */

static int read_row(struct database *d, struct heard_batch *b, struct heard_str *values,
		    struct heard_error *err)
{
	int n = sqlite3_column_count(d->query);
	for (size_t i = 0; i < d->wanted->n; i++) {
		values[i] = heard_str_n(NULL, 0);
		if (d->columns[i] >= n ||
		    sqlite3_column_type(d->query, d->columns[i]) == SQLITE_BLOB)
			continue;
		const char *text = (const char *)sqlite3_column_text(d->query, d->columns[i]);
		int len = sqlite3_column_bytes(d->query, d->columns[i]);
		struct heard_str v = wanted_value(heard_str_n(text, text ? (size_t)len : 0));
		if (v.len == 0)
			continue;
		values[i] = heard_batch_copy(b, v);
		if (values[i].ptr == NULL)
			return heard_fail(err, ENOMEM, "no room for what is known");
	}
	return 1;
}

int database_get(struct database *d, struct heard_str key, struct heard_batch *b,
		 struct heard_str *values, struct heard_error *err)
{
	d->until = rest_clock() + d->timeout;
	sqlite3_bind_text64(d->query, 1, key.ptr, key.len, SQLITE_STATIC, SQLITE_UTF8);
	int rc = sqlite3_step(d->query);
	int result;
	if (rc == SQLITE_ROW)
		result = read_row(d, b, values, err);
	else if (rc == SQLITE_DONE)
		result = 0;
	else if (rc == SQLITE_INTERRUPT)
		result = heard_fail(err, ETIMEDOUT, "the query takes longer than %lld ms",
				    (long long)d->timeout);
	else
		result = heard_fail(err, EIO, "%s", sqlite3_errmsg(d->db));
	sqlite3_reset(d->query);
	sqlite3_clear_bindings(d->query);
	d->until = 0;
	return result;
}
