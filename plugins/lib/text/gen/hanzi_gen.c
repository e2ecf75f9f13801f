/*
 * hanzi_gen.c - writes hanzi_table.inc: each character of U+3400 to U+9FFF as OpenCC
 * simplifies it when it stands alone.  Run by make.
 */
#include <opencc/opencc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 0x3400, LAST = 0x9fff };

static void encode(unsigned c, char out[4])
{
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	out[3] = '\0';
}

/* The character, if it is one of three bytes and alone. */
static unsigned decode(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	if (strlen(s) != 3 || (p[0] & 0xf0) != 0xe0)
		return 0;
	return (unsigned)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
}

int main(void)
{
	opencc_t cc = opencc_open("t2s.json");
	if (cc == (opencc_t)-1) {
		fprintf(stderr, "hanzi_gen: t2s.json: %s\n", opencc_error());
		return 1;
	}
	for (unsigned c = FIRST; c <= LAST; c++) {
		char text[4];
		encode(c, text);
		char *simple = opencc_convert_utf8(cc, text, 3);
		unsigned to = simple != NULL ? decode(simple) : 0;
		if (to != 0 && to != c)
			printf("[0x%04x - 0x%04x] = 0x%04x,\n", c, FIRST, to);
		opencc_convert_utf8_free(simple);
	}
	opencc_close(cc);
	return 0;
}
