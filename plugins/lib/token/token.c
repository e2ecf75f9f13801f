/*
 * token.c - get an access token.
 *
 * The command is run by /bin/sh with its output in a pipe; its first line is the token.
 * The other way is RFC 6749 section 6: POST the refresh token, get JSON.  Either has
 * half a minute.  Access tokens are kept in memory only, and wiped.
 *
 * Should the server give a new refresh token, that is kept (kept.c) and used from then on.
 * If it is refused one day, the one of the configuration gets its chance.
 */
#include "token.h"

#include "kept.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/json.h>

enum {
	ANSWER_MAX = 64 * 1024,
	CODE_MAX = 40,
	DEADLINE_MS = 30 * 1000,
	GOOD_MS = 60 * 1000, /* for less than this it is not begun with */
	COMMAND_GOOD_MS = 5 * 60 * 1000,
	REAP_MS = 10,
	REAP_TRIES = 100,
	HOUR_S = 3600,
	DAY_S = 24 * 3600,
};

const struct heard_option token_group[] = {
	{"command", HEARD_STRING(struct token_options, command), .value = "",
	 .help = "Shell command that prints an access token"},
	{"url", HEARD_STRING(struct token_options, url), .value = "",
	 .help = "Where a refresh token is exchanged for an access token, such as "
		 "https://oauth2.googleapis.com/token"},
	{"client_id", HEARD_STRING(struct token_options, client_id), .value = "",
	 .help = "Of the application that you registered there"},
	{"client_secret", HEARD_SECRET(struct token_options, client_secret), .value = "",
	 .help = "Its secret, if it has one"},
	{"refresh_token", HEARD_SECRET(struct token_options, refresh_token), .value = "",
	 .help = "What the account's owner agreed to once"},
	{"scope", HEARD_STRING(struct token_options, scope), .value = "",
	 .help = "Scopes to ask for, separated by blanks, if the server wants them"},
	{"allow_private", HEARD_BOOL(struct token_options, allow_private), .value = "false",
	 .help = "Let url lead into a private network"},
	{.name = NULL},
};

/* Secrets go there: in clear only to this very machine. */
static bool is_safe(const char *url)
{
	static const char *const safe[] = {
		"https://",	     "http://127.0.0.1:", "http://127.0.0.1/",
		"http://localhost:", "http://localhost/", "http://[::1]:",
		"http://[::1]/"};
	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		if (strncasecmp(url, safe[i], strlen(safe[i])) == 0)
			return true;
	return false;
}

int token_check(const struct token_options *o, struct heard_error *err)
{
	if (o->command[0] && o->url[0])
		return heard_fail(err, EINVAL, "token has a command and a url; name one");
	if (o->url[0] == '\0')
		return 0;
	if (o->client_id[0] == '\0' || o->refresh_token[0] == '\0')
		return heard_fail(err, EINVAL,
				  "token.url needs token.client_id and token.refresh_token");
	if (!is_safe(o->url))
		return heard_fail(err, EINVAL, "token.url must begin with https://");
	return heard_fetch_check_url(o->url, err);
}

/* ---- an end */

static void clean_up(struct token *t)
{
	heard_timer_clear(t->deadline);
	if (t->pipe != NULL)
		event_free(t->pipe);
	t->pipe = NULL;
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	if (t->child > 0) {
		kill(-t->child, SIGKILL); /* and what it has started */
		waitpid(t->child, NULL, 0);
	}
	t->child = 0;
	if (t->body.ptr != NULL)
		explicit_bzero(t->body.ptr, t->body.len);
	heard_buf_release(&t->body);
	if (t->said.ptr != NULL)
		explicit_bzero(t->said.ptr, t->said.len);
	heard_buf_release(&t->said);
	t->request = NULL;
	t->reaping = 0;
	t->is_busy = false;
}

static void finish(struct token *t, const struct heard_error *err)
{
	clean_up(t);
	t->done(t->arg, err);
}

static void fail(struct token *t, const char *what)
{
	struct heard_error err = {0};
	heard_fail(&err, EAGAIN, "no access token: %s", what);
	finish(t, &err);
}

/* A token is one word: what goes into a login and into a file has nothing else. */
static bool is_word(struct heard_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f)
			return false;
	return text.len > 0;
}

static bool keep(struct token *t, struct heard_str text, int64_t for_ms)
{
	if (!is_word(text))
		return false;
	kept_wipe(&t->text);
	t->text = strndup(text.ptr, text.len);
	t->until_ms = heard_now(t->host) + for_ms;
	return t->text != NULL;
}

static void reap(struct token *);

static void on_deadline(void *arg)
{
	struct token *t = arg;
	if (t->reaping > 0) {
		reap(t);
		return;
	}
	if (t->request != NULL)
		heard_fetch_cancel(t->request);
	fail(t, t->is_unbegun ? "the request could not be made"
			      : "it took longer than 30 seconds");
}

/* ---- from a command */

/* Its output has ended, and mostly so has it; one that has not is not waited for. */
static void reap(struct token *t)
{
	int status = 0;
	struct heard_str line = heard_str_trim(heard_buf_view(&t->said));
	const char *end = line.len ? memchr(line.ptr, '\n', line.len) : NULL;
	if (waitpid(t->child, &status, WNOHANG) == 0 && t->reaping++ < REAP_TRIES) {
		heard_timer_set(t->deadline, REAP_MS);
		return;
	}
	if (t->reaping <= REAP_TRIES)
		t->child = 0;
	if (end != NULL)
		line = heard_str_trim(heard_str_n(line.ptr, (size_t)(end - line.ptr)));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail(t, "the command failed");
	else if (!keep(t, line, COMMAND_GOOD_MS))
		fail(t, "the command printed none");
	else
		finish(t, NULL);
}

static void on_output_end(struct token *t)
{
	event_free(t->pipe);
	t->pipe = NULL;
	t->reaping = 1;
	reap(t);
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
	struct token *t = arg;
	char bytes[4096];
	ssize_t n = read((int)fd, bytes, sizeof(bytes));
	(void)what;
	if (n > 0)
		heard_buf_add(&t->said, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		on_output_end(t);
}

static bool run_command(struct token *t)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)t->options->command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	/* A group of its own, and signals as a program expects them. */
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	int result = posix_spawn(&t->child, "/bin/sh", &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	t->fd = ends[0];
	if (result != 0) {
		t->child = 0;
		return false;
	}
	fcntl(t->fd, F_SETFL, O_NONBLOCK);
	t->pipe = event_new(heard_loop(t->host), t->fd, EV_READ | EV_PERSIST, on_output, t);
	return t->pipe != NULL && event_add(t->pipe, NULL) == 0;
}

/* ---- by a refresh token */

static void add_field(struct heard_buf *b, const char *name, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";
	if (value[0] == '\0')
		return;
	heard_buf_printf(b, "%s%s=", b->len ? "&" : "", name);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				(c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
		const char escaped[] = {'%', hex[c >> 4], hex[c & 15]};
		heard_buf_add(b, is_plain ? (const char *)&c : escaped, is_plain ? 1 : 3);
	}
}

static const char *refresh_token(const struct token *t)
{
	return t->uses_kept ? t->kept : t->options->refresh_token;
}

static void on_answer(void *arg, const struct heard_fetch_answer *a);

static bool send_request(struct token *t)
{
	static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded",
					      "Accept: application/json", NULL};
	const struct token_options *o = t->options;
	struct heard_error err = {0};
	heard_buf_clear(&t->body);
	add_field(&t->body, "grant_type", "refresh_token");
	add_field(&t->body, "client_id", o->client_id);
	add_field(&t->body, "client_secret", o->client_secret);
	add_field(&t->body, "refresh_token", refresh_token(t));
	add_field(&t->body, "scope", o->scope);
	struct heard_fetch_request request = {
		.method = "POST",
		.url = o->url,
		.headers = headers,
		.body = heard_buf_view(&t->body),
		.timeout_ms = DEADLINE_MS,
		.max_answer = ANSWER_MAX,
		.allow_private = o->allow_private,
		.done = on_answer,
		.arg = t,
	};
	t->request = t->body.failed ? NULL : heard_fetch(t->fetch, &request, &err);
	return t->request != NULL;
}

static bool begin_refresh(struct token *t)
{
	if (t->kept == NULL && !t->has_looked)
		t->kept = kept_load(t->host, t->options);
	t->has_looked = true;
	t->uses_kept = t->kept != NULL;
	return send_request(t);
}

/* The server says which refresh token is to be used from now on. */
static void take_new(struct token *t, struct heard_str text)
{
	struct heard_error err = {0};
	if (!t->uses_kept)
		kept_wipe(&t->kept); /* it was refused, if there was one */
	if (!is_word(text) || heard_str_is(text, refresh_token(t)))
		return;
	kept_wipe(&t->kept);
	t->kept = strndup(text.ptr, text.len);
	if (kept_save(t->host, t->options, text, &err) != 0)
		heard_log(t->host, HEARD_WARN,
			  "the new refresh token cannot be kept: %s; after a restart the old "
			  "one is used, which the server may refuse",
			  err.text);
}

static bool take_tokens(struct token *t, const struct heard_json *root)
{
	const struct heard_json *seconds = heard_json_member(root, "expires_in");
	bool has_time = seconds != NULL && seconds->type == HEARD_JSON_INT &&
			seconds->integer > 0 && seconds->integer < DAY_S;
	int64_t good_s = has_time ? seconds->integer : HOUR_S;
	if (!keep(t, heard_json_string(root, "access_token"), good_s * 1000))
		return false;
	take_new(t, heard_json_string(root, "refresh_token"));
	return true;
}

/* RFC 6749 section 5.2 has a word for why, such as invalid_grant. */
static void refused(struct token *t, int status, struct heard_str why)
{
	struct heard_error err = {0};
	bool is_grant = heard_str_is(why, "invalid_grant");
	if (is_grant && t->uses_kept) {
		t->uses_kept = false;
		if (send_request(t))
			return;
	}
	bool is_code = why.len > 0 && why.len <= CODE_MAX;
	for (size_t i = 0; is_code && i < why.len; i++)
		is_code = why.ptr[i] == '_' || (why.ptr[i] >= 'a' && why.ptr[i] <= 'z');
	heard_fail(&err, EACCES, "no access token: the server refuses the %s (%d%s%.*s)",
		   is_grant ? "refresh token" : "request", status, is_code ? " " : "",
		   is_code ? (int)why.len : 0, why.ptr ? why.ptr : "");
	finish(t, &err);
}

static void on_answer(void *arg, const struct heard_fetch_answer *a)
{
	struct token *t = arg;
	struct heard_error err = {0};
	t->request = NULL;
	if (a->error_code != 0) {
		fail(t, a->error);
		return;
	}
	struct heard_json_doc *doc = heard_json_parse(a->body, ANSWER_MAX, &err);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	bool is_busy = a->status == 408 || a->status == 429;
	if (a->status == 200 && take_tokens(t, root))
		finish(t, NULL);
	else if (a->status >= 400 && a->status < 500 && !is_busy)
		refused(t, a->status, heard_json_string(root, "error"));
	else
		fail(t, is_busy ? "the server is asked too often" : "the server gave none");
	heard_json_destroy(doc);
}

/* ---- life */

bool token_is_good(const struct token *t)
{
	return t->text != NULL && heard_now(t->host) + GOOD_MS < t->until_ms;
}

void token_drop(struct token *t)
{
	kept_wipe(&t->text);
}

void token_get(struct token *t, void (*done)(void *arg, const struct heard_error *), void *arg)
{
	t->done = done;
	t->arg = arg;
	t->is_busy = true;
	heard_buf_init(&t->body, ANSWER_MAX);
	heard_buf_init(&t->said, ANSWER_MAX);
	t->is_unbegun = !(t->options->command[0] ? run_command(t) : begin_refresh(t));
	heard_timer_set(t->deadline, t->is_unbegun ? 0 : DEADLINE_MS);
}

int token_init(struct token *t, struct heard_host *host, struct heard_fetch_client *fetch,
	       const struct token_options *options, struct heard_error *err)
{
	*t = (struct token){.host = host, .fetch = fetch, .options = options, .fd = -1};
	t->deadline = heard_timer_create(host, on_deadline, t);
	return t->deadline ? 0 : heard_fail(err, ENOMEM, "no memory");
}

void token_release(struct token *t)
{
	if (t->host == NULL)
		return;
	if (t->request != NULL)
		heard_fetch_cancel(t->request);
	clean_up(t);
	heard_timer_destroy(t->deadline);
	kept_wipe(&t->text);
	kept_wipe(&t->kept);
	*t = (struct token){0};
}
