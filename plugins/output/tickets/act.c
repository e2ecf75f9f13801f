/*
 * act.c - what a person does to one ticket: status, assign, reopen, merge, note, publish.
 *
 * They are alike: words are read, the ticket is found, the store does it or says in a
 * sentence why not, and what came of it is told.  With --json the ticket is printed as it
 * stands afterwards.
 */
#include "command.h"

#include <heard/error.h>

#include <inttypes.h>

enum { REASON_MAX = 4 << 10, NOTE_MAX = 64 << 10, TITLE_MAX = 200, WORDS = 2 };

struct words { /* ID and perhaps one more, and options */
	const char *at[WORDS];
	int n;
	const char *reason, *to, *department;
	bool is_off;
};

struct option { /* that a command takes */
	const char *name;
	size_t offset;
};
#define REASON                                             \
	{                                                  \
		"--reason", offsetof(struct words, reason) \
	}
#define LAST            \
	{               \
		NULL, 0 \
	}
#define VALUE(w, o) (*(const char **)(void *)((char *)(w) + (o)->offset))

static int take_option(const struct heard_call *call, struct words *words,
		       const struct option *options, const char *name, const char *value)
{
	if (!value) {
		words->is_off = true;
		return COMMAND_DONE;
	}
	for (; options->name; options++)
		if (strcmp(name, options->name) == 0) {
			VALUE(words, options) = value;
			return COMMAND_DONE;
		}
	return command_misused(call, "there is no option %s", name);
}

static int parse_words(const struct heard_call *call, struct words *words,
		       const struct option *options, const char *const *flags)
{
	struct args args = {.call = call, .flags = flags, .at = 1};
	const char *name, *value;
	int more;
	*words = (struct words){.n = 0};
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (name && take_option(call, words, options, name, value))
			return COMMAND_USAGE;
		if (!name && words->n == WORDS)
			return command_misused(
				call, "\"%s\" is one word too many; put quotes around a text",
				value);
		if (!name)
			words->at[words->n++] = value;
	}
	if (words->reason && strlen(words->reason) > REASON_MAX)
		return command_misused(call, "the reason is longer than %d bytes", REASON_MAX);
	if (more == 0 && words->n < 1)
		return command_misused(call, "name a ticket");
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

/* ---- the frame of all of them */

/* 0, or -errno with a sentence.  `done` is what is told of the ticket. */
typedef int act_fn(struct desk *, const struct words *, char done[128], struct heard_error *);

static void put_ticket(void *arg, const struct store_ticket *ticket)
{
	struct heard_json_out *out = arg;
	heard_json_begin(out, NULL, '{');
	ticket_json(out, ticket);
	heard_json_end(out, '}');
}

static int report(const struct desk *desk, const struct heard_call *call, const char *done)
{
	struct heard_error err;
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	if (!call->json) {
		fprintf(call->out, "Ticket %" PRId64 " %s.\n", desk->act.ticket, done);
		return COMMAND_DONE;
	}
	heard_buf_init(&buf, COMMAND_TEXT_MAX);
	if (store_ticket(desk->store, desk->act.ticket, put_ticket, &out, &err)) {
		heard_buf_release(&buf);
		return command_failed(call, &err);
	}
	return command_print_json(call, &buf);
}

static int act(const struct tickets *self, const struct heard_call *call,
	       const struct words *words, act_fn *fn)
{
	struct desk desk;
	struct heard_error err;
	char done[128] = "";
	int result = COMMAND_FAILED;
	if (desk_open(&desk, self, call)) {
		desk.act.reason = heard_str_trim(heard_str(words->reason));
		if (store_ticket_find(desk.store, heard_str(words->at[0]), &desk.act.ticket,
				      &err) ||
		    fn(&desk, words, done, &err))
			result = command_failed(call, &err);
		else
			result = report(&desk, call, done);
	}
	desk_close(&desk);
	return result;
}

/* ---- status, reopen */

static int do_status(struct desk *desk, const struct words *words, char done[128],
		     struct heard_error *err)
{
	int state = store_state_find(heard_str(words->at[1]));
	snprintf(done, 128, "is now %s", words->at[1]);
	return store_ticket_move(desk->store, &desk->act, (enum store_state)state, err);
}

int tickets_status(void *self, const struct heard_call *call)
{
	static const struct option options[] = {REASON, LAST};
	struct words words;
	int state, result = parse_words(call, &words, options, NULL);
	if (result)
		return result;
	if (words.n < 2)
		return command_misused(call, "name a ticket and the state it is to have");
	if ((result = parse_state(call, words.at[1], false, &state)))
		return result;
	return act(self, call, &words, do_status);
}

static int do_reopen(struct desk *desk, const struct words *words, char done[128],
		     struct heard_error *err)
{
	(void)words;
	snprintf(done, 128, "is open again");
	return store_ticket_reopen(desk->store, &desk->act, err);
}

int tickets_reopen(void *self, const struct heard_call *call)
{
	static const struct option options[] = {REASON, LAST};
	struct words words;
	int result = parse_words(call, &words, options, NULL);
	if (result)
		return result;
	if (words.n > 1 || !words.reason || heard_str_trim(heard_str(words.reason)).len == 0)
		return command_misused(call, "name one ticket, and say why by --reason");
	return act(self, call, &words, do_reopen);
}

/* ---- assign */

struct owner {
	char *text;
	size_t size;
};

static void tell_owner(void *arg, const struct store_ticket *ticket)
{
	struct owner *owner = arg;
	snprintf(owner->text, owner->size, "belongs to %.*s%s%.*s",
		 (int)(ticket->assignee.len < 48 ? ticket->assignee.len : 48),
		 ticket->assignee.len ? ticket->assignee.ptr : "",
		 ticket->assignee.len ? ", " : "nobody, ",
		 (int)(ticket->department.len < 48 ? ticket->department.len : 48),
		 ticket->department.len ? ticket->department.ptr : "");
}

static int do_assign(struct desk *desk, const struct words *words, char done[128],
		     struct heard_error *err)
{
	struct owner owner = {done, 128};
	if (store_ticket_assign(desk->store, &desk->act, heard_str(words->to),
				heard_str(words->department), err))
		return -err->code;
	return store_ticket(desk->store, desk->act.ticket, tell_owner, &owner, err);
}

int tickets_assign(void *self, const struct heard_call *call)
{
	static const struct option options[] = {
		REASON,
		{"--to", offsetof(struct words, to)},
		{"--department", offsetof(struct words, department)},
		LAST};
	struct words words;
	int result = parse_words(call, &words, options, NULL);
	if (result)
		return result;
	if (words.n > 1 || (!words.to && !words.department))
		return command_misused(call,
				       "name one ticket and --to AGENT or --department D");
	return act(self, call, &words, do_assign);
}

/* ---- merge */

static int do_merge(struct desk *desk, const struct words *words, char done[128],
		    struct heard_error *err)
{
	int64_t into;
	if (store_ticket_find(desk->store, heard_str(words->at[1]), &into, err))
		return -err->code;
	snprintf(done, 128, "is now a part of ticket %" PRId64, into);
	return store_ticket_merge(desk->store, &desk->act, into, err);
}

int tickets_merge(void *self, const struct heard_call *call)
{
	static const struct option options[] = {REASON, LAST};
	struct words words;
	int result = parse_words(call, &words, options, NULL);
	if (result)
		return result;
	if (words.n < 2)
		return command_misused(call, "name a ticket and the one it is to be a part of");
	return act(self, call, &words, do_merge);
}

/* ---- note, publish: with a text */

static int do_note(struct desk *desk, const struct words *words, char done[128],
		   struct heard_error *err)
{
	snprintf(done, 128, "has the note");
	return store_ticket_note(desk->store, &desk->act, heard_str(words->at[1]), err);
}

int tickets_note(void *self, const struct heard_call *call)
{
	static const struct option options[] = {LAST};
	struct words words;
	struct heard_buf buf, copy;
	struct heard_str text;
	int result = parse_words(call, &words, options, NULL);
	if (result)
		return result;
	result = command_text(call, words.at[1], NOTE_MAX, "a note", &buf, &text);
	heard_buf_init(&copy, NOTE_MAX + 1);
	heard_buf_str(&copy, text); /* trimmed, and with its NUL */
	words.at[1] = copy.ptr;
	if (result == COMMAND_DONE)
		result = act(self, call, &words, do_note);
	heard_buf_release(&copy);
	heard_buf_release(&buf);
	return result;
}

static int do_publish(struct desk *desk, const struct words *words, char done[128],
		      struct heard_error *err)
{
	struct heard_str title = heard_str_trim(heard_str(words->at[1]));
	snprintf(done, 128,
		 words->is_off ? "is off the public board" : "is on the public board");
	return store_ticket_publish(desk->store, &desk->act, title, err);
}

int tickets_publish(void *self, const struct heard_call *call)
{
	static const struct option options[] = {LAST};
	static const char *const flags[] = {"--off", NULL};
	struct words words;
	int result = parse_words(call, &words, options, flags);
	if (result)
		return result;
	struct heard_str title = heard_str_trim(heard_str(words.at[1]));
	if (words.is_off ? words.n > 1 : title.len == 0)
		return command_misused(call, "name a ticket, and a title or --off");
	if (title.len > TITLE_MAX)
		return command_misused(call, "a title has at most %d bytes", TITLE_MAX);
	return act(self, call, &words, do_publish);
}
