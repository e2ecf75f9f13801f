/*
 * index.c - the search file: FTS5 over folded text, and the customers' tokens.
 *
 * FTS5 keeps no text here (content=''), no positions (detail=none) and no
 * sizes: it answers which records may match, and search.c looks at each.  That
 * halves the file and doubles the speed, and phrases stay exact.  The tokenizer
 * is ours: a document arrives folded (fold.h) and is cut into words and pairs;
 * a query's tokens are taken as they are.
 *
 * The file can be lost at any moment: it is not synced at each commit, and what
 * does not fit the store is thrown away and made anew.
 */
#include "index.h"

#include "fold.h"
#include "query.h"
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CACHE_KIB = 16 * 1024, INDEX_VERSION = 1 };

static const char index_schema[] =
	"CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, detail=none,"
	" tokenize='heard_fold');"
	"INSERT INTO words(words, rank) VALUES('hashsize', 33554432);"
	"CREATE TABLE token(token BLOB PRIMARY KEY, ticket INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE state(store TEXT NOT NULL, position INTEGER NOT NULL);";

/* ---- the tokenizer */

static int fold_tokenizer_create(void *arg, const char **options, int n, Fts5Tokenizer **out)
{
	(void)options;
	(void)n;
	*out = arg; /* no state; any pointer that is not NULL */
	return SQLITE_OK;
}

static void fold_tokenizer_delete(Fts5Tokenizer *tokenizer)
{
	(void)tokenizer;
}

static int fold_tokenize(Fts5Tokenizer *self, void *context, int flags, const char *text, int n,
			 int (*emit)(void *, int, const char *, int, int, int))
{
	(void)self;
	if (flags & FTS5_TOKENIZE_QUERY)
		return n > 0 ? emit(context, 0, text, n, 0, n) : SQLITE_OK;
	struct fold_walk walk = {.left = heard_str_n(text, (size_t)n)};
	struct fold_token token;
	while (fold_next(&walk, &token)) {
		int start = (int)(token.text.ptr - text), len = (int)token.text.len;
		int result = emit(context, 0, token.text.ptr, len, start, start + len);
		if (result != SQLITE_OK)
			return result;
	}
	return SQLITE_OK;
}

static int register_tokenizer(sqlite3 *db, struct heard_error *err)
{
	static fts5_tokenizer tokenizer = {fold_tokenizer_create, fold_tokenizer_delete,
					   fold_tokenize};
	fts5_api *api = NULL;
	sqlite3_stmt *st;
	if (db_prepare(db, "SELECT fts5(?1)", &st, err))
		return heard_error_wrap(err, "this SQLite has no FTS5");
	sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL);
	sqlite3_step(st);
	sqlite3_finalize(st);
	if (!api ||
	    api->xCreateTokenizer(api, "heard_fold", api, &tokenizer, NULL) != SQLITE_OK)
		return heard_fail(err, ENOTSUP, "this SQLite has no FTS5");
	return 0;
}

/* ---- writing */

struct index_writer {
	sqlite3 *db;
	sqlite3_stmt *add, *add_token, *move;
	int64_t position;
};

void index_writer_close(struct index_writer *w)
{
	if (!w)
		return;
	sqlite3_finalize(w->add);
	sqlite3_finalize(w->add_token);
	sqlite3_finalize(w->move);
	sqlite3_close(w->db);
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

/* 1 if the file fits this store, 0 if it must be made anew, -errno. */
static int check_state(sqlite3 *db, struct heard_str store_name, int64_t last,
		       int64_t *position, struct heard_error *err)
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
	if (db_open(&w->db, path, true, CACHE_KIB, err) || register_tokenizer(w->db, err) ||
	    db_exec(w->db, "PRAGMA synchronous=NORMAL", err) ||
	    db_int(w->db, "PRAGMA user_version", 0, &version, err))
		return -err->code;
	if (version == 0 && make_schema(w->db, store_name, err))
		return -err->code;
	int fits = check_state(w->db, store_name, last, &w->position, err);
	if (fits <= 0)
		return fits < 0 ? fits
				: heard_fail(err, EBADMSG, "%s is of another store", path);
	if (db_prepare(w->db, "INSERT INTO words(rowid,text) VALUES(?,?)", &w->add, err) ||
	    db_prepare(w->db, "INSERT OR REPLACE INTO token VALUES(?,?)", &w->add_token, err) ||
	    db_prepare(w->db, "UPDATE state SET position=?", &w->move, err))
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

int index_writer_open(struct index_writer **writer_r, const char *path,
		      struct heard_str store_name, int64_t last, struct heard_error *err)
{
	*writer_r = NULL;
	for (int attempt = 0; attempt < 2; attempt++) {
		struct index_writer *w = calloc(1, sizeof(*w));
		if (!w)
			return heard_fail(err, ENOMEM, "out of memory");
		int result = open_once(w, path, store_name, last, err);
		if (result == 0) {
			*writer_r = w;
			return 0;
		}
		index_writer_close(w);
		if (result != -EBADMSG)
			return result;
		remove_file(path);
	}
	return -err->code;
}

int64_t index_writer_position(const struct index_writer *w)
{
	return w->position;
}

static int run(struct index_writer *w, sqlite3_stmt *st, struct heard_error *err)
{
	int result = sqlite3_step(st) == SQLITE_DONE ? 0 : db_fail(w->db, err);
	sqlite3_reset(st);
	return result;
}

int index_begin(struct index_writer *w, struct heard_error *err)
{
	return db_exec(w->db, "BEGIN IMMEDIATE", err);
}

int index_add(struct index_writer *w, int64_t record, struct heard_str folded,
	      struct heard_error *err)
{
	sqlite3_bind_int64(w->add, 1, record);
	bind_text(w->add, 2, folded);
	return run(w, w->add, err);
}

int index_add_token(struct index_writer *w, struct heard_str token, int64_t ticket,
		    struct heard_error *err)
{
	bind_blob(w->add_token, 1, token);
	sqlite3_bind_int64(w->add_token, 2, ticket);
	return run(w, w->add_token, err);
}

int index_commit(struct index_writer *w, int64_t position, struct heard_error *err)
{
	sqlite3_bind_int64(w->move, 1, position);
	if (run(w, w->move, err) || db_exec(w->db, "COMMIT", err))
		return -err->code;
	w->position = position;
	return 0;
}

/* ---- reading */

struct index_reader {
	sqlite3 *db;
	int64_t position;
};

static int reader_check(struct index_reader *r, struct store *store, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_STORE_NAME, err);
	if (!st || store_step(store, st, err) <= 0)
		return -1;
	int64_t last = INT64_MAX; /* ours may be an older view than the index's */
	int fits = check_state(r->db, column_str(st, 0), last, &r->position, err);
	sqlite3_reset(st);
	return fits > 0 ? 0 : -1;
}

struct index_reader *index_reader_open(struct store *store)
{
	struct heard_error ignored;
	struct index_reader *r = calloc(1, sizeof(*r));
	char *path = store_search_path(store->path);
	if (!r || !path || db_open(&r->db, path, false, CACHE_KIB, &ignored) ||
	    register_tokenizer(r->db, &ignored) || db_exec(r->db, "BEGIN", &ignored) ||
	    reader_check(r, store, &ignored)) {
		index_reader_close(r);
		r = NULL;
	}
	free(path);
	return r;
}

void index_reader_close(struct index_reader *r)
{
	if (!r)
		return;
	sqlite3_close(r->db);
	free(r);
}

int64_t index_reader_position(const struct index_reader *r)
{
	return r->position;
}

int64_t index_reader_token(struct index_reader *r, const unsigned char token[STORE_TOKEN])
{
	struct heard_error ignored;
	sqlite3_stmt *st;
	if (db_prepare(r->db, "SELECT ticket FROM token WHERE token=?", &st, &ignored))
		return 0;
	bind_blob(st, 1, heard_str_n((const char *)token, STORE_TOKEN));
	int64_t ticket = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	return ticket;
}

int index_reader_find(struct index_reader *r, const struct query *query,
		      int (*fn)(void *arg, int64_t record, struct heard_error *), void *arg,
		      struct heard_error *err)
{
	struct heard_buf expression;
	heard_buf_init(&expression, 64 * QUERY_BYTES);
	query_expression(query, &expression);
	sqlite3_stmt *st = NULL;
	int result = 0, step = SQLITE_DONE;
	if (expression.failed)
		result = heard_fail(err, ENOMEM, "out of memory");
	else
		result = db_prepare(
			r->db,
			"SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC", &st,
			err);
	if (result == 0)
		bind_text(st, 1, heard_buf_view(&expression));
	while (result == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		result = fn(arg, sqlite3_column_int64(st, 0), err);
	if (result == 0 && step != SQLITE_DONE)
		result = db_fail(r->db, err);
	sqlite3_finalize(st);
	heard_buf_release(&expression);
	return result < 0 ? result : 0;
}
