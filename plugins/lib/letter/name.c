/*
 * name.c - what Message-IDs, addresses and topics are called in records: keyed hashes.
 */
#include "letter.h"

#include <string.h>
#include <strings.h>

#include <heard/buf.h>
#include <heard/host.h>
#include <mime/mime.h>

enum { HASHED_MAX = 4096 }; /* more of a name tells nothing more */

/* Ids are compared as they are; people write addresses and subjects in any case. */
static void plain(struct heard_buf *b, const char *kind, struct heard_str text)
{
	bool is_id = strcmp(kind, "message") == 0;
	text = heard_str_trim(text);
	if (is_id && text.len > 1 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
		text = heard_str_trim(heard_str_n(text.ptr + 1, text.len - 2));
	for (size_t i = 0; i < text.len && i < HASHED_MAX; i++) {
		char c = text.ptr[i];
		if (!is_id && c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		heard_buf_add(b, &c, 1);
	}
}

void letter_hash(const struct heard_host *host, const char *kind, struct heard_str text,
		 char out[LETTER_HASH])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[32];
	char purpose[32] = "letter ";
	struct heard_buf b;
	heard_buf_init(&b, HASHED_MAX + 1);
	plain(&b, kind, text);
	strncat(purpose, kind, sizeof(purpose) - 8);
	heard_keyed_hash(host, purpose, heard_buf_view(&b), hash);
	heard_buf_release(&b);
	for (size_t i = 0; i < (LETTER_HASH - 1) / 2; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[LETTER_HASH - 1] = '\0';
}

void letter_key(const struct heard_host *host, struct mime_key *key)
{
	_Static_assert(sizeof(key->bytes) == 32, "a keyed hash is the key");
	heard_keyed_hash(host, "letter key of ids", heard_str(""), key->bytes);
}
