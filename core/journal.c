/*
 * journal.c - the thread that makes transactions durable, and its doors.
 *
 * The thread takes everything that waits, up to GROUP_BYTES, makes it one
 * group, writes it with one pwritev, calls fdatasync, applies what it changed
 * to what other threads can see, and tells each transaction.  There is no
 * timer in that path: while one group is being synced the next one gathers by
 * itself.
 *
 * If a write or the sync fails, that file is never trusted again: the group is
 * laid out anew in the next segment, whose checkpoint says where the old one
 * ended.  If that fails as well, the transactions fail, and unless it was only
 * for want of space the journal is broken and takes nothing more.
 */
#include "journal_private.h"

#include "hash.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <heard/error.h>

enum {
	GROUP_BYTES = 8 << 20,
	SAVE_MS = 50,	/* positions are written, but not synced, so often */
	SYNC_MS = 1000, /* and synced */
	EXPIRE_MS = 10000,
};

int64_t journal_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void journal_poke(struct journal *j)
{
	pthread_mutex_lock(&j->queue_lock);
	j->is_poked = true;
	pthread_cond_signal(&j->queue_posted);
	pthread_mutex_unlock(&j->queue_lock);
}

void journal_note_damage(struct journal *j, uint64_t segment, uint64_t offset, const char *what)
{
	bool known = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n_damaged && !known; i++)
		known = j->damaged[i].segment == segment && j->damaged[i].offset == offset;
	if (!known) {
		if (j->n_damaged < DAMAGED_MAX)
			j->damaged[j->n_damaged++] = (struct journal_damage){segment, offset};
		j->figures.damaged_frames++;
	}
	pthread_mutex_unlock(&j->lock);
	if (!known)
		log_line(HEARD_ERROR, "journal",
			 "seg-%016" PRIx64 ": the frame at offset %" PRIu64
			 " is damaged (%s); it is skipped, and its records are lost",
			 segment, offset, what);
}

/* ---- submitting */

void journal_submit(struct journal *j, struct journal_txn *take)
{
	take->next = NULL;
	atomic_fetch_add(&j->queued, group_estimate(take));
	pthread_mutex_lock(&j->queue_lock);
	*j->last = take;
	j->last = &take->next;
	if (j->is_waiting)
		pthread_cond_signal(&j->queue_posted);
	pthread_mutex_unlock(&j->queue_lock);
}

size_t journal_queued(const struct journal *j)
{
	return atomic_load(&j->queued);
}

bool journal_is_full(const struct journal *j)
{
	return atomic_load(&j->is_full);
}

/* As many as make a group; the rest stays. */
static struct journal_txn *take_some(struct journal *j)
{
	struct journal_txn *list = j->first, **at = &j->first;
	size_t bytes = 0;

	while (*at && (bytes == 0 || bytes + group_estimate(*at) <= GROUP_BYTES)) {
		bytes += group_estimate(*at);
		at = &(*at)->next;
	}
	if (*at == NULL) {
		j->first = NULL;
		j->last = &j->first;
	} else {
		j->first = *at;
		*at = NULL;
	}
	return list;
}

static void wait_until(struct journal *j, int64_t ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	j->is_waiting = true;
	pthread_cond_timedwait(&j->queue_posted, &j->queue_lock, &t);
	j->is_waiting = false;
}

/* The next transactions, or NULL when something else is due. */
static struct journal_txn *await(struct journal *j, int64_t until_ms, bool *stop)
{
	pthread_mutex_lock(&j->queue_lock);
	while (j->first == NULL && !j->is_stopping && !j->is_poked &&
	       journal_clock() < until_ms)
		wait_until(j, until_ms);
	j->is_poked = false;
	struct journal_txn *list = take_some(j);
	*stop = j->is_stopping && list == NULL;
	pthread_mutex_unlock(&j->queue_lock);
	return list;
}

static void chain_break(_Atomic uint64_t *chain, uint64_t epoch)
{
	uint64_t now = atomic_load(chain);

	while (now < epoch && !atomic_compare_exchange_weak(chain, &now, epoch))
		;
}

static void finish(struct journal *j, struct journal_txn *list, int result)
{
	for (struct journal_txn *t = list, *next; t; t = next) {
		next = t->next;
		atomic_fetch_sub(&j->queued, group_estimate(t));
		if (result != 0 && t->chain != NULL)
			chain_break(t->chain, t->epoch);
		t->done(t, result);
	}
}

/* Those whose chain has broken fail; the others, in order. */
static struct journal_txn *whole_chains(struct journal *j, struct journal_txn *list)
{
	struct journal_txn *whole = NULL, **last = &whole;

	for (struct journal_txn *next; list; list = next) {
		next = list->next;
		list->next = NULL;
		if (list->chain != NULL && list->epoch <= atomic_load(list->chain)) {
			finish(j, list, -ECANCELED);
			continue;
		}
		*last = list;
		last = &list->next;
	}
	return whole;
}

/* ---- full, broken */

static void become_full(struct journal *j, const char *why)
{
	if (atomic_exchange(&j->is_full, true))
		return;
	log_line(HEARD_WARN, "journal", "full: %s; inputs wait until there is space again",
		 why);
	if (j->options.pressure)
		j->options.pressure(j->options.arg, true, why);
}

static void heal(struct journal *j)
{
	if (!atomic_load(&j->is_full) || !pool_has_reserve(j))
		return;
	atomic_store(&j->is_full, false);
	log_line(HEARD_NOTICE, "journal", "there is space again");
	if (j->options.pressure)
		j->options.pressure(j->options.arg, false, "there is space again");
}

static void become_broken(struct journal *j, int code)
{
	char why[160];

	if (atomic_exchange(&j->is_broken, true))
		return;
	snprintf(why, sizeof(why), "two segments in turn could not be written: %s",
		 strerror(-code));
	log_line(HEARD_ERROR, "journal", "%s; nothing more is taken in", why);
	if (j->options.broken)
		j->options.broken(j->options.arg, why);
}

static bool is_lack_of_space(int code)
{
	return code == -ENOSPC || code == -EDQUOT;
}

/* ---- one group */

static double seconds_since(const struct timespec *start)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)(t.tv_sec - start->tv_sec) + (double)(t.tv_nsec - start->tv_nsec) * 1e-9;
}

static int synced(struct journal *j)
{
	struct timespec start;
	unsigned bucket = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (j->io->fdatasync(j->fd) != 0)
		return -errno;
	double s = seconds_since(&start);
	for (double le = 1e-4; bucket < 15 && s > le; bucket++)
		le *= 2;
	pthread_mutex_lock(&j->lock);
	j->figures.fsync_buckets[bucket]++;
	j->figures.fsync_seconds += s;
	pthread_mutex_unlock(&j->lock);
	return 0;
}

static int write_group(struct journal *j)
{
	const struct segment *s = journal_last_segment(j);
	struct group_place place = {.segment = s->id,
				    .offset = s->end,
				    .prev_id = j->prev_id,
				    .prev_end = j->prev_end,
				    .begin_seq = j->next_seq,
				    .begin_key = keys_next(j->keys) - keys_pending(j->keys),
				    .next_key = keys_next(j->keys)};
	int r = group_lay_out(&j->group, &place, j->state, &j->key);

	if (r == 0)
		r = journal_io_write(j->io, j->fd, j->group.iov, j->group.n_iov, (off_t)s->end);
	return r == 0 ? synced(j) : r;
}

/* A group that failed must not be found by a later start. */
static void spoil_commit(struct journal *j, uint64_t segment, uint64_t at)
{
	static const char zeros[FRAME_HEADER];
	int fd = segment_open(j->folder, segment);

	if (fd < 0)
		return;
	if (journal_io_write_bytes(j->io, fd, zeros, sizeof(zeros), (off_t)at) == 0)
		j->io->fdatasync(fd);
	close(fd);
}

static int write_elsewhere(struct journal *j, int code)
{
	uint64_t segment = journal_last_segment(j)->id, commit_at = j->group.commit_at;
	bool was_empty = journal_last_segment(j)->end == 0;

	log_line(HEARD_ERROR, "journal",
		 "seg-%016" PRIx64 ": %s; the group is written to a new segment", segment,
		 strerror(-code));
	spoil_commit(j, segment, commit_at);
	if (was_empty)
		pool_drop_last(j);
	close(j->fd);
	j->fd = -1;
	int r = pool_move(j, true);
	if (r != 0)
		return is_lack_of_space(code) ? code : r;
	r = write_group(j);
	if (r != 0) {
		spoil_commit(j, journal_last_segment(j)->id, j->group.commit_at);
		pool_drop_last(j);
	}
	return r;
}

static void apply(struct journal *j)
{
	const struct group *g = &j->group;

	for (size_t i = 0; i < g->n_values; i++)
		state_set(j->state, g->values[i]->name, g->values[i]->value);
	state_commit(j->state);
	keys_commit(j->keys);
	pthread_mutex_lock(&j->lock);
	struct segment *s = journal_last_segment(j);
	s->end += g->bytes;
	if (s->end > s->size)
		s->size = s->end;
	s->last_seq = g->next_seq - 1;
	s->next_key = keys_next(j->keys);
	s->last_ms = g->now_ms;
	j->next_seq = g->next_seq;
	j->last_seq = g->next_seq - 1;
	j->figures.groups++;
	j->figures.records += g->n_records;
	j->figures.keys = keys_count(j->keys);
	mail_apply(j, g);
	pthread_mutex_unlock(&j->lock);
}

int journal_commit_group(struct journal *j)
{
	int r = keys_write(j->keys, j->group.now_ms);

	if (r != 0) {
		log_line(HEARD_ERROR, "journal", "cannot write redelivery keys: %s",
			 strerror(-r));
		r = -ENOSPC; /* nothing is lost: full until it can */
	} else {
		r = write_group(j);
		if (r != 0 && r != -ENOMEM)
			r = write_elsewhere(j, r);
		if (r != 0 && r != -ENOMEM && !is_lack_of_space(r)) {
			become_broken(j, r);
			r = -EIO;
		}
	}
	if (r == 0) {
		apply(j);
		return 0;
	}
	state_rollback(j->state);
	keys_cancel(j->keys);
	return r == -EDQUOT ? -ENOSPC : r;
}

/* ---- transactions */

static uint64_t estimate(const struct journal *j, const struct journal_txn *list)
{
	uint64_t n = GROUP_FIXED + 2 * state_size(j->state);

	for (; list; list = list->next)
		n += group_estimate(list);
	return n;
}

static int build(struct journal *j, struct journal_txn *list)
{
	int r = 0;

	group_begin(&j->group, j->next_seq, j->options.now());
	for (; list && r == 0; list = list->next)
		r = group_add(&j->group, list, j->keys, j->state);
	if (r != 0) {
		state_rollback(j->state);
		keys_cancel(j->keys);
	}
	return r;
}

static void commit(struct journal *j, struct journal_txn *list, bool use_reserve)
{
	if (list == NULL)
		return;
	int r = atomic_load(&j->is_broken) ? -EIO
					   : pool_make_room(j, estimate(j, list), use_reserve);

	if (r == 0)
		r = build(j, list);
	if (r == 0)
		r = journal_commit_group(j);
	if (is_lack_of_space(r))
		become_full(j, j->options.max_size
				       ? "journal.max_size is reached or the disk is full"
				       : "");
	finish(j, list, r);
	if (r == 0 && j->options.committed)
		j->options.committed(j->options.arg, j->last_seq);
}

/* Those that may use the reserve go to one list, the others to another. */
static void partition(struct journal_txn *list, struct journal_txn **may,
		      struct journal_txn **others)
{
	for (struct journal_txn *next; list; list = next) {
		next = list->next;
		list->next = NULL;
		struct journal_txn ***to = list->may_use_reserve ? &may : &others;
		**to = list;
		*to = &list->next;
	}
}

static void commit_all(struct journal *j, struct journal_txn *list)
{
	struct journal_txn *may = NULL, *others = NULL;

	list = whole_chains(j, list);
	if (list == NULL)
		return;
	if (!atomic_load(&j->is_full)) {
		int r = atomic_load(&j->is_broken)
				? 0
				: pool_make_room(j, estimate(j, list), false);
		if (r != -ENOSPC) {
			commit(j, list, false);
			return;
		}
		become_full(j, "no segment is free and none can be made: journal.max_size is "
			       "reached or the disk is full");
	}
	partition(list, &may, &others);
	finish(j, others, -ENOSPC);
	commit(j, may, true);
}

/* ---- housekeeping */

struct key_sync {
	struct backstage_job job;
	struct journal *journal;
	int fd;
	uint64_t upto;
};

/* [backstage]  Once one sync failed, later ones prove nothing: the journal
 * thread writes those keys anew first. */
static void sync_keys(struct backstage_job *job)
{
	struct key_sync *s = (struct key_sync *)job;
	struct journal *j = s->journal;

	if (!atomic_load(&j->keys_failed)) {
		if (s->fd < 0 || (j->io->fdatasync(s->fd) == 0 && j->io->fsync(j->folder) == 0))
			atomic_store(&j->keys_synced, s->upto);
		else
			atomic_store(&j->keys_failed, true);
	}
	if (s->fd >= 0)
		close(s->fd);
	free(s);
	journal_poke(j);
}

static void post_key_sync(void *arg, int take_fd, uint64_t upto)
{
	struct journal *j = arg;
	struct key_sync *s = malloc(sizeof(*s));

	if (s == NULL) {
		if (take_fd >= 0)
			close(take_fd); /* asked again at the next seal */
		return;
	}
	*s = (struct key_sync){{NULL, sync_keys}, j, take_fd, upto};
	backstage_post(j->backstage, &s->job);
}

static void tend_keys(struct journal *j, int64_t now)
{
	if (atomic_load(&j->keys_failed) && now - j->rescued_ms >= SYNC_MS) {
		j->rescued_ms = now;
		uint64_t from = atomic_load(&j->keys_synced);
		int r = keys_rescue(j->keys, from, j->options.now());
		log_line(r == 0 ? HEARD_WARN : HEARD_ERROR, "journal",
			 "redelivery keys could not be synced; %s",
			 r == 0 ? "they were written to a new file"
				: "tried again in a second");
		if (r == 0)
			atomic_store(&j->keys_failed, false);
	}
	if (now - j->expired_ms >= EXPIRE_MS) {
		j->expired_ms = now;
		keys_expire(j->keys, j->options.now());
	}
}

static struct slots_mark mark_now(struct journal *j)
{
	const struct segment *s = journal_last_segment(j);

	return (struct slots_mark){s ? s->id : 0, s ? s->end : 0, j->next_seq,
				   atomic_load(&j->keys_synced)};
}

static void save_positions(struct journal *j, int64_t now, bool sync)
{
	struct slots_mark mark = mark_now(j);
	int r = slots_save(j->slots, &mark, sync);

	j->saved_ms = now;
	if (sync)
		j->synced_ms = now;
	if (r != 0)
		log_line(HEARD_WARN, "journal",
			 "cannot save positions: %s; tried again in a second", strerror(-r));
	else if (sync)
		j->mark = mark;
}

static bool is_mark_old(struct journal *j)
{
	struct slots_mark now = mark_now(j);
	return memcmp(&now, &j->mark, sizeof(now)) != 0;
}

static void tend_positions(struct journal *j, int64_t now)
{
	bool dirty = slots_dirty(j->slots);

	if (slots_asked(j->slots) ||
	    ((j->saved_ms != j->synced_ms || dirty || is_mark_old(j)) &&
	     now - j->synced_ms >= SYNC_MS))
		save_positions(j, now, true);
	else if (dirty && now - j->saved_ms >= SAVE_MS)
		save_positions(j, now, false);
}

/* The oldest is drained but for its letters: move them, if that gains space. */
static void tend_letters(struct journal *j)
{
	uint64_t live = letters_bytes(j->dead) + letters_bytes(j->deferred);
	const struct segment *s = &j->segments[0];

	if (j->n_segments < 2 || s->id >= j->mark.segment ||
	    s->last_seq > slots_min(j->slots) || live > (uint64_t)j->options.max_size / 4 * 3 ||
	    (!atomic_load(&j->is_full) && j->options.now() - s->last_ms < j->options.keep_ms) ||
	    atomic_load(&j->is_broken))
		return;
	mail_move(j, s->id);
}

static void tend(struct journal *j)
{
	int64_t now = journal_clock();

	tend_positions(j, now);
	tend_keys(j, now);
	tend_letters(j);
	pool_recycle(j);
	pool_tend(j);
	heal(j);
}

/* Moving letters and retrying want to look again soon; else positions decide. */
static int64_t next_tending(struct journal *j)
{
	bool busy = slots_dirty(j->slots) || atomic_load(&j->is_full);
	int64_t soon = busy ? SAVE_MS : SYNC_MS;
	return journal_clock() + soon;
}

static void *run(void *arg)
{
	struct journal *j = arg;
	bool stop = false;

	while (!stop) {
		struct journal_txn *list = await(j, next_tending(j), &stop);
		if (list)
			commit_all(j, list);
		tend(j);
	}
	return NULL;
}

/* ---- opening and closing */

static int make_folder(struct journal *j, struct heard_error *err)
{
	const char *folder = j->options.folder;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return heard_fail(err, errno, "cannot make the folder %s: %s", folder,
				  strerror(errno));
	j->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->folder < 0)
		return heard_fail(err, errno, "cannot open the folder %s: %s", folder,
				  strerror(errno));
	return 0;
}

static bool has_segments(struct journal *j)
{
	uint64_t *ids;
	size_t n = 0;

	if (segment_list(j->folder, &ids, &n) != 0)
		return true;
	free(ids);
	return n > 0;
}

/* A key that vanished must not be made anew over an encrypted journal. */
static int load_key(struct journal *j, struct heard_error *err)
{
	if (j->options.encrypt == NULL)
		return 0;
	int r = frame_key_load(&j->key, j->options.encrypt, !has_segments(j), err);
	return r;
}

/* Outputs read those records again, so their old deferrals would be seconds. */
static int forget_early_deferrals(struct journal *j)
{
	struct letter l = {.order = 0};
	uint64_t seq;
	size_t n = 0;

	group_begin(&j->group, j->next_seq, j->options.now());
	while (letters_next(j->deferred, l.order, &l)) {
		if (!slots_saved_seq(j->slots, l.output, &seq) || l.seq <= seq)
			continue;
		struct journal_defer d = {.output = l.output, .seq = l.seq};
		struct journal_txn t = {.defer_gone = &d, .n_defer_gone = 1};
		int r = group_add(&j->group, &t, j->keys, j->state);
		if (r != 0)
			return r;
		n++;
	}
	if (n == 0)
		return 0;
	log_line(HEARD_NOTICE, "journal",
		 "%zu deferrals are behind their output's position: discarded, as those "
		 "records are read again",
		 n);
	int r = pool_make_room(j, estimate(j, NULL) + n * 256, true);
	return r == 0 ? journal_commit_group(j) : r;
}

int journal_open_keys(struct journal *j, uint64_t trusted, struct heard_error *err)
{
	struct keys_options o = {.folder = j->folder,
				 .io = j->io,
				 .dedupe_ms = j->options.dedupe_ms,
				 .now_ms = j->options.now(),
				 .sync = post_key_sync,
				 .arg = j};

	atomic_store(&j->keys_synced, trusted ? trusted : 1);
	return keys_open(&j->keys, &o, trusted, err);
}

static int load(struct journal *j, struct heard_error *err)
{
	struct slots_mark mark;
	int r = make_folder(j, err);

	if (r == 0)
		r = slots_open(&j->slots, j->folder, j->io, &mark, err);
	if (r == 0)
		r = load_key(j, err);
	if (r == 0)
		r = recover(j, &mark, err);
	if (r != 0)
		return r;
	pool_tend(j);
	if (j->n_segments == 0)
		r = pool_move(j, true);
	if (r != 0)
		return heard_fail(err, j->make_error ? -j->make_error : -r,
				  "cannot make a segment of %lld bytes: %s",
				  (long long)j->options.segment_size,
				  strerror(j->make_error ? -j->make_error : -r));
	save_positions(j, journal_clock(), true);
	r = forget_early_deferrals(j);
	return r == 0 || is_lack_of_space(r)
		       ? 0
		       : heard_fail(err, -r, "cannot write: %s", strerror(-r));
}

static void destroy(struct journal *j)
{
	backstage_destroy(j->backstage);
	keys_close(j->keys);
	slots_close(j->slots);
	state_destroy(j->state);
	letters_destroy(j->dead);
	letters_destroy(j->deferred);
	group_release(&j->group);
	scan_release(&j->mover);
	frame_key_wipe(&j->key);
	if (j->fd >= 0)
		close(j->fd);
	if (j->folder >= 0)
		close(j->folder);
	free(j->segments);
	pthread_mutex_destroy(&j->lock);
	pthread_mutex_destroy(&j->queue_lock);
	pthread_cond_destroy(&j->made);
	pthread_cond_destroy(&j->queue_posted);
	free(j);
}

/* Four segments are the least that moves: one written to, one being drained,
 * and the two that are ready. */
static void set_sizes(struct journal *j)
{
	struct journal_options *o = &j->options;

	if (o->segment_size <= 0)
		o->segment_size = 64 << 20;
	if (o->max_size > 0 && o->segment_size > o->max_size / 4)
		o->segment_size = o->max_size / 4;
	if (o->segment_size < 64 << 10)
		o->segment_size = 64 << 10;
	o->segment_size = o->segment_size / 4096 * 4096;
	if (o->max_size <= 0)
		o->max_size = INT64_MAX;
	if (o->max_size < 4 * o->segment_size)
		o->max_size = 4 * o->segment_size;
}

static struct journal *create(const struct journal_options *options)
{
	pthread_condattr_t monotonic;
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->options = *options;
	j->io = options->io ? options->io : &journal_io_real;
	j->folder = j->fd = -1;
	j->last = &j->first;
	set_sizes(j);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&j->lock, NULL);
	pthread_mutex_init(&j->queue_lock, NULL);
	pthread_cond_init(&j->made, NULL);
	pthread_cond_init(&j->queue_posted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	group_init(&j->group);
	scan_init(&j->mover);
	j->state = state_create();
	j->dead = letters_create();
	j->deferred = letters_create();
	j->backstage = backstage_create();
	if (j->state && j->dead && j->deferred && j->backstage)
		return j;
	destroy(j);
	return NULL;
}

int journal_open(struct journal **journal_r, const struct journal_options *options,
		 struct heard_error *err)
{
	if (sodium_init() < 0)
		return heard_fail(err, EIO, "libsodium cannot start: no source of randomness");
	struct journal *j = create(options);
	if (j == NULL)
		return heard_fail(err, ENOMEM, "no memory or no thread for the journal");
	int r = load(j, err);
	if (r == 0 && pthread_create(&j->thread, NULL, run, j) != 0)
		r = heard_fail(err, EAGAIN, "no thread for the journal");
	if (r != 0) {
		heard_error_wrap(err, "journal %s", options->folder);
		destroy(j);
		return r;
	}
	*journal_r = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	pthread_mutex_lock(&j->queue_lock);
	j->is_stopping = true;
	pthread_cond_signal(&j->queue_posted);
	pthread_mutex_unlock(&j->queue_lock);
	pthread_join(j->thread, NULL);
	slots_stop(j->slots);
	keys_seal(j->keys);
	/* Backstage has to be done before the mark can say so. */
	backstage_destroy(j->backstage);
	j->backstage = NULL;
	save_positions(j, journal_clock(), true);
	destroy(j);
}

/* ---- the rest of the doors */

bool journal_count(struct journal *j, const char *name, int64_t out[JOURNAL_COUNTS])
{
	return state_count(j->state, name, out);
}

char *journal_state_get(struct journal *j, struct heard_str name, size_t *len_r)
{
	return state_get(j->state, name, len_r);
}

void journal_state_each(struct journal *j, struct heard_str prefix,
			void (*fn)(void *arg, struct heard_str name, struct heard_str value),
			void *arg)
{
	state_each(j->state, prefix, fn, arg);
}

static void poke(void *arg)
{
	journal_poke(arg);
}

int journal_output(struct journal *j, const char *name, unsigned *slot_r,
		   struct heard_error *err)
{
	bool is_new;
	int r = slots_find(j->slots, name, journal_last_seq(j), slot_r, &is_new);

	if (r == -ENAMETOOLONG)
		return heard_fail(err, -r, "the output's name \"%s\" is too long", name);
	if (r == -ENOSPC)
		return heard_fail(err, -r,
				  "the journal has slots for %d outputs, and all are taken",
				  SLOTS_MAX);
	/* Were it lost, it would begin again behind what comes in meanwhile. */
	if (is_new && (r = slots_wait(j->slots, poke, j)) != 0)
		return heard_fail(err, -r, "cannot save the first position of %s: %s", name,
				  strerror(-r));
	return 0;
}

void journal_output_each(struct journal *j,
			 void (*fn)(void *arg, const char *name, uint64_t seq), void *arg)
{
	slots_each(j->slots, fn, arg);
}

int journal_output_forget(struct journal *j, const char *name)
{
	return slots_forget(j->slots, name);
}

void journal_position_get(struct journal *j, unsigned slot, struct journal_position *p)
{
	slots_get(j->slots, slot, p);
}

void journal_position_set(struct journal *j, unsigned slot, const struct journal_position *p)
{
	slots_set(j->slots, slot, p);
}

uint64_t journal_position_durable(struct journal *j, unsigned slot)
{
	return slots_durable(j->slots, slot);
}

void journal_positions_sync(struct journal *j)
{
	while (slots_wait(j->slots, poke, j) != 0 && !atomic_load(&j->is_broken))
		usleep(SAVE_MS * 1000);
}

uint64_t journal_last_seq(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	uint64_t seq = j->last_seq;
	pthread_mutex_unlock(&j->lock);
	return seq;
}

void journal_figures(struct journal *j, struct journal_figures *out)
{
	pthread_mutex_lock(&j->lock);
	*out = j->figures;
	out->segments = (unsigned)j->n_segments;
	out->spare = j->n_ready;
	out->bytes = (int64_t)j->n_ready * j->options.segment_size;
	for (size_t i = 0; i < j->n_segments; i++)
		out->bytes += (int64_t)j->segments[i].size;
	pthread_mutex_unlock(&j->lock);
}
