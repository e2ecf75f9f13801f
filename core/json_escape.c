/*
 * json_escape.c - strings into JSON.
 *
 * The fast half copies blocks and stops at the first byte to be escaped: a
 * quote, a backslash, anything below a blank.  It may write up to 15 bytes more
 * than it keeps, for which there is room.  The slow half goes on from there,
 * one byte at a time, until it has seen a clean stretch.
 *
 * A NUL is written as U+FFFD: no reader of ours takes it, and canonical text
 * must be readable again.
 */
#include "json_escape.h"

#include "utf8.h"

#include <heard/json.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define REPLACEMENT "\xEF\xBF\xBD"

enum { BLOCK = 16, LONGEST_ESCAPE = 6 };

static bool must_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

#ifdef __SSE2__
/* A bit for each of the 16 bytes that must be escaped, while copying them. */
static unsigned copy_block(char *out, const char *in)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)in);
	_mm_storeu_si128((__m128i *)(void *)out, bytes);
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));
}
#else
static unsigned copy_block(char *out, const char *in)
{
	unsigned mask = 0;
	memcpy(out, in, BLOCK);
	for (unsigned i = 0; i < BLOCK; i++)
		mask |= (unsigned)must_escape((unsigned char)in[i]) << i;
	return mask;
}
#endif

/* Is there one in these eight bytes?  The classic test for bytes below or equal
 * to a value, three times; bytes of 80 and more are let through. */
static bool must_escape_any(uint64_t bytes)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
	uint64_t quote = bytes ^ ones * '"', slash = bytes ^ ones * '\\';
	uint64_t below = (bytes - ones * 0x20) & ~bytes;
	return ((below | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops) != 0;
}

/* The two halves of 4 to 15 bytes overlap. */
static bool copy_8_to_15(char *out, const char *in, size_t n)
{
	uint64_t first, last;
	memcpy(&first, in, 8);
	memcpy(&last, in + n - 8, 8);
	memcpy(out, &first, 8);
	memcpy(out + n - 8, &last, 8);
	return !must_escape_any(first) && !must_escape_any(last);
}

static bool copy_4_to_7(char *out, const char *in, size_t n)
{
	uint32_t first, last;
	memcpy(&first, in, 4);
	memcpy(&last, in + n - 4, 4);
	memcpy(out, &first, 4);
	memcpy(out + n - 4, &last, 4);
	return !must_escape_any((uint64_t)last << 32 | first);
}

static size_t clean_length(const char *in, size_t n)
{
	size_t i = 0;
	while (i < n && !must_escape((unsigned char)in[i]))
		i++;
	return i;
}

/* Fewer than 16 bytes, which may be the last of a page. */
static size_t copy_short(char *out, const char *in, size_t n)
{
	bool is_clean;
	if (n >= 8)
		is_clean = copy_8_to_15(out, in, n);
	else if (n >= 4)
		is_clean = copy_4_to_7(out, in, n);
	else {
		for (size_t i = 0; i < n; i++)
			out[i] = in[i];
		is_clean = false;
	}
	return is_clean ? n : clean_length(in, n);
}

/* Copies what needs no escape; returns how much that was.  There is room for
 * n and a block. */
static size_t copy_clean(char *out, const char *in, size_t n)
{
	if (n < BLOCK)
		return copy_short(out, in, n);
	for (size_t i = 0;;) {
		unsigned mask = copy_block(out + i, in + i);
		if (mask)
			return i + (size_t)__builtin_ctz(mask);
		if (i + BLOCK == n)
			return n;
		i += BLOCK;
		if (i + BLOCK > n)
			i = n - BLOCK; /* again a part of the one before */
	}
}

static char *put_escape(char *p, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	if (c == 0) {
		memcpy(p, REPLACEMENT, 3);
		return p + 3;
	}
	*p++ = '\\';
	if (c >= 0x20)
		*p++ = (char)c;
	else if (letters[c])
		*p++ = letters[c];
	else {
		memcpy(p, "u00", 3);
		p[3] = hex[c >> 4];
		p[4] = hex[c & 15];
		p += 5;
	}
	return p;
}

static size_t count_escapes(struct heard_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += must_escape((unsigned char)s.ptr[i]);
	return n;
}

/* Text with something to escape in it; returns the end. */
static char *copy_escaped(char *p, struct heard_str s)
{
	while (s.len) {
		size_t n = copy_clean(p, s.ptr, s.len);
		p += n;
		s = heard_str_skip(s, n);
		while (s.len && must_escape((unsigned char)s.ptr[0])) {
			p = put_escape(p, (unsigned char)s.ptr[0]);
			s = heard_str_skip(s, 1);
		}
	}
	return p;
}

/* The rest of a string, from the first byte to be escaped. */
static void put_rest(struct heard_buf *b, struct heard_str rest)
{
	size_t room = rest.len + (LONGEST_ESCAPE - 1) * count_escapes(rest);
	char *start = heard_buf_room(b, room + BLOCK + 1);
	if (start == NULL)
		return;
	char *end = copy_escaped(start, rest);
	*end++ = '"';
	heard_buf_used(b, (size_t)(end - start));
}

void json_put_trusted(struct heard_buf *b, struct heard_str s)
{
	if (s.ptr == NULL)
		s = HEARD_STR_OF("");
	char *start = heard_buf_room(b, s.len + BLOCK + 2);
	if (start == NULL)
		return;
	start[0] = '"';
	size_t done = copy_clean(start + 1, s.ptr, s.len);
	start[1 + done] = '"';
	heard_buf_used(b, done + 2);
	if (done < s.len) {
		b->len--;
		put_rest(b, heard_str_skip(s, done));
	}
}

/* Text that is not UTF-8: good stretches are put as they are. */
static void put_repaired(struct heard_buf *b, struct heard_str s)
{
	struct heard_buf repaired;
	heard_buf_init(&repaired, 3 * s.len + 1);
	while (s.len) {
		size_t n = utf8_sequence(s);
		heard_buf_add(&repaired, n ? s.ptr : REPLACEMENT, n ? n : 3);
		s = heard_str_skip(s, n ? n : 1);
	}
	if (repaired.failed)
		b->failed = true;
	else
		json_put_trusted(b, heard_buf_view(&repaired));
	heard_buf_release(&repaired);
}

void heard_json_put_str(struct heard_buf *b, struct heard_str s)
{
	if (utf8_is_valid(s))
		json_put_trusted(b, s);
	else
		put_repaired(b, s);
}
