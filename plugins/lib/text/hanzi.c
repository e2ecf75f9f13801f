/*
 * hanzi.c - the tables of hanzi.h, made by gen/hanzi_gen.c, and texts by it.
 */
#include "hanzi.h"

const uint16_t hanzi_table[HANZI_LAST - HANZI_FIRST + 1] = {
#include "hanzi_table.inc"
};
const uint16_t hanzi_table_same[HANZI_LAST - HANZI_FIRST + 1] = {
#include "hanzi_same.inc"
};

/* The character of three bytes that stands here, or 0: where no character begins the
 * bytes behind are none that follow. */
static uint32_t three_bytes(const unsigned char *s, size_t left)
{
	if (left < 3 || s[0] < 0xe3 || s[0] > 0xe9 || (s[1] & 0xc0) != 0x80 ||
	    (s[2] & 0xc0) != 0x80)
		return 0;
	return (uint32_t)(s[0] & 15) << 12 | (uint32_t)(s[1] & 63) << 6 | (s[2] & 63);
}

size_t hanzi_find(struct heard_str text)
{
	const unsigned char *s = (const unsigned char *)text.ptr;

	for (size_t i = 0; i < text.len;) {
		uint32_t c = three_bytes(s + i, text.len - i);

		if (c && hanzi_same(c) != c)
			return i;
		i += c ? 3 : 1;
	}
	return text.len;
}

void hanzi_simplify(char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c = three_bytes((const unsigned char *)text + i, n - i);
		uint32_t same = hanzi_same(c);

		if (same != c) {
			text[i] = (char)(0xe0 | same >> 12);
			text[i + 1] = (char)(0x80 | (same >> 6 & 63));
			text[i + 2] = (char)(0x80 | (same & 63));
		}
		i += c ? 3 : 1;
	}
}
