/*
 * pool.c - which segment the journal writes to, next, and never again.
 *
 * Life of a segment: made ready backstage (zeros, or an old file by a new
 * name) -> the one written to -> full -> drained -> ready again.  Three are kept
 * ready: one for records to move to, one for what outputs note (dead letters,
 * deferrals), and the last one for what gives space back.
 *
 * Where outputs keep pace, the segment that was left is drained a moment later, and
 * to have it again costs a rename where a new one costs its size in zeros: so the
 * pool waits PATIENCE_MS for it.  Whoever cannot go on without does not wait.
 *
 * Records never make the journal larger than max_size.  What outputs note may,
 * as far as the disk goes: an output that refuses all it reads drains a full
 * journal too, and were its letters refused, no position could move, no segment
 * drain and nothing end that.  Each record is noted at most once by each output,
 * so with one output that is about twice max_size.
 *
 * A drained segment is recycled when `keep` has gone by, or earlier if space
 * is short.  Always the oldest first: the frame that says a dead letter is gone
 * must not leave before the letter does.
 */
#include "journal_private.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RETRY_MS = 1000, PATIENCE_MS = 250 };

struct pool_job {
	struct backstage_job job;
	struct journal *journal;
	uint64_t from, id; /* from 0: make a new one */
};

int pool_add_segment(struct journal *j, const struct segment *s)
{
	if (j->n_segments == j->size_segments) {
		size_t size = j->size_segments ? j->size_segments * 2 : 16;
		struct segment *more = realloc(j->segments, size * sizeof(*more));
		if (more == NULL)
			return -ENOMEM;
		j->segments = more;
		j->size_segments = size;
	}
	j->segments[j->n_segments++] = *s;
	return 0;
}

/* ---- backstage */

static void made(struct journal *j, uint64_t id, int r)
{
	pthread_mutex_lock(&j->lock);
	/* The first failure is retried at once, the next ones every second. */
	if (r == 0)
		j->ready[j->n_ready++] = id;
	else
		j->make_after_ms = journal_clock() + (j->make_error ? RETRY_MS : 0);
	j->n_making--;
	j->make_error = r;
	pthread_cond_broadcast(&j->made);
	pthread_mutex_unlock(&j->lock);
	journal_poke(j);
}

/* [backstage] */
static void pool_work(struct backstage_job *job)
{
	struct pool_job *p = (struct pool_job *)job;
	struct journal *j = p->journal;
	uint64_t size = (uint64_t)j->options.segment_size;
	int r = p->from ? segment_rename(j->io, j->folder, p->from, p->id, size) : -ENOENT;

	if (r == -ENOENT) /* nothing to make it of, or somebody deleted that */
		r = segment_make(j->io, j->folder, p->id, size);
	made(j, p->id, r);
	free(p);
}

/* One more segment, out of `from` or of nothing.  [lock] */
static void start_making(struct journal *j, uint64_t from)
{
	struct pool_job *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		if (from)
			segment_remove(j->folder, from);
		return;
	}
	p->job.fn = pool_work;
	p->journal = j;
	p->from = from;
	p->id = j->next_id++;
	j->n_making++;
	backstage_post(j->backstage, &p->job);
}

/* [lock] */
static bool has_space_for_another(const struct journal *j)
{
	int64_t n = (int64_t)(j->n_segments + j->n_ready + j->n_making);
	return (n + 1) * j->options.segment_size <= j->options.max_size;
}

static void make_lacking(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	while (j->n_ready + j->n_making < POOL_READY && has_space_for_another(j) &&
	       journal_clock() >= j->make_after_ms) {
		unsigned before = j->n_making;
		start_making(j, 0);
		if (j->n_making == before)
			break;
	}
	pthread_mutex_unlock(&j->lock);
}

/* Outputs are in the segment before the last, or further. */
static bool outputs_are_near(struct journal *j)
{
	return j->n_segments > 1 &&
	       slots_reached(j->slots) + 1 >= j->segments[j->n_segments - 2].first_seq;
}

bool pool_is_patient(struct journal *j)
{
	if (journal_clock() - j->moved_ms >= PATIENCE_MS || j->options.keep_ms >= PATIENCE_MS ||
	    !outputs_are_near(j))
		return false;
	pthread_mutex_lock(&j->lock);
	bool lacks_one = j->n_ready + j->n_making == POOL_READY - 1;
	pthread_mutex_unlock(&j->lock);
	return lacks_one;
}

void pool_tend(struct journal *j)
{
	if (!pool_is_patient(j))
		make_lacking(j);
}

bool pool_has_reserve(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	bool has = j->n_ready >= POOL_READY;
	pthread_mutex_unlock(&j->lock);
	return has;
}

/* ---- moving on */

/* [lock] */
static bool wait_for_ready(struct journal *j, unsigned need)
{
	while (j->n_ready < need && j->n_making)
		pthread_cond_wait(&j->made, &j->lock);
	return j->n_ready >= need;
}

/* Beyond max_size, for all but records.  [lock] */
static void make_beyond(struct journal *j, unsigned need)
{
	while (j->n_ready + j->n_making < need && journal_clock() >= j->make_after_ms) {
		unsigned before = j->n_making;
		start_making(j, 0);
		if (j->n_making == before)
			break;
	}
}

/* The first failure to make one is tried again at once.  -ENOENT: the folder is gone. */
static int take_ready(struct journal *j, enum pool_use use, uint64_t *id)
{
	unsigned need = (unsigned)use;
	bool ok = false, is_gone = false;

	for (int i = 0; i < 2 && !ok; i++) {
		make_lacking(j);
		pthread_mutex_lock(&j->lock);
		if (use != POOL_TAKES)
			make_beyond(j, need);
		ok = wait_for_ready(j, need);
		if (ok) {
			*id = j->ready[0];
			memmove(j->ready, j->ready + 1, --j->n_ready * sizeof(*j->ready));
		}
		is_gone = j->make_error == -ENOENT;
		pthread_mutex_unlock(&j->lock);
	}
	return ok ? 0 : is_gone ? -ENOENT : -ENOSPC;
}

/* It could not be used after all; its place has not been taken meanwhile, as
 * this thread alone begins to make others. */
static void give_back(struct journal *j, uint64_t id)
{
	pthread_mutex_lock(&j->lock);
	memmove(j->ready + 1, j->ready, j->n_ready++ * sizeof(*j->ready));
	j->ready[0] = id;
	pthread_mutex_unlock(&j->lock);
}

static int add_empty(struct journal *j, uint64_t id)
{
	struct segment s = {.id = id,
			    .size = (uint64_t)j->options.segment_size,
			    .first_seq = j->next_seq,
			    .last_seq = j->next_seq - 1,
			    .last_ms = j->options.now()};

	pthread_mutex_lock(&j->lock);
	int r = pool_add_segment(j, &s);
	pthread_mutex_unlock(&j->lock);
	return r;
}

/* Descriptors and memory come back, as space does. */
static bool comes_back(int code)
{
	return code == -EMFILE || code == -ENFILE || code == -ENOMEM;
}

/* A spare one that cannot be opened, as when somebody deleted it, is not missed: the next
 * one is taken, and all of them may be gone.  The descriptor or -errno. */
static int open_ready(struct journal *j, enum pool_use use, uint64_t *id)
{
	int fd = -ENOENT;

	for (unsigned i = 0; i <= POOL_READY; i++) {
		int r = take_ready(j, use, id);
		if (r != 0)
			return r;
		fd = segment_open(j->folder, *id);
		if (fd >= 0)
			return fd;
		if (comes_back(fd)) {
			give_back(j, *id);
			return fd == -ENOMEM ? fd : -ENOSPC;
		}
		log_line(HEARD_NOTICE, "journal",
			 "seg-%016" PRIx64 ": the spare segment cannot be opened: %s; another "
			 "is taken",
			 *id, strerror(-fd));
		segment_remove(j->folder, *id);
	}
	return fd;
}

int pool_move(struct journal *j, enum pool_use use)
{
	const struct segment *old = journal_last_segment(j);
	uint64_t id = 0, prev_id = old ? old->id : 0, prev_end = old ? old->end : 0;
	int fd = open_ready(j, use, &id);

	if (fd < 0)
		return fd;
	int r = add_empty(j, id);
	if (r != 0) {
		close(fd);
		give_back(j, id);
		return r;
	}
	j->prev_id = prev_id;
	j->prev_end = prev_end;
	if (j->fd >= 0)
		close(j->fd);
	j->fd = fd;
	j->moved_ms = journal_clock();
	keys_seal(j->keys);
	pool_tend(j);
	return 0;
}

void pool_drop_last(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	uint64_t id = j->segments[--j->n_segments].id;
	pthread_mutex_unlock(&j->lock);
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
	segment_remove(j->folder, id);
}

int pool_make_room(struct journal *j, uint64_t bytes, enum pool_use use)
{
	const struct segment *last = journal_last_segment(j);

	/* A group larger than any segment gets one of its own, which grows. */
	if (j->fd >= 0 && (last->end == 0 || last->end + bytes <= last->size))
		return 0;
	int r = pool_move(j, use);
	if (r != -ENOSPC)
		return r;
	pool_recycle(j);
	return pool_move(j, use);
}

/* ---- recycling */

static bool is_drained(struct journal *j, const struct segment *s, bool is_short)
{
	return s->last_seq <= slots_min(j->slots) && s->id < j->mark.segment &&
	       s->next_key <= atomic_load(&j->keys_synced) &&
	       (is_short || j->options.now() - s->last_ms >= j->options.keep_ms);
}

/* Take the oldest out of the list, for a new name or for good.  False if a
 * reader or a letter is in it. */
static bool retire_oldest(struct journal *j)
{
	bool ok;

	pthread_mutex_lock(&j->lock);
	uint64_t id = j->segments[0].id;
	ok = reader_oldest_segment(j) > id && !mail_is_in(j, id);
	if (ok) {
		j->n_segments--;
		memmove(j->segments, j->segments + 1, j->n_segments * sizeof(*j->segments));
		if (j->n_ready + j->n_making < POOL_READY)
			start_making(j, id);
		else
			segment_remove(j->folder, id);
	}
	pthread_mutex_unlock(&j->lock);
	return ok;
}

/* Fewer ready than there should be, and none to be had anew. */
static bool is_short_of_space(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	bool is_short = j->n_ready + j->n_making < POOL_READY &&
			(!has_space_for_another(j) || j->make_error != 0);
	pthread_mutex_unlock(&j->lock);
	return is_short;
}

void pool_recycle(struct journal *j)
{
	while (j->n_segments > 1 && is_drained(j, &j->segments[0], is_short_of_space(j)))
		if (!retire_oldest(j))
			break;
}
