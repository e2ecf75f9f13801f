/*
 * act.c - `heard tickets status` and `note`: what a person does to a ticket.
 *
 * With --json the ticket is printed as it stands afterwards.
 */
#include "tickets.h"

#include <heard/error.h>
#include <heard/host.h>

#include <inttypes.h>

enum { NOTE_MAX = 64 << 10, REASON_MAX = 4 << 10, WORDS = 2, USER = 64 };

struct words { /* ID and one more, and --reason */
	const char *at[WORDS];
	int n;
	const char *reason;
};

static int parse_words(const struct heard_call *call, struct words *words, bool with_reason)
{
	struct args args = {.call = call, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (name && with_reason && strcmp(name, "--reason") == 0)
			words->reason = value;
		else if (name)
			return command_misused(call, "there is no option %s", name);
		else if (words->n == WORDS)
			return command_misused(
				call, "\"%s\" is one word too many; put quotes around a text",
				value);
		else
			words->at[words->n++] = value;
	}
	if (words->reason && strlen(words->reason) > REASON_MAX)
		return command_misused(call, "the reason is longer than %d bytes", REASON_MAX);
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

static void put_ticket(void *arg, const struct store_ticket *ticket)
{
	struct heard_json_out *out = arg;
	heard_json_begin(out, NULL, '{');
	ticket_json(out, ticket);
	heard_json_end(out, '}');
}

static int report(struct store *store, const struct heard_call *call, int64_t id,
		  const char *done)
{
	struct heard_error err;
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	if (!call->json) {
		fprintf(call->out, "Ticket %" PRId64 " %s.\n", id, done);
		return COMMAND_DONE;
	}
	heard_buf_init(&buf, NOTE_MAX);
	if (store_ticket(store, id, put_ticket, &out, &err)) {
		heard_buf_release(&buf);
		return command_failed(call, &err);
	}
	return command_print_json(call, &buf);
}

int tickets_status(void *self, const struct heard_call *call)
{
	struct words words = {.n = 0};
	int result = parse_words(call, &words, true);
	if (result)
		return result;
	if (words.n < 2)
		return command_misused(call, "name a ticket and the state it is to have");
	int state = store_state_find(heard_str(words.at[1]));
	if (state < 0)
		return command_misused(
			call,
			"\"%s\" is no state; they are new, open, waiting, resolved, "
			"closed, reopened, merged and spam",
			words.at[1]);
	struct store *store = command_store(self, call);
	if (!store)
		return COMMAND_FAILED;
	char user[USER], done[USER];
	command_user(user, sizeof(user));
	snprintf(done, sizeof(done), "is now %s", words.at[1]);
	struct heard_error err;
	struct store_act act = {.at = heard_now(call->host),
				.who = heard_str(user),
				.reason = heard_str(words.reason)};
	if (store_ticket_find(store, heard_str(words.at[0]), &act.ticket, &err) ||
	    store_ticket_move(store, &act, (enum store_state)state, &err))
		result = command_failed(call, &err);
	else
		result = report(store, call, act.ticket, done);
	store_close(store);
	return result;
}

/* The text given, or all of standard input; its white space trimmed. */
static int read_text(const struct heard_call *call, const char *given, char *text, size_t size,
		     struct heard_str *out)
{
	bool from_input = !given || strcmp(given, "-") == 0;
	if (from_input) {
		size_t n = fread(text, 1, size, call->in);
		*out = heard_str_n(text, n);
	} else {
		*out = heard_str(given);
	}
	if (out->len >= size)
		return command_misused(call, "a note has at most %d bytes", NOTE_MAX);
	*out = heard_str_trim(*out);
	return out->len ? COMMAND_DONE : command_misused(call, "the note is empty");
}

int tickets_note(void *self, const struct heard_call *call)
{
	struct words words = {.n = 0};
	char buffer[NOTE_MAX + 1], user[USER];
	struct heard_str text;
	int result = parse_words(call, &words, false);
	if (result)
		return result;
	if (words.n < 1)
		return command_misused(call, "name a ticket");
	if ((result = read_text(call, words.at[1], buffer, sizeof(buffer), &text)))
		return result;
	struct store *store = command_store(self, call);
	if (!store)
		return COMMAND_FAILED;
	command_user(user, sizeof(user));
	struct heard_error err;
	struct store_act act = {.at = heard_now(call->host), .who = heard_str(user)};
	if (store_ticket_find(store, heard_str(words.at[0]), &act.ticket, &err) ||
	    store_ticket_note(store, &act, text, &err))
		result = command_failed(call, &err);
	else
		result = report(store, call, act.ticket, "has the note");
	store_close(store);
	return result;
}
