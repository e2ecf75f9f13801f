/*
 * ticket.c - the token by which a subject names a ticket: "17-k3v9qz2m4x7a".
 *
 * Numbers are easily guessed, and tokens get quoted; so it has twelve characters (60
 * bits) of the hash that a Message-ID of ours has, made for this purpose.  Who finds one
 * that is good has still to be the ticket's customer to be let into it.
 */
#include "letter.h"

#include <mime/mime.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HASH_CHARS = 12, TICKET_MAX = 20 };

bool letter_token_make(const struct mime_key *key, struct heard_str ticket,
		       char out[LETTER_TOKEN])
{
	char id[MIME_ID_SIZE];
	out[0] = '\0';
	if (ticket.len > TICKET_MAX ||
	    mime_id_make(key, ticket, HEARD_STR_OF("subject"), HEARD_STR_OF("token"), id, NULL))
		return false;
	const char *hash = strrchr(id, '.');
	snprintf(out, LETTER_TOKEN, "%.*s-%.*s", HEARD_ARG(ticket), HASH_CHARS, hash + 1);
	return true;
}

bool letter_token_check(const struct mime_key *key, struct heard_str token,
			struct heard_str *ticket)
{
	char good[LETTER_TOKEN];
	if (token.len <= HASH_CHARS + 1 || token.ptr[token.len - HASH_CHARS - 1] != '-')
		return false;
	*ticket = heard_str_n(token.ptr, token.len - HASH_CHARS - 1);
	return letter_token_make(key, *ticket, good) && strlen(good) == token.len &&
	       strncasecmp(good, token.ptr, token.len) == 0;
}
