/*
 * recover.c - what the segment files say was committed, segment by segment.
 *
 * First each segment is asked where it comes from (the first commit frame in it
 * names the one before and where that ended); then they are read in order
 * (recover_group.c).  Two things bound what is believed of a segment: `sure`, up
 * to which it was surely committed, and `limit`, where it ends at most.  A
 * segment followed by another ends where that one's frames say; what was written
 * behind that is of a sync that failed, and never happened.  The last one is sure
 * up to the mark that was saved with the positions.
 *
 * Nothing is overwritten: if the last segment has anything behind its last
 * commit, the journal goes on in a new one.
 */
#include "recover_private.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <heard/error.h>

struct origin { /* what a segment says of itself */
	uint64_t id;
	bool is_used;
	uint64_t prev_id, prev_end;
	uint64_t begin_key; /* keys before it are in synced files, if it is the oldest */
};

static int wrong_key(struct recovery *r, uint64_t at, struct heard_error *err)
{
	char name[SEGMENT_NAME];

	segment_name(r->scan.segment, name);
	if (!r->j->key.present)
		return heard_fail(err, EACCES,
				  "%s is encrypted, but journal.encrypt names no key file",
				  name);
	return heard_fail(err, EACCES,
			  "%s at offset %" PRIu64
			  " was encrypted with another key than that in %s",
			  name, at, r->j->options.encrypt);
}

static int read_failed(struct recovery *r, int code, uint64_t at, struct heard_error *err)
{
	char name[SEGMENT_NAME];

	if (code == -EACCES)
		return wrong_key(r, at, err);
	segment_name(r->scan.segment, name);
	return heard_fail(err, -code, "cannot read %s: %s", name, strerror(-code));
}

static int read_origin(struct recovery *r, struct origin *o, struct heard_error *err)
{
	struct frame f;
	struct frame_commit c = {.n_frames = 0};
	uint64_t at = 0;
	int e = scan_open(&r->scan, r->j->folder, o->id);

	if (e == 0)
		e = scan_commit(&r->scan, &at, r->scan.size, &r->j->key, &f, &c);
	if (e < 0)
		return read_failed(r, e, at, err);
	o->is_used = e == 1;
	if (o->is_used) {
		o->prev_id = c.prev_id;
		o->prev_end = c.prev_end;
		o->begin_key = c.next_key;
		for (uint32_t i = 0; i < c.n_frames; i++) {
			struct frame_entry entry;
			frame_get_entry(&c, i, &entry);
			o->begin_key -= entry.n_keys;
		}
	} else if (r->mark->segment == o->id && r->mark->end > 0) {
		o->is_used = true; /* all of its commits are damaged */
		o->prev_end = UINT64_MAX;
	}
	return 0;
}

/* Where the segment surely was committed to, and where it ends at most. */
static void bounds(struct recovery *r, const struct origin *o, const struct origin *next)
{
	r->limit = r->scan.size;
	r->sure = 0;
	if (next && next->prev_id == o->id && next->prev_end <= r->scan.size)
		r->sure = r->limit = next->prev_end;
	else if (r->mark->segment == o->id)
		r->sure = r->mark->end < r->scan.size ? r->mark->end : r->scan.size;
}

/* An unused file is a ready one, unless a first group was begun in it. */
static void keep_ready(struct recovery *r, uint64_t id, uint64_t last_used)
{
	struct journal *j = r->j;
	struct frame f;
	uint64_t at = 0;
	bool ok = j->n_ready < POOL_READY && id > last_used &&
		  scan_open(&r->scan, j->folder, id) == 0 &&
		  r->scan.size >= (uint64_t)j->options.segment_size &&
		  scan_seek(&r->scan, &at, r->scan.size, &f) == 0;

	if (ok)
		j->ready[j->n_ready++] = id;
	else
		segment_remove(j->folder, id);
}

static int recover_used(struct recovery *r, struct origin *o, size_t n, struct heard_error *err)
{
	struct journal *j = r->j;
	const struct origin *before = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct origin *next = NULL;
		if (!o[i].is_used)
			continue;
		for (size_t k = i + 1; k < n && next == NULL; k++)
			next = o[k].is_used ? &o[k] : NULL;
		if (before && o[i].prev_id != before->id && o[i].prev_end != UINT64_MAX)
			log_line(HEARD_ERROR, "journal",
				 "a segment is missing before seg-%016" PRIx64
				 ": its records are lost",
				 o[i].id);
		struct segment s = {.id = o[i].id};
		int e = scan_open(&r->scan, j->folder, o[i].id);
		if (e == 0) {
			bounds(r, &o[i], next);
			e = recover_segment(r, &s);
		}
		if (e == 0)
			e = pool_add_segment(j, &s);
		if (e < 0)
			return read_failed(r, e, 0, err);
		j->prev_id = o[i].prev_id;
		j->prev_end = o[i].prev_end;
		before = &o[i];
	}
	return 0;
}

/* Go on in the last segment if its end is clean. */
static int continue_last(struct recovery *r, struct heard_error *err)
{
	struct journal *j = r->j;
	struct segment *last = journal_last_segment(j);

	if (last == NULL)
		return 0;
	int fd = segment_open(j->folder, last->id);
	/* What a killed process wrote may not be on the disk yet. */
	if (fd < 0 || j->io->fdatasync(fd) != 0) {
		int e = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return heard_fail(err, -e, "cannot sync the last segment: %s", strerror(-e));
	}
	if (r->is_dirty)
		close(fd);
	else
		j->fd = fd;
	return 0;
}

/* A segment is recycled only when its keys are synced; so if the mark is lost,
 * the oldest segment's first number is a mark too. */
static uint64_t trusted_keys(const struct recovery *r, const struct origin *o, size_t n)
{
	size_t i = 0;

	while (i < n && !o[i].is_used)
		i++;
	uint64_t begin = i < n ? o[i].begin_key : 0;
	return begin > r->mark->keys ? begin : r->mark->keys;
}

static int recover_all(struct recovery *r, struct origin *o, size_t n, struct heard_error *err)
{
	struct journal *j = r->j;
	uint64_t last_used = 0;
	int e = 0;

	for (size_t i = 0; i < n && e == 0; i++)
		e = read_origin(r, &o[i], err);
	if (e == 0)
		e = journal_open_keys(j, trusted_keys(r, o, n), err);
	if (e == 0)
		e = recover_used(r, o, n, err);
	if (e == 0)
		e = continue_last(r, err);
	if (e != 0)
		return e;
	if (j->n_segments)
		last_used = journal_last_segment(j)->id;
	for (size_t i = 0; i < n; i++)
		if (!o[i].is_used)
			keep_ready(r, o[i].id, last_used);
	j->next_id = (n ? o[n - 1].id : 0) + 1;
	if (j->next_id <= r->mark->segment)
		j->next_id = r->mark->segment + 1;
	return 0;
}

int recover(struct journal *j, const struct slots_mark *mark, struct heard_error *err)
{
	struct recovery r = {.j = j, .mark = mark};
	uint64_t *ids;
	size_t n;
	int e = segment_list(j->folder, &ids, &n);

	if (e != 0)
		return heard_fail(err, -e, "cannot list the segments: %s", strerror(-e));
	struct origin *o = calloc(n + 1, sizeof(*o));
	for (size_t i = 0; o && i < n; i++)
		o[i].id = ids[i];
	free(ids);
	scan_init(&r.scan, j->io);
	heard_buf_init(&r.copy, FRAME_MAX_PAYLOAD);
	j->next_seq = 1;
	r.next_key = 1;
	e = o ? recover_all(&r, o, n, err) : heard_fail(err, ENOMEM, "no memory to recover");
	free(o);
	heard_buf_release(&r.copy);
	scan_release(&r.scan);
	if (e != 0)
		return e;
	if (j->next_seq < mark->next_seq)
		j->next_seq = mark->next_seq;
	if (j->next_seq <= slots_max(j->slots))
		j->next_seq = slots_max(j->slots) + 1;
	if (n == 0 && j->next_seq < j->options.first_seq)
		j->next_seq = j->options.first_seq;
	j->last_seq = j->next_seq - 1;
	letters_sort(j->dead);
	letters_sort(j->deferred);
	e = keys_skip(j->keys, r.next_key);
	return e == 0 ? 0
		      : heard_fail(err, -e, "cannot write redelivery keys: %s", strerror(-e));
}
