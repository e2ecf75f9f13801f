/*
 * block.h - which of up to 64 bytes are letters, digits, and so on: a bit for each byte.
 */
#ifndef MASK_BLOCK_H
#define MASK_BLOCK_H

#include "text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK_BYTES = 64, BLOCK_PIECE = 16 };

struct block {
	uint64_t alnum; /* ASCII letters and digits                            */
	uint64_t digit; /* ASCII digits                                        */
	uint64_t lead;	/* first bytes of two-byte letters, C3 to D4            */
};

/* The bits of some bytes by a loop: for other machines, and to test by. */
static inline struct block block_plain(const char *s, unsigned n)
{
	struct block block = {0};

	for (unsigned i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		block.alnum |= (uint64_t)ascii_is_alnum(c) << i;
		block.digit |= (uint64_t)ascii_is_digit(c) << i;
		block.lead |= (uint64_t)(c >= 0xC3 && c <= 0xD4) << i;
	}
	return block;
}

#ifdef __SSE2__
/* FF where the byte is one of n + 1 from `first` on. */
static inline __m128i block_range(__m128i bytes, char first, char n)
{
	__m128i from = _mm_sub_epi8(bytes, _mm_set1_epi8(first));

	return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(n)), from);
}

static inline uint64_t block_bits(__m128i flags)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(flags);
}

static inline struct block block_piece(const char *s)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i small = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
	__m128i digit = block_range(bytes, '0', 9);

	return (struct block){block_bits(_mm_or_si128(digit, block_range(small, 'a', 25))),
			      block_bits(digit),
			      block_bits(block_range(bytes, (char)0xC3, 0xD4 - 0xC3))};
}

/* The bits of digits, "@" and the lead byte of full-width forms, of 16 bytes. */
static inline unsigned block_cores(const char *s)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i sign = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('@')),
				    _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)0xEF)));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(sign, block_range(bytes, '0', 9)));
}
#else
static inline unsigned block_cores(const char *s)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < BLOCK_PIECE; i++)
		bits |= (unsigned)(ascii_is_digit((unsigned char)s[i]) || s[i] == '@' ||
				   s[i] == (char)0xEF)
			<< i;
	return bits;
}

static inline struct block block_piece(const char *s)
{
	return block_plain(s, BLOCK_PIECE);
}
#endif

static inline void block_join(struct block *block, struct block piece, unsigned right,
			      unsigned left)
{
	block->alnum |= piece.alnum >> right << left;
	block->digit |= piece.digit >> right << left;
	block->lead |= piece.lead >> right << left;
}

/* The bits of n bytes, at most 64.  Where `before` bytes in front of them may be read, the
 * last piece is read so that it ends with them: to copy them would cost more. */
static inline struct block block_read(const char *s, uint32_t n, uint32_t before)
{
	struct block block = {0};
	unsigned i = 0;

	for (; i + BLOCK_PIECE <= n; i += BLOCK_PIECE)
		block_join(&block, block_piece(s + i), 0, i);
	if (i == n)
		return block;
	if (n + before >= BLOCK_PIECE)
		block_join(&block, block_piece(s + n - BLOCK_PIECE), i + BLOCK_PIECE - n, i);
	else
		block = block_plain(s, n);
	return block;
}

#endif
