/*
 * command.c - what the subcommands share: words, errors, JSON.
 */
#include "tickets.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	*name = NULL;
	*value = word;
	if (args->only_words || strncmp(word, "--", 2) != 0)
		return 1;
	char *equals = strchr(word, '=');
	*name = word;
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
	return 1;
}

bool parse_limit(const char *text, int64_t *out)
{
	char *end;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	*out = n;
	return errno == 0 && end != text && *end == '\0' && n > 0;
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

void command_user(char *out, size_t size)
{
	char text[4096];
	struct passwd entry, *found = NULL;
	if (getpwuid_r(getuid(), &entry, text, sizeof(text), &found) == 0 && found)
		snprintf(out, size, "%s", found->pw_name);
	else
		snprintf(out, size, "uid %u", (unsigned)getuid());
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
