/*
 * store.c - opening surveys.db, and asking it.
 *
 * Few rows and few questions: each statement is prepared when it is asked, and nothing
 * is kept between two of them.
 */
#include "store.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { CACHE_KIB = 256, VERSION = 1 };
#define APPLICATION_ID 0x68726443 /* "hrdC" */

static const char schema[] =
	"CREATE TABLE invitation(key BLOB PRIMARY KEY, survey TEXT NOT NULL, person BLOB NOT "
	"NULL, round INTEGER NOT NULL, invited_at INTEGER NOT NULL, reminded_at INTEGER,"
	" segment TEXT, product TEXT) WITHOUT ROWID;"
	"CREATE INDEX invitation_person ON invitation(person, invited_at);"
	"CREATE INDEX invitation_survey ON invitation(survey, invited_at);"
	"CREATE TABLE answer(survey TEXT, key BLOB, at INTEGER NOT NULL, state INTEGER NOT "
	"NULL,"
	" PRIMARY KEY(survey, key)) WITHOUT ROWID;";

/* 1 it is ours, 0 it is empty, -errno with a sentence. */
static int look(sqlite3 *db, struct heard_error *err)
{
	int64_t version, application, tables;
	if (db_int(db, "PRAGMA user_version", 0, &version, err) ||
	    db_int(db, "PRAGMA application_id", 0, &application, err) ||
	    db_int(db, "SELECT count(*) FROM sqlite_schema", 0, &tables, err))
		return -err->code;
	if (application == APPLICATION_ID && version == VERSION)
		return 1;
	if (application == 0 && version == 0 && tables == 0)
		return 0;
	return heard_fail(err, EBADMSG,
			  "%s is of another program or of a newer heard; name another file",
			  sqlite3_db_filename(db, "main"));
}

static int make(sqlite3 *db, struct heard_error *err)
{
	char sql[96];
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 APPLICATION_ID, VERSION);
	return db_exec(db, schema, err) || db_exec(db, sql, err) ? -err->code : 0;
}

static int prepare(sqlite3 *db, struct heard_error *err)
{
	int found = look(db, err);
	if (found != 0)
		return found < 0 ? found : 0;
	if (db_exec(db, "BEGIN IMMEDIATE", err)) /* two may make it at once */
		return -err->code;
	found = look(db, err);
	int result = found < 0 ? found : found == 0 ? make(db, err) : 0;
	if (result == 0)
		result = db_exec(db, "COMMIT", err);
	if (result != 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

struct campaign *campaign_open(const char *path, bool create, bool is_lazy,
			       struct heard_error *err)
{
	struct campaign *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	if (db_open(&c->db, path, create, CACHE_KIB, err) == 0 && prepare(c->db, err) == 0 &&
	    (!is_lazy || db_exec(c->db, "PRAGMA synchronous=NORMAL", err) == 0))
		return c;
	campaign_close(c);
	return NULL;
}

void campaign_close(struct campaign *c)
{
	if (c == NULL)
		return;
	sqlite3_close(c->db);
	free(c);
}

/* A list touches all rows in no order, while answers wait: with the little cache that is
 * enough for one row now and then it would write each page again and again. */
int campaign_begin(struct campaign *c, struct heard_error *err)
{
	return db_exec(c->db, "PRAGMA cache_size=-262144; BEGIN IMMEDIATE", err);
}

int campaign_commit(struct campaign *c, struct heard_error *err)
{
	return db_exec(c->db, "COMMIT", err);
}

void campaign_rollback(struct campaign *c)
{
	sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

sqlite3_stmt *campaign_statement(struct campaign *c, const char *sql, const char *survey,
				 struct heard_error *err)
{
	sqlite3_stmt *st = NULL;
	if (db_prepare(c->db, sql, &st, err))
		return NULL;
	if (survey)
		sqlite3_bind_text(st, 1, survey, -1, SQLITE_STATIC);
	return st;
}

int campaign_step(struct campaign *c, sqlite3_stmt *st, struct heard_error *err)
{
	int step = sqlite3_step(st);
	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : db_fail(c->db, err);
}

int campaign_run(struct campaign *c, sqlite3_stmt *take, struct heard_error *err)
{
	if (take == NULL)
		return -err->code;
	int result = campaign_step(c, take, err);
	sqlite3_finalize(take);
	return result < 0 ? result : 0;
}
