/*
 * commit.c - one group: written, synced, and only then true.
 *
 * A group is written with one pwritev behind the last one, and fdatasync makes
 * it durable; then what it changed is applied to what other threads can see.
 *
 * If a write or the sync fails, or the file is not in the folder any more, it is never trusted
 * again: the group is laid out anew in the next segment, whose checkpoint says where the old
 * one ended, and the commit frame that failed is spoiled, so that a later start does not find
 * it.  If that fails as well, the transactions fail, and unless it was only for want of space
 * the journal is broken and takes nothing more; likewise if the folder is not where it was.
 *
 * Invariant: nothing that a group prepared (counters, keys, letters, seqs)
 * shows before its sync, and nothing of it is left when it failed.
 */
#include "journal_private.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double seconds_since(const struct timespec *start)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)(t.tv_sec - start->tv_sec) + (double)(t.tv_nsec - start->tv_nsec) * 1e-9;
}

/* Is what is open not what has that name now?  Who cannot tell says no. */
static bool is_elsewhere(int fd, int folder, const char *name, int flags)
{
	struct stat held, named;

	if (fstat(fd, &held) != 0)
		return false;
	if (fstatat(folder, name, &named, flags) != 0)
		return errno == ENOENT || errno == ENOTDIR;
	return named.st_ino != held.st_ino || named.st_dev != held.st_dev;
}

/* Somebody may have deleted the file or its folder, moved it away or put another in its
 * place: no start would find what is written to it then.  Its count of links tells only the
 * first, and on some file systems nothing. */
static bool is_file_gone(struct journal *j)
{
	char name[SEGMENT_NAME];

	segment_name(journal_last_segment(j)->id, name);
	return is_elsewhere(j->fd, j->folder, name, AT_SYMLINK_NOFOLLOW);
}

static bool is_folder_gone(const struct journal *j)
{
	return is_elsewhere(j->folder, AT_FDCWD, j->path, 0);
}

static int synced(struct journal *j)
{
	struct timespec start;
	unsigned bucket = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (j->io->fdatasync(j->fd) != 0)
		return -errno;
	if (is_file_gone(j) || is_folder_gone(j))
		return -ENOENT;
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

	spoil_commit(j, segment, commit_at);
	if (is_folder_gone(j)) /* a new segment would be nowhere, too */
		return -ENOENT;
	log_line(HEARD_ERROR, "journal",
		 "seg-%016" PRIx64 ": %s; the group is written to a new segment", segment,
		 strerror(-code));
	if (was_empty)
		pool_drop_last(j);
	close(j->fd);
	j->fd = -1;
	int r = pool_move(j, POOL_FREES);
	if (r != 0)
		return health_lacks_space(code) ? code : r;
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

static int write_keys(struct journal *j)
{
	int r = keys_write(j->keys, j->group.now_ms);

	if (r == 0 || r == -ENOMEM)
		return r;
	if (r == -ENOENT) { /* a file is made if absent: the folder itself is gone */
		health_break(j, r);
		return -EIO;
	}
	log_line(HEARD_ERROR, "journal", "cannot write redelivery keys: %s", strerror(-r));
	return -ENOSPC; /* nothing is lost: full until it can */
}

static int write_somewhere(struct journal *j)
{
	int r = write_group(j);

	if (r != 0 && r != -ENOMEM)
		r = write_elsewhere(j, r);
	if (r == 0 || r == -ENOMEM || health_lacks_space(r))
		return r;
	health_break(j, r);
	return -EIO;
}

int commit_group(struct journal *j)
{
	int r = mail_reserve(j, &j->group);

	if (r == 0)
		r = write_keys(j);
	if (r == 0)
		r = write_somewhere(j);
	if (r == 0) {
		apply(j);
		return 0;
	}
	state_rollback(j->state);
	keys_cancel(j->keys);
	return r == -EDQUOT ? -ENOSPC : r;
}

uint64_t commit_estimate(const struct journal *j, const struct journal_txn *list)
{
	uint64_t n = GROUP_FIXED + 2 * state_size(j->state);

	for (; list; list = list->next)
		n += group_estimate(list);
	return n;
}
