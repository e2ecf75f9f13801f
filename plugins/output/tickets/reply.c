/*
 * reply.c - `heard tickets reply ID`: an answer to a customer, or to all who say the same.
 *
 * The answer is in the outbox when this ends; the daemon sends it.  With --key the same
 * command may be given again, by a program that lost our reply: nothing is sent twice.
 *
 * With --all each customer of the group gets an answer of his own, in his own ticket.
 * Tickets that are over, merged or spam are left alone, except the one that is named.  It
 * stops at the first that cannot be answered; with a key it is given again.
 */
#include "command.h"

#include <heard/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { KEY_MAX = 160 };

struct wish {
	const char *ticket, *text, *key;
	bool to_all;
};

struct group { /* whom to answer */
	int64_t *tickets, *answers;
	size_t n, room;
	bool failed;
};

static int parse(const struct heard_call *call, struct wish *wish)
{
	static const char *const flags[] = {"--all", NULL};
	struct args args = {.call = call, .flags = flags, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		if (name && strcmp(name, "--all") == 0)
			wish->to_all = true;
		else if (name && strcmp(name, "--key") == 0)
			wish->key = value;
		else if (name)
			return command_misused(call, "there is no option %s", name);
		else if (!wish->ticket)
			wish->ticket = value;
		else if (!wish->text)
			wish->text = value;
		else
			return command_misused(
				call, "\"%s\" is one word too many; put quotes around a text",
				value);
	}
	if (more == 0 && !wish->ticket)
		return command_misused(call, "name a ticket");
	if (wish->key && strlen(wish->key) > KEY_MAX)
		return command_misused(call, "a key has at most %d bytes", KEY_MAX);
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

/* ---- the group */

static void add(void *arg, int64_t ticket)
{
	struct group *group = arg;
	if (group->n == group->room) {
		size_t room = group->room ? 2 * group->room : 64;
		int64_t *tickets = reallocarray(group->tickets, room, sizeof(*tickets));
		if (!tickets) {
			group->failed = true;
			return;
		}
		group->tickets = tickets;
		group->room = room;
	}
	group->tickets[group->n++] = ticket;
}

static void read_leader(void *arg, const struct store_ticket *ticket)
{
	if (ticket->leader)
		*(int64_t *)arg = ticket->leader;
}

static int gather(struct store *store, int64_t named, bool to_all, struct group *group,
		  struct heard_error *err)
{
	int64_t leader = named;
	int result = to_all ? store_ticket(store, named, read_leader, &leader, err) : 0;
	if (result)
		return result;
	add(group, named);
	if (leader != named)
		add(group, leader);
	result = to_all ? store_ticket_members(store, leader, add, group, err) : 0;
	if (result)
		return result;
	group->answers = calloc(group->n + 1, sizeof(*group->answers));
	if (!group->failed && group->answers)
		return 0;
	heard_fail(err, ENOMEM, "out of memory");
	return -ENOMEM;
}

static void read_live(void *arg, const struct store_ticket *ticket)
{
	*(bool *)arg = store_state_is_live(ticket->state);
}

/* ---- the answers */

static int answer_one(struct desk *desk, const struct wish *wish, struct heard_str text,
		      int64_t *answer, struct heard_error *err)
{
	char key[KEY_MAX + 32] = "";
	if (wish->key && wish->to_all)
		snprintf(key, sizeof(key), "%s/%" PRId64, wish->key, desk->act.ticket);
	else if (wish->key)
		snprintf(key, sizeof(key), "%s", wish->key);
	return store_ticket_reply(desk->store, &desk->act, text, heard_str(key), answer, err);
}

/* The answers' numbers; 0: not asked for one, or over. */
static int answer_all(struct desk *desk, const struct wish *wish, struct heard_str text,
		      struct group *group, struct heard_error *err)
{
	int64_t named = group->tickets[0];
	for (size_t i = 0; i < group->n; i++) {
		bool is_live = true;
		desk->act.ticket = group->tickets[i];
		bool is_again = i > 0 && desk->act.ticket == named;
		if (i > 0 &&
		    store_ticket(desk->store, desk->act.ticket, read_live, &is_live, err))
			return -err->code;
		if (is_live && !is_again &&
		    answer_one(desk, wish, text, &group->answers[i], err))
			return heard_error_wrap(err, "ticket %" PRId64, desk->act.ticket);
	}
	return 0;
}

static int print_json(const struct heard_call *call, const struct group *group)
{
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	heard_buf_init(&buf, 64 << 20);
	heard_json_begin(&out, NULL, '[');
	for (size_t i = 0; i < group->n; i++) {
		if (!group->answers[i])
			continue;
		heard_json_begin(&out, NULL, '{');
		heard_json_int(&out, "ticket", group->tickets[i]);
		heard_json_int(&out, "answer", group->answers[i]);
		heard_json_end(&out, '}');
	}
	heard_json_end(&out, ']');
	return command_print_json(call, &buf);
}

static int print(const struct heard_call *call, const struct group *group)
{
	size_t n = 0;
	for (size_t i = 0; i < group->n; i++)
		n += group->answers[i] != 0;
	if (call->json)
		return print_json(call, group);
	if (n > 1)
		fprintf(call->out, "%zu tickets have the answer.\n", n);
	else
		fprintf(call->out, "Ticket %" PRId64 " has the answer.\n", group->tickets[0]);
	return COMMAND_DONE;
}

static int reply(struct desk *desk, const struct heard_call *call, const struct wish *wish,
		 struct heard_str text)
{
	struct heard_error err;
	struct group group = {.n = 0};
	int64_t named;
	int result;
	if (store_ticket_find(desk->store, heard_str(wish->ticket), &named, &err) ||
	    gather(desk->store, named, wish->to_all, &group, &err) ||
	    answer_all(desk, wish, text, &group, &err))
		result = command_failed(call, &err);
	else
		result = print(call, &group);
	free(group.tickets);
	free(group.answers);
	return result;
}

int tickets_reply(void *self, const struct heard_call *call)
{
	struct wish wish = {.key = NULL};
	struct desk desk;
	struct heard_buf buf;
	struct heard_str text;
	int result = parse(call, &wish);
	if (result)
		return result;
	result = command_text(call, wish.text, COMMAND_TEXT_MAX, "an answer", &buf, &text);
	if (result == COMMAND_DONE) {
		result = COMMAND_FAILED;
		if (desk_open(&desk, self, call))
			result = reply(&desk, call, &wish, text);
		desk_close(&desk);
	}
	heard_buf_release(&buf);
	return result;
}
