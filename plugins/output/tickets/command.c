/*
 * command.c - what the subcommands share: words, errors, JSON.
 */
#include "command.h"

#include <text/utf8.h>

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_flag(const struct args *args, const char *word)
{
	for (size_t i = 0; args->flags && args->flags[i]; i++)
		if (strcmp(args->flags[i], word) == 0)
			return true;
	return false;
}

static int not_utf8(const struct heard_call *call)
{
	command_misused(call, "what was said is not UTF-8; set the terminal to it");
	return -1;
}

int args_next(struct args *args, const char **name, const char **value)
{
	const struct heard_call *call = args->call;
	if (!args->only_words && args->at < call->argc &&
	    strcmp(call->argv[args->at], "--") == 0) {
		args->only_words = true;
		args->at++;
	}
	if (args->at >= call->argc)
		return 0;
	char *word = call->argv[args->at++];
	if (!text_is_valid(heard_str(word)))
		return not_utf8(call);
	*name = NULL;
	*value = word;
	if (args->only_words || strncmp(word, "--", 2) != 0)
		return 1;
	char *equals = strchr(word, '=');
	*name = word;
	if (is_flag(args, word)) {
		*value = NULL;
		return 1;
	}
	if (equals) {
		*equals = '\0';
		*value = equals + 1;
		return 1;
	}
	if (args->at >= call->argc) {
		command_misused(call, "%s needs a value", word);
		return -1;
	}
	*value = call->argv[args->at++];
	return text_is_valid(heard_str(*value)) ? 1 : not_utf8(call);
}

bool parse_limit(const char *text, int64_t *out)
{
	char *end;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	*out = n;
	return errno == 0 && end != text && *end == '\0' && n > 0;
}

int parse_state(const struct heard_call *call, const char *text, bool or_all, int *state)
{
	struct heard_str word = heard_str(text);
	*state = or_all && heard_str_is(word, "all") ? STORE_ALL : store_state_find(word);
	if (*state != -1)
		return COMMAND_DONE;
	return command_misused(call,
			       "\"%s\" is no state; they are new, open, waiting, resolved, "
			       "closed, reopened, merged%s",
			       text, or_all ? ", spam and all" : " and spam");
}

int command_failed(const struct heard_call *call, const struct heard_error *err)
{
	fprintf(call->err, "%s: %s\n", call->argv[0], err->text);
	return COMMAND_FAILED;
}

int command_misused(const struct heard_call *call, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(call->err, "%s: ", call->argv[0]);
	vfprintf(call->err, format, args);
	fputc('\n', call->err);
	va_end(args);
	return COMMAND_USAGE;
}

struct store *command_store(const struct tickets *self, const struct heard_call *call)
{
	struct heard_error err;
	struct store *store;
	if (store_open(&store, self->database, STORE_OPEN, &err) == 0)
		return store;
	command_failed(call, &err);
	return NULL;
}

/* Who acts: an agent, who by `sudo -u heard` is here as the daemon's user.  sudo says who
 * that was; whoever could forge it can write the store itself. */
static void find_user(char *out, size_t size)
{
	char text[4096];
	struct passwd entry, *found = NULL;
	const char *before_sudo = getenv("SUDO_USER");
	if (before_sudo && before_sudo[0])
		snprintf(out, size, "%s", before_sudo);
	else if (getpwuid_r(getuid(), &entry, text, sizeof(text), &found) == 0 && found)
		snprintf(out, size, "%s", found->pw_name);
	else
		snprintf(out, size, "uid %u", (unsigned)getuid());
}

bool desk_open(struct desk *desk, const struct tickets *self, const struct heard_call *call)
{
	struct heard_error err;
	*desk = (struct desk){.store = NULL};
	if (rules_create(&desk->rules, self, call->host, &err)) {
		command_failed(call, &err);
		return false;
	}
	desk->store = command_store(self, call);
	if (!desk->store)
		return false;
	store_set_rules(desk->store, &desk->rules->store);
	find_user(desk->user, sizeof(desk->user));
	desk->act = (struct store_act){.at = heard_now(call->host),
				       .who = heard_str(desk->user)};
	return true;
}

void desk_close(struct desk *desk)
{
	store_close(desk->store);
	rules_destroy(desk->rules);
}

int command_text(const struct heard_call *call, const char *given, size_t max, const char *what,
		 struct heard_buf *buf, struct heard_str *out)
{
	heard_buf_init(buf, max + 4096);
	if (!given || strcmp(given, "-") == 0) {
		char piece[4096];
		size_t n;
		while (!buf->failed && (n = fread(piece, 1, sizeof(piece), call->in)) > 0)
			heard_buf_add(buf, piece, n);
		struct heard_str all = heard_buf_view(buf);
		*out = all.ptr ? heard_str_trim(all) : all;
	} else {
		*out = heard_str_trim(heard_str(given));
	}
	if (buf->failed || out->len > max)
		return command_misused(call, "%s has at most %zu bytes", what, max);
	if (!text_is_valid(*out))
		return command_misused(call, "%s must be UTF-8", what);
	return out->len ? COMMAND_DONE : command_misused(call, "%s is empty", what);
}

int command_print_json(const struct heard_call *call, struct heard_buf *json)
{
	heard_buf_add(json, "\n", 1);
	bool good = !json->failed && fwrite(json->ptr, 1, json->len, call->out) == json->len;
	if (!good)
		fprintf(call->err, "%s: %s\n", call->argv[0],
			json->failed ? "out of memory" : "the answer could not be written");
	heard_buf_release(json);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

void json_text(struct heard_json_out *out, const char *key, struct heard_str text)
{
	if (text.ptr)
		heard_json_str(out, key, text);
	else
		heard_json_null(out, key);
}

void json_time(struct heard_json_out *out, const char *key, int64_t ms)
{
	char text[HEARD_TIME_SIZE];
	if (ms == HEARD_TIME_NONE) {
		heard_json_null(out, key);
		return;
	}
	heard_time_format(ms, text);
	heard_json_str(out, key, heard_str(text));
}

struct heard_str record_automatic(const struct heard_json *record)
{
	return heard_json_string(heard_json_member(record, "attributes"), "mail.automatic");
}

void ticket_json(struct heard_json_out *out, const struct store_ticket *t)
{
	heard_json_int(out, "id", t->id);
	heard_json_str(out, "token", heard_str(t->token));
	heard_json_str(out, "state", heard_str(store_state_name(t->state)));
	heard_json_str(out, "priority", heard_str(store_priority_name(t->priority)));
	json_text(out, "category", t->category);
	json_text(out, "department", t->department);
	json_text(out, "assignee", t->assignee);
	json_text(out, "intent", t->intent);
	json_text(out, "subject", t->subject);
	json_text(out, "channel", t->channel);
	json_text(out, "product", t->product);
	json_time(out, "received_at", t->received_at);
	json_time(out, "first_response_due", t->first_response_due);
	json_time(out, "first_response_at", t->first_response_at);
	json_time(out, "resolution_due", t->resolution_due);
	json_time(out, "resolved_at", t->resolved_at);
	heard_json_int(out, "round", t->round);
	heard_json_int(out, "contacts", t->contacts);
	heard_json_int(out, "reach", t->reach);
	json_text(out, "author_key", t->author_key);
}

const struct heard_command tickets_commands[] = {
	{"list", "[--state S|all] [--priority P] [--department D] [--assignee A|-] [--limit N]",
	 "tickets that are to be worked on, the most urgent first", tickets_list},
	{"show", "ID", "one ticket: what was said and what happened", tickets_show},
	{"search", "QUERY [--limit N]",
	 "records with all these words or \"phrases\", newest first", tickets_search},
	{"assign", "ID (--to AGENT | --department D) [--reason T]",
	 "give a ticket to somebody; a change of owner needs a reason", tickets_assign},
	{"reply", "ID [TEXT|-] [--key K] [--all]",
	 "answer the customer; --all also those who say the same", tickets_reply},
	{"note", "ID [TEXT|-]", "keep a note that the customer does not see", tickets_note},
	{"status", "ID STATE [--reason T]", "move a ticket to another state", tickets_status},
	{"reopen", "ID --reason T", "work on it once more", tickets_reopen},
	{"merge", "ID INTO [--reason T]", "make one ticket a part of another", tickets_merge},
	{"publish", "ID (TITLE | --off)", "show it on the public board under this title",
	 tickets_publish},
	{"export", "[--format ndjson|csv] [--state S|all] [--body]",
	 "tickets for other programs; --body has what the customers wrote", tickets_export},
	{"erase", "--person KEY --reason T", "erase all that one person said", tickets_erase},
	{.name = NULL},
};
