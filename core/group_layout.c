/*
 * group_layout.c - a group's frames at a place in a segment, as iovecs.
 *
 * Each frame becomes a header, its pieces (or their cipher text) and padding;
 * a CHECKPOINT goes in front where the segment begins, and the COMMIT with the
 * directory of them all closes the group.  Only now is it known where a frame
 * stands, so a group whose write failed is laid out again elsewhere.
 *
 * Invariant: `tail`, `sealed` and `heads` get all their room before the first
 * iovec points into them; nothing moves afterwards.
 */
#include "group_private.h"

#include "hash.h"
#include "state.h"

#include <errno.h>
#include <stdlib.h>

static const char zeros[FRAME_ALIGN];

static void iov_add(struct group *g, const void *ptr, size_t len)
{
	if (len == 0)
		return;
	struct iovec *v = group_room((void **)&g->iov, g->n_iov, &g->size_iov, sizeof(*v));
	if (v == NULL) {
		g->has_failed = true;
		return;
	}
	*v = (struct iovec){(void *)(uintptr_t)ptr, len};
	g->n_iov++;
}

static const char *piece_ptr(const struct group *g, const struct group_piece *p)
{
	return p->ptr ? p->ptr : g->meta.ptr + p->at;
}

/* The payload through the cipher: it has to be in one place first. */
static void put_sealed(struct group *g, struct frame_key *key, struct frame *f,
		       const struct group_piece *pieces, size_t n, size_t length)
{
	heard_buf_clear(&g->plain);
	for (size_t i = 0; i < n; i++)
		heard_buf_add(&g->plain, piece_ptr(g, &pieces[i]), pieces[i].len);
	char *out = heard_buf_room(&g->sealed, length + FRAME_SEALED_EXTRA);
	if (out == NULL || g->plain.failed) {
		g->has_failed = true;
		return;
	}
	frame_seal(key, f, heard_buf_view(&g->plain), (unsigned char *)out);
	g->sealed.len += f->length;
	iov_add(g, out, f->length);
}

static void put_plain(struct group *g, struct frame *f, const struct group_piece *pieces,
		      size_t n, size_t length)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		const char *ptr = piece_ptr(g, &pieces[i]);
		crc = hash_crc32c(crc, ptr, pieces[i].len);
		iov_add(g, ptr, pieces[i].len);
	}
	f->length = (uint32_t)length;
	f->payload_crc = crc;
}

/* Header, payload and padding, at the present end. */
static void put_frame(struct group *g, struct frame *f, const struct group_piece *pieces,
		      size_t n, size_t length, unsigned char *head, struct frame_key *key)
{
	iov_add(g, head, FRAME_HEADER);
	f->flags = 0;
	if (key->present)
		put_sealed(g, key, f, pieces, n, length);
	else
		put_plain(g, f, pieces, n, length);
	frame_encode(f, head);
	iov_add(g, zeros, (size_t)(frame_size(f) - FRAME_HEADER - f->length));
	g->bytes += frame_size(f);
}

static void put_checkpoint(struct group *g, const struct group_place *p,
			   const struct state *state, struct frame_key *key,
			   struct group_frame *out)
{
	struct frame_commit c = {0, p->begin_seq, p->begin_key, p->prev_id, p->prev_end,
				 0, NULL,	  {0}};

	frame_put_commit(&g->tail, &c);
	state_encode_all(state, &g->tail);
	struct group_piece piece = {g->tail.ptr, 0, g->tail.len};
	out->frame = (struct frame){.type = FRAME_CHECKPOINT,
				    .n = 1,
				    .first_seq = p->begin_seq,
				    .time_ms = g->now_ms,
				    .segment = p->segment};
	out->offset = p->offset;
	put_frame(g, &out->frame, &piece, 1, piece.len, g->heads[g->n_frames], key);
}

static void put_entry(struct heard_buf *b, const struct group_frame *f)
{
	struct frame_entry e = {f->offset, f->n_keys, f->frame};
	frame_put_entry(b, &e);
}

static void put_commit(struct group *g, const struct group_place *p, const struct state *state,
		       struct frame_key *key, const struct group_frame *checkpoint)
{
	size_t start = g->tail.len;
	struct frame_commit c = {.group_start = p->offset,
				 .next_seq = g->next_seq,
				 .next_key = p->next_key,
				 .prev_id = p->prev_id,
				 .prev_end = p->prev_end,
				 .n_frames = (uint32_t)g->n_frames + (checkpoint != NULL)};

	frame_put_commit(&g->tail, &c);
	if (checkpoint)
		put_entry(&g->tail, checkpoint);
	for (size_t i = 0; i < g->n_frames; i++)
		put_entry(&g->tail, &g->frames[i]);
	state_encode_changes(state, g->values, g->n_values, &g->tail);
	if (g->tail.failed) {
		g->has_failed = true;
		return;
	}
	g->commit_at = p->offset + g->bytes;
	struct group_piece piece = {g->tail.ptr + start, 0, g->tail.len - start};
	struct frame f = {.type = FRAME_COMMIT,
			  .n = c.n_frames,
			  .first_seq = g->next_seq,
			  .time_ms = g->now_ms,
			  .segment = p->segment};
	put_frame(g, &f, &piece, 1, piece.len, g->heads[g->n_frames + 1], key);
}

/* Room for all that the iovecs will point into, so that nothing moves. */
static bool lay_out_room(struct group *g, const struct group_place *p,
			 const struct state *state, const struct frame_key *key)
{
	size_t sealed = 0, tail = state_size(state) + g->n_frames * FRAME_ENTRY + GROUP_FIXED;

	for (size_t i = 0; i < g->n_values; i++)
		tail += 8 + g->values[i]->name.len + g->values[i]->value.len;
	tail += p->offset == 0 ? state_size(state) : 0;
	for (size_t i = 0; key->present && i < g->n_frames; i++)
		sealed += g->frames[i].length + FRAME_SEALED_EXTRA;
	sealed += key->present ? tail + 4 * FRAME_SEALED_EXTRA : 0;
	heard_buf_clear(&g->tail);
	heard_buf_clear(&g->sealed);
	if (g->size_heads < g->n_frames + 2) {
		free(g->heads);
		g->size_heads = g->n_frames + 64;
		g->heads = malloc(g->size_heads * sizeof(*g->heads));
		if (g->heads == NULL)
			g->size_heads = 0;
	}
	return g->heads && heard_buf_room(&g->tail, tail) && heard_buf_room(&g->sealed, sealed);
}

int group_lay_out(struct group *g, const struct group_place *p, const struct state *state,
		  struct frame_key *key)
{
	struct group_frame checkpoint = {.n_keys = 0};

	group_close(g);
	if (g->meta.failed || !lay_out_room(g, p, state, key))
		return -ENOMEM;
	g->n_iov = 0;
	g->bytes = 0;
	if (p->offset == 0)
		put_checkpoint(g, p, state, key, &checkpoint);
	for (size_t i = 0; i < g->n_frames && !g->has_failed; i++) {
		struct group_frame *f = &g->frames[i];
		f->frame.segment = p->segment;
		f->offset = p->offset + g->bytes;
		put_frame(g, &f->frame, g->pieces + f->first_piece, f->n_pieces, f->length,
			  g->heads[i], key);
	}
	if (!g->has_failed)
		put_commit(g, p, state, key, p->offset == 0 ? &checkpoint : NULL);
	return g->has_failed ? -ENOMEM : 0;
}
