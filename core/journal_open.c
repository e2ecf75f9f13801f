/*
 * journal_open.c - from a folder to a running journal, and back.
 *
 * Opening goes from what is least to what is most: folder and lock, positions
 * with the mark, the key of the cipher, recovery, segments to write to, and
 * last the thread.  Until that runs, everything is this thread's and no lock is
 * needed; when it has ended, again.
 *
 * Invariant: nothing is written before all that is there was understood, so an
 * open that fails (wrong key, foreign folder) leaves the journal as it was.
 */
#include "journal_private.h"

#include "folder.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/error.h>

static int make_folder(struct journal *j, struct heard_error *err)
{
	const char *folder = j->options.folder;

	if (folder_make(folder, err) != 0)
		return -err->code;
	j->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->folder < 0)
		return heard_fail(err, errno, "cannot open the folder %s: %s", folder,
				  strerror(errno));
	return 0;
}

/* A key that vanished must not be made anew over an encrypted journal; a file
 * without content says that it is one. */
static int load_key(struct journal *j, struct heard_error *err)
{
	static const char mark[] = "encrypted";

	if (j->options.encrypt == NULL)
		return 0;
	bool is_marked = faccessat(j->folder, mark, F_OK, 0) == 0;
	int r = frame_key_load(&j->key, j->options.encrypt, !is_marked, err);
	if (r != 0 || is_marked)
		return r;
	int fd = openat(j->folder, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || j->io->fsync(j->folder) != 0)
		r = heard_fail(err, errno, "cannot note that the journal is encrypted: %s",
			       strerror(errno));
	if (fd >= 0)
		close(fd);
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
	int r = pool_make_room(j, commit_estimate(j, NULL) + n * 256, POOL_FREES);
	return r == 0 ? commit_group(j) : r;
}

int journal_open_keys(struct journal *j, uint64_t trusted, struct heard_error *err)
{
	struct keys_options o = {.folder = j->folder,
				 .io = j->io,
				 .dedupe_ms = j->options.dedupe_ms,
				 .now_ms = j->options.now(),
				 .sync = tend_sync_keys,
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
		r = pool_move(j, POOL_FREES);
	if (r != 0)
		return heard_fail(err, j->make_error ? -j->make_error : -r,
				  "cannot make a segment of %lld bytes: %s",
				  (long long)j->options.segment_size,
				  strerror(j->make_error ? -j->make_error : -r));
	tend_save_positions(j, journal_clock(), true);
	r = forget_early_deferrals(j);
	return r == 0 || health_lacks_space(r)
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
	free(j->path);
	free(j->segments);
	pthread_mutex_destroy(&j->lock);
	pthread_mutex_destroy(&j->queue_lock);
	pthread_cond_destroy(&j->made);
	pthread_cond_destroy(&j->queue_posted);
	free(j);
}

/* Five segments are the least that moves: one written to, one being drained,
 * and the three that are ready. */
static void set_sizes(struct journal *j)
{
	struct journal_options *o = &j->options;

	if (o->segment_size <= 0)
		o->segment_size = 64 << 20;
	if (o->max_size > 0 && o->segment_size > o->max_size / 5)
		o->segment_size = o->max_size / 5;
	if (o->segment_size < 64 << 10)
		o->segment_size = 64 << 10;
	o->segment_size = o->segment_size / 4096 * 4096;
	if (o->max_size <= 0)
		o->max_size = INT64_MAX;
	if (o->max_size < 5 * o->segment_size)
		o->max_size = 5 * o->segment_size;
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
	j->path = strdup(options->folder);
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
	scan_init(&j->mover, j->io);
	j->state = state_create();
	j->dead = letters_create();
	j->deferred = letters_create();
	j->backstage = backstage_create();
	if (j->path && j->state && j->dead && j->deferred && j->backstage)
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
	if (r == 0 && pthread_create(&j->thread, NULL, journal_run, j) != 0)
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
	tend_save_positions(j, journal_clock(), true);
	destroy(j);
}
