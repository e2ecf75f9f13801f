/*
 * gunzip.c - inflate a gzip body into memory of a batch (zlib).
 *
 * The bomb guard bounds what is written, not what is claimed: output may grow
 * to the cap and to RATIO times the packed size, whichever is less.  The length
 * that gzip keeps in its last four bytes is used as a first guess, since it is
 * right for every honest body and then the text is written once, in place.
 * Several members in a row are one text (RFC 1952 2.2); anything else behind
 * the last member is refused.
 */
#include <heard/batch.h>
#include <heard/error.h>
#include <heard/http.h>

#include <errno.h>
#include <zlib.h>

enum { RATIO = 200, LEAST = 256 };

struct inflater {
	z_stream z;
	struct heard_batch *batch;
	unsigned char *out;
	size_t size, limit; /* of out now; of out ever */
	size_t len;
};

static size_t guess_size(struct heard_str packed, size_t limit)
{
	const unsigned char *end = (const unsigned char *)packed.ptr + packed.len;
	if (packed.len < 18)
		return LEAST < limit ? LEAST : limit;
	size_t said = (size_t)end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 |
		      (size_t)end[-1] << 24;
	if (said < LEAST)
		said = LEAST;
	return said < limit ? said : limit;
}

/* Room for more output: twice as much, up to the limit. */
static int grow(struct inflater *i)
{
	if (i->size >= i->limit)
		return -EFBIG;
	size_t size = i->size > i->limit / 2 ? i->limit : i->size * 2;
	unsigned char *bigger = heard_batch_alloc(i->batch, size);
	if (bigger == NULL)
		return -ENOMEM;
	memcpy(bigger, i->out, i->len);
	i->out = bigger;
	i->size = size;
	return 0;
}

/* One call of inflate(); 1 at the end of the last member. */
static int step(struct inflater *i)
{
	i->z.next_out = i->out + i->len;
	i->z.avail_out = (uInt)(i->size - i->len);
	int result = inflate(&i->z, Z_NO_FLUSH);
	i->len = i->size - i->z.avail_out;
	if (result == Z_STREAM_END) {
		if (i->z.avail_in == 0)
			return 1;
		return inflateReset(&i->z) == Z_OK ? 0 : -EBADMSG;
	}
	if (result == Z_MEM_ERROR)
		return -ENOMEM;
	if (result != Z_OK && result != Z_BUF_ERROR)
		return -EBADMSG;
	if (i->len == i->size)
		return grow(i);
	/* Room is left, so it stopped because the input ended too early. */
	return i->z.avail_in == 0 || result == Z_BUF_ERROR ? -EBADMSG : 0;
}

static int explain(int code, size_t limit, struct heard_error *err)
{
	switch (-code) {
	case EFBIG:
		return heard_fail(err, EFBIG,
				  "the gzip body inflates to more than %zu bytes, past the "
				  "limit for its size",
				  limit);
	case ENOMEM: return heard_fail(err, ENOMEM, "no memory to inflate the gzip body");
	default: return heard_fail(err, EBADMSG, "the body is not valid gzip, or is cut short");
	}
}

int heard_http_gunzip(struct heard_batch *batch, struct heard_str packed, size_t cap,
		      struct heard_str *plain_r, struct heard_error *err)
{
	struct inflater i = {.batch = batch, .limit = cap};

	*plain_r = heard_str_n(NULL, 0);
	if (packed.len > UINT32_MAX || cap > UINT32_MAX || cap == 0)
		return explain(-EFBIG, cap, err);
	if (packed.len < 18)
		return explain(-EBADMSG, cap, err);
	if (packed.len < cap / RATIO)
		i.limit = packed.len * RATIO;
	i.size = guess_size(packed, i.limit);
	i.out = heard_batch_alloc(batch, i.size);
	if (i.out == NULL || inflateInit2(&i.z, 16 + MAX_WBITS) != Z_OK)
		return explain(-ENOMEM, i.limit, err);
	i.z.next_in = (Bytef *)(uintptr_t)packed.ptr;
	i.z.avail_in = (uInt)packed.len;

	int result;
	do
		result = step(&i);
	while (result == 0);
	inflateEnd(&i.z);
	if (result < 0)
		return explain(result, i.limit, err);
	*plain_r = heard_str_n((const char *)i.out, i.len);
	return 0;
}
