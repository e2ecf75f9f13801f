/*
 * reader.c - committed records in order of seq, for one thread each.
 *
 * Readers read the files: what was committed lately is in the page cache, and
 * a pread of a quarter of a megabyte costs less than keeping a second copy of
 * everything in our memory would.  A reader pins the segment it is in, so that
 * it is not recycled under it; it learns under the journal's lock how far it
 * may go, once a frame.
 *
 * Where a frame is damaged the reader hands out its place: from its header, or
 * if that is gone from the directory of the group's commit frame, or if that
 * is gone too as the gap that is left between seqs (then of no known pipeline).
 */
#include "journal_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <heard/error.h>

struct journal_reader {
	struct journal *journal;
	struct journal_reader *next; /* lock */
	uint64_t segment;	     /* pinned; 0: none yet.  Changed under lock */
	uint64_t at, limit;	     /* in the segment */
	uint64_t next_seq;	     /* expected */
	bool is_open, is_current;    /* has its file; it may still grow */
	bool headers_only;
	struct scan scan;
	struct journal_view pending; /* behind a gap that was handed out first */
	bool has_pending;
};

uint64_t reader_oldest_segment(struct journal *j)
{
	uint64_t oldest = UINT64_MAX;

	for (struct journal_reader *r = j->readers; r; r = r->next)
		if (r->segment < oldest)
			oldest = r->segment;
	return oldest;
}

/* The last segment that may hold the seq, or the first there is. */
static uint64_t segment_of(const struct journal *j, uint64_t seq)
{
	uint64_t id = 0;

	for (size_t i = 0; i < j->n_segments; i++)
		if (i == 0 || j->segments[i].first_seq <= seq)
			id = j->segments[i].id;
	return id;
}

static void reader_start(struct journal_reader *r, struct journal *j, uint64_t after_seq)
{
	memset(r, 0, sizeof(*r));
	scan_init(&r->scan, j->io);
	r->journal = j;
	r->next_seq = after_seq + 1;
	pthread_mutex_lock(&j->lock);
	r->segment = segment_of(j, r->next_seq);
	r->next = j->readers;
	j->readers = r;
	pthread_mutex_unlock(&j->lock);
}

static void reader_end(struct journal_reader *r)
{
	struct journal *j = r->journal;

	pthread_mutex_lock(&j->lock);
	struct journal_reader **at = &j->readers;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	pthread_mutex_unlock(&j->lock);
	scan_release(&r->scan);
}

struct journal_reader *journal_reader_create(struct journal *j, uint64_t after_seq)
{
	struct journal_reader *r = malloc(sizeof(*r));

	if (r)
		reader_start(r, j, after_seq);
	return r;
}

void journal_reader_destroy(struct journal_reader *r)
{
	if (r == NULL)
		return;
	reader_end(r);
	free(r);
}

/* ---- how far */

/* Sets at, limit and is_current; moves to the next segment when this one is
 * at its end.  False: nothing more now. */
static bool advance(struct journal_reader *r)
{
	struct journal *j = r->journal;
	bool has_more = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n_segments && !has_more; i++) {
		const struct segment *s = &j->segments[i];
		if (s->id < r->segment)
			continue;
		if (s->id > r->segment) {
			r->segment = s->id;
			r->at = 0;
			r->is_open = false;
		}
		if (r->limit != s->end)
			scan_forget(&r->scan);
		r->limit = s->end;
		has_more = r->at < s->end;
	}
	pthread_mutex_unlock(&j->lock);
	return has_more;
}

static int open_segment(struct journal_reader *r)
{
	int e = r->is_open ? 0 : scan_open(&r->scan, r->journal->folder, r->segment);

	r->is_open = e == 0;
	return e;
}

/* ---- damage */

/* The header at r->at is gone: what does the directory say?  1: records were
 * there; 0: none, as far as it is known; -errno.  *size is how far to go on. */
static int ask_directory(struct journal_reader *r, struct frame *f, uint64_t *size)
{
	struct frame_commit c;
	struct frame commit;
	uint64_t at = r->at;
	int e = scan_commit(&r->scan, &at, r->limit, &r->journal->key, &commit, &c);

	*size = FRAME_ALIGN;
	if (e != 1)
		return e == -EACCES ? 0 : e;
	for (uint32_t i = 0; i < c.n_frames; i++) {
		struct frame_entry entry;
		frame_get_entry(&c, i, &entry);
		if (entry.offset != r->at)
			continue;
		*f = entry.frame;
		*size = frame_size(f);
		return frame_has_seqs(f);
	}
	return 0;
}

static void view_of(const struct frame *f, struct journal_view *v)
{
	v->first_seq = f->first_seq;
	v->n = f->n;
	v->pipeline = f->pipeline;
	v->only_output = f->only_output;
	v->committed_ms = f->time_ms;
}

/* The records of a frame: 1; 0: it is damaged after all; -errno: it cannot be
 * read at present.  What was sealed with another key stays so: damaged. */
static int read_lines(struct journal_reader *r, uint64_t at, const struct frame *f,
		      struct journal_view *v)
{
	struct heard_str payload;
	struct frame_records records;
	int e = scan_payload(&r->scan, at, f, &r->journal->key, &payload);

	if (e != 0)
		return e == -EBADMSG || e == -EACCES ? 0 : e;
	if (!frame_get_records(f, payload, &records))
		return 0;
	v->lines = records.lines;
	v->ends = records.ends;
	return 1;
}

/* ---- next: nothing moves on before all of it was read */

/* As step, where the header is gone. */
static int step_over(struct journal_reader *r, struct journal_view *v)
{
	struct frame f = {.n = 0}, next;
	uint64_t size, at;
	int has_records = ask_directory(r, &f, &size), e = 0;

	if (has_records < 0)
		return has_records;
	at = r->at + size;
	if (!has_records)
		e = scan_seek(&r->scan, &at, r->limit, &next);
	if (e < 0)
		return e;
	health_damaged(r->journal, r->segment, r->at,
		       "its header; it is skipped, and its records are lost");
	r->at = at;
	if (!has_records || f.first_seq + f.n <= r->next_seq)
		return 0;
	view_of(&f, v);
	v->damaged = true;
	return 1;
}

/* 1: records, in v; 0: something else was passed over; -errno: not now. */
static int step(struct journal_reader *r, struct journal_view *v)
{
	struct frame f;
	int e = scan_header(&r->scan, r->at, r->limit, &f);

	*v = (struct journal_view){.n = 0};
	if (e != 1)
		return e < 0 ? e : step_over(r, v);
	if (frame_has_seqs(&f) && f.n != 0 && f.first_seq + f.n > r->next_seq) {
		view_of(&f, v);
		e = r->headers_only ? 1 : read_lines(r, r->at, &f, v);
		if (e < 0)
			return e;
		v->damaged = e == 0;
		if (v->damaged)
			health_damaged(r->journal, r->segment, r->at,
				       "its payload; it is skipped, and its records are lost");
	}
	r->at += frame_size(&f);
	return v->n != 0;
}

/* Seqs that no frame has are a damaged view of their own. */
static void split_gap(struct journal_reader *r, struct journal_view *v)
{
	if (v->first_seq > r->next_seq) {
		r->pending = *v;
		r->has_pending = true;
		memset(v, 0, sizeof(*v));
		v->first_seq = r->next_seq;
		v->n = r->pending.first_seq - r->next_seq;
		v->damaged = true;
	}
	r->next_seq = v->first_seq + v->n;
}

int journal_reader_next(struct journal_reader *r, struct journal_view *v,
			struct heard_error *err)
{
	if (r->has_pending) {
		*v = r->pending;
		r->has_pending = false;
		r->next_seq = v->first_seq + v->n;
		return 1;
	}
	while (advance(r)) {
		int e = open_segment(r);
		if (e == 0)
			e = step(r, v);
		if (e < 0)
			return heard_fail(err, -e,
					  "cannot read segment %016llx of the journal: %s",
					  (unsigned long long)r->segment, strerror(-e));
		if (e == 1) {
			split_gap(r, v);
			return 1;
		}
	}
	return 0;
}

int64_t journal_walk(struct journal *j, uint64_t after_seq, uint64_t pipeline, uint64_t output)
{
	struct journal_reader r;
	struct journal_view v = {.n = 0};
	int64_t n = 0;
	int e;

	reader_start(&r, j, after_seq);
	r.headers_only = true;
	while ((e = journal_reader_next(&r, &v, NULL)) == 1) {
		if (v.pipeline != pipeline || (v.only_output != 0 && v.only_output != output))
			continue;
		uint64_t from = v.first_seq > after_seq ? v.first_seq : after_seq + 1;
		n += (int64_t)(v.first_seq + v.n - from);
	}
	reader_end(&r);
	return e < 0 ? e : n;
}
