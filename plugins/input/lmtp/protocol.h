/*
 * protocol.h - one client's dialogue: LMTP (RFC 2033) as Postfix and Exim speak it.
 *
 *	220 -> LHLO -> MAIL -> RCPT ... -> DATA -> mail -> an answer for each RCPT -> MAIL ...
 *
 * A pure state machine: bytes in by protocol_feed(), bytes out by the hook `send`.  It
 * knows neither sockets nor time.  Twice it waits for its owner: at MAIL, until there is
 * room for one (protocol_begun), and behind the mail, until it is safe (protocol_ended).
 * Until then it uses no bytes, so what a client has sent ahead stays where it is.
 *
 * Recipients are counted and not kept: what becomes of a mail becomes of it for all.
 */
#ifndef INPUT_LMTP_PROTOCOL_H
#define INPUT_LMTP_PROTOCOL_H

#include "dots.h"

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum {
	PROTOCOL_LINE = 2048,	 /* of a command; RFC 5321 wants 512 and what extensions add */
	PROTOCOL_ERRORS = 20,	 /* commands that are refused, then it is over               */
	PROTOCOL_COMMANDS = 200, /* without a mail, RCPT not counted                         */
};

/* What may be said of a mail. */
enum protocol_verdict {
	VERDICT_GOOD,
	VERDICT_NO_ROOM, /* 452 4.3.1: later, here is too much                          */
	VERDICT_NOT_NOW, /* 451 4.3.0: later                                            */
	VERDICT_TOO_LARGE,
	VERDICT_NEVER, /* 554 5.6.0 */
};

struct protocol_hooks {
	void (*send)(void *arg, struct heard_str);
	/* May a mail of so many bytes come, 0 if it is not said?  Answered by
	 * protocol_begun(), at once or later. */
	void (*begin)(void *arg, struct heard_str sender, uint64_t size);
	/* Do we take mail for this address?  Called again for the same one, if so it is
	 * named. */
	bool (*recipient)(void *arg, struct heard_str address);
	/* Bytes of the mail.  Another verdict than GOOD: it is forgotten, the rest is read
	 * and let go, and this is the answer. */
	enum protocol_verdict (*data)(void *arg, struct heard_str bytes);
	/* All of it is here.  Answered by protocol_ended(), at once or later. */
	void (*end)(void *arg);
	/* What was begun is forgotten: behind `begin`, in place of `end`. */
	void (*forget)(void *arg);
	/* It is over: nothing more is used, or sent. */
	void (*over)(void *arg);
};

struct protocol_limits {
	const char *name; /* that we are called by */
	uint64_t max_size;
	uint64_t max_recipients;
};

enum protocol_state {
	PROTOCOL_HELLO,	 /* LHLO is to come               */
	PROTOCOL_IDLE,	 /* MAIL is to come               */
	PROTOCOL_ASKING, /* for room: waits for the owner */
	PROTOCOL_MAIL,	 /* RCPT or DATA is to come       */
	PROTOCOL_DATA,
	PROTOCOL_SAVING, /* waits for the owner           */
	PROTOCOL_OVER,
};

struct protocol {
	const struct protocol_hooks *hooks;
	void *arg;
	const struct protocol_limits *limits;
	enum protocol_state state;
	struct dots dots;
	uint64_t n_recipients, n_bytes; /* of the mail that is coming */
	enum protocol_verdict verdict;	/* on what has come of it      */
	bool is_utf8, has_begun;
	unsigned errors, commands;
	bool is_long; /* the line is, and is let go */
	size_t n_line;
	char line[PROTOCOL_LINE];
};

/* A new client; it is greeted. */
void protocol_begin(struct protocol *, const struct protocol_hooks *, void *arg,
		    const struct protocol_limits *);
/* The number of bytes that were used: fewer than n when it waits, or is over. */
size_t protocol_feed(struct protocol *, const char *bytes, size_t n);
static inline bool protocol_waits(const struct protocol *p)
{
	return p->state == PROTOCOL_ASKING || p->state == PROTOCOL_SAVING;
}

/* Answer `begin`: GOOD, NO_ROOM or NOT_NOW. */
void protocol_begun(struct protocol *, enum protocol_verdict);
/* Answer `end`; `name` is what we call the mail by, for the client's log. */
void protocol_ended(struct protocol *, enum protocol_verdict, const char *name);
/* End it from our side: "421 WHY". */
void protocol_leave(struct protocol *, const char *why);
/* The client is gone. */
void protocol_end(struct protocol *);

#endif
