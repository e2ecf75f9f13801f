/*
 * response.h - what a response says: tokens made into a struct.
 */
#ifndef INPUT_IMAP_RESPONSE_H
#define INPUT_IMAP_RESPONSE_H

#include "wire.h"

enum response_kind {
	RESPONSE_OTHER, /* nothing that we asked for */
	RESPONSE_CONTINUE,
	RESPONSE_STATUS,
	RESPONSE_CAPABILITY,
	RESPONSE_EXISTS,
	RESPONSE_EXPUNGE,
	RESPONSE_FETCH,
	RESPONSE_SEARCH, /* its end: the numbers went before */
};
enum response_status {
	STATUS_OK,
	STATUS_NO,
	STATUS_BAD,
	STATUS_BYE,
	STATUS_PREAUTH,
};

struct response_mail { /* of FETCH; 0 and NULL: not said */
	uint32_t uid;
	uint64_t size;
	bool has_size, has_body;
	struct heard_str body; /* ptr NULL: the server has none, or it was let go   */
};

/* Views are borrowed from the tokens. */
struct response {
	enum response_kind kind;
	const struct wire_token *tokens;
	size_t n;
	uint32_t tag; /* of a tagged one, else 0                     */
	enum response_status status;
	struct heard_str code; /* "UIDVALIDITY", or empty                     */
	uint64_t code_number;
	struct heard_str text; /* for people                                  */
	uint32_t number;       /* of EXISTS and EXPUNGE                       */
	struct response_mail mail;
};

/* Tags are "h" and a number. */
void response_read(const struct wire_token *, size_t n, struct response *);

#endif
