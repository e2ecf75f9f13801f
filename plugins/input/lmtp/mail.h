/*
 * mail.h - one mail: its bytes while they come, and then until its receipt.
 */
#ifndef INPUT_LMTP_MAIL_H
#define INPUT_LMTP_MAIL_H

#include "protocol.h"

#include <heard/buf.h>

struct connection;
struct server;

struct mail {
	struct server *server;
	struct connection *connection; /* that waits for it; NULL: the client is gone */
	struct mail *next, **link;     /* of the server's */
	struct heard_buf bytes;	       /* Return-Path, then what the client sends */
	size_t prefix;		       /* bytes of Return-Path */
	size_t held;		       /* of the server's budget */
	uint64_t labels;	       /* recipients.h */
};

struct place { /* the emission's context: where a mail came from */
	uint64_t number;
	uint64_t prefix;
	uint64_t labels;
};

/* NULL without memory.  A size of 0 is not known. */
struct mail *mail_create(struct server *, struct connection *, struct heard_str sender,
			 uint64_t size);
void mail_destroy(struct mail *); /* before it is emitted */
enum protocol_verdict mail_add(struct mail *, struct heard_str bytes);
/* To the core; the connection is told by connection_saved(), at once or later. */
void mail_emit(struct mail *take);

#endif
