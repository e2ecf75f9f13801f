/*
 * recover_group.c - the groups of one segment, and what they change.
 *
 * A segment is read group by group, hopping from header to header; the
 * directory in each commit frame is the truth about its group.  Payloads are
 * read only where they matter: letters, state, keys that were not synced, and
 * everything behind the point that is known to be durable.
 *
 * That point (`sure`) tells two kinds of damage apart.  Before it, or before a
 * later sound commit, a group was acknowledged: a bad frame costs that frame,
 * is reported, and readers step over it.  Behind it, the last group may just
 * not have been finished: it is discarded whole.
 *
 * Damaged is what was read and is not sound.  What cannot be read at present
 * (no memory, no descriptor, a disk that does not answer) is not: then nothing
 * is known, and the start is refused rather than a record given up.
 */
#include "recover_private.h"

#include "log.h"
#include "wire.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* ---- one frame */

/* 1: the payload; 0: it is damaged, which has been said; -errno. */
static int payload_at(struct recovery *r, uint64_t at, const struct frame *f,
		      struct heard_str *payload)
{
	int e = scan_payload(&r->scan, at, f, &r->j->key, payload);

	if (e != -EBADMSG)
		return e == 0 ? 1 : e;
	health_damaged(r->j, r->scan.segment, at, "its payload, and what it says is lost");
	return 0;
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

	int e = payload_at(r, at, f, &payload);

	if (e != 1)
		return e;
	if (!frame_get_dead(payload, &d)) {
		health_damaged(r->j, r->scan.segment, at, "a dead letter, which is lost");
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

static int apply_gone(struct recovery *r, uint64_t at, const struct frame *f)
{
	struct heard_str payload;
	struct letters *l = f->type == FRAME_DEAD_GONE ? r->j->dead : r->j->deferred;
	const unsigned char *id;

	int e = payload_at(r, at, f, &payload);

	for (uint32_t i = 0; e == 1 && (id = frame_get_gone(f, payload, i)) != NULL; i++)
		letters_remove(l, id);
	return e < 0 ? e : 0;
}

static int restore_keys(struct recovery *r, const struct frame *f,
			const struct frame_records *records)
{
	static const unsigned char none[16];
	uint64_t number = r->next_key;

	for (uint32_t i = 0; i < f->n; i++) {
		const unsigned char *m = records->meta + (size_t)i * FRAME_META;
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
	r->next_key = number;
	return 0;
}

/* Keys of a frame that are not in synced files.  n_keys: as the directory
 * says, or UINT32_MAX if it is lost. */
static int apply_keys(struct recovery *r, uint64_t at, const struct frame *f, uint32_t n_keys)
{
	struct heard_str payload;
	struct frame_records records;
	uint64_t begin = r->next_key, end = begin + (n_keys == UINT32_MAX ? 0 : n_keys);

	r->next_key = end;
	if (n_keys != UINT32_MAX && end <= keys_next(r->j->keys))
		return 0;
	int e = payload_at(r, at, f, &payload);
	if (e != 1 || !frame_get_records(f, payload, &records))
		return e < 0 ? e : 0;
	r->next_key = begin;
	e = restore_keys(r, f, &records);
	if (r->next_key < end)
		r->next_key = end;
	return e;
}

static int apply_checkpoint(struct recovery *r, uint64_t at, const struct frame *f)
{
	struct heard_str payload;
	struct frame_commit c;

	int e = payload_at(r, at, f, &payload);

	if (e != 1)
		return e;
	e = frame_get_commit(payload, &c) ? state_apply(r->j->state, c.state) : -EBADMSG;
	if (e != 0) {
		if (e != -EBADMSG)
			return e;
		health_damaged(r->j, r->scan.segment, at,
			       "the checkpoint; counters and tokens that later groups do not "
			       "name are old");
		return 0;
	}
	if (c.next_key > r->next_key)
		r->next_key = c.next_key;
	if (c.next_seq > r->j->next_seq)
		r->j->next_seq = c.next_seq;
	r->segment->first_seq = c.next_seq;
	if (r->segment->last_seq < c.next_seq - 1)
		r->segment->last_seq = c.next_seq - 1;
	return 0;
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
	case FRAME_DEFER_GONE: return apply_gone(r, at, f);
	case FRAME_CHECKPOINT: return apply_checkpoint(r, at, f);
	case FRAME_COMMIT:
	case FRAME_TYPES: break;
	}
	return 0;
}

/* ---- groups */

/* What a lost commit said of counters, as far as the frame itself tells: what
 * came in and was kept.  (A letter that was moved names no pipeline: it was
 * counted when it was new.) */
static void count_anew(struct recovery *r, uint64_t at, const struct frame *f)
{
	int64_t by[JOURNAL_COUNTS] = {0};

	if (f->type == FRAME_RECORDS)
		by[JOURNAL_JOURNALED] = f->n;
	else if (f->type == FRAME_DEAD && f->only_output == 0 && f->pipeline != 0)
		by[JOURNAL_DEAD] = 1;
	else
		return;
	by[JOURNAL_RECEIVED] = by[JOURNAL_JOURNALED] + by[JOURNAL_DEAD];
	if (!state_count_pipeline(r->j->state, f->pipeline, by))
		log_line(HEARD_WARN, "journal",
			 "seg-%016" PRIx64 ": the frame at offset %" PRIu64
			 " is of a pipeline without counters: its %" PRId64
			 " records are kept, but not counted",
			 r->scan.segment, at, by[JOURNAL_RECEIVED]);
}

/* Frames that are sound in [from, to), where the commit frame is lost. */
static int apply_without_commit(struct recovery *r, uint64_t from, uint64_t to)
{
	struct frame f;
	int e;

	health_damaged(r->j, r->scan.segment, from,
		       "the commit of this group; its records are kept and counted anew");
	while ((e = scan_seek(&r->scan, &from, to, &f)) == 1) {
		e = apply_frame(r, from, &f, UINT32_MAX);
		if (e != 0)
			return e;
		count_anew(r, from, &f);
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

/* 1: sound; 0: damaged, or never written; -errno: it cannot be read. */
static int entry_is_sound(struct recovery *r, const struct frame_entry *e)
{
	struct frame f;
	struct heard_str payload;
	int found = scan_header(&r->scan, e->offset, r->limit, &f);

	if (found != 1)
		return found;
	if (f.type != e->frame.type || f.payload_crc != e->frame.payload_crc ||
	    f.length != e->frame.length)
		return 0;
	found = scan_payload(&r->scan, e->offset, &f, &r->j->key, &payload);
	return found == 0 ? 1 : found == -EBADMSG ? 0 : found;
}

static int group_is_sound(struct recovery *r, const struct frame_commit *c)
{
	int sound = 1;

	for (uint32_t i = 0; i < c->n_frames && sound == 1; i++) {
		struct frame_entry e;
		frame_get_entry(c, i, &e);
		sound = entry_is_sound(r, &e);
	}
	return sound;
}

static int apply_group(struct recovery *r, uint64_t commit_at, const struct frame *commit,
		       const struct frame_commit *c)
{
	for (uint32_t i = 0; i < c->n_frames; i++) {
		struct frame_entry e;
		struct frame f;
		frame_get_entry(c, i, &e);
		int code = scan_header(&r->scan, e.offset, r->limit, &f);
		if (code < 0)
			return code;
		if (code == 0) {
			health_damaged(r->j, r->scan.segment, e.offset,
				       "its header, and what it says is lost");
			r->next_key += e.n_keys;
			if (frame_has_seqs(&e.frame) && e.frame.n)
				r->segment->last_seq = e.frame.first_seq + e.frame.n - 1;
			continue;
		}
		code = apply_frame(r, e.offset, &f, e.n_keys);
		if (code != 0)
			return code;
	}
	int code = state_apply(r->j->state, c->state);
	if (code == -EBADMSG)
		health_damaged(r->j, r->scan.segment, commit_at,
			       "the state in a commit; its counters and tokens are old");
	else if (code != 0)
		return code;
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

	return scan_commit(&r->scan, &end, r->limit, &r->j->key, &f, &c);
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
	e = end <= r->sure ? 1 : group_is_sound(r, &c);
	if (e == 0)
		e = was_acknowledged(r, end);
	if (e < 0)
		return e;
	if (e == 0) {
		*is_last = true;
		return end_of_segment(r, *at);
	}
	if (c.group_start > *at) {
		e = apply_without_commit(r, *at, c.group_start);
		if (e < 0)
			return e;
	}
	*at = end;
	return apply_group(r, commit_at, &f, &c);
}

int recover_segment(struct recovery *r, struct segment *s)
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
