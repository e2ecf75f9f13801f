/*
 * id.c - Message-IDs of our own, which cannot be guessed.
 *
 * heard.TICKET.EVENT.HASH, where HASH is the first 15 bytes of a keyed BLAKE2b over
 * the two with their lengths, as 24 letters and digits (base32, so that a server
 * which changes case does no harm).  The domain is not hashed: it may change.
 *
 * Nothing here needs GMime, so who only checks names links this file alone.
 */
#include "mime.h"

#include <heard/error.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <strings.h>

enum { HASH_BYTES = 15, HASH_CHARS = 24, MAX_DOMAIN = 200 };

_Static_assert(sizeof("<heard...@>") + 2 * MIME_ID_PART + HASH_CHARS + MAX_DOMAIN <=
		       MIME_ID_SIZE,
	       "an id fits");

static bool is_part(struct heard_str s)
{
	if (s.len == 0 || s.len > MIME_ID_PART)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		    c != '-' && c != '_')
			return false;
	}
	return true;
}

static bool is_domain(struct heard_str s)
{
	if (s.len == 0 || s.len > MAX_DOMAIN)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		    c != '-' && c != '.')
			return false;
	}
	return true;
}

/* Letter case does not count: see above. */
static void update(crypto_generichash_state *state, struct heard_str s)
{
	unsigned char small[1 + MIME_ID_PART];

	small[0] = (unsigned char)s.len;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		small[1 + i] = (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	crypto_generichash_update(state, small, 1 + s.len);
}

static void hash(const struct mime_key *key, const struct mime_id *id, char out[HASH_CHARS + 1])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bytes[crypto_generichash_BYTES];
	crypto_generichash_state state;

	crypto_generichash_init(&state, key->bytes, MIME_KEY_SIZE, sizeof(bytes));
	crypto_generichash_update(&state, (const unsigned char *)"heard mail id", 13);
	update(&state, id->ticket);
	update(&state, id->event);
	crypto_generichash_final(&state, bytes, sizeof(bytes));
	for (unsigned i = 0; i < HASH_CHARS; i++) {
		unsigned bit = i * 5, two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		out[i] = digits[two >> (11 - bit % 8) & 31];
	}
	out[HASH_CHARS] = '\0';
}

int mime_id_make(const struct mime_key *key, struct heard_str ticket, struct heard_str event,
		 struct heard_str domain, char out[MIME_ID_SIZE], struct heard_error *err)
{
	struct mime_id id = {ticket, event};
	char text[HASH_CHARS + 1];

	if (!is_part(ticket) || !is_part(event))
		return heard_fail(err, EINVAL,
				  "a ticket and its event in a Message-ID must be 1 to %d "
				  "letters, digits, '-' or '_'",
				  MIME_ID_PART);
	if (!is_domain(domain))
		return heard_fail(err, EINVAL,
				  "the domain of Message-IDs must be a domain's name in ASCII");
	hash(key, &id, text);
	snprintf(out, MIME_ID_SIZE, "<heard.%.*s.%.*s.%s@%.*s>", HEARD_ARG(ticket),
		 HEARD_ARG(event), text, HEARD_ARG(domain));
	return 0;
}

/* What stands before the next dot, and that dot taken away. */
static struct heard_str next_part(struct heard_str *s)
{
	const char *dot = s->len ? memchr(s->ptr, '.', s->len) : NULL;
	struct heard_str part = heard_str_n(s->ptr, dot ? (size_t)(dot - s->ptr) : s->len);

	*s = heard_str_skip(*s, part.len + (dot != NULL));
	return part;
}

bool mime_id_check(const struct mime_key *key, struct heard_str s, struct mime_id *out)
{
	char text[HASH_CHARS + 1], theirs[HASH_CHARS];
	const char *at;

	s = heard_str_trim(s);
	if (s.len && s.ptr[0] == '<')
		s = heard_str_skip(s, 1);
	if (s.len < 6 || strncasecmp(s.ptr, "heard.", 6) != 0)
		return false;
	at = memchr(s.ptr, '@', s.len);
	s = heard_str_skip(heard_str_n(s.ptr, at ? (size_t)(at - s.ptr) : s.len), 6);
	struct mime_id id = {next_part(&s), {NULL, 0}};
	id.event = next_part(&s);
	if (!is_part(id.ticket) || !is_part(id.event) || s.len != HASH_CHARS)
		return false;
	hash(key, &id, text);
	for (size_t i = 0; i < HASH_CHARS; i++)
		theirs[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] | 0x20)
							       : s.ptr[i];
	if (sodium_memcmp(text, theirs, HASH_CHARS) != 0)
		return false;
	*out = id;
	return true;
}
