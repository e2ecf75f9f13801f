/*
 * answered.c - answers.db, by SQLite.
 *
 * Two tables: answers that went out, by their key, and people, with the time of their
 * last message and the number of answers since.  A chatty channel notes somebody for each
 * message, and each commit waits for the disk; so these gather in a transaction that is
 * left open.  If it is lost in a crash, the journal still has the messages, and all that
 * goes wrong is a window that looks shorter than it is.
 *
 * A damaged file is begun anew.  What is lost with it is who was answered: the platform
 * itself counts the window, and whoever asks for an answer again has noted all that he
 * was told of; so only what was under way when the daemon ended is sent twice.
 */
#include "answered.h"

#include <heard/error.h>
#include <heard/time.h>
#include <store/db.h>

#include <errno.h>
#include <stdlib.h>

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS answer(key BLOB PRIMARY KEY,at INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS answer_at ON answer(at);"
	"CREATE TABLE IF NOT EXISTS person(hash BLOB PRIMARY KEY,at INTEGER NOT NULL,"
	" answers INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS person_at ON person(at);";

/* clang-format off */
#define STATEMENTS(X)                                                                     \
	X(BEGIN, "BEGIN IMMEDIATE")                                                       \
	X(COMMIT, "COMMIT")                                                               \
	X(HAS, "SELECT 1 FROM answer WHERE key=?")                                        \
	X(NOTE, "INSERT OR IGNORE INTO answer(key,at) VALUES(?,?)")                       \
	X(SENT, "UPDATE person SET answers=answers+1 WHERE hash=?")                      \
	X(WROTE, "INSERT INTO person(hash,at,answers) VALUES(?,?,0) ON CONFLICT DO UPDATE"\
		 " SET at=excluded.at,answers=0 WHERE excluded.at>at")                    \
	X(SINCE, "SELECT at,answers FROM person WHERE hash=?")                            \
	X(FORGET, "DELETE FROM answer WHERE at<?")                                        \
	X(FORGET_PEOPLE, "DELETE FROM person WHERE at<?")
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

_Static_assert((int)ANSWERED_ASIDE == DB_ASIDE, "the same name");

struct answered {
	sqlite3 *db;
	sqlite3_stmt *st[ST_COUNT];
};

/* ---- SQLite */

static sqlite3_stmt *get(struct answered *a, enum statement which, struct heard_error *err)
{
	return db_again(a->db, statements[which], &a->st[which], err);
}

static sqlite3_stmt *get_of(struct answered *a, enum statement which, const unsigned char *hash,
			    struct heard_error *err)
{
	sqlite3_stmt *st = get(a, which, err);
	if (st != NULL)
		bind_blob(st, 1, heard_str_n((const char *)hash, ANSWERED_HASH));
	return st;
}

static int run(struct answered *a, sqlite3_stmt *st, struct heard_error *err)
{
	if (st == NULL)
		return -err->code;
	int result = sqlite3_step(st) == SQLITE_DONE ? 0 : db_fail(a->db, err);
	sqlite3_reset(st);
	return result;
}

static int begin(struct answered *a, struct heard_error *err)
{
	bool is_begun = sqlite3_get_autocommit(a->db) == 0;
	return is_begun ? 0 : run(a, get(a, ST_BEGIN, err), err);
}

void answered_close(struct answered *a)
{
	struct heard_error err;
	if (a == NULL)
		return;
	if (a->db != NULL)
		answered_sync(a, &err);
	for (size_t i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(a->st[i]);
	sqlite3_close(a->db);
	free(a);
}

static struct answered *open_file(const char *path, struct heard_error *err)
{
	struct answered *a = calloc(1, sizeof(*a));
	if (a == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	if (db_open(&a->db, path, true, 2048, err) == 0 && db_check(a->db, err) == 0 &&
	    db_exec(a->db, schema, err) == 0)
		return a;
	answered_close(a);
	return NULL;
}

struct answered *answered_open(const char *path, int64_t now, char aside_r[ANSWERED_ASIDE],
			       struct heard_error *err)
{
	struct answered *a = open_file(path, err);
	aside_r[0] = '\0';
	if (a != NULL || err->code != EBADMSG || db_set_aside(path, now, aside_r, err) != 0)
		return a;
	return open_file(path, err);
}

/* ---- answers */

int answered_has(struct answered *a, const unsigned char key[ANSWERED_HASH], bool *has_r,
		 struct heard_error *err)
{
	sqlite3_stmt *st = get_of(a, ST_HAS, key, err);
	if (st == NULL)
		return -err->code;
	int step = sqlite3_step(st);
	*has_r = step == SQLITE_ROW;
	int result = step == SQLITE_ROW || step == SQLITE_DONE ? 0 : db_fail(a->db, err);
	sqlite3_reset(st);
	return result;
}

int answered_note(struct answered *a, const unsigned char key[ANSWERED_HASH],
		  const unsigned char person[ANSWERED_HASH], int64_t now,
		  struct heard_error *err)
{
	sqlite3_stmt *st = begin(a, err) == 0 ? get_of(a, ST_NOTE, key, err) : NULL;
	if (st == NULL)
		return -err->code;
	sqlite3_bind_int64(st, 2, now);
	if (run(a, st, err))
		return -err->code;
	if (sqlite3_changes(a->db) > 0 && run(a, get_of(a, ST_SENT, person, err), err))
		return -err->code;
	return answered_sync(a, err);
}

int answered_sync(struct answered *a, struct heard_error *err)
{
	bool is_begun = sqlite3_get_autocommit(a->db) == 0;
	return is_begun ? run(a, get(a, ST_COMMIT, err), err) : 0;
}

/* ---- people */

int answered_heard(struct answered *a, const unsigned char person[ANSWERED_HASH], int64_t at,
		   struct heard_error *err)
{
	sqlite3_stmt *st = begin(a, err) == 0 ? get_of(a, ST_WROTE, person, err) : NULL;
	if (st == NULL)
		return -err->code;
	sqlite3_bind_int64(st, 2, at);
	return run(a, st, err);
}

int answered_since(struct answered *a, const unsigned char person[ANSWERED_HASH], int64_t *at_r,
		   int64_t *n_r, struct heard_error *err)
{
	*at_r = HEARD_TIME_NONE;
	*n_r = 0;
	sqlite3_stmt *st = get_of(a, ST_SINCE, person, err);
	if (st == NULL)
		return -err->code;
	int step = sqlite3_step(st);
	if (step == SQLITE_ROW) {
		*at_r = sqlite3_column_int64(st, 0);
		*n_r = sqlite3_column_int64(st, 1);
	}
	int result = step == SQLITE_ROW || step == SQLITE_DONE ? 0 : db_fail(a->db, err);
	sqlite3_reset(st);
	return result;
}

int answered_forget(struct answered *a, int64_t before, struct heard_error *err)
{
	static const enum statement both[] = {ST_FORGET, ST_FORGET_PEOPLE};
	int result = begin(a, err);
	for (size_t i = 0; i < 2 && result == 0; i++) {
		sqlite3_stmt *st = get(a, both[i], err);
		if (st != NULL)
			sqlite3_bind_int64(st, 1, before);
		result = run(a, st, err);
	}
	return result ? result : answered_sync(a, err);
}
