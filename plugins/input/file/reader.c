/*
 * reader.c - whose turn it is to read.
 *
 * A turn reads at most one chunk, or a few dozen small files, and then lets the
 * loop attend to others.  Pieces in flight are bounded by number and by bytes; a
 * receipt makes room.  One file is read to its end before the next, but nobody
 * waits for receipts in between.
 *
 * A file in a folder is at its end when its writer closed it or left it alone for
 * SETTLE_NS; a followed one never is, before another takes its name.
 */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <heard/error.h>
#include <heard/host.h>

#include "lines.h"

enum {
	FLIGHTS_MAX = 512,
	BYTES_MAX = 8 * CHUNK_SIZE,
	STEPS_PER_TURN = 64,
	RESCAN_MS = 30 * 1000,
	RESCAN_SOON_MS = 1000, /* also how often a followed path is looked at */
};
static const int64_t SETTLE_NS = 5000000000;

static void turn(void *arg);

/* ---- the queue */

void reader_wake(struct reader *r)
{
	if (r->is_posted || r->is_stopped)
		return;
	r->is_posted = true;
	heard_post(r->host, turn, r);
}

void reader_ready(struct reader *r, struct tail *t)
{
	if (t->is_ready || t->is_refused)
		return;
	t->is_ready = true;
	t->next_ready = NULL;
	*r->ready_end = t;
	r->ready_end = &t->next_ready;
	reader_wake(r);
}

static void pop_ready(struct reader *r)
{
	struct tail *t = r->ready;

	r->ready = t->next_ready;
	if (r->ready == NULL)
		r->ready_end = &r->ready;
	t->is_ready = false;
}

static bool may_emit(const struct reader *r)
{
	return !heard_is_paused(r->host) && !r->is_held && r->in_flight < FLIGHTS_MAX &&
	       r->bytes_in_flight < BYTES_MAX;
}

/* ---- the end of a file */

bool reader_has_settled(const struct tail *t)
{
	struct timespec now;
	struct look look;

	if (t->is_closed)
		return true;
	clock_gettime(CLOCK_REALTIME, &now);
	return !tail_look(t, &look) ||
	       (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - look.modified_ns >= SETTLE_NS;
}

static bool may_end(struct reader *r, struct tail *t)
{
	if (!r->follow)
		return true;
	if (!r->is_folder && !t->is_retired)
		return false;
	if (t->fd < 0) /* not opened yet: its times are not known */
		return t->is_closed;
	return reader_has_settled(t);
}

static void settle_later(struct reader *r)
{
	if (!r->must_settle)
		heard_timer_set(r->rescan, RESCAN_SOON_MS);
	r->must_settle = true;
}

/* Nothing more to read now.  Is it done, or will it grow? */
static void at_end(struct reader *r, struct tail *t)
{
	struct look look;
	bool is_done = may_end(r, t);

	if (!tail_look(t, &look))
		return;
	if (look.size > t->at.offset && is_done) {
		reader_ready(r, t); /* a last line, or it has grown this moment */
		return;
	}
	t->is_ended = true;
	t->ended_size = look.size;
	t->ended_change = look.changed_ns;
	if (!is_done) {
		if (r->is_folder || t->is_retired || t->must_settle)
			settle_later(r);
		if (r->is_folder || t->must_settle) {
			t->is_ended = false; /* to be looked at again */
			tail_close(t);
		}
		return;
	}
	tail_close(t);
	t->is_closed = false;
	t->is_settled = false;
	if (t->in_flight == 0)
		folder_finish(r, t);
}

/* ---- a turn */

static void turn(void *arg)
{
	struct reader *r = arg;
	size_t bytes = 0;

	r->is_posted = false;
	if (r->is_stopped)
		return;
	if (r->scanning)
		folder_scan_slice(r);
	for (int i = 0; i < STEPS_PER_TURN && bytes < CHUNK_SIZE && r->ready && may_emit(r);
	     i++) {
		struct tail *t = r->ready;
		enum step step = tail_step(t, may_end(r, t), &bytes);

		if (step == STEP_EMITTED)
			continue;
		pop_ready(r);
		if (step == STEP_END)
			at_end(r, t);
		else if (step == STEP_FAILED || step == STEP_REFUSED)
			tail_close(t);
	}
	if (r->scanning || (r->ready && may_emit(r)))
		reader_wake(r);
}

void reader_emitted(struct reader *r, size_t bytes)
{
	r->in_flight++;
	r->bytes_in_flight += bytes;
}

void reader_receipt(struct reader *r, struct tail *t, size_t bytes,
		    const struct heard_receipt *what)
{
	r->in_flight--;
	r->bytes_in_flight -= bytes;
	if (r->is_stopped)
		return;
	if (what != NULL && what->code != 0 && !r->is_held) {
		r->is_held = true;
		heard_timer_set(r->hold, what->after_ms > 0 ? what->after_ms : 1000);
	}
	if (t->in_flight == 0 && t->back_to >= 0) {
		t->is_ended = false;
		reader_ready(r, t);
	} else if (t->in_flight == 0 && t->is_ended && t->fd < 0) {
		folder_finish(r, t);
	}
	reader_wake(r);
}

static void hold_is_over(void *arg)
{
	struct reader *r = arg;

	r->is_held = false;
	reader_wake(r);
}

static void scan_is_due(void *arg)
{
	struct reader *r = arg;

	r->must_settle = false;
	folder_scan_begin(r);
	heard_timer_set(r->rescan,
			r->is_folder && r->watch_fd >= 0 ? RESCAN_MS : RESCAN_SOON_MS);
}

void reader_tell(struct reader *r, const char *name, const char *what)
{
	struct place place;

	place_name(&place, name);
	heard_log(r->host, HEARD_WARN, "'%s': %s", place.name, what);
}

/* ---- the table */

struct tail *reader_file(struct reader *r, const struct identity *id, const char *name)
{
	struct tail **bucket = &r->table[id->inode % BUCKETS], *t;
	char stream[IDENTITY_SIZE];
	struct heard_str token;

	for (t = *bucket; t; t = t->next)
		if (identity_eq(&t->id, id))
			break;
	if (t != NULL) {
		if (strcmp(t->name, name) != 0) {
			char *copy = strdup(name);

			if (copy != NULL) {
				free(t->name);
				t->name = copy;
			}
		}
		return t;
	}
	t = tail_create(r, id, name);
	if (t == NULL)
		return NULL;
	identity_format(id, stream);
	if (heard_resume_token(r->host, heard_str(stream), &token) &&
	    !mark_parse(token, &t->at))
		t->at = (struct mark){.line = 1};
	t->next = *bucket;
	*bucket = t;
	return t;
}

/* ---- life */

int reader_init(struct reader *r, struct heard_error *err)
{
	char *copy = strdup(r->path);
	struct stat st;

	r->folder_fd = r->watch_fd = -1;
	r->ready_end = &r->ready;
	chunk_pool_init(&r->chunks);
	r->is_folder = stat(r->path, &st) == 0 && S_ISDIR(st.st_mode);
	if (copy != NULL)
		r->folder = strdup(r->is_folder ? r->path : dirname(copy));
	free(copy);
	if (r->folder == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	r->only = r->is_folder ? NULL : strrchr(r->path, '/');
	if (r->only != NULL)
		r->only++;
	else if (!r->is_folder)
		r->only = r->path;
	return 0;
}

int reader_start(struct reader *r, struct heard_error *err)
{
	r->hold = heard_timer_create(r->host, hold_is_over, r);
	r->rescan = heard_timer_create(r->host, scan_is_due, r);
	if (r->hold == NULL || r->rescan == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	int failed = r->follow ? watch_start(r) : 0;
	if (failed)
		heard_log(r->host, HEARD_WARN,
			  "inotify: %s; looking at '%s' every second instead",
			  strerror(-failed), r->path);
	folder_scan_begin(r);
	if (r->follow)
		heard_timer_set(r->rescan, RESCAN_SOON_MS);
	return 0;
}

void reader_stop(struct reader *r)
{
	r->is_stopped = true;
	watch_stop(r);
	if (r->hold)
		heard_timer_clear(r->hold);
	if (r->rescan)
		heard_timer_clear(r->rescan);
	if (r->scanning)
		closedir(r->scanning);
	r->scanning = NULL;
}

void reader_release(struct reader *r)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (r->table[i]) {
			struct tail *t = r->table[i];

			r->table[i] = t->next;
			tail_destroy(t);
		}
	}
	heard_timer_destroy(r->hold);
	heard_timer_destroy(r->rescan);
	if (r->folder_fd >= 0)
		close(r->folder_fd);
	chunk_pool_release(&r->chunks);
	free(r->folder);
}
