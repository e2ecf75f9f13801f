/*
 * id.c - the two spellings of names: a record's UUID, a ticket's token.
 */
#include "store.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool store_id_parse(struct heard_str text, unsigned char out[STORE_ID])
{
	if (text.len != 36)
		return false;
	size_t n = 0;
	for (size_t i = 0; i < 36;) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text.ptr[i++] != '-')
				return false;
			continue;
		}
		int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[n++] = (unsigned char)(high << 4 | low);
		i += 2;
	}
	return true;
}

static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void store_token_format(const unsigned char token[STORE_TOKEN], char out[STORE_TOKEN_TEXT])
{
	unsigned bits = 0, have = 0;
	size_t n = 0;
	for (size_t i = 0; i < STORE_TOKEN; i++) {
		bits = bits << 8 | token[i];
		for (have += 8; have >= 6; have -= 6)
			out[n++] = letters[bits >> (have - 6) & 63];
	}
	out[n++] = letters[bits << (6 - have) & 63];
	out[n] = '\0';
}

/* Only the one spelling of a token is taken: its last letter has four spare
 * bits, which must be zero. */
bool store_token_parse(struct heard_str text, unsigned char out[STORE_TOKEN])
{
	if (text.len != STORE_TOKEN_TEXT - 1)
		return false;
	unsigned bits = 0, have = 0;
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.ptr[i] ? strchr(letters, text.ptr[i]) : NULL;
		if (!at)
			return false;
		bits = bits << 6 | (unsigned)(at - letters);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have & 0xff);
		}
	}
	return n == STORE_TOKEN && (bits & 0xf) == 0;
}
