/*
 * follower.c - the thread that keeps the search index up with the records.
 *
 * It has connections of its own and takes its time: a piece of the store is
 * read and folded into memory, in read transactions as short as READ_RECORDS,
 * and only then is the piece indexed.  A reader that stayed on would keep the
 * store's write-ahead log from starting over, and the log would grow for as long
 * as inserts come faster than the index follows.
 *
 * It also copies the store's log into its file, which inserts would wait for.
 *
 * Inserts come first: the thread is nice, and while they go on it takes no more
 * than PACE records a second (docs/decisions/0033).
 *
 * Trouble (a full disk, a damaged file) costs nobody a record: it is told once,
 * the connections are dropped, and after a pause all is opened anew.  Of several
 * followers of one store one works, and the others wait until it ends.
 */
#include "fold.h"
#include "index.h"
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	PIECE_RECORDS = 8192,
	READ_RECORDS = 256,    /* in one read transaction */
	PIECE_BYTES = 4 << 20, /* of folded text, passed by one record at most   */
	FOLDED_MAX = 128 << 20,
	PAUSE_MIN_S = 1,
	PAUSE_MAX_S = 30,
	LOCKED_S = 1,
	ERASED_AT_ONCE = 4096,
	NICE = 5,
	PACE = 22000,	      /* records a second while inserts go on */
	GO_ON_MS = 250,	      /* since the last batch: they do        */
	BEHIND_MAX = 1 << 18, /* beyond that, at full speed           */
};

struct entry {
	int64_t record;
	size_t end; /* of its folded text */
	bool has_token;
	unsigned char token[STORE_TOKEN];
};

struct store_follower {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool woken, stopping;		       /* [lock] */
	int64_t woken_at;		       /* [lock] */
	struct store_follower_figures figures; /* [lock] */
	void (*say)(void *arg, bool trouble, const char *text);
	void *arg;
	char *url;
	/* the thread's own */
	int64_t began; /* when this piece did */
	struct store *store;
	struct index_writer *index;
	struct heard_buf folded;
	struct entry *entries; /* PIECE_RECORDS of them */
};

static int64_t monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_stopping(struct store_follower *f)
{
	pthread_mutex_lock(&f->lock);
	bool stopping = f->stopping;
	pthread_mutex_unlock(&f->lock);
	return stopping;
}

static void close_both(struct store_follower *f)
{
	index_writer_close(f->index);
	store_close(f->store);
	f->index = NULL;
	f->store = NULL;
}

static int open_both(struct store_follower *f, struct heard_error *err)
{
	if (f->index)
		return 0;
	int64_t last;
	char *path = store_search_path(f->url);
	if (!path)
		return heard_fail(err, ENOMEM, "out of memory");
	sqlite3_stmt *st = NULL;
	if (store_open(&f->store, f->url, STORE_OPEN, err) == 0 &&
	    store_last(f->store, &last, err) == 0 &&
	    (st = store_st(f->store, ST_STORE_NAME, err)) && store_step(f->store, st, err) > 0)
		index_writer_open(&f->index, path, column_str(st, 0), last, err);
	if (st)
		sqlite3_reset(st);
	free(path);
	return f->index ? 0 : -err->code;
}

static void take_entry(struct store_follower *f, sqlite3_stmt *st, struct entry *entry)
{
	struct heard_str token = column_str(st, 1);
	entry->record = sqlite3_column_int64(st, 0);
	entry->has_token = token.len == STORE_TOKEN;
	if (entry->has_token)
		memcpy(entry->token, token.ptr, STORE_TOKEN);
	fold_line(column_str(st, 2), &f->folded);
	entry->end = f->folded.len;
}

/* Reads some of the records after `last` in one transaction; how many, 0 at the
 * end, -errno. */
static int read_some(struct store_follower *f, int64_t last, struct entry *entries,
		     struct heard_error *err)
{
	sqlite3_stmt *st = store_st(f->store, ST_READ_AFTER, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, last);
	sqlite3_bind_int64(st, 2, READ_RECORDS);
	int n = 0, more = 0;
	while (f->folded.len < PIECE_BYTES && (more = store_step(f->store, st, err)) > 0)
		take_entry(f, st, &entries[n++]);
	sqlite3_reset(st);
	if (f->folded.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	return more < 0 ? more : n;
}

/* Reads the next piece; how many records, 0 at the end, -errno. */
static int read_piece(struct store_follower *f, struct heard_error *err)
{
	int64_t last = index_writer_position(f->index);
	int n = 0, some;
	heard_buf_clear(&f->folded);
	do {
		some = read_some(f, last, f->entries + n, err);
		if (some < 0)
			return some;
		n += some;
		last = n > 0 ? f->entries[n - 1].record : last;
	} while (some == READ_RECORDS && n < PIECE_RECORDS);
	return n;
}

static int index_piece(struct store_follower *f, int n, struct heard_error *err)
{
	size_t start = 0;
	int begun = index_begin(f->index, f->entries[0].record, err);
	if (begun)
		return begun < 0 ? begun : 0; /* moved: the piece is read again */
	for (int i = 0; i < n; start = f->entries[i++].end) {
		const struct entry *e = &f->entries[i];
		struct heard_str text = heard_str_n(f->folded.ptr + start, e->end - start);
		struct heard_str token = heard_str_n((const char *)e->token, STORE_TOKEN);
		if (index_add(f->index, e->record, text, err) ||
		    (e->has_token && index_add_token(f->index, e->record, token, err)))
			return -err->code;
	}
	return index_commit(f->index, err);
}

/* ---- what was erased */

static int read_erased(struct store_follower *f, int64_t *all, int *n_r,
		       struct heard_error *err)
{
	sqlite3_stmt *st = store_st(f->store, ST_ERASED, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, index_writer_position(f->index));
	sqlite3_bind_int64(st, 2, ERASED_AT_ONCE);
	int n = 0, more = 0;
	while (n < ERASED_AT_ONCE && (more = store_step(f->store, st, err)) > 0)
		all[n++] = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	*n_r = n;
	return more < 0 ? more : 0;
}

static int drop_erased(struct store_follower *f, const int64_t *all, int n,
		       struct heard_error *err)
{
	int result = store_do(f->store, ST_BEGIN, err);
	for (int i = 0; i < n && result == 0; i++) {
		sqlite3_stmt *st = store_st(f->store, ST_ERASED_DONE, err);
		if (st)
			sqlite3_bind_int64(st, 1, all[i]);
		result = store_run(f->store, st, err);
	}
	if (result == 0)
		result = store_do(f->store, ST_COMMIT, err);
	if (result)
		sqlite3_exec(f->store->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

/* How many records were forgotten, or -errno. */
static int forget_erased(struct store_follower *f, struct heard_error *err)
{
	int n = 0;
	int64_t *all = calloc(ERASED_AT_ONCE, sizeof(*all));
	int result = all ? read_erased(f, all, &n, err)
			 : heard_fail(err, ENOMEM, "out of memory");
	if (result == 0 && n > 0)
		result = index_forget(f->index, all, (size_t)n, err);
	if (result == 0 && n > 0)
		result = drop_erased(f, all, n, err);
	free(all);
	return result == -EAGAIN ? 0 : result < 0 ? result : n;
}

/* What a retry would meet again is thrown away, to be made anew. */
static void discard_index(struct store_follower *f)
{
	index_writer_discard(f->index);
	f->index = NULL;
}

/* What was erased, and one piece; how many records, or -errno with everything closed. */
static int follow_once(struct store_follower *f, struct heard_error *err)
{
	f->began = monotonic_ms();
	int n = 0, indexed = 0, forgotten = 0;
	pthread_mutex_lock(&f->lock);
	f->woken = false;
	pthread_mutex_unlock(&f->lock);
	if (open_both(f, err) || (forgotten = forget_erased(f, err)) < 0 ||
	    (n = read_piece(f, err)) < 0 || (n > 0 && (indexed = index_piece(f, n, err)) < 0)) {
		if (indexed == -EBADMSG)
			discard_index(f);
		close_both(f);
		return -err->code;
	}
	if (n > 0)
		store_checkpoint(f->store);
	int64_t took = monotonic_ms() - f->began;
	pthread_mutex_lock(&f->lock);
	f->figures.position = index_writer_position(f->index);
	if (n > 0 && took > f->figures.longest_ms)
		f->figures.longest_ms = took;
	pthread_mutex_unlock(&f->lock);
	return n + forgotten;
}

static void note_trouble(struct store_follower *f, bool trouble, const char *text)
{
	pthread_mutex_lock(&f->lock);
	bool changed = f->figures.failed != trouble;
	f->figures.failed = trouble;
	pthread_mutex_unlock(&f->lock);
	if (changed)
		f->say(f->arg, trouble, text);
}

/* After a piece of n records: while inserts go on, no more than PACE of them in a
 * second, unless too many wait.  An index that keeps up with a flood takes a third
 * of the processors from the inserts, and search is complete without it. */
static void let_inserts_go_first(struct store_follower *f, int n)
{
	static const struct timespec a_moment = {.tv_nsec = 10 * 1000000};
	struct heard_error ignored;
	int64_t last = 0, end = f->began + (int64_t)n * 1000 / PACE;
	if (store_last(f->store, &last, &ignored) ||
	    last - index_writer_position(f->index) > BEHIND_MAX)
		return;
	pthread_mutex_lock(&f->lock);
	bool inserts_go_on = monotonic_ms() - f->woken_at < GO_ON_MS;
	pthread_mutex_unlock(&f->lock);
	while (inserts_go_on && !is_stopping(f) && monotonic_ms() < end)
		nanosleep(&a_moment, NULL);
}

/* Until woken, or for pause_s if it is not 0, or until asked to stop. */
static void rest(struct store_follower *f, int pause_s)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += pause_s;
	pthread_mutex_lock(&f->lock);
	int waited = 0;
	while (!f->stopping && waited != ETIMEDOUT && (pause_s || !f->woken))
		waited = pause_s ? pthread_cond_timedwait(&f->wake, &f->lock, &until)
				 : pthread_cond_wait(&f->wake, &f->lock);
	f->woken = false;
	pthread_mutex_unlock(&f->lock);
}

static void *follow(void *arg)
{
	struct store_follower *f = arg;
	struct heard_error err;
	int pause_s = PAUSE_MIN_S;
	pthread_setname_np(pthread_self(), "search-index");
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	while (!is_stopping(f)) {
		int n = follow_once(f, &err);
		if (n == -EWOULDBLOCK) { /* somebody else keeps it: our turn may come */
			rest(f, LOCKED_S);
			continue;
		}
		if (n < 0) {
			note_trouble(f, true, err.text);
			rest(f, pause_s);
			pause_s = pause_s * 2 < PAUSE_MAX_S ? pause_s * 2 : PAUSE_MAX_S;
			continue;
		}
		note_trouble(f, false, "the search index is being kept again");
		pause_s = PAUSE_MIN_S;
		if (n == 0)
			rest(f, 0);
		else
			let_inserts_go_first(f, n);
	}
	close_both(f);
	return NULL;
}

static void destroy(struct store_follower *f)
{
	heard_buf_release(&f->folded);
	free(f->entries);
	free(f->url);
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

struct store_follower *store_follower_start(const char *url,
					    void (*say)(void *arg, bool trouble,
							const char *text),
					    void *arg, struct heard_error *err)
{
	struct store_follower *f = calloc(1, sizeof(*f));
	if (!f) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&f->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&f->lock, NULL);
	heard_buf_init(&f->folded, FOLDED_MAX);
	f->say = say;
	f->arg = arg;
	f->url = strdup(url);
	f->entries = calloc(PIECE_RECORDS, sizeof(*f->entries));
	int code = f->url && f->entries ? pthread_create(&f->thread, NULL, follow, f) : ENOMEM;
	if (code == 0)
		return f;
	heard_fail(err, code, "the search index's thread cannot start: %s", strerror(code));
	destroy(f);
	return NULL;
}

void store_follower_wake(struct store_follower *f)
{
	pthread_mutex_lock(&f->lock);
	f->woken = true;
	f->woken_at = monotonic_ms();
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
}

void store_follower_stop(struct store_follower *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	destroy(f);
}

void store_follower_figures(struct store_follower *f, struct store_follower_figures *figures)
{
	pthread_mutex_lock(&f->lock);
	*figures = f->figures;
	pthread_mutex_unlock(&f->lock);
}
