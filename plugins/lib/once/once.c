/*
 * once.c - a token is a time, random bytes, and a keyed hash of both.
 *
 * Nothing is kept of it: the page that is shown carries it, and when the form comes back
 * it is the record's source_id.  So it is the journal that recognises the second click
 * (`dedupe`, a week), and a thousand pages that are never sent cost nothing.  The hash
 * says that the page was ours, and of this very instance; the time bounds how long a
 * page may lie open, which must be shorter than `dedupe`.
 */
#include "once.h"

#include <heard/host.h>

#include <sodium.h>
#include <string.h>

enum {
	TIME = 8,
	RANDOM = 16,
	HASH = 16,
	SIZE = TIME + RANDOM + HASH,
	LIFE_MS = 24 * 3600 * 1000,
	AHEAD_MS = 5 * 60 * 1000, /* a clock may be set back while a page is open */
};

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
_Static_assert(sodium_base64_ENCODED_LEN(SIZE, VARIANT) == ONCE_TEXT, "length of a token");

static void sign(const struct heard_host *host, const unsigned char *token,
		 unsigned char hash[32])
{
	char text[512];
	const char *name = heard_name(host);
	size_t n = strnlen(name, sizeof(text) - TIME - RANDOM - 1);
	memcpy(text, name, n);
	text[n++] = '\0';
	memcpy(text + n, token, TIME + RANDOM);
	heard_keyed_hash(host, "form", heard_str_n(text, n + TIME + RANDOM), hash);
}

void once_make(const struct heard_host *host, char text[ONCE_TEXT])
{
	unsigned char token[SIZE], hash[32];
	uint64_t now = (uint64_t)heard_now(host);
	for (int i = 0; i < TIME; i++)
		token[i] = (unsigned char)(now >> (56 - 8 * i));
	randombytes_buf(token + TIME, RANDOM);
	sign(host, token, hash);
	memcpy(token + TIME + RANDOM, hash, HASH);
	sodium_bin2base64(text, ONCE_TEXT, token, SIZE, VARIANT);
}

enum once once_check(const struct heard_host *host, struct heard_str text)
{
	unsigned char token[SIZE], hash[32];
	const char *end;
	size_t n;
	uint64_t made = 0;
	if (text.len != ONCE_TEXT - 1 ||
	    sodium_base642bin(token, SIZE, text.ptr, text.len, NULL, &n, &end, VARIANT) != 0 ||
	    n != SIZE || end != text.ptr + text.len)
		return ONCE_FORGED;
	sign(host, token, hash);
	if (sodium_memcmp(hash, token + TIME + RANDOM, HASH) != 0)
		return ONCE_FORGED;
	for (int i = 0; i < TIME; i++)
		made = made << 8 | token[i];
	int64_t age = heard_now(host) - (int64_t)made;
	return age > LIFE_MS || age < -AHEAD_MS ? ONCE_EXPIRED : ONCE_GOOD;
}
