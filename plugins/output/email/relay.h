/*
 * relay.h - the mail server that takes our mail, and its word on each.
 *
 * SMTP by libcurl on the instance's loop.  Connections are kept and used again.  TLS is
 * required and verified unless `tls` is "none", which is for a relay on this machine, or
 * for one of which somebody said so (allow_clear).
 *
 * A word is about the mail, or about the relay.  A 5xx to RCPT, DATA or the text refuses
 * the mail for ever.  Whatever goes wrong before (no connection, no TLS, no login, no
 * sender that may send), or is said later about that (verdict.h), is nothing that the mail
 * could help: it is tried again, and so is a 4xx.
 *
 * While the relay is in trouble it is left alone for a while, longer and longer, and
 * after a refused login for `login_retry`: a wrong password must not be tried so often
 * that the account is locked.  What is sent meanwhile is told RETRY at once.
 *
 * All functions [home].
 */
#ifndef EMAIL_RELAY_H
#define EMAIL_RELAY_H

#include <heard/delivery.h>
#include <heard/plugin.h>
#include <heard/str.h>
#include <token/token.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_host;
struct relay;

enum relay_tls { RELAY_STARTTLS, RELAY_TLS, RELAY_CLEAR };

struct relay_options {
	const char *host;
	int64_t port; /* 0: the usual one of `tls` */
	int tls;      /* enum relay_tls            */
	bool allow_clear;
	const char *ca_file, *user, *password, *helo;
	struct token_options token;
	int64_t connect_timeout, timeout, login_retry;
	int64_t connections;
};
extern const char *const relay_tls_words[];

struct relay_mail { /* borrowed until done */
	const char *from, *to;
	struct heard_str bytes;
};

struct relay_word {
	enum heard_outcome outcome;
	int64_t after_ms;
	bool is_nobody; /* refused, as there is no such address: said_nobody() */
	char reason[200];
};

/* Every fault of the options, for open(); `helo` is the name to greet with if none is
 * set. */
int relay_check(const struct relay_options *, const char *helo, struct heard_error *);
struct relay *relay_create(struct heard_host *, const struct relay_options *, const char *helo,
			   struct heard_error *);
/* Cancels what is under way, without a word.  NULL is fine. */
void relay_destroy(struct relay *);
/* done is called once, maybe before this returns. */
void relay_send(struct relay *, const struct relay_mail *,
		void (*done)(void *arg, const struct relay_word *), void *arg);

#endif
