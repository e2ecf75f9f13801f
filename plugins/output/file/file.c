/*
 * file.c - output: append the canonical lines to a file, each exactly once.
 *
 * write() only remembers the batch.  One flush for all that wait appends their
 * lines, syncs the file, saves the new position, and then keeps every promise:
 * two fdatasyncs, however many batches came in one turn of the loop.  The
 * position is saved after the data it speaks of, and at start the file is cut
 * back to it, so a line is never there twice and an acknowledged one never lost.
 *
 * While little comes, flushes keep GATHER_MS apart, since what comes in between then
 * costs no syncs of its own; the journal has it already.  The first after a pause and
 * one of GATHER_BYTES do not wait.
 *
 * When the disk is full or broken the batches stay here and the same flush is
 * tried again, later and later.  They are not handed back: the core would put
 * them aside after a few failures and go on with newer ones, and then neither the
 * order of the file nor its position could be kept (docs/decisions/0042).
 *
 * Invariant: `position` is what is on disk; everything else can be made from it.
 */
#include "position.h"
#include "target.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/time.h>

enum {
	WINDOW_BATCHES = 1,
	WINDOW_RECORDS = 8192,
	WINDOW_BYTES = 2 << 20,
	PENDING_MAX = 16,
	GATHER_MS = 10,
	GATHER_BYTES = WINDOW_BYTES / 2,
	RETRY_FIRST_MS = 500,
	RETRY_MAX_MS = 15 * 1000,
};

struct pending {
	const struct heard_batch *batch;
	struct heard_delivery *delivery;
};

struct file {
	const char *path; /* options */
	int64_t rotate;
	int64_t rotate_every;
	int compress;

	struct heard_host *host;
	struct position_file positions;
	struct position position;
	struct target target;
	bool is_new; /* no position was ever saved                 */
	bool is_started;
	struct pending pending[PENDING_MAX]; /* in the order they came            */
	size_t n_pending;
	bool is_posted; /* a flush is under way to us                 */
	struct heard_timer *retry;
	int64_t retry_ms; /* the last pause, 0: all is well             */
	struct heard_timer *gather;
	int64_t flushed_ms; /* monotonic                                  */
};

/* ---- the file and its position, together */

static void tell(struct file *f, enum target_found found)
{
	switch (found) {
	case TARGET_AS_LEFT: break;
	case TARGET_CUT_BACK:
		heard_log(f->host, HEARD_NOTICE,
			  "'%s': the rest of an unfinished write was removed", f->path);
		break;
	case TARGET_BEGUN_NEW:
		heard_log(f->host, HEARD_NOTICE, "'%s' was moved away or emptied: begun anew",
			  f->path);
		break;
	case TARGET_TAKEN_OVER:
		heard_log(f->host, HEARD_NOTICE, "'%s' was there before: going on at its end",
			  f->path);
		break;
	}
}

/* Rename, whether for the first time or again after a crash. */
static int finish_rotation(struct file *f, struct heard_error *err)
{
	struct position next = f->position;
	int result = target_rename(&f->target, &next, err);

	if (result == 0)
		result = position_save(&f->positions, &next, err);
	if (result == 0)
		f->position = next;
	return result;
}

/* At start and after a failure.  The position is saved before the file is cut
 * back to it: a newer one, of which we were told that it failed, may have
 * reached the disk all the same. */
static int make_whole(struct file *f, struct heard_error *err)
{
	struct position found_position;
	enum target_found found = TARGET_AS_LEFT;
	int result = 0;

	if (!f->is_new)
		result = position_save(&f->positions, &f->position, err);
	if (result == 0 && f->position.rotating)
		result = finish_rotation(f, err);
	found_position = f->position;
	if (result == 0)
		result = target_open(&f->target, &found_position, f->is_new, &found, err);
	if (result == 0)
		result = position_save(&f->positions, &found_position, err);
	if (result != 0)
		return result;
	f->position = found_position;
	f->is_new = false;
	tell(f, found);
	return 0;
}

static int64_t period(struct file *f, int64_t time)
{
	return (time + heard_zone_offset(heard_zone(f->host), time)) / f->rotate_every;
}

static bool rotation_is_due(struct file *f)
{
	const struct position *p = &f->position;

	if (p->length == 0)
		return false;
	if (f->rotate > 0 && p->length >= (uint64_t)f->rotate)
		return true;
	return f->rotate_every > 0 && p->begun_ms > 0 &&
	       period(f, p->begun_ms) != period(f, heard_now(f->host));
}

static int rotate(struct file *f, struct heard_error *err)
{
	struct position plan = f->position;
	int result = target_plan_rotation(&f->target, &plan, err);

	if (result == 0)
		result = position_save(&f->positions, &plan, err);
	if (result != 0)
		return result;
	f->position = plan;
	return make_whole(f, err);
}

/* ---- the flush */

/* How many of the batch's first records are in the file already.  The core asks
 * for our position at start; this is for a batch that was on its way by then. */
static size_t known(const struct file *f, const struct heard_batch *batch)
{
	size_t n = heard_batch_size(batch), i = 0;

	if (heard_batch_is_retry(batch))
		return 0;
	while (i < n && heard_batch_seq(batch, i) <= f->position.seq)
		i++;
	return i;
}

static int append(struct file *f, const struct heard_batch *batch, struct position *next,
		  struct heard_error *err)
{
	size_t n = heard_batch_size(batch), skip = known(f, batch), bytes = 0;
	uint64_t last;

	if (skip == n)
		return 0;
	for (size_t i = 0; i < skip; i++)
		bytes += heard_batch_line(batch, i).len + 1;
	last = heard_batch_seq(batch, n - 1);
	if (last > next->seq)
		next->seq = last;
	if (next->begun_ms == 0)
		next->begun_ms = heard_now(f->host);
	return target_append(&f->target, heard_str_skip(heard_batch_lines(batch), bytes), err);
}

static int store(struct file *f, struct position *next, struct heard_error *err)
{
	int result = 0;

	if (f->target.fd < 0 || !target_is_ours(&f->target))
		result = make_whole(f, err);
	if (result == 0 && rotation_is_due(f))
		result = rotate(f, err);
	*next = f->position;
	for (size_t i = 0; i < f->n_pending && result == 0; i++)
		result = append(f, f->pending[i].batch, next, err);
	if (result == 0)
		result = target_sync(&f->target, next, err);
	if (result == 0)
		result = position_save(&f->positions, next, err);
	return result;
}

/* Every promise at hand; one that is given while we do so waits for its own flush. */
static void finish_all(struct file *f, enum heard_outcome outcome, const char *reason)
{
	struct pending done[PENDING_MAX];
	size_t n = f->n_pending;

	memcpy(done, f->pending, n * sizeof(done[0]));
	f->n_pending = 0;
	for (size_t i = 0; i < n; i++)
		heard_delivery_finish(done[i].delivery, outcome, 0, reason);
}

static void put_off(struct file *f, const struct heard_error *err)
{
	target_cut_back(&f->target, &f->position);
	target_close(&f->target);
	f->retry_ms = f->retry_ms ? f->retry_ms * 2 : RETRY_FIRST_MS;
	if (f->retry_ms > RETRY_MAX_MS)
		f->retry_ms = RETRY_MAX_MS;
	heard_log(f->host, HEARD_ERROR, "%s; trying again, nothing is lost", err->text);
	heard_timer_set(f->retry, f->retry_ms);
}

static void mark_known(struct file *f)
{
	for (size_t i = 0; i < f->n_pending; i++) {
		size_t n = known(f, f->pending[i].batch);

		for (size_t r = 0; r < n; r++)
			heard_delivery_set(f->pending[i].delivery, r, HEARD_DUPLICATE, NULL);
	}
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void flush(struct file *f)
{
	struct position next;
	struct heard_error err = {0};

	if (f->n_pending == 0)
		return;
	if (store(f, &next, &err) != 0) {
		put_off(f, &err);
		return;
	}
	mark_known(f); /* by the position before this flush */
	f->position = next;
	f->flushed_ms = clock_ms();
	if (f->retry_ms)
		heard_log(f->host, HEARD_NOTICE, "writing again");
	f->retry_ms = 0;
	finish_all(f, HEARD_DELIVERED, NULL);
}

static void file_flush_posted(void *self)
{
	struct file *f = self;

	f->is_posted = false;
	if (f->retry_ms == 0) /* else the timer will */
		flush(f);
}

/* A flush is two syncs, whatever its size; after a pause it waits for nothing. */
static int64_t gather_ms(const struct file *f, const struct heard_batch *batch)
{
	if (heard_batch_lines(batch).len >= GATHER_BYTES)
		return 0;
	return f->flushed_ms + GATHER_MS - clock_ms();
}

static void file_flush_again(void *self)
{
	flush(self);
}

/* ---- the plugin */

static int file_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct file *f = self;

	f->host = host;
	f->positions.fd = -1;
	heard_output_window(host, WINDOW_BATCHES, WINDOW_RECORDS, WINDOW_BYTES);
	int result = target_init(&f->target, f->path, f->compress != 0, err);
	return result ? result : heard_claim(host, f->path, err);
}

static int file_start(void *self, struct heard_error *err)
{
	struct file *f = self;
	int result;

	if (mkdir(f->target.folder, 0700) != 0 && errno != EEXIST)
		return heard_fail(err, errno, "cannot make folder '%s': %s", f->target.folder,
				  strerror(errno));
	f->retry = heard_timer_create(f->host, file_flush_again, f);
	f->gather = heard_timer_create(f->host, file_flush_posted, f);
	if (f->retry == NULL || f->gather == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	result = position_open(&f->positions, heard_state_folder(f->host), &f->position,
			       &f->is_new, err);
	if (result == 0)
		result = make_whole(f, err);
	f->is_started = result == 0;
	return result;
}

static int file_position(void *self, uint64_t *seq, struct heard_error *err)
{
	(void)err;
	*seq = ((const struct file *)self)->position.seq;
	return 0;
}

static void file_write(void *self, const struct heard_batch *batch,
		       struct heard_delivery *take_done)
{
	struct file *f = self;

	if (f->n_pending == PENDING_MAX) { /* four times what we asked for */
		heard_delivery_finish(take_done, HEARD_RETRY, 0, "too many batches at once");
		return;
	}
	f->pending[f->n_pending++] = (struct pending){batch, take_done};
	if (f->is_posted)
		return;
	int64_t wait = gather_ms(f, batch);
	f->is_posted = true;
	if (wait > 0)
		heard_timer_set(f->gather, wait);
	else
		heard_post(f->host, file_flush_posted, f);
}

static void file_stop(void *self, struct heard_done *take_done)
{
	struct file *f = self;

	if (f->is_started)
		flush(f);
	finish_all(f, HEARD_RETRY, "the file could not be written");
	if (f->retry)
		heard_timer_clear(f->retry);
	if (f->gather)
		heard_timer_clear(f->gather);
	target_close(&f->target);
	heard_done(take_done);
}

static void file_close(void *self)
{
	struct file *f = self;

	if (f->host == NULL)
		return;
	heard_timer_destroy(f->retry);
	heard_timer_destroy(f->gather);
	position_close(&f->positions);
	target_release(&f->target);
}

static const char *const compressions[] = {"none", "zstd", NULL};
static const struct heard_option options[] = {
	{"path", HEARD_STATE_PATH(struct file, path), .value = NULL,
	 .help = "File to append one JSON line a record to"},
	{"rotate", HEARD_SIZE(struct file, rotate), .value = "0", .min = 0, .max = 1e15,
	 .help = "Begin a new file once it has this size, and number the old one; 0 for never"},
	{"rotate_every", HEARD_DURATION(struct file, rotate_every), .value = "0s", .min = 0,
	 .max = 3.2e10,
	 .help = "Begin a new file when such a period of local time has gone by; 0s for never"},
	{"compress", HEARD_CHOICE(struct file, compress), .value = "none",
	 .choices = compressions, .help = "How to compress the file"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.flags = HEARD_OWN_LOOP | HEARD_KEEPS_POSITION,
	.name = "file",
	.version = "1.0",
	.summary = "append records to a file as JSON lines, each exactly once",
	.options = options,
	.example = "{ plugin = \"file\"; path = \"feedback.ndjson\"; rotate = \"100M\"; }",
	.self_size = sizeof(struct file),
	.open = file_open,
	.start = file_start,
	.stop = file_stop,
	.close = file_close,
	.write = file_write,
	.position = file_position,
};
