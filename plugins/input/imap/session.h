/*
 * session.h - the dialogue with one server: greeting to login, then commands.
 *
 *	greeting -> CAPABILITY -> [STARTTLS, CAPABILITY] -> login -> [ID] -> ready
 *
 * A pure state machine: bytes in by session_feed(), bytes out by the hook `send`.  It
 * knows neither sockets nor time; deadlines are its owner's.  When ready, commands are
 * sent one behind the other without waiting for answers; each has a `done`, called
 * once, with a response of status OK, NO or BAD.  When the connection is lost, the
 * owner calls session_end() and those that wait are dropped without a word.
 *
 * No password is sent over a connection that is not secured, unless told to.
 */
#ifndef INPUT_IMAP_SESSION_H
#define INPUT_IMAP_SESSION_H

#include "response.h"
#include "wire.h"

#include <heard/api.h>
#include <heard/error.h>

enum { SESSION_COMMANDS = 64 }; /* in flight */

enum session_auth { AUTH_AUTO, AUTH_PLAIN, AUTH_LOGIN, AUTH_XOAUTH2 };

enum session_ability {
	CAN_STARTTLS = 1 << 0,
	CAN_SASL_IR = 1 << 1,
	CAN_PLAIN = 1 << 2,
	CAN_XOAUTH2 = 1 << 3,
	CAN_NO_LOGIN = 1 << 4, /* LOGINDISABLED */
	CAN_IDLE = 1 << 5,
	CAN_MOVE = 1 << 6,
	CAN_UIDPLUS = 1 << 7,
	CAN_CONDSTORE = 1 << 8,
	CAN_ID = 1 << 9,
	CAN_ENABLE_UTF8 = 1 << 10,
};

struct session_login { /* borrowed as long as the session lasts */
	const char *user;
	const char *secret; /* password, or access token */
	enum session_auth auth;
	bool must_starttls;
	bool may_be_clear; /* log in without TLS, if so it is                    */
};

enum session_fault {
	FAULT_PROTOCOL, /* it does not speak IMAP, or not what we need       */
	FAULT_REFUSED,	/* the server says no, or goodbye: try later         */
	FAULT_LOGIN,	/* wrong password, or no way to log in: try much later */
};

struct session_hooks {
	void (*send)(void *arg, struct heard_str bytes);
	/* Make it a TLS connection, then call session_secured(). */
	void (*start_tls)(void *arg);
	void (*ready)(void *arg);
	/* Called at most once; the session takes nothing more. */
	void (*failed)(void *arg, enum session_fault, const struct heard_error *);
	/* When ready: what the server says unasked, or before a command is done. */
	void (*untagged)(void *arg, const struct response *);
	void (*number)(void *arg, uint32_t uid); /* of a search */
	/* Room for a mail, once in a response at most; NULL lets it go.  It must stay until
	 * the response was told. */
	char *(*room)(void *arg, size_t size);
};

typedef void session_done(void *arg, const struct response *);

struct session_command {
	uint32_t tag;
	session_done *done;
	void *arg;
};

struct session {
	const struct session_hooks *hooks;
	void *arg;
	const struct session_login *login;
	struct wire wire;
	int state;	    /* session.c */
	unsigned abilities; /* enum session_ability */
	bool knows_abilities, is_secured, has_sent_secret;
	bool has_room;			    /* in this response a mail was given room */
	bool is_idle, is_idling, must_wake; /* sent; the server agreed; to be ended */
	uint32_t last_tag;
	struct session_command commands[SESSION_COMMANDS];
	size_t n_commands;
	uint32_t idle_tag;
};

void session_init(struct session *, const struct session_hooks *, void *arg);
void session_release(struct session *);
/* A new connection: wait for its greeting. */
void session_begin(struct session *, const struct session_login *, bool is_secured);
/* The connection is gone. */
void session_end(struct session *);
void session_feed(struct session *, const char *bytes, size_t n);
/* Between start_tls and this nothing is fed. */
void session_secured(struct session *);

/* ---- when ready */

bool session_is_ready(const struct session *);
static inline bool session_can(const struct session *s, enum session_ability a)
{
	return (s->abilities & (unsigned)a) != 0;
}
/* Room for another command? */
bool session_has_room(const struct session *);
/* A whole command without tag and line end.  Only with room, and not while idle. */
void session_command(struct session *, struct heard_str command, session_done *, void *arg);
/* IDLE; its `done` comes after session_wake(). */
void session_idle(struct session *, session_done *, void *arg);
void session_wake(struct session *);
/* LOGOUT; nothing more is sent. */
void session_logout(struct session *);

/* "INBOX" as a quoted string: what stands in it is what a mailbox's name may be. */
void session_quote(struct heard_buf *, struct heard_str);

#endif
