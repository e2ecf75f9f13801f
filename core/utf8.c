/*
 * utf8.c - one sequence at a time, for the places that must look at single
 * characters of doubtful text.  Whole texts are looked at in utf8_valid.cc.
 *
 * The range of the second byte depends on the first (Unicode 15, table 3-7);
 * every further byte is 80..BF.
 */
#include "utf8.h"

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

static bool second_is_fine(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xE0: return second >= 0xA0 && second <= 0xBF; /* else overlong */
	case 0xED: return second >= 0x80 && second <= 0x9F; /* else a surrogate */
	case 0xF0: return second >= 0x90 && second <= 0xBF; /* else overlong */
	case 0xF4: return second >= 0x80 && second <= 0x8F; /* else too large */
	default: return is_tail(second);
	}
}

static size_t expected_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC2)
		return 0;
	if (first < 0xE0)
		return 2;
	if (first < 0xF0)
		return 3;
	return first < 0xF5 ? 4 : 0;
}

size_t utf8_sequence(struct heard_str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	if (s.len == 0)
		return 0;
	size_t n = expected_length(p[0]);
	if (n == 0 || n > s.len)
		return 0;
	if (n > 1 && !second_is_fine(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!is_tail(p[i]))
			return 0;
	return n;
}
