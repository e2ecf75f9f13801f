/*
 * token.h - access tokens for XOAUTH2, of input `imap` and output `email`: from a
 * command, or by a refresh token.
 */
#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include <heard/buf.h>
#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct event;
struct heard_error;
struct heard_fetch;
struct heard_fetch_client;
struct heard_host;
struct heard_timer;

struct token_options {
	const char *command; /* prints a token */
	const char *url, *client_id, *client_secret, *refresh_token, *scope;
	bool allow_private;
};
extern const struct heard_option token_group[];

struct token {
	struct heard_host *host;
	struct heard_fetch_client *fetch;
	const struct token_options *options;
	char *text;	  /* the token, or NULL */
	int64_t until_ms; /* it is good         */
	char *kept;	  /* the refresh token that the server gave last, or NULL */
	bool has_looked;  /* for one in the state folder                          */
	/* while one is being got */
	bool is_busy, is_unbegun;
	bool uses_kept; /* and not the refresh token of the options */
	struct heard_fetch *request;
	struct heard_buf body, said;
	struct event *pipe;
	int fd;
	pid_t child;
	int reaping; /* its output has ended; so often looked whether it has, too */
	struct heard_timer *deadline;
	void (*done)(void *arg, const struct heard_error *); /* NULL: there it is */
	void *arg;
};

static inline bool token_is_wanted(const struct token_options *o)
{
	return o->command[0] != '\0' || o->url[0] != '\0';
}
int token_check(const struct token_options *, struct heard_error *);
int token_init(struct token *, struct heard_host *, struct heard_fetch_client *,
	       const struct token_options *, struct heard_error *);
void token_release(struct token *);
/* Is there one that is good for another minute? */
bool token_is_good(const struct token *);
void token_drop(struct token *);
/* Get one; done() is called later, once, unless it is released before.  The error is
 * EACCES if the server refused us, and asking again at once would be no use. */
void token_get(struct token *, void (*done)(void *arg, const struct heard_error *), void *arg);

#endif
