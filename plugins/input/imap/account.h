/*
 * account.h - one mailbox account: how to reach it, and when one may try to log in.
 *
 * Each folder of it has a connection of its own.  Only one of them logs in at a time
 * until one has succeeded, and a refused login holds back all of them for `login_retry`:
 * a wrong password is tried a few times a day and not a few times a second, or the
 * server would lock the account.
 */
#ifndef INPUT_IMAP_ACCOUNT_H
#define INPUT_IMAP_ACCOUNT_H

#include "known.h"
#include "session.h"

#include <connect/connect.h>
#include <heard/plugin.h>
#include <token/token.h>

struct evdns_base;
struct folder;
struct heard_host;
struct heard_fetch_client;

enum done { DONE_SEEN, DONE_MOVE, DONE_DELETE, DONE_NOTHING };
enum first { FIRST_UNSEEN, FIRST_ALL, FIRST_NEW };

/* Options of the instance that its accounts and folders read. */
struct imap_options {
	int done, first;
	const char *move_to;
	int64_t in_flight, max_size;
	bool idle;
	int64_t renew, poll;
	int64_t connect_timeout, timeout;
	int64_t retry_first, retry_max, login_retry;
	bool insecure_login;
};

/* What they share at run time. */
struct imap_share {
	struct heard_host *host;
	const struct imap_options *options;
	struct event_base *base;
	struct evdns_base *dns;
	struct heard_fetch_client *fetch;
	struct known known;
	bool is_stopping;
	void (*folder_ended)(void *arg); /* after folder_stop() */
	void *arg;
};

struct account_options { /* a row of the table */
	const char *name, *host;
	int64_t port;
	int tls, auth;
	const char *user, *password, *ca_file;
	struct token_options token;
	struct heard_list folders;
};
extern const struct heard_option account_row[];

struct account {
	struct imap_share *share;
	const struct account_options *options;
	const char *name; /* of the option, else the user */
	void *tls_context;
	struct token token;
	unsigned tokens_dropped; /* so many were refused */
	struct session_login login;
	struct folder *logging_in; /* whose turn it is                       */
	bool is_good;		   /* the secret was taken                   */
	bool has_renewed;	   /* the token, since the last good login    */
	int64_t not_before;	   /* of the next login                      */
	struct folder *folders;
	size_t n_folders;
};

/* open(): checks what a table cannot. */
int account_check(const struct account_options *, const struct imap_options *,
		  struct heard_error *);
int account_start(struct account *, struct imap_share *, const struct account_options *,
		  struct heard_error *);
void account_stop(struct account *);
void account_release(struct account *);

/* ---- for its folders */

/* May this one connect now?  Else when to ask again, in ms. */
bool account_may_try(struct account *, struct folder *, int64_t *after_ms);
/* It was let in, or not; or the try ended in another way. */
void account_let_in(struct account *, struct folder *);
void account_refused(struct account *, struct folder *, bool had_token,
		     const struct heard_error *);
void account_gave_up(struct account *, struct folder *);
/* A random time around this one, so that many do not come back at once. */
int64_t account_jitter(const struct account *, int64_t ms);

#endif
