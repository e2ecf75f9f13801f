/*
 * index.c - the search file: words and tokens by piece of the store.
 *
 * FTS5 was tried and followed at 14,000 records a second (docs/decisions/0031),
 * because its merges rewrite the index again and again.  A store is read newest
 * first and is never edited in the middle, so merging buys little here.  Instead
 * each piece of some thousand records is a segment of its own, written once,
 * word after word in the order of the table's key, which SQLite appends at full
 * speed.  A customer's token is one more word of its record: in a table of their
 * own tokens would touch all of its pages for each piece.  A search walks the segments from the
 * newest and stops when it has enough.  Only small segments, the fruit of quiet hours, are
 * joined (merge.c).
 *
 *   segment  first and last record of each
 *   posting  for a segment and a word: which of its records have it
 *   state    whose index this is, and how far it has come
 *
 * Two writers would each append what the other has: a writer holds a lock on a file
 * beside it for as long as it is open.  It is a file of its own because the search
 * file comes and goes, and since closing any descriptor of a database would drop
 * SQLite's own locks on it.  The position is read again in each transaction, should
 * somebody have found a way around the lock.
 *
 * The version of the file is also that of the folding (fold.h): words folded in another
 * way would not be found.
 *
 * The file can be lost at any moment: it is not synced at each commit, and what
 * does not fit the store is thrown away and made anew.
 */
#include "index.h"

#include "index_file.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { CACHE_KIB = 16 * 1024, INDEX_VERSION = 3, LIST_MAX = 16 << 20 };

static const char *const index_statements[INDEX_STATEMENTS] = {
#define X(name, sql) [name] = sql,
	INDEX_SQL(X)
#undef X
};

static const char index_schema[] =
	"CREATE TABLE segment(first INTEGER PRIMARY KEY, last INTEGER NOT NULL);"
	"CREATE TABLE posting(segment INTEGER, word BLOB, records BLOB NOT NULL,"
	" PRIMARY KEY(segment, word)) WITHOUT ROWID;"
	"CREATE TABLE state(store TEXT NOT NULL, position INTEGER NOT NULL);";

void index_writer_close(struct index_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < INDEX_STATEMENTS; i++)
		sqlite3_finalize(w->st[i]);
	sqlite3_close(w->db);
	postings_release(&w->postings);
	heard_buf_release(&w->list);
	if (w->lock >= 0)
		close(w->lock); /* and so unlock; the last thing */
	free(w);
}

static int make_schema(sqlite3 *db, struct heard_str store_name, struct heard_error *err)
{
	char *sql = sqlite3_mprintf(
		"BEGIN IMMEDIATE; %s"
		"INSERT INTO state VALUES('%.*q', 0); PRAGMA user_version=%d; COMMIT",
		index_schema, (int)store_name.len, store_name.ptr, INDEX_VERSION);
	int result = sql ? db_exec(db, sql, err) : heard_fail(err, ENOMEM, "out of memory");
	sqlite3_free(sql);
	return result;
}

int index_check_state(sqlite3 *db, struct heard_str store_name, int64_t last, int64_t *position,
		      struct heard_error *err)
{
	sqlite3_stmt *st;
	int64_t version;
	if (db_int(db, "PRAGMA user_version", 0, &version, err))
		return -err->code;
	if (version != INDEX_VERSION)
		return 0;
	if (db_prepare(db, "SELECT store,position FROM state", &st, err))
		return -err->code;
	int fits = 0;
	if (sqlite3_step(st) == SQLITE_ROW) {
		*position = sqlite3_column_int64(st, 1);
		fits = heard_str_eq(column_str(st, 0), store_name) && *position <= last;
	}
	sqlite3_finalize(st);
	return fits;
}

static int open_once(struct index_writer *w, const char *path, struct heard_str store_name,
		     int64_t last, struct heard_error *err)
{
	int64_t version;
	if (db_open(&w->db, path, true, CACHE_KIB, err) ||
	    db_exec(w->db, "PRAGMA synchronous=NORMAL", err) ||
	    db_int(w->db, "PRAGMA user_version", 0, &version, err))
		return -err->code;
	if (version == 0 && make_schema(w->db, store_name, err))
		return -err->code;
	int fits = index_check_state(w->db, store_name, last, &w->position, err);
	if (fits <= 0)
		return fits < 0 ? fits
				: heard_fail(err, EBADMSG, "%s is of another store", path);
	for (size_t i = 0; i < INDEX_STATEMENTS; i++)
		if (db_prepare(w->db, index_statements[i], &w->st[i], err))
			return -err->code;
	return 0;
}

static void remove_file(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[4096];
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (snprintf(name, sizeof(name), "%s%s", path, ends[i]) < (int)sizeof(name))
			unlink(name);
}

void index_writer_discard(struct index_writer *w)
{
	char path[4096];
	int lock = w->lock;
	snprintf(path, sizeof(path), "%s", sqlite3_db_filename(w->db, "main"));
	w->lock = -1;
	index_writer_close(w);
	remove_file(path);
	close(lock);
}

/* The descriptor that holds the lock, or -errno.  The lock file stays for ever: were
 * it removed, two could hold a lock each, on the old and on the new one. */
static int take_lock(const char *path, struct heard_error *err)
{
	char name[4096];
	if (snprintf(name, sizeof(name), "%s.lock", path) >= (int)sizeof(name))
		return heard_fail(err, ENAMETOOLONG, "%s: the name is too long", path);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return heard_fail(err, errno, "%s: %m", name);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	int result = heard_fail(err, errno, "%s: locked by another writer: %m", name);
	close(fd);
	return result;
}

static struct index_writer *create_writer(int lock)
{
	struct index_writer *w = calloc(1, sizeof(*w));
	uint64_t seed;
	if (!w)
		return NULL;
	sqlite3_randomness(sizeof(seed), &seed);
	postings_init(&w->postings, seed);
	heard_buf_init(&w->list, LIST_MAX);
	w->lock = lock;
	return w;
}

int index_writer_open(struct index_writer **writer_r, const char *path,
		      struct heard_str store_name, int64_t last, struct heard_error *err)
{
	*writer_r = NULL;
	int result = -EBADMSG, lock = take_lock(path, err);
	if (lock < 0)
		return lock;
	for (int attempt = 0; attempt < 2 && result == -EBADMSG; attempt++) {
		if (attempt > 0)
			remove_file(path);
		struct index_writer *w = create_writer(lock);
		result = w ? open_once(w, path, store_name, last, err)
			   : heard_fail(err, ENOMEM, "out of memory");
		if (result == 0) {
			*writer_r = w;
			return 0;
		}
		if (w)
			w->lock = -1; /* still needed */
		index_writer_close(w);
	}
	close(lock);
	return result;
}

int64_t index_writer_position(const struct index_writer *w)
{
	return w->position;
}

int index_run(struct index_writer *w, enum index_statement which, struct heard_error *err)
{
	int result = sqlite3_step(w->st[which]) == SQLITE_DONE ? 0 : db_fail(w->db, err);
	if (result < 0 && (sqlite3_errcode(w->db) & 0xff) == SQLITE_CONSTRAINT)
		result = heard_fail(err, EBADMSG, "%s: it holds a piece twice and is made anew",
				    sqlite3_db_filename(w->db, "main"));
	sqlite3_reset(w->st[which]);
	return result;
}

int index_begin(struct index_writer *w, int64_t first_record, struct heard_error *err)
{
	postings_clear(&w->postings);
	w->first = w->last = first_record;
	if (db_exec(w->db, "BEGIN IMMEDIATE", err))
		return -err->code;
	sqlite3_stmt *st = w->st[GET_POSITION];
	int64_t before = w->position;
	int step = sqlite3_step(st);
	if (step == SQLITE_ROW)
		w->position = sqlite3_column_int64(st, 0);
	int result = step == SQLITE_ROW ? w->position != before
		     : step == SQLITE_DONE
			     ? heard_fail(err, EBADMSG, "it has lost its position")
			     : db_fail(w->db, err);
	sqlite3_reset(st);
	if (result == 1 && db_exec(w->db, "ROLLBACK", err))
		return -err->code;
	return result;
}

int index_add(struct index_writer *w, int64_t record, struct heard_str folded,
	      struct heard_error *err)
{
	w->last = record;
	if (postings_add(&w->postings, (uint32_t)(record - w->first), folded) == 0)
		return 0;
	return heard_fail(err, ENOMEM, "out of memory");
}

int index_add_token(struct index_writer *w, int64_t record, struct heard_str token,
		    struct heard_error *err)
{
	if (postings_add_word(&w->postings, (uint32_t)(record - w->first), token) == 0)
		return 0;
	return heard_fail(err, ENOMEM, "out of memory");
}

int index_put_segment(struct index_writer *w, int64_t first, int64_t last,
		      struct heard_error *err)
{
	sqlite3_bind_int64(w->st[ADD_SEGMENT], 1, first);
	sqlite3_bind_int64(w->st[ADD_SEGMENT], 2, last);
	return index_run(w, ADD_SEGMENT, err);
}

int index_put_list(struct index_writer *w, int64_t segment, struct heard_str word,
		   struct heard_error *err)
{
	if (w->list.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	sqlite3_bind_int64(w->st[ADD_POSTING], 1, segment);
	bind_blob(w->st[ADD_POSTING], 2, word);
	bind_blob(w->st[ADD_POSTING], 3, heard_buf_view(&w->list));
	return index_run(w, ADD_POSTING, err);
}

static int write_postings(struct index_writer *w, struct heard_error *err)
{
	if (postings_sort(&w->postings))
		return heard_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < w->postings.n_terms; i++) {
		const struct term *term = &w->postings.terms[i];
		heard_buf_clear(&w->list);
		postings_list(&w->postings, term, &w->list);
		if (index_put_list(w, w->first, term->text, err))
			return -err->code;
	}
	return index_put_segment(w, w->first, w->last, err);
}

int index_commit(struct index_writer *w, struct heard_error *err)
{
	sqlite3_bind_int64(w->st[SET_POSITION], 1, w->last);
	if (write_postings(w, err) || index_merge(w, err) || index_run(w, SET_POSITION, err) ||
	    db_exec(w->db, "COMMIT", err))
		return -err->code;
	w->position = w->last;
	return 0;
}
