/*
 * frame.c - one remembered record as bytes.
 *
 * Fields are copied as they lie in memory; on the machines we run on that is
 * little-endian.
 *
 * Older frames have a hash of the source's own id where the origin is now, and are told
 * by a bit: the two are never equal, so those are read as of no known origin.
 */
#include "frame.h"

#include <string.h>
#include <xxhash.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is little-endian");

enum { AT_N = 4, AT_WHOLE = 5, AT_CHARS = 6, AT_ID = 8, AT_WHO = 24, AT_ORIGIN = 48 };
enum { AT_ORDER = 56, AT_PRODUCT = 64, AT_TIME = 72, AT_BANDS = 80 };
_Static_assert(AT_BANDS + 4 * MINHASH_BANDS == FRAME_HEAD, "the head is as kept.h says");

/* The bits of the byte at AT_WHOLE. */
enum { IS_WHOLE = 1, HAS_ORIGIN = 2 };

static uint32_t check_of(const char *frame, size_t size)
{
	return (uint32_t)XXH3_64bits(frame + AT_N, size - AT_N);
}

size_t frame_write(const struct said *s, char out[FRAME_MAX])
{
	size_t size = FRAME_HEAD + 4 * (size_t)s->text.n;
	out[AT_N] = (char)s->text.n;
	out[AT_WHOLE] = (char)(HAS_ORIGIN | (s->text.is_whole ? IS_WHOLE : 0));
	memcpy(out + AT_CHARS, &s->text.chars, 2);
	memcpy(out + AT_ID, s->id, WINDOW_ID);
	memcpy(out + AT_WHO, s->who, sizeof(s->who));
	memcpy(out + AT_ORIGIN, &s->origin, 8);
	memcpy(out + AT_ORDER, &s->order, 8);
	memcpy(out + AT_PRODUCT, &s->product, 8);
	memcpy(out + AT_TIME, &s->at, 8);
	memcpy(out + AT_BANDS, s->text.bands, sizeof(s->text.bands));
	memcpy(out + FRAME_HEAD, s->text.sketch, 4 * (size_t)s->text.n);
	uint32_t check = check_of(out, size);
	memcpy(out, &check, 4);
	return size;
}

static const int64_t last_time = 253402300800000; /* the year 10000 */

/* Rising, as minhash_alike() needs it. */
static bool is_good(const struct minhash *m)
{
	for (size_t i = 1; i < m->n; i++)
		if (m->sketch[i] <= m->sketch[i - 1])
			return false;
	return m->n > 0 && (m->is_whole || m->n == MINHASH_SKETCH);
}

size_t frame_read(struct heard_str bytes, struct said *s)
{
	const char *p = bytes.ptr;
	if (bytes.len < FRAME_HEAD)
		return 0;
	size_t n = (unsigned char)p[AT_N], size = FRAME_HEAD + 4 * n;
	uint32_t check;
	memcpy(&check, p, 4);
	unsigned bits = (unsigned char)p[AT_WHOLE];
	if (n > MINHASH_SKETCH || bytes.len < size || check != check_of(p, size) ||
	    bits > (IS_WHOLE | HAS_ORIGIN))
		return 0;
	s->text.n = (uint8_t)n;
	s->text.is_whole = bits & IS_WHOLE;
	memcpy(&s->text.chars, p + AT_CHARS, 2);
	memcpy(s->id, p + AT_ID, WINDOW_ID);
	memcpy(s->who, p + AT_WHO, sizeof(s->who));
	memcpy(&s->origin, p + AT_ORIGIN, 8);
	if (!(bits & HAS_ORIGIN))
		s->origin = 0;
	memcpy(&s->order, p + AT_ORDER, 8);
	memcpy(&s->product, p + AT_PRODUCT, 8);
	memcpy(&s->at, p + AT_TIME, 8);
	memcpy(s->text.bands, p + AT_BANDS, sizeof(s->text.bands));
	memcpy(s->text.sketch, p + FRAME_HEAD, 4 * n);
	return is_good(&s->text) && s->at >= 0 && s->at < last_time ? size : 0;
}
