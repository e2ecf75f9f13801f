/*
 * account.c - who may log in, and when.
 */
#include "account.h"

#include "folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <heard/error.h>
#include <heard/host.h>

enum { TURN_MS = 250 }; /* another folder of the account is at the door */

static const char *const tls_words[] = {"imaps", "starttls", "none", NULL};
static const char *const auth_words[] = {"auto", "plain", "login", "xoauth2", NULL};

const struct heard_option account_row[] = {
	{"name", HEARD_STRING(struct account_options, name), .value = "",
	 .help = "What it is called in logs; default: user"},
	{"host", HEARD_STRING(struct account_options, host), .value = NULL,
	 .help = "The server, by the name that its certificate has"},
	{"port", HEARD_INT(struct account_options, port), .value = "0", .min = 0, .max = 65535,
	 .help = "Its port; 0 is 993 for imaps and 143 otherwise"},
	{"tls", HEARD_CHOICE(struct account_options, tls), .value = "imaps",
	 .choices = tls_words,
	 .help = "TLS from the beginning, or behind STARTTLS, or none, over which no password "
		 "is sent unless insecure_login says so"},
	{"ca_file", HEARD_PATH(struct account_options, ca_file), .value = "",
	 .help = "Certificates that are trusted; empty: the system's"},
	{"user", HEARD_STRING(struct account_options, user), .value = NULL,
	 .help = "Who logs in, mostly the whole address"},
	{"password", HEARD_SECRET(struct account_options, password), .value = "",
	 .help = "The password; with many providers one made for programs"},
	{"auth", HEARD_CHOICE(struct account_options, auth), .value = "auto",
	 .choices = auth_words,
	 .help = "How to log in; auto is XOAUTH2 with a token, else PLAIN, else LOGIN"},
	{"token", HEARD_GROUP(struct account_options, token, token_group),
	 .help = "Where access tokens for XOAUTH2 come from"},
	{"folders", HEARD_LIST(struct account_options, folders), .value = "[ \"INBOX\" ]",
	 .help = "Folders that are read, each over a connection of its own"},
	{.name = NULL},
};

int account_check(const struct account_options *o, const struct imap_options *all,
		  struct heard_error *err)
{
	bool has_token = token_is_wanted(&o->token);
	if (o->host[0] == '\0' || o->user[0] == '\0')
		return heard_fail(err, EINVAL, "an account needs a host and a user");
	if (o->folders.n == 0)
		return heard_fail(err, EINVAL, "account '%s' has no folders", o->user);
	if (has_token && o->auth != AUTH_AUTO && o->auth != AUTH_XOAUTH2)
		return heard_fail(err, EINVAL,
				  "account '%s': a token is for auth = \"xoauth2\"", o->user);
	if (!has_token && o->auth == AUTH_XOAUTH2)
		return heard_fail(err, EINVAL,
				  "account '%s': xoauth2 needs token.command or token.url",
				  o->user);
	if (!has_token && o->password[0] == '\0')
		return heard_fail(err, EINVAL, "account '%s' has no password and no token",
				  o->user);
	if (o->tls == TLS_NONE && !all->insecure_login)
		return heard_fail(err, EINVAL,
				  "account '%s': tls = \"none\" would send the password in "
				  "clear; set insecure_login = true if that is meant",
				  o->user);
	for (size_t i = 0; i < o->folders.n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->folders.at[i], o->folders.at[k]) == 0)
				return heard_fail(err, EINVAL,
						  "account '%s' has folder '%s' twice", o->user,
						  o->folders.at[i]);
	return token_check(&o->token, err);
}

/* ---- the door */

bool account_may_try(struct account *a, struct folder *f, int64_t *after_ms)
{
	int64_t now = heard_now(a->share->host);
	*after_ms = a->not_before - now;
	if (*after_ms > a->share->options->login_retry * 2) /* the clock was set back */
		a->not_before = 0;
	else if (*after_ms > 0)
		return false;
	if (a->is_good)
		return true;
	*after_ms = TURN_MS;
	if (a->logging_in != NULL && a->logging_in != f)
		return false;
	a->logging_in = f;
	return true;
}

static void leave_door(struct account *a, const struct folder *f)
{
	if (a->logging_in == f)
		a->logging_in = NULL;
}

void account_let_in(struct account *a, struct folder *f)
{
	leave_door(a, f);
	a->is_good = true;
	a->has_renewed = false;
}

void account_gave_up(struct account *a, struct folder *f)
{
	leave_door(a, f);
}

void account_refused(struct account *a, struct folder *f, bool had_token,
		     const struct heard_error *err)
{
	int64_t wait = account_jitter(a, a->share->options->login_retry);
	leave_door(a, f);
	if (had_token && f->tokens_dropped != a->tokens_dropped)
		return; /* that token; another folder was told before */
	a->is_good = false;
	if (token_is_wanted(&a->options->token)) {
		token_drop(&a->token);
		a->tokens_dropped++;
		a->login.secret = ""; /* a login that has begun may still look at it */
		if (had_token &&
		    !a->has_renewed) { /* it ran out: one more try with a new one */
			a->has_renewed = true;
			return;
		}
		a->has_renewed = false;
	}
	a->not_before = heard_now(a->share->host) + wait;
	heard_log(a->share->host, HEARD_ERROR,
		  "account %s: %s; no further try for %lld min, so that it is not locked",
		  a->name, err->text, (long long)(wait + 59999) / 60000);
}

int64_t account_jitter(const struct account *a, int64_t ms)
{
	unsigned char hash[32];
	int64_t now = heard_now(a->share->host);
	heard_keyed_hash(a->share->host, "imap jitter",
			 heard_str_n((const char *)&now, sizeof(now)), hash);
	return ms - ms / 8 + ms / 4 * hash[0] / 256;
}

/* ---- life */

int account_start(struct account *a, struct imap_share *share,
		  const struct account_options *options, struct heard_error *err)
{
	*a = (struct account){.share = share, .options = options};
	a->name = options->name[0] ? options->name : options->user;
	bool has_token = token_is_wanted(&options->token);
	a->login = (struct session_login){
		.user = options->user,
		.secret = options->password,
		.auth = has_token ? AUTH_XOAUTH2 : (enum session_auth)options->auth,
		.must_starttls = options->tls == TLS_STARTTLS,
		.may_be_clear = share->options->insecure_login,
	};
	if (options->tls != TLS_NONE &&
	    connect_tls_create(options->ca_file, &a->tls_context, err) != 0)
		return heard_error_wrap(err, "account %s", a->name);
	if (token_init(&a->token, share->host, share->fetch, &options->token, err) != 0)
		return -err->code;
	a->folders = calloc(options->folders.n, sizeof(*a->folders));
	if (a->folders == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	a->n_folders = options->folders.n;
	for (size_t i = 0; i < a->n_folders; i++)
		if (folder_init(&a->folders[i], a, options->folders.at[i], err) != 0)
			return heard_error_wrap(err, "account %s", a->name);
	for (size_t i = 0; i < a->n_folders; i++)
		folder_start(&a->folders[i]);
	return 0;
}

void account_stop(struct account *a)
{
	for (size_t i = 0; i < a->n_folders; i++)
		folder_stop(&a->folders[i]);
}

void account_release(struct account *a)
{
	for (size_t i = 0; i < a->n_folders; i++)
		folder_release(&a->folders[i]);
	free(a->folders);
	token_release(&a->token);
	connect_tls_destroy(a->tls_context);
	*a = (struct account){0};
}
