/*
 * tend.c - what the journal's thread does between groups.
 *
 * Positions are written SAVE_MS after they changed and synced after SYNC_MS, or
 * sooner if a segment waits for that; key files are synced backstage, and forgotten
 * when they are old; live letters are moved out of the oldest segment, so that it
 * can be recycled; spare segments are made; and a full journal looks whether it is
 * one still.
 *
 * Invariant: the mark that positions are saved with names only what is durable
 * (group, keys), since recovery takes it for acknowledged.
 */
#include "journal_private.h"

#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SAVE_MS = 50,	/* positions are written, but not synced, so often */
	SYNC_MS = 1000, /* and synced */
	EXPIRE_MS = 10000,
	LOST_MS = 3600000, /* keys that are lost are said again so often */
};

/* ---- keys */

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

void tend_sync_keys(void *arg, int take_fd, uint64_t upto)
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

static void rescue_keys(struct journal *j, int64_t now)
{
	const char *then = "tried again in a second";
	int r = keys_rescue(j->keys, atomic_load(&j->keys_synced), j->options.now());

	j->rescued_ms = now;
	if (r == 0) {
		then = "they were written to a new file";
		atomic_store(&j->keys_failed, false);
	} else if (r == -EBADMSG) {
		then = "some are lost: no more segments are recycled until the next start has "
		       "made them again from the records";
		j->rescued_ms = now + LOST_MS;
	}
	log_line(r == 0 ? HEARD_WARN : HEARD_ERROR, "journal",
		 "redelivery keys could not be synced; %s", then);
}

static void tend_keys(struct journal *j, int64_t now)
{
	if (atomic_load(&j->keys_failed) && now - j->rescued_ms >= SYNC_MS)
		rescue_keys(j, now);
	if (now - j->expired_ms >= EXPIRE_MS) {
		j->expired_ms = now;
		keys_expire(j->keys, j->options.now());
	}
}

/* ---- positions */

static struct slots_mark mark_now(struct journal *j)
{
	const struct segment *s = journal_last_segment(j);

	return (struct slots_mark){s ? s->id : 0, s ? s->end : 0, j->next_seq,
				   atomic_load(&j->keys_synced)};
}

void tend_save_positions(struct journal *j, int64_t now, bool sync)
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

/* The pool lacks a segment, and the oldest would be drained were positions synced. */
static bool holds_segment_back(struct journal *j)
{
	const struct segment *s = &j->segments[0];

	return j->n_segments > 1 && !pool_has_reserve(j) &&
	       s->last_seq <= slots_reached(j->slots) &&
	       (s->last_seq > slots_min(j->slots) || s->id >= j->mark.segment);
}

static int64_t sync_after_ms(struct journal *j)
{
	return holds_segment_back(j) ? SAVE_MS : SYNC_MS;
}

static void tend_positions(struct journal *j, int64_t now)
{
	bool dirty = slots_dirty(j->slots);

	if (slots_asked(j->slots) ||
	    ((j->saved_ms != j->synced_ms || dirty || is_mark_old(j)) &&
	     now - j->synced_ms >= sync_after_ms(j)))
		tend_save_positions(j, now, true);
	else if (dirty && now - j->saved_ms >= SAVE_MS)
		tend_save_positions(j, now, false);
}

/* ---- letters, segments */

/* The oldest is drained but for its letters: move them, if that gains space. */
static void tend_letters(struct journal *j, int64_t now)
{
	uint64_t live = letters_bytes(j->dead) + letters_bytes(j->deferred);
	const struct segment *s = &j->segments[0];

	if (j->n_segments < 2 || s->id >= j->mark.segment ||
	    s->last_seq > slots_min(j->slots) || live > (uint64_t)j->options.max_size / 4 * 3 ||
	    (!atomic_load(&j->is_full) && j->options.now() - s->last_ms < j->options.keep_ms) ||
	    atomic_load(&j->is_broken) || now < j->move_after_ms)
		return;
	if (mail_move(j, s->id) < 0)
		j->move_after_ms = now + SYNC_MS;
}

void tend(struct journal *j)
{
	int64_t now = journal_clock();

	tend_positions(j, now);
	tend_keys(j, now);
	tend_letters(j, now);
	pool_recycle(j);
	pool_tend(j);
	health_heal(j);
}

/* Moving letters and retrying want to look again soon; else positions decide. */
int64_t tend_again_ms(struct journal *j)
{
	bool busy = slots_dirty(j->slots) || atomic_load(&j->is_full) || pool_is_patient(j);
	int64_t soon = busy ? SAVE_MS : SYNC_MS;
	return journal_clock() + soon;
}
