/*
 * group.c - from transactions to frames, which are lists of pieces.
 *
 * Lines are never copied: a frame is a list of pieces, most of them the
 * callers' memory, and records that turn out to be duplicates are simply left
 * out of the list.  Neighbouring transactions of one pipeline share a RECORDS
 * frame, up to FRAME_BYTES, so that many small posts cost one header, and a
 * reader's buffer stays small.
 *
 * Invariants: `meta` may move while it grows, so pieces of it are offsets until
 * the group is laid out (group_layout.c); seqs are given in the order of the
 * frames, without gaps; and after a failure the group is void as a whole.
 */
#include "group_private.h"

#include "hash.h"
#include "keys.h"
#include "state.h"
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FRAME_BYTES = 256 << 10,
	OVERHEAD = FRAME_HEADER + FRAME_ALIGN + FRAME_SEALED_EXTRA + FRAME_ENTRY
};
#define BUF_CAP ((size_t)1 << 31)

enum { BUFS = 6 };

static void list_bufs(struct group *g, struct heard_buf *all[BUFS])
{
	all[0] = &g->meta;
	all[1] = &g->tail;
	all[2] = &g->plain;
	all[3] = &g->sealed;
	all[4] = &g->ends;
	all[5] = &g->keys;
}

void group_init(struct group *g)
{
	struct heard_buf *all[BUFS];

	memset(g, 0, sizeof(*g));
	list_bufs(g, all);
	for (size_t i = 0; i < BUFS; i++)
		heard_buf_init(all[i], BUF_CAP);
}

void group_release(struct group *g)
{
	struct heard_buf *all[BUFS];

	list_bufs(g, all);
	for (size_t i = 0; i < BUFS; i++)
		heard_buf_release(all[i]);
	free(g->heads);
	free(g->pieces);
	free(g->frames);
	free(g->values);
	free(g->iov);
	memset(g, 0, sizeof(*g));
}

void group_begin(struct group *g, uint64_t next_seq, int64_t now_ms)
{
	heard_buf_clear(&g->meta);
	heard_buf_clear(&g->ends);
	heard_buf_clear(&g->keys);
	g->n_pieces = g->n_frames = g->n_values = g->n_iov = 0;
	g->next_seq = next_seq;
	g->n_records = 0;
	g->now_ms = now_ms;
	g->is_open = g->has_failed = false;
}

void *group_room(void **at, size_t n, size_t *size, size_t each)
{
	if (n == *size) {
		size_t more = *size ? *size * 2 : 64;
		void *p = realloc(*at, more * each);
		if (p == NULL)
			return NULL;
		*at = p;
		*size = more;
	}
	return (char *)*at + n * each;
}

static struct group_piece *piece_room(struct group *g)
{
	struct group_piece *p = group_room((void **)&g->pieces, g->n_pieces, &g->size_pieces,
					   sizeof(*p));

	if (p == NULL)
		g->has_failed = true;
	return p;
}

static struct group_frame *frame_add(struct group *g, enum frame_type type, const void *source)
{
	struct group_frame *f = group_room((void **)&g->frames, g->n_frames, &g->size_frames,
					   sizeof(*f));

	if (f == NULL) {
		g->has_failed = true;
		return NULL;
	}
	memset(f, 0, sizeof(*f));
	f->frame.type = type;
	f->frame.n = 1;
	f->frame.time_ms = g->now_ms;
	f->first_piece = g->n_pieces;
	f->source = source;
	g->n_frames++;
	return f;
}

static void piece_add(struct group *g, struct group_frame *f, const char *ptr, size_t at,
		      size_t len)
{
	struct group_piece *p = piece_room(g);

	if (p == NULL)
		return;
	*p = (struct group_piece){ptr, at, len};
	g->n_pieces++;
	f->n_pieces++;
	f->length += len;
}

/* What was put into `meta` since `start` is the frame's payload. */
static void frame_is_meta(struct group *g, struct group_frame *f, size_t start)
{
	piece_add(g, f, NULL, start, g->meta.len - start);
}

/* ---- records */

static struct group_frame *open_frame(struct group *g)
{
	return g->is_open ? &g->frames[g->n_frames - 1] : NULL;
}

/* Ends and metadata come before the lines, in the piece kept for them. */
void group_close(struct group *g)
{
	struct group_frame *f = open_frame(g);

	g->is_open = false;
	g->has_failed |= g->ends.failed || g->keys.failed;
	if (f == NULL || g->has_failed)
		return;
	struct group_piece *first = &g->pieces[f->first_piece];
	first->at = g->meta.len;
	first->len = g->ends.len + g->keys.len;
	heard_buf_add(&g->meta, g->ends.ptr, g->ends.len);
	heard_buf_add(&g->meta, g->keys.ptr, g->keys.len);
	f->length += first->len;
	heard_buf_clear(&g->ends);
	heard_buf_clear(&g->keys);
}

static struct group_frame *records_frame(struct group *g, const struct journal_txn *t,
					 uint64_t pipeline, uint64_t only, size_t line)
{
	struct group_frame *f = open_frame(g);

	if (f && f->frame.pipeline == pipeline && f->frame.only_output == only &&
	    f->length + g->ends.len + g->keys.len + line <= FRAME_BYTES)
		return f;
	group_close(g);
	f = frame_add(g, t->only_output ? FRAME_REPLAY : FRAME_RECORDS, NULL);
	if (f == NULL)
		return NULL;
	f->frame.n = 0;
	f->frame.first_seq = g->next_seq;
	f->frame.pipeline = pipeline;
	f->frame.only_output = only;
	piece_add(g, f, NULL, 0, 0);
	g->is_open = !g->has_failed;
	return f;
}

static bool has_key(const struct journal_record *r)
{
	static const unsigned char none[16];
	return memcmp(r->key, none, sizeof(none)) != 0;
}

static void record_add(struct group *g, struct group_frame *f, const struct journal_record *r,
		       const char *line, size_t len)
{
	unsigned char end[4], meta[FRAME_META];
	struct group_piece *last = &g->pieces[g->n_pieces - 1];

	if (last->ptr && last->ptr + last->len == line) {
		last->len += len;
		f->length += len;
	} else {
		piece_add(g, f, line, 0, len);
	}
	wire_put32(end, (uint32_t)f->length); /* lines only, until the frame is closed */
	memcpy(meta, r->key, 16);
	memcpy(meta + 16, r->id, 16);
	wire_put64(meta + 32, r->digest);
	heard_buf_add(&g->ends, end, sizeof(end));
	heard_buf_add(&g->keys, meta, sizeof(meta));
	f->frame.n++;
	f->n_keys += has_key(r);
	g->next_seq++;
	g->n_records++;
}

/* The fates of records [from, to), which are one unit. */
static int unit_check(const struct journal_txn *t, size_t from, size_t to, struct keys *keys)
{
	uint64_t before = keys_next(keys);

	for (size_t i = from; i < to; i++) {
		struct journal_record *r = &t->records[i];
		int fate = has_key(r) ? keys_check(keys, r) : JOURNAL_NEW;
		if (fate < 0)
			return fate;
		r->fate = (enum journal_fate)fate;
		if (fate != JOURNAL_OTHER)
			continue;
		keys_rewind(keys, before);
		for (uint32_t place = r->place; from < to; from++) {
			t->records[from].fate = JOURNAL_OTHER;
			t->records[from].place = place;
		}
		break;
	}
	return 0;
}

static int records_check(const struct journal_txn *t, struct keys *keys)
{
	for (size_t from = 0, to; from < t->n_records; from = to) {
		for (to = from + 1;
		     to < t->n_records && t->records[to].unit == t->records[from].unit;)
			to++;
		int r = unit_check(t, from, to, keys);
		if (r != 0)
			return r;
	}
	return 0;
}

static int count_fates(const struct journal_txn *t, struct state *state)
{
	char name[16 + JOURNAL_NAME_MAX];
	int64_t n[3] = {0, 0, 0};

	for (size_t i = 0; i < t->n_records; i++)
		n[t->records[i].fate]++;
	snprintf(name, sizeof(name), "pipeline/%s", t->pipeline);
	int64_t *by = state_next(state, name);
	if (by == NULL)
		return -ENOMEM;
	by[JOURNAL_JOURNALED] += n[JOURNAL_NEW];
	by[JOURNAL_DUPLICATE] += n[JOURNAL_SAME];
	by[JOURNAL_CONFLICT] += n[JOURNAL_OTHER];
	by[JOURNAL_RECEIVED] -= n[JOURNAL_OTHER];
	return 0;
}

static int add_records(struct group *g, const struct journal_txn *t, struct keys *keys,
		       struct state *state)
{
	uint64_t pipeline = hash_name(t->pipeline);
	uint64_t only = t->only_output ? hash_name(t->only_output) : 0;
	int r = records_check(t, keys);

	if (r == 0 && !t->only_output)
		r = count_fates(t, state);
	size_t start = 0;
	for (size_t i = 0; i < t->n_records && r == 0; i++) {
		const struct journal_record *rec = &t->records[i];
		size_t len = rec->end - start;
		if (rec->fate == JOURNAL_NEW) {
			struct group_frame *f = records_frame(g, t, pipeline, only, len);
			if (f == NULL || g->has_failed)
				return -ENOMEM;
			record_add(g, f, rec, t->lines.ptr + start, len);
		}
		start = rec->end;
	}
	return r;
}

/* ---- the rest */

/* Of the pipeline whose gate refused it, as counted by the transaction: should
 * the commit be lost, a start counts it anew by this. */
static uint64_t gate_pipeline(const struct journal_txn *t)
{
	for (size_t i = 0; i < t->n_add; i++)
		if (t->add[i].by[JOURNAL_DEAD] > 0 &&
		    strncmp(t->add[i].name, "pipeline/", 9) == 0)
			return hash_name(t->add[i].name + 9);
	return 0;
}

static void add_letters(struct group *g, const struct journal_txn *t)
{
	for (size_t i = 0; i < t->n_dead; i++) {
		struct group_frame *f = frame_add(g, FRAME_DEAD, &t->dead[i]);
		size_t start = g->meta.len;
		if (f == NULL)
			return;
		f->frame.first_seq = t->dead[i].seq;
		f->frame.only_output = t->dead[i].output;
		f->frame.pipeline = t->dead[i].output ? 0 : gate_pipeline(t);
		frame_put_dead(&g->meta, &t->dead[i]);
		frame_is_meta(g, f, start);
	}
	for (size_t i = 0; i < t->n_defer; i++) {
		struct group_frame *f = frame_add(g, FRAME_DEFER, &t->defer[i]);
		size_t start = g->meta.len;
		if (f == NULL)
			return;
		f->frame.first_seq = t->defer[i].seq;
		f->frame.only_output = t->defer[i].output;
		frame_put_defer(&g->meta, &t->defer[i]);
		frame_is_meta(g, f, start);
	}
}

static void add_gone(struct group *g, const struct journal_txn *t)
{
	if (t->n_dead_gone) {
		struct group_frame *f = frame_add(g, FRAME_DEAD_GONE, NULL);
		size_t start = g->meta.len;
		if (f == NULL)
			return;
		f->frame.n = (uint32_t)t->n_dead_gone;
		heard_buf_add(&g->meta, t->dead_gone, t->n_dead_gone * 16);
		frame_is_meta(g, f, start);
	}
	if (t->n_defer_gone) {
		struct group_frame *f = frame_add(g, FRAME_DEFER_GONE, NULL);
		size_t start = g->meta.len;
		if (f == NULL)
			return;
		f->frame.n = (uint32_t)t->n_defer_gone;
		for (size_t i = 0; i < t->n_defer_gone; i++) {
			unsigned char id[16];
			frame_defer_id(t->defer_gone[i].output, t->defer_gone[i].seq, id);
			heard_buf_add(&g->meta, id, sizeof(id));
		}
		frame_is_meta(g, f, start);
	}
}

static int add_state(struct group *g, const struct journal_txn *t, struct state *state)
{
	for (size_t i = 0; i < t->n_add; i++) {
		int64_t *by = state_next(state, t->add[i].name);
		if (by == NULL)
			return -ENOMEM;
		for (size_t j = 0; j < JOURNAL_COUNTS; j++)
			by[j] += t->add[i].by[j];
	}
	for (size_t i = 0; i < t->n_state; i++) {
		const struct journal_state **v = group_room(
			(void **)&g->values, g->n_values, &g->size_values,
			sizeof(const struct journal_state *));
		if (v == NULL || state_prepare(state, t->state[i].name, t->state[i].value) != 0)
			return -ENOMEM;
		*v = &t->state[i];
		g->n_values++;
	}
	return 0;
}

int group_add(struct group *g, struct journal_txn *t, struct keys *keys, struct state *state)
{
	int r = t->n_records ? add_records(g, t, keys, state) : 0;

	if (t->n_dead || t->n_defer || t->n_dead_gone || t->n_defer_gone) {
		group_close(g);
		add_letters(g, t);
		add_gone(g, t);
	}
	if (r == 0)
		r = add_state(g, t, state);
	return r == 0 && (g->has_failed || g->meta.failed) ? -ENOMEM : r;
}

void group_add_copy(struct group *g, const struct frame *f, struct heard_str payload)
{
	size_t start = g->meta.len;
	group_close(g);
	struct group_frame *copy = frame_add(g, f->type, NULL);

	if (copy == NULL)
		return;
	copy->frame.n = f->n;
	copy->frame.first_seq = f->first_seq;
	copy->frame.only_output = f->only_output;
	copy->frame.time_ms = f->time_ms;
	heard_buf_str(&g->meta, payload);
	frame_is_meta(g, copy, start);
}

bool group_is_empty(const struct group *g)
{
	return g->n_frames == 0 && g->n_values == 0;
}

size_t group_estimate(const struct journal_txn *t)
{
	size_t n = (t->lines.len / FRAME_BYTES * 2 + 2) * OVERHEAD + 512;

	n += t->lines.len + t->n_records * (4 + FRAME_META);
	for (size_t i = 0; i < t->n_dead; i++)
		n += OVERHEAD + 40 + t->dead[i].meta.len + t->dead[i].body.len;
	for (size_t i = 0; i < t->n_defer; i++)
		n += OVERHEAD + 24 + t->defer[i].line.len;
	n += (t->n_dead_gone + t->n_defer_gone) * 16 + 2 * OVERHEAD;
	for (size_t i = 0; i < t->n_state; i++)
		n += 8 + t->state[i].name.len + t->state[i].value.len;
	for (size_t i = 0; i < t->n_add; i++)
		n += 4 + strlen(t->add[i].name) + 8 * JOURNAL_COUNTS;
	return n;
}
