/*
 * kept.c - two files, a buffer, and a thread that empties the one into the other.
 *
 * The lock guards the buffer and the two flags, and is never held while the disk works.
 * Everything else is the thread's once it runs, and home's before and after.
 */
#include "kept.h"

#include "frame.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	VERSION = 1,
	HEAD = 24,
	PENDING = 16 << 20,    /* bytes that wait for a disk that does not answer */
	WAITING_MAX = 1 << 20, /* of them, those that a full disk did not take */
	FILE_BYTES = 1 << 30,
	EVERY_MS = 200,
};

struct kept {
	struct heard_host *host;
	char *newer, *older;
	uint64_t key;
	size_t per_file;

	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct heard_buf pending; /* frames */
	size_t n_pending;
	bool is_ending;

	pthread_t thread;
	bool has_thread;
	struct heard_buf writing; /* the other buffer; also what found no room yet */
	size_t n_writing;
	bool is_failing;
	int fd;		/* of "newer", or -1 */
	size_t in_file; /* frames */
	off_t good;	/* bytes of "newer" that are whole */
};

static bool make_paths(struct kept *k, const char *folder)
{
	if (asprintf(&k->newer, "%s/newer", folder) < 0)
		k->newer = NULL;
	if (asprintf(&k->older, "%s/older", folder) < 0)
		k->older = NULL;
	return k->newer != NULL && k->older != NULL;
}

struct kept *kept_create(struct heard_host *host, const char *folder, uint64_t key,
			 size_t per_file)
{
	struct kept *k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	k->host = host;
	k->key = key;
	k->per_file = per_file;
	k->fd = -1;
	heard_buf_init(&k->pending, PENDING);
	heard_buf_init(&k->writing, PENDING);
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&k->ended, &clock);
	pthread_condattr_destroy(&clock);
	if (make_paths(k, folder))
		return k;
	kept_destroy(k);
	return NULL;
}

static void join(struct kept *k)
{
	if (!k->has_thread)
		return;
	pthread_mutex_lock(&k->lock);
	k->is_ending = true;
	pthread_cond_signal(&k->ended);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	k->has_thread = false;
}

void kept_destroy(struct kept *k)
{
	if (k == NULL)
		return;
	join(k);
	if (k->fd >= 0)
		close(k->fd);
	pthread_cond_destroy(&k->ended);
	pthread_mutex_destroy(&k->lock);
	heard_buf_release(&k->pending);
	heard_buf_release(&k->writing);
	free(k->newer);
	free(k->older);
	free(k);
}

/* ---- reading */

static void put_head(const struct kept *k, char head[HEAD])
{
	const uint32_t version[2] = {VERSION, 0};
	memcpy(head, "HEARDDUP", 8);
	memcpy(head + 8, version, 8);
	memcpy(head + 16, &k->key, 8);
}

/* The whole file; absent is empty. */
static int slurp(const char *path, struct heard_buf *b, struct heard_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > FILE_BYTES) {
		int code = fd < 0 ? errno : EFBIG;
		if (fd >= 0)
			close(fd);
		return heard_fail(err, code, "cannot read '%s': %s", path, strerror(code));
	}
	char *room = heard_buf_room(b, (size_t)st.st_size + 1);
	ssize_t got = 0;
	while (room != NULL && b->len < (size_t)st.st_size &&
	       (got = read(fd, b->ptr + b->len, (size_t)st.st_size - b->len)) > 0)
		heard_buf_used(b, (size_t)got);
	int code = room == NULL ? ENOMEM : got < 0 ? errno : 0;
	close(fd);
	return code == 0 ? 0
			 : heard_fail(err, code, "cannot read '%s': %s", path, strerror(code));
}

struct reading {
	void (*fn)(void *arg, const struct said *);
	void *arg;
	size_t frames, good; /* bytes, of it */
};

static int take_frames(const struct kept *k, const char *path, struct heard_str bytes,
		       struct reading *r, struct heard_error *err)
{
	char head[HEAD];
	struct said said;
	size_t n;
	put_head(k, head);
	if (bytes.len == 0 || bytes.ptr == NULL)
		return 0;
	if (bytes.len < HEAD || memcmp(bytes.ptr, head, 16) != 0)
		return heard_fail(err, EBADMSG, "'%s' is not what this version of heard keeps",
				  path);
	if (memcmp(bytes.ptr, head, HEAD) != 0)
		return heard_fail(err, EBADMSG, "'%s' was written under another key", path);
	r->good = HEAD;
	while ((n = frame_read(heard_str_skip(bytes, r->good), &said)) > 0) {
		r->fn(r->arg, &said);
		r->good += n;
		r->frames++;
	}
	if (r->good < bytes.len && k->host != NULL)
		heard_log(k->host, HEARD_INFO, "the end of '%s' is not whole and is left out",
			  path);
	return 0;
}

static int read_file(struct kept *k, const char *path, struct reading *r,
		     struct heard_error *err)
{
	struct heard_buf b;
	heard_buf_init(&b, (size_t)FILE_BYTES + 2);
	int rc = slurp(path, &b, err);
	if (rc == 0)
		rc = take_frames(k, path, heard_buf_view(&b), r, err);
	heard_buf_release(&b);
	return rc;
}

int kept_read(struct kept *k, void (*fn)(void *arg, const struct said *), void *arg,
	      struct heard_error *err)
{
	struct reading older = {.fn = fn, .arg = arg}, newer = older;
	int rc = read_file(k, k->older, &older, err);
	int second = read_file(k, k->newer, &newer, rc == 0 ? err : NULL);
	k->in_file = newer.frames;
	k->good = (off_t)newer.good;
	return rc != 0 ? rc : second;
}

/* ---- writing, in the thread */

static int write_all(int fd, struct heard_str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno != EINTR)
			return -errno;
		bytes = heard_str_skip(bytes, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

static int open_newer(struct kept *k)
{
	char head[HEAD];
	k->fd = open(k->newer, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (k->fd < 0 || ftruncate(k->fd, k->good) != 0 || lseek(k->fd, 0, SEEK_END) < 0)
		return -errno;
	if (k->good > 0)
		return 0;
	put_head(k, head);
	k->in_file = 0;
	return write_all(k->fd, heard_str_n(head, HEAD));
}

static int turn_over(struct kept *k)
{
	if (fdatasync(k->fd) != 0 || rename(k->newer, k->older) != 0)
		return -errno;
	close(k->fd);
	k->fd = -1;
	k->good = 0;
	return open_newer(k);
}

static int write_frames(struct kept *k, size_t n)
{
	int rc = k->fd < 0 ? open_newer(k) : 0;
	if (rc == 0 && k->in_file >= k->per_file)
		rc = turn_over(k);
	if (rc == 0)
		rc = write_all(k->fd, heard_buf_view(&k->writing));
	if (rc != 0)
		return rc;
	k->in_file += n;
	k->good = lseek(k->fd, 0, SEEK_CUR);
	return 0;
}

/* A disk that fails is told once, and tried again; it costs what it does not take before
 * there is too much of it. */
static void write_out(struct kept *k)
{
	int rc = k->writing.len > 0 ? write_frames(k, k->n_writing) : 0;
	if (rc == 0 || k->writing.len > WAITING_MAX) {
		heard_buf_clear(&k->writing);
		k->n_writing = 0;
	}
	if (rc != 0 && !k->is_failing)
		heard_log(k->host, HEARD_WARN,
			  "what came of late cannot be written to '%s': %s; a restart will "
			  "not know it",
			  k->newer, strerror(-rc));
	k->is_failing = rc != 0;
	if (rc != 0 && k->fd >= 0) {
		close(k->fd);
		k->fd = -1;
	}
}

/* The full buffer for the empty one, or behind what waits.  With the lock. */
static void swap(struct kept *k)
{
	struct heard_buf full = k->pending;
	if (k->n_writing > 0) {
		heard_buf_add(&k->writing, full.ptr, full.len);
		heard_buf_clear(&k->pending);
	} else {
		k->pending = k->writing;
		k->writing = full;
	}
	k->n_writing += k->writing.failed ? 0 : k->n_pending;
	k->n_pending = 0;
}

static void *run(void *arg)
{
	struct kept *k = arg;
	pthread_mutex_lock(&k->lock);
	bool is_ending = false;
	while (!is_ending) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += EVERY_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		while (!k->is_ending &&
		       pthread_cond_timedwait(&k->ended, &k->lock, &until) != ETIMEDOUT)
			continue;
		is_ending = k->is_ending;
		swap(k);
		pthread_mutex_unlock(&k->lock);
		write_out(k);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

int kept_begin(struct kept *k, struct heard_error *err)
{
	int code = pthread_create(&k->thread, NULL, run, k);
	k->has_thread = code == 0;
	return code == 0 ? 0
			 : heard_fail(err, code, "no thread to write what came: %s",
				      strerror(code));
}

void kept_note(struct kept *k, const struct said *said)
{
	char frame[FRAME_MAX];
	size_t size = frame_write(said, frame);
	pthread_mutex_lock(&k->lock);
	heard_buf_add(&k->pending, frame, size);
	k->n_pending += !k->pending.failed;
	pthread_mutex_unlock(&k->lock);
}

void kept_end(struct kept *k)
{
	bool had_thread = k->has_thread;
	join(k);
	if (had_thread && k->fd >= 0 && fdatasync(k->fd) != 0)
		heard_log(k->host, HEARD_WARN,
			  "what came of late cannot be written to '%s': %s; a restart will "
			  "not know it",
			  k->newer, strerror(errno));
}
