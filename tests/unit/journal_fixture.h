/*
 * journal_fixture.h - a journal in a folder of its own, driven synchronously.
 *
 * Included by the journal's tests only; everything is static so that each test
 * stays one program of one file.
 */
#ifndef JOURNAL_FIXTURE_H
#define JOURNAL_FIXTURE_H

#include "journal.h"
#include "log.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <heard/error.h>

struct fixture {
	char folder[64], key_file[96];
	struct journal *journal;
	struct journal_options options;
	atomic_int n_full, n_back, n_broken;
};

static atomic_llong fixture_ms = 1700000000000;

static inline int64_t fixture_now(void)
{
	return atomic_load(&fixture_ms);
}

static inline void fixture_pressure(void *arg, bool full, const char *why)
{
	struct fixture *f = arg;
	(void)why;
	atomic_fetch_add(full ? &f->n_full : &f->n_back, 1);
}

static inline void fixture_broken(void *arg, const char *why)
{
	struct fixture *f = arg;
	(void)why;
	atomic_fetch_add(&f->n_broken, 1);
}

static inline void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	/* In memory where that is: the tests open a journal some thousand times. */
	bool has_shm = access("/dev/shm", W_OK) == 0;
	snprintf(f->folder, sizeof(f->folder), "%s/heard-journal-XXXXXX",
		 has_shm ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->key_file, sizeof(f->key_file), "%s.key", f->folder);
	f->options = (struct journal_options){
		.folder = f->folder,
		.segment_size = 64 << 10,
		.max_size = 64 << 20,
		.dedupe_ms = 3600000,
		.now = fixture_now,
		.pressure = fixture_pressure,
		.broken = fixture_broken,
		.arg = f,
	};
	log_open(&(struct log_options){.level = HEARD_ERROR, .file = "/dev/null"});
}

static inline int fixture_try_open(struct fixture *f, struct heard_error *err)
{
	memset(err, 0, sizeof(*err));
	return journal_open(&f->journal, &f->options, err);
}

static inline void fixture_open(struct fixture *f)
{
	struct heard_error err;
	int r = fixture_try_open(f, &err);

	if (r != 0)
		print_error("open: %s\n", err.text);
	assert_int_equal(r, 0);
}

static inline void fixture_close(struct fixture *f)
{
	journal_close(f->journal);
	f->journal = NULL;
}

static inline void fixture_each_file(const char *folder,
				     void (*fn)(void *arg, const char *name), void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			fn(arg, e->d_name);
	closedir(dir);
}

static inline void fixture_remove_file(void *arg, const char *name)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", (const char *)arg, name);
	unlink(path);
}

static inline void fixture_remove_keys(void *arg, const char *name)
{
	if (strncmp(name, "keys-", 5) == 0)
		fixture_remove_file(arg, name);
}

static inline void fixture_release(struct fixture *f)
{
	if (f->journal)
		fixture_close(f);
	fixture_each_file(f->folder, fixture_remove_file, f->folder);
	rmdir(f->folder);
	unlink(f->key_file);
}

/* ---- transactions, one at a time */

struct waiter {
	struct journal_txn txn; /* first */
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool is_done;
	int result;
};

static inline void waiter_done(struct journal_txn *t, int result)
{
	struct waiter *w = (struct waiter *)t;

	pthread_mutex_lock(&w->lock);
	w->is_done = true;
	w->result = result;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

static inline void waiter_submit(struct fixture *f, struct waiter *w)
{
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->cond, NULL);
	w->is_done = false;
	w->txn.done = waiter_done;
	journal_submit(f->journal, &w->txn);
}

static inline int waiter_wait(struct waiter *w)
{
	struct timespec t;
	int e = 0;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 60;
	pthread_mutex_lock(&w->lock);
	while (!w->is_done && e == 0)
		e = pthread_cond_timedwait(&w->cond, &w->lock, &t);
	pthread_mutex_unlock(&w->lock);
	assert_true(w->is_done);
	return w->result;
}

static inline int fixture_commit(struct fixture *f, const struct journal_txn *txn)
{
	struct waiter w = {.txn = *txn};

	waiter_submit(f, &w);
	return waiter_wait(&w);
}

/* One record "text\n"; key 0: none. */
static inline struct journal_record fixture_record(const char *line, unsigned key,
						   uint64_t digest)
{
	static _Atomic unsigned next_id;
	struct journal_record r = {.digest = digest, .end = (uint32_t)strlen(line)};
	unsigned id = ++next_id;

	memcpy(r.key, &key, sizeof(key));
	memcpy(r.id, &id, sizeof(id));
	r.id[15] = 7;
	return r;
}

static inline int fixture_put(struct fixture *f, const char *line, unsigned key,
			      uint64_t digest, struct journal_record *out)
{
	struct journal_record r = fixture_record(line, key, digest);
	struct journal_txn t = {
		.pipeline = "shop", .lines = heard_str(line), .records = &r, .n_records = 1};
	int e = fixture_commit(f, &t);

	if (out)
		*out = r;
	return e;
}

/* All lines after a seq, joined; damaged views as "[first+n]". */
static inline char *fixture_read(struct fixture *f, uint64_t after)
{
	struct journal_reader *r = journal_reader_create(f->journal, after);
	struct journal_view v;
	size_t len = 0;
	char *all = calloc(1, 1);
	int e;

	while ((e = journal_reader_next(r, &v, NULL)) == 1) {
		char gap[64];
		struct heard_str s = v.lines;
		if (v.damaged) {
			snprintf(gap, sizeof(gap), "[%d+%d]", (int)v.first_seq, (int)v.n);
			s = heard_str(gap);
		}
		all = realloc(all, len + s.len + 1);
		memcpy(all + len, s.ptr, s.len);
		len += s.len;
		all[len] = '\0';
	}
	assert_int_equal(e, 0);
	journal_reader_destroy(r);
	return all;
}

static inline void fixture_expect(struct fixture *f, uint64_t after, const char *lines)
{
	char *got = fixture_read(f, after);
	assert_string_equal(got, lines);
	free(got);
}

/* Something that the journal tells is counted by its thread. */
static inline void fixture_wait(atomic_int *n)
{
	for (int i = 0; i < 6000 && atomic_load(n) == 0; i++)
		usleep(5000);
	assert_true(atomic_load(n) > 0);
}

#endif
