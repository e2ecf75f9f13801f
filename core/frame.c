/*
 * frame.c - frames to bytes and back.
 *
 * A header has a checksum of its own, so that it can be trusted (its seqs, its
 * length) when the payload behind it is damaged, and so that the next frame
 * can be found by looking at every 64th byte.  The magic holds 0xff and 0x01,
 * which no canonical JSON line contains: a record cannot imitate a header.
 */
#include "frame.h"

#include "hash.h"
#include "journal.h"
#include "wire.h"

#include <errno.h>
#include <sodium.h>

#include <heard/error.h>

static const unsigned char magic[4] = {'h', 0xff, 'J', 0x01};

enum { /* offsets in the header */
       AT_TYPE = 4,
       AT_FLAGS = 5,
       AT_HEADER_CRC = 8,
       AT_LENGTH = 12,
       AT_PAYLOAD_CRC = 16,
       AT_N = 20,
       AT_FIRST_SEQ = 24,
       AT_PIPELINE = 32,
       AT_ONLY_OUTPUT = 40,
       AT_TIME = 48,
       AT_SEGMENT = 56,
};

void frame_encode(const struct frame *f, unsigned char out[FRAME_HEADER])
{
	memset(out, 0, FRAME_HEADER);
	memcpy(out, magic, sizeof(magic));
	out[AT_TYPE] = (unsigned char)f->type;
	out[AT_FLAGS] = (unsigned char)f->flags;
	wire_put32(out + AT_LENGTH, f->length);
	wire_put32(out + AT_PAYLOAD_CRC, f->payload_crc);
	wire_put32(out + AT_N, f->n);
	wire_put64(out + AT_FIRST_SEQ, f->first_seq);
	wire_put64(out + AT_PIPELINE, f->pipeline);
	wire_put64(out + AT_ONLY_OUTPUT, f->only_output);
	wire_put64(out + AT_TIME, (uint64_t)f->time_ms);
	wire_put64(out + AT_SEGMENT, f->segment);
	wire_put32(out + AT_HEADER_CRC, hash_crc32c(0, out, FRAME_HEADER));
}

bool frame_decode(struct frame *f, const unsigned char in[FRAME_HEADER], uint64_t segment)
{
	unsigned char copy[FRAME_HEADER];

	if (memcmp(in, magic, sizeof(magic)) != 0 || wire_get64(in + AT_SEGMENT) != segment)
		return false;
	memcpy(copy, in, sizeof(copy));
	wire_put32(copy + AT_HEADER_CRC, 0);
	if (hash_crc32c(0, copy, sizeof(copy)) != wire_get32(in + AT_HEADER_CRC))
		return false;
	f->type = in[AT_TYPE];
	f->flags = in[AT_FLAGS];
	f->length = wire_get32(in + AT_LENGTH);
	f->payload_crc = wire_get32(in + AT_PAYLOAD_CRC);
	f->n = wire_get32(in + AT_N);
	f->first_seq = wire_get64(in + AT_FIRST_SEQ);
	f->pipeline = wire_get64(in + AT_PIPELINE);
	f->only_output = wire_get64(in + AT_ONLY_OUTPUT);
	f->time_ms = (int64_t)wire_get64(in + AT_TIME);
	f->segment = segment;
	return f->type >= FRAME_RECORDS && f->type < FRAME_TYPES &&
	       f->length <= FRAME_MAX_PAYLOAD;
}

/* ---- encryption */

/* What the tag protects besides the text: the header, without its two sums,
 * which are made from the ciphertext. */
static void associated_data(const struct frame *f, unsigned char out[FRAME_HEADER])
{
	struct frame bare = *f;

	bare.payload_crc = 0;
	frame_encode(&bare, out);
	wire_put32(out + AT_HEADER_CRC, 0);
}

void frame_seal(struct frame_key *k, struct frame *f, struct heard_str plain,
		unsigned char *out)
{
	unsigned char head[FRAME_HEADER];

	f->flags |= FRAME_ENCRYPTED;
	f->length = (uint32_t)(plain.len + FRAME_SEALED_EXTRA);
	associated_data(f, head);
	memcpy(out, k->salt, sizeof(k->salt));
	wire_put64(out + sizeof(k->salt), k->counter++);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + FRAME_NONCE, NULL,
						   (const unsigned char *)plain.ptr, plain.len,
						   head, sizeof(head), NULL, out, k->key);
	f->payload_crc = hash_crc32c(0, out, f->length);
}

int frame_open(const struct frame_key *k, const struct frame *f, struct heard_str *payload)
{
	unsigned char head[FRAME_HEADER];
	unsigned char *p = (unsigned char *)(uintptr_t)payload->ptr;

	if (!k->present || payload->len < FRAME_SEALED_EXTRA)
		return -EBADMSG;
	associated_data(f, head);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    p + FRAME_NONCE, NULL, NULL, p + FRAME_NONCE, payload->len - FRAME_NONCE,
		    head, sizeof(head), p, k->key) != 0)
		return -EBADMSG;
	*payload = heard_str_n(payload->ptr + FRAME_NONCE, payload->len - FRAME_SEALED_EXTRA);
	return 0;
}

/* ---- payloads */

static void put32(struct heard_buf *b, uint32_t v)
{
	unsigned char at[4];

	wire_put32(at, v);
	heard_buf_add(b, at, sizeof(at));
}

static void put64(struct heard_buf *b, uint64_t v)
{
	unsigned char at[8];

	wire_put64(at, v);
	heard_buf_add(b, at, sizeof(at));
}

void frame_put_dead(struct heard_buf *b, const struct journal_dead *d)
{
	heard_buf_add(b, d->id, sizeof(d->id));
	put64(b, d->output);
	put64(b, d->seq);
	put32(b, (uint32_t)d->meta.len);
	put32(b, (uint32_t)d->body.len);
	heard_buf_str(b, d->meta);
	heard_buf_str(b, d->body);
}

bool frame_get_dead(struct heard_str payload, struct journal_dead *d)
{
	struct wire_cursor c = wire_cursor(payload);
	const char *id = wire_take(&c, sizeof(d->id));

	if (id)
		memcpy(d->id, id, sizeof(d->id));
	d->output = wire_take64(&c);
	d->seq = wire_take64(&c);
	size_t meta = wire_take32(&c), body = wire_take32(&c);
	d->meta = wire_take_str(&c, meta);
	d->body = wire_take_str(&c, body);
	return !c.failed && c.left == 0;
}

void frame_put_defer(struct heard_buf *b, const struct journal_defer *d)
{
	put64(b, d->output);
	put64(b, d->seq);
	put64(b, (uint64_t)d->since_ms);
	heard_buf_str(b, d->line);
}

bool frame_get_defer(struct heard_str payload, struct journal_defer *d)
{
	struct wire_cursor c = wire_cursor(payload);

	d->output = wire_take64(&c);
	d->seq = wire_take64(&c);
	d->since_ms = (int64_t)wire_take64(&c);
	d->line = wire_take_str(&c, c.left);
	return !c.failed;
}

const unsigned char *frame_get_gone(const struct frame *f, struct heard_str payload, uint32_t i)
{
	if (i >= f->n || payload.len / 16 <= i)
		return NULL;
	return (const unsigned char *)payload.ptr + (size_t)i * 16;
}

void frame_defer_id(uint64_t output, uint64_t seq, unsigned char id[16])
{
	wire_put64(id, output);
	wire_put64(id + 8, seq);
}

bool frame_get_records(const struct frame *f, struct heard_str payload, struct frame_records *r)
{
	size_t n = f->n;

	if (n == 0 || payload.len / (4 + FRAME_META) < n)
		return false;
	r->ends = (const uint32_t *)(const void *)payload.ptr;
	r->meta = (const unsigned char *)payload.ptr + 4 * n;
	r->lines = heard_str_skip(payload, (4 + FRAME_META) * n);
	uint32_t before = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t end = wire_get32(payload.ptr + 4 * i);
		if (end < before)
			return false;
		before = end;
	}
	return before == r->lines.len;
}

void frame_put_commit(struct heard_buf *b, const struct frame_commit *c)
{
	put64(b, c->group_start);
	put64(b, c->next_seq);
	put64(b, c->next_key);
	put64(b, c->prev_id);
	put64(b, c->prev_end);
	put32(b, c->n_frames);
	put32(b, 0);
}

void frame_put_entry(struct heard_buf *b, const struct frame_entry *e)
{
	put64(b, e->offset);
	put32(b, (uint32_t)e->frame.type);
	put32(b, e->n_keys);
	put32(b, e->frame.n);
	put32(b, e->frame.length);
	put32(b, e->frame.payload_crc);
	put32(b, 0);
	put64(b, e->frame.first_seq);
	put64(b, e->frame.pipeline);
	put64(b, e->frame.only_output);
}

bool frame_get_commit(struct heard_str payload, struct frame_commit *c)
{
	struct wire_cursor in = wire_cursor(payload);

	c->group_start = wire_take64(&in);
	c->next_seq = wire_take64(&in);
	c->next_key = wire_take64(&in);
	c->prev_id = wire_take64(&in);
	c->prev_end = wire_take64(&in);
	c->n_frames = wire_take32(&in);
	wire_take32(&in);
	c->directory = wire_take(&in, (size_t)c->n_frames * FRAME_ENTRY);
	c->state = heard_str_n(in.at, in.left);
	return !in.failed;
}

void frame_get_entry(const struct frame_commit *c, uint32_t i, struct frame_entry *e)
{
	struct wire_cursor in = wire_cursor(
		heard_str_n(c->directory + (size_t)i * FRAME_ENTRY, FRAME_ENTRY));

	memset(e, 0, sizeof(*e));
	e->offset = wire_take64(&in);
	e->frame.type = wire_take32(&in);
	e->n_keys = wire_take32(&in);
	e->frame.n = wire_take32(&in);
	e->frame.length = wire_take32(&in);
	e->frame.payload_crc = wire_take32(&in);
	wire_take32(&in);
	e->frame.first_seq = wire_take64(&in);
	e->frame.pipeline = wire_take64(&in);
	e->frame.only_output = wire_take64(&in);
}
