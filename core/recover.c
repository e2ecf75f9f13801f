/*
 * recover.c - what the segment files say was committed.
 *
 * Segments are read in order, group by group, hopping from header to header;
 * the directory in each commit frame is the truth about its group.  Payloads
 * are read only where they matter: letters, state, keys that were not synced,
 * and everything behind the point that is known to be durable.
 *
 * That point (`sure`) tells two kinds of damage apart.  Before it, or before a
 * later sound commit, a group was acknowledged: a bad frame costs that frame,
 * is reported, and readers step over it.  Behind it, the last group may just
 * not have been finished: it is discarded whole.  A segment followed by
 * another ends where that one's frames say; what was written behind that is of
 * a sync that failed, and never happened.
 *
 * Nothing is overwritten: if the last segment has anything behind its last
 * commit, the journal goes on in a new one.
 */
#include "journal_private.h"

#include "hash.h"
#include "log.h"
#include "wire.h"

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

struct recovery {
	struct journal *j;
	struct scan scan;
	const struct slots_mark *mark;
	struct segment *segment; /* under way */
	uint64_t sure, limit;
	uint64_t next_key;     /* number of the next key in the frames */
	struct heard_buf copy; /* of a commit's payload */
	bool is_dirty;	       /* there is something behind the last commit */
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

/* ---- one frame */

static bool payload_at(struct recovery *r, uint64_t at, const struct frame *f,
		       struct heard_str *payload)
{
	if (scan_payload(&r->scan, at, f, &r->j->key, payload) == 0)
		return true;
	health_damaged(r->j, r->scan.segment, at, "payload");
	return false;
}

static int add_letter(struct recovery *r, struct letters *l, const unsigned char *id,
		      uint64_t at, const struct frame *f)
{
	struct letter letter = {.output = f->only_output,
				.seq = f->first_seq,
				.segment = r->scan.segment,
				.offset = at,
				.time_ms = f->time_ms,
				.size = frame_size(f)};
	memcpy(letter.id, id, 16);
	return letters_add(l, &letter);
}

static int apply_dead(struct recovery *r, uint64_t at, const struct frame *f)
{
	struct heard_str payload;
	struct journal_dead d;

	if (!payload_at(r, at, f, &payload))
		return 0;
	if (!frame_get_dead(payload, &d)) {
		health_damaged(r->j, r->scan.segment, at, "dead letter");
		return 0;
	}
	return add_letter(r, r->j->dead, d.id, at, f);
}

static int apply_defer(struct recovery *r, uint64_t at, const struct frame *f)
{
	unsigned char id[16];

	frame_defer_id(f->only_output, f->first_seq, id);
	return add_letter(r, r->j->deferred, id, at, f);
}

static void apply_gone(struct recovery *r, uint64_t at, const struct frame *f)
{
	struct heard_str payload;
	struct letters *l = f->type == FRAME_DEAD_GONE ? r->j->dead : r->j->deferred;
	const unsigned char *id;

	if (!payload_at(r, at, f, &payload))
		return;
	for (uint32_t i = 0; (id = frame_get_gone(f, payload, i)) != NULL; i++)
		letters_remove(l, id);
}

/* Keys of a frame that are not in synced files.  n_keys: as the directory
 * says, or UINT32_MAX if it is lost. */
static int apply_keys(struct recovery *r, uint64_t at, const struct frame *f, uint32_t n_keys)
{
	static const unsigned char none[16];
	struct heard_str payload;
	struct frame_records records;
	uint64_t number = r->next_key;

	if (n_keys != UINT32_MAX) {
		r->next_key += n_keys;
		if (r->next_key <= keys_next(r->j->keys))
			return 0;
	}
	if (!payload_at(r, at, f, &payload) || !frame_get_records(f, payload, &records))
		return 0;
	for (uint32_t i = 0; i < f->n; i++) {
		const unsigned char *m = records.meta + (size_t)i * FRAME_META;
		if (memcmp(m, none, sizeof(none)) == 0)
			continue;
		int e = 0;
		if (number > keys_next(r->j->keys))
			e = keys_skip(r->j->keys, number);
		if (e == 0 && number == keys_next(r->j->keys))
			e = keys_restore(r->j->keys, m, m + 16, wire_get64(m + 32));
		if (e != 0)
			return e;
		number++;
	}
	if (number > r->next_key)
		r->next_key = number;
	return 0;
}

static void apply_checkpoint(struct recovery *r, uint64_t at, const struct frame *f)
{
	struct heard_str payload;
	struct frame_commit c;

	if (!payload_at(r, at, f, &payload))
		return;
	if (!frame_get_commit(payload, &c) || !state_apply(r->j->state, c.state)) {
		health_damaged(r->j, r->scan.segment, at, "checkpoint");
		return;
	}
	if (c.next_key > r->next_key)
		r->next_key = c.next_key;
	if (c.next_seq > r->j->next_seq)
		r->j->next_seq = c.next_seq;
	r->segment->first_seq = c.next_seq;
	if (r->segment->last_seq < c.next_seq - 1)
		r->segment->last_seq = c.next_seq - 1;
}

static int apply_frame(struct recovery *r, uint64_t at, const struct frame *f, uint32_t n_keys)
{
	switch (f->type) {
	case FRAME_RECORDS:
	case FRAME_REPLAY:
		if (f->n && f->first_seq + f->n - 1 > r->segment->last_seq)
			r->segment->last_seq = f->first_seq + f->n - 1;
		return apply_keys(r, at, f, n_keys);
	case FRAME_DEAD: return apply_dead(r, at, f);
	case FRAME_DEFER: return apply_defer(r, at, f);
	case FRAME_DEAD_GONE:
	case FRAME_DEFER_GONE: apply_gone(r, at, f); return 0;
	case FRAME_CHECKPOINT: apply_checkpoint(r, at, f); return 0;
	case FRAME_COMMIT:
	case FRAME_TYPES: break;
	}
	return 0;
}

/* ---- groups */

/* Frames that are sound in [from, to), where the commit frame is lost. */
static int apply_without_commit(struct recovery *r, uint64_t from, uint64_t to)
{
	struct frame f;
	int e;

	health_damaged(r->j, r->scan.segment, from, "commit frame of the group");
	while ((e = scan_seek(&r->scan, &from, to, &f)) == 1) {
		e = apply_frame(r, from, &f, UINT32_MAX);
		if (e != 0)
			return e;
		from += frame_size(&f);
	}
	return e;
}

/* The commit's payload outlives the scan's next step. */
static bool keep_commit(struct recovery *r, const struct frame_commit *c,
			struct frame_commit *kept)
{
	size_t n = (size_t)c->n_frames * FRAME_ENTRY;

	heard_buf_clear(&r->copy);
	heard_buf_add(&r->copy, c->directory, n);
	heard_buf_str(&r->copy, c->state);
	*kept = *c;
	kept->directory = r->copy.ptr;
	kept->state = heard_str_n(r->copy.ptr + n, c->state.len);
	return !r->copy.failed;
}

static bool entry_is_sound(struct recovery *r, const struct frame_entry *e, bool with_payload)
{
	struct frame f;
	struct heard_str payload;

	if (scan_header(&r->scan, e->offset, r->limit, &f) != 1 || f.type != e->frame.type ||
	    f.payload_crc != e->frame.payload_crc || f.length != e->frame.length)
		return false;
	return !with_payload ||
	       scan_payload(&r->scan, e->offset, &f, &r->j->key, &payload) == 0;
}

static bool group_is_sound(struct recovery *r, const struct frame_commit *c)
{
	for (uint32_t i = 0; i < c->n_frames; i++) {
		struct frame_entry e;
		frame_get_entry(c, i, &e);
		if (!entry_is_sound(r, &e, true))
			return false;
	}
	return true;
}

static int apply_group(struct recovery *r, uint64_t commit_at, const struct frame *commit,
		       const struct frame_commit *c)
{
	for (uint32_t i = 0; i < c->n_frames; i++) {
		struct frame_entry e;
		struct frame f;
		frame_get_entry(c, i, &e);
		if (scan_header(&r->scan, e.offset, r->limit, &f) != 1) {
			health_damaged(r->j, r->scan.segment, e.offset, "header");
			r->next_key += e.n_keys;
			if (frame_has_seqs(&e.frame) && e.frame.n)
				r->segment->last_seq = e.frame.first_seq + e.frame.n - 1;
			continue;
		}
		int code = apply_frame(r, e.offset, &f, e.n_keys);
		if (code != 0)
			return code;
	}
	if (!state_apply(r->j->state, c->state))
		health_damaged(r->j, r->scan.segment, commit_at, "state");
	r->next_key = c->next_key;
	if (c->next_seq > r->j->next_seq)
		r->j->next_seq = c->next_seq;
	r->segment->last_ms = commit->time_ms;
	return 0;
}

/* Nothing sound follows the last commit.  Was it acknowledged? */
static int end_of_segment(struct recovery *r, uint64_t at)
{
	struct frame f;
	char name[SEGMENT_NAME];
	uint64_t next = at;
	int e = 0;

	if (at < r->sure) {
		e = apply_without_commit(r, at, r->sure);
		at = next = r->sure;
	}
	r->segment->end = at;
	if (e == 0)
		e = scan_seek(&r->scan, &next, r->scan.size, &f);
	if (e == 1) {
		r->is_dirty = true;
		segment_name(r->scan.segment, name);
		log_line(HEARD_NOTICE, "journal",
			 "%s: an unfinished group at offset %" PRIu64
			 " was discarded: it was never acknowledged",
			 name, at);
		e = 0;
	}
	return e;
}

/* A group behind `sure` with a bad frame: 1 if another commit follows it, so
 * that it was acknowledged. */
static int was_acknowledged(struct recovery *r, uint64_t end)
{
	struct frame f;
	struct frame_commit c;

	return end <= r->sure ? 1 : scan_commit(&r->scan, &end, r->limit, &r->j->key, &f, &c);
}

static int recover_group(struct recovery *r, uint64_t *at, bool *is_last)
{
	struct frame f;
	struct frame_commit found, c;
	uint64_t commit_at = *at;
	int e = scan_commit(&r->scan, &commit_at, r->limit, &r->j->key, &f, &found);

	*is_last = e != 1;
	if (e != 1)
		return e < 0 ? e : end_of_segment(r, *at);
	if (!keep_commit(r, &found, &c))
		return -ENOMEM;
	uint64_t end = commit_at + frame_size(&f);
	if (end > r->sure && !group_is_sound(r, &c)) {
		e = was_acknowledged(r, end);
		if (e < 0)
			return e;
		if (e == 0) {
			*is_last = true;
			return end_of_segment(r, *at);
		}
	}
	if (c.group_start > *at) {
		e = apply_without_commit(r, *at, c.group_start);
		if (e < 0)
			return e;
	}
	*at = end;
	return apply_group(r, commit_at, &f, &c);
}

static int recover_segment(struct recovery *r, struct segment *s)
{
	uint64_t at = 0;
	bool is_last = false;

	r->segment = s;
	r->is_dirty = false;
	s->size = r->scan.size;
	s->first_seq = r->j->next_seq;
	s->last_seq = r->j->next_seq - 1;
	while (!is_last) {
		int e = recover_group(r, &at, &is_last);
		if (e != 0)
			return e;
	}
	s->next_key = r->next_key;
	return 0;
}

/* ---- all segments */

static int read_origin(struct recovery *r, struct origin *o, struct heard_error *err)
{
	struct frame f;
	struct frame_commit c;
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
	scan_init(&r.scan);
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
