/*
 * db.c - open an SQLite file the way the store wants it, and say clearly what
 * went wrong.
 *
 * Every file is in WAL mode with synchronous FULL unless its owner says
 * otherwise, without memory mapping (an I/O error must be a result, not a
 * SIGBUS; shm.c sees to what SQLite maps all the same), with a bounded page
 * cache, and readable by its owner alone: it holds what customers wrote.  For the
 * same reason what is deleted or replaced is overwritten, by every connection: an
 * event that has been told is a copy too.
 */
#include "db.h"

#include "shm.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct meaning {
	int result, code;
	const char *text;
};

static const struct meaning meanings[] = {
	{SQLITE_BUSY, EBUSY, "another process holds the lock; it will be tried again"},
	{SQLITE_LOCKED, EBUSY, "another connection holds the lock; it will be tried again"},
	{SQLITE_FULL, ENOSPC, "the disk is full; free space on it"},
	{SQLITE_IOERR, EIO, "reading or writing failed; look at the disk"},
	{SQLITE_CORRUPT, EBADMSG,
	 "the file is damaged; restore it from a backup or run `sqlite3 FILE .recover`"},
	{SQLITE_NOTADB, EBADMSG, "this is not a database; move the file away or name another"},
	{SQLITE_READONLY, EACCES, "the file or its folder may not be written; check its owner"},
	{SQLITE_CANTOPEN, EACCES, "it cannot be opened; check the folder and its owner"},
	{SQLITE_PERM, EACCES, "permission denied; check the owner of file and folder"},
	{SQLITE_NOMEM, ENOMEM, "out of memory"},
	{SQLITE_TOOBIG, EFBIG, "a value is too large to be stored"},
};

static const char *db_name(sqlite3 *db)
{
	const char *path = db ? sqlite3_db_filename(db, "main") : NULL;
	return path && *path ? path : "the database";
}

int db_fail(sqlite3 *db, struct heard_error *err)
{
	int result = db ? sqlite3_errcode(db) & 0xff : SQLITE_NOMEM;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].result == result)
			return heard_fail(err, meanings[i].code, "%s: %s", db_name(db),
					  meanings[i].text);
	return heard_fail(err, EIO, "%s: %s", db_name(db),
			  db ? sqlite3_errmsg(db) : "no memory");
}

int db_exec(sqlite3 *db, const char *sql, struct heard_error *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, err);
}

int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **st, struct heard_error *err)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL) == SQLITE_OK
		       ? 0
		       : db_fail(db, err);
}

sqlite3_stmt *db_again(sqlite3 *db, const char *sql, sqlite3_stmt **st, struct heard_error *err)
{
	if (*st == NULL && db_prepare(db, sql, st, err) != 0)
		return NULL;
	sqlite3_reset(*st);
	sqlite3_clear_bindings(*st);
	return *st;
}

int db_int(sqlite3 *db, const char *sql, int64_t otherwise, int64_t *out,
	   struct heard_error *err)
{
	sqlite3_stmt *st;
	if (db_prepare(db, sql, &st, err))
		return -err->code;
	int step = sqlite3_step(st);
	*out = step == SQLITE_ROW ? sqlite3_column_int64(st, 0) : otherwise;
	int result = step == SQLITE_ROW || step == SQLITE_DONE ? 0 : db_fail(db, err);
	sqlite3_finalize(st);
	return result;
}

int db_check(sqlite3 *db, struct heard_error *err)
{
	int64_t faults = 0;
	if (db_int(db, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check<>'ok'", 0,
		   &faults, err))
		return -err->code;
	return faults == 0 ? 0
			   : heard_fail(err, EBADMSG, "%s: the file is damaged", db_name(db));
}

int db_set_aside(const char *path, int64_t now_ms, char aside_r[DB_ASIDE],
		 struct heard_error *err)
{
	static const char *const beside[] = {"-wal", "-shm"};
	char from[DB_ASIDE], to[DB_ASIDE + 8];
	snprintf(aside_r, DB_ASIDE, "%s.damaged-%lld", path, (long long)(now_ms / 1000));
	if (rename(path, aside_r) != 0)
		return heard_fail(err, errno, "%s is damaged and cannot be set aside: %m",
				  path);
	for (size_t i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%s%s", path, beside[i]);
		snprintf(to, sizeof(to), "%s%s", aside_r, beside[i]);
		if (rename(from, to) != 0 && errno != ENOENT)
			return heard_fail(err, errno, "%s cannot be set aside: %m", from);
	}
	return 0;
}

/* SQLite would make it readable by everybody; its -wal and -shm follow suit.  One
 * that is there is not even opened: closing it would drop the locks that other
 * connections of this process have on it. */
static int make_private(const char *path, struct heard_error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST && access(path, R_OK | W_OK) == 0)
		return 0;
	if (fd < 0)
		return heard_fail(err, errno, "%s cannot be made: %m", path);
	close(fd);
	return 0;
}

/* An errno that says more than "cannot be opened". */
static int must_exist(const char *path, struct heard_error *err)
{
	if (access(path, R_OK | W_OK) == 0)
		return 0;
	if (errno == ENOENT)
		return heard_fail(
			err, ENOENT,
			"%s does not exist yet: it is made when the daemon first starts with "
			"this config (`heard run`)",
			path);
	return heard_fail(err, errno, "%s: %m", path);
}

/* SQLite counts the bytes of every allocation under one lock of the process;
 * nobody reads the sums.  It refuses, which is fine, once it has begun. */
static void stop_counting(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int db_open(sqlite3 **db_r, const char *path, bool create, int cache_kib,
	    struct heard_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	*db_r = NULL;
	pthread_once(&once, stop_counting);
	if (create ? make_private(path, err) : must_exist(path, err))
		return -err->code;
	sqlite3 *db = NULL;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK || shm_guard(db) != SQLITE_OK)
		goto fail;
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, DB_BUSY_MS);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	char sql[320];
	snprintf(sql, sizeof(sql),
		 "PRAGMA page_size=16384; PRAGMA cache_size=-%d; PRAGMA mmap_size=0;"
		 "PRAGMA temp_store=MEMORY; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		 "PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON;"
		 "PRAGMA journal_size_limit=67108864",
		 cache_kib);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) {
		*db_r = db;
		return 0;
	}
fail:
	db_fail(db, err);
	sqlite3_close(db);
	return -err->code;
}

void bind_time(sqlite3_stmt *st, int i, int64_t ms)
{
	if (ms == HEARD_TIME_NONE)
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_int64(st, i, ms);
}

struct heard_str column_str(sqlite3_stmt *st, int i)
{
	const char *ptr = sqlite3_column_blob(st, i);
	return heard_str_n(ptr, ptr ? (size_t)sqlite3_column_bytes(st, i) : 0);
}

int64_t column_time(sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_NULL ? HEARD_TIME_NONE
							 : sqlite3_column_int64(st, i);
}
