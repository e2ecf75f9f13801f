/*
 * show.c - `heard tickets show ID`: one ticket, what was said, what happened.
 */
#include "command.h"
#include "screen.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <inttypes.h>

enum { JSON_MAX = 1 << 30, RECORD_MAX = 64 << 20 };

/* ---- as JSON */

/* Beyond what `list --json` has. */
static void add_ticket(void *arg, const struct store_ticket *t)
{
	struct heard_json_out *out = arg;
	ticket_json(out, t);
	json_time(out, "due", t->due);
	json_time(out, "next_response_due", t->next_response_due);
	heard_json_int(out, "escalation", t->escalation);
	heard_json_int(out, "handovers", t->handovers);
	json_text(out, "source", t->source);
	json_text(out, "lang", t->lang);
	json_text(out, "board", t->board);
	if (t->merged_into)
		heard_json_int(out, "merged_into", t->merged_into);
	if (t->leader)
		heard_json_int(out, "leader", t->leader);
}

/* A record is shown whole, as it was journaled: a canonical line is JSON. */
static void add_record(struct heard_json_out *out, const struct store_said *said)
{
	struct heard_json_doc *doc = heard_json_parse(said->text, RECORD_MAX, NULL);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	struct heard_str automatic = record_automatic(root);
	heard_json_str(out, "who",
		       automatic.len ? HEARD_STR_OF("program") : HEARD_STR_OF("customer"));
	json_text(out, "automatic", automatic);
	heard_json_str(out, "text", heard_json_string(root, "body"));
	heard_json_str(out, "fate", heard_str(said->fate));
	if (root) {
		heard_buf_puts(out->buf, ",\"record\":");
		heard_buf_str(out->buf, said->text);
	}
	heard_json_destroy(doc);
}

static void add_said(void *arg, const struct store_said *said)
{
	static const char *const kinds[] = {[STORE_SAID_RECORD] = "record",
					    [STORE_SAID_NOTE] = "note",
					    [STORE_SAID_ANSWER] = "answer"};
	struct heard_json_out *out = arg;
	bool is_record = said->kind == STORE_SAID_RECORD;
	heard_json_begin(out, NULL, '{');
	heard_json_str(out, "kind", heard_str(kinds[said->kind]));
	json_time(out, "at", said->at);
	if (is_record) {
		add_record(out, said);
	} else {
		heard_json_str(out, "who", said->who);
		heard_json_str(out, "text", said->text);
	}
	if (said->kind == STORE_SAID_ANSWER)
		heard_json_str(out, "fate", heard_str(said->fate));
	heard_json_end(out, '}');
}

static void add_level(void *arg, const struct store_level *level)
{
	struct heard_json_out *out = arg;
	heard_json_begin(out, NULL, '{');
	heard_json_str(out, "kind", heard_str(level->kind));
	heard_json_int(out, "round", level->round);
	json_time(out, "due", level->due);
	json_time(out, "at", level->at);
	heard_json_bool(out, "met", level->met);
	heard_json_end(out, '}');
}

static void add_member(void *arg, int64_t ticket)
{
	heard_json_int(arg, NULL, ticket);
}

static void add_event(void *arg, const struct store_event *event)
{
	struct heard_json_out *out = arg;
	heard_json_begin(out, NULL, '{');
	json_time(out, "at", event->at);
	json_text(out, "who", event->who);
	json_text(out, "what", event->what);
	json_text(out, "from", event->from);
	json_text(out, "to", event->to);
	json_text(out, "reason", event->reason);
	heard_json_end(out, '}');
}

static int show_json(struct store *store, const struct heard_call *call, int64_t id)
{
	struct heard_error err;
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	heard_buf_init(&buf, JSON_MAX);
	heard_json_begin(&out, NULL, '{');
	if (store_ticket(store, id, add_ticket, &out, &err))
		goto failed;
	heard_json_begin(&out, "members", '[');
	if (store_ticket_members(store, id, add_member, &out, &err))
		goto failed;
	heard_json_end(&out, ']');
	heard_json_begin(&out, "levels", '[');
	if (store_levels(store, id, add_level, &out, &err))
		goto failed;
	heard_json_end(&out, ']');
	heard_json_begin(&out, "conversation", '[');
	if (store_conversation(store, id, add_said, &out, &err))
		goto failed;
	heard_json_end(&out, ']');
	heard_json_begin(&out, "history", '[');
	if (store_history(store, id, add_event, &out, &err))
		goto failed;
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
	return command_print_json(call, &buf);
failed:
	heard_buf_release(&buf);
	return command_failed(call, &err);
}

/* ---- for people */

struct view {
	const struct heard_call *call;
	struct heard_zone *zone;
	int64_t now;
};

static void print_label(const struct view *view, const char *label, struct heard_str text)
{
	if (text.len == 0)
		return;
	fprintf(view->call->out, "  %-15s", label);
	screen_put(view->call->out, text, 1 << 30, false);
	fputc('\n', view->call->out);
}

static void print_deadline(const struct view *view, const char *label, int64_t due, int64_t met)
{
	char at[SCREEN_TIME], left[SCREEN_TIME];
	if (due == HEARD_TIME_NONE && met == HEARD_TIME_NONE)
		return;
	screen_time(at, met != HEARD_TIME_NONE ? met : due, view->zone);
	screen_due(left, due, view->now);
	if (met != HEARD_TIME_NONE)
		fprintf(view->call->out, "  %-15sdone %s\n", label, at);
	else
		fprintf(view->call->out, "  %-15s%s, %s\n", label, at, left);
}

static void print_links(const struct view *view, const struct store_ticket *t)
{
	FILE *out = view->call->out;
	if (t->merged_into)
		fprintf(out, "  %-15sticket %" PRId64 "\n", "merged into", t->merged_into);
	if (t->leader)
		fprintf(out, "  %-15sticket %" PRId64 ", and %" PRId64 " customers in all\n",
			"says the same", t->leader, t->reach);
	print_label(view, "on the board", t->board);
}

static void print_so_far(const struct view *view, const struct store_ticket *t)
{
	FILE *out = view->call->out;
	fprintf(out, "  %-15s%" PRId64 " contact%s, reach %" PRId64 ", round %" PRId64,
		"so far", t->contacts, t->contacts == 1 ? "" : "s", t->reach, t->round);
	if (t->escalation)
		fprintf(out, ", escalated %" PRId64 " time%s", t->escalation,
			t->escalation == 1 ? "" : "s");
	fputc('\n', out);
}

static void print_ticket(void *arg, const struct store_ticket *t)
{
	const struct view *view = arg;
	FILE *out = view->call->out;
	char at[SCREEN_TIME];
	fprintf(out, "Ticket %" PRId64 "  %s  %s\n  ", t->id, store_priority_name(t->priority),
		store_state_name(t->state));
	struct heard_str subject = t->subject.len ? t->subject : t->excerpt;
	screen_put(out, subject.len ? subject : HEARD_STR_OF("(no text)"), 1 << 30, false);
	fputs("\n\n", out);
	screen_time(at, t->received_at, view->zone);
	print_label(view, "received", heard_str(at));
	print_label(view, "channel", t->channel);
	print_label(view, "intent", t->intent);
	print_label(view, "category", t->category);
	print_label(view, "department", t->department);
	print_label(view, "assignee", t->assignee);
	print_label(view, "product", t->product);
	print_deadline(view, "first response", t->first_response_due, t->first_response_at);
	print_deadline(view, "next response", t->next_response_due, HEARD_TIME_NONE);
	print_deadline(view, "resolution", t->resolution_due, t->resolved_at);
	print_so_far(view, t);
	print_links(view, t);
	print_label(view, "author key", t->author_key);
	print_label(view, "token", heard_str(t->token));
}

static void print_who(const struct view *view, const struct store_said *said,
		      struct heard_str automatic)
{
	FILE *out = view->call->out;
	char at[SCREEN_TIME];
	screen_time(at, said->at, view->zone);
	fprintf(out, "  %s  %s", at, automatic.len ? "a program" : "customer");
	if (automatic.len) {
		fputs(" (", out);
		screen_put(out, automatic, 20, false);
		fputc(')', out);
	}
	if (strcmp(said->fate, "current") != 0)
		fprintf(out, " (%s)", said->fate);
	fputc('\n', out);
}

static void print_record(const struct view *view, const struct store_said *said)
{
	static const char *const contacts[] = {"name", "email", "phone", "id"};
	FILE *out = view->call->out;
	struct heard_json_doc *doc = heard_json_parse(said->text, RECORD_MAX, NULL);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	print_who(view, said, record_automatic(root));
	const struct heard_json *author = heard_json_member(root, "author");
	struct heard_str subject = heard_json_string(root, "subject");
	if (subject.len)
		screen_block(out, subject, 4);
	screen_block(out, heard_json_string(root, "body"), 4);
	struct heard_str order = heard_json_string(root, "order");
	if (order.len)
		fprintf(out, "    order: %.*s\n", HEARD_ARG(order));
	for (size_t i = 0; i < sizeof(contacts) / sizeof(*contacts); i++)
		if (heard_json_string(author, contacts[i]).len)
			fprintf(out, "    %s: sealed\n", contacts[i]);
	heard_json_destroy(doc);
}

static void print_said(void *arg, const struct store_said *said)
{
	const struct view *view = arg;
	char at[SCREEN_TIME];
	screen_time(at, said->at, view->zone);
	if (said->kind != STORE_SAID_RECORD) {
		bool is_answer = said->kind == STORE_SAID_ANSWER;
		fprintf(view->call->out, "  %s  %s by ", at, is_answer ? "answer" : "note");
		screen_put(view->call->out, said->who, 1 << 30, false);
		if (is_answer)
			fprintf(view->call->out, " (%s)", said->fate);
		fputc('\n', view->call->out);
		screen_block(view->call->out, said->text, 4);
		return;
	}
	print_record(view, said);
}

static void print_event(void *arg, const struct store_event *e)
{
	const struct view *view = arg;
	FILE *out = view->call->out;
	char at[SCREEN_TIME];
	screen_time(at, e->at, view->zone);
	fprintf(out, "  %s  ", at);
	screen_put(out, e->who, 12, true);
	fputc(' ', out);
	screen_put(out, e->what, 10, e->from.len || e->to.len || e->reason.len);
	if (e->from.len)
		fprintf(out, " %.*s ->", HEARD_ARG(e->from));
	if (e->to.len)
		fprintf(out, " %.*s", HEARD_ARG(e->to));
	if (e->reason.len) {
		fputs("  ", out);
		screen_put(out, e->reason, 1 << 30, false);
	}
	fputc('\n', out);
}

static void print_level(void *arg, const struct store_level *level)
{
	const struct view *view = arg;
	char due[SCREEN_TIME], at[SCREEN_TIME], kind[32];
	snprintf(kind, sizeof(kind), "%s", level->kind);
	for (char *p = kind; *p; p++)
		*p = *p == '_' ? ' ' : *p;
	screen_time(due, level->due, view->zone);
	screen_time(at, level->at, view->zone);
	fprintf(view->call->out, "  %-15s%-7sdue %s, done %s, round %" PRId64 "\n", kind,
		level->met ? "met" : "missed", due,
		level->at == HEARD_TIME_NONE ? "not yet" : at, level->round);
}

/* What somebody who works on the ticket has to know before anything else. */
struct trail {
	const struct view *view;
	int64_t came_back, last;
};

static void look_at_event(void *arg, const struct store_event *e)
{
	struct trail *trail = arg;
	FILE *out = trail->view->call->out;
	if (heard_str_is(e->what, "bounced")) {
		trail->came_back++;
		trail->last = e->at;
	}
	if (!heard_str_is(e->what, "linked"))
		return;
	fprintf(out, "  %-15sticket %.*s", "related",
		HEARD_ARG(heard_str_skip(e->to, e->to.len ? 1 : 0)));
	if (e->reason.len) {
		fputs(": ", out);
		screen_put(out, e->reason, 1 << 30, false);
	}
	fputc('\n', out);
}

static int show_trail(struct store *store, const struct view *view, int64_t id,
		      struct heard_error *err)
{
	struct trail trail = {.view = view};
	char at[SCREEN_TIME];
	if (store_history(store, id, look_at_event, &trail, err))
		return -err->code;
	screen_time(at, trail.last, view->zone);
	if (trail.came_back)
		fprintf(view->call->out,
			"  %-15s%" PRId64 " mail%s to the customer came back, the last %s\n",
			"undelivered", trail.came_back, trail.came_back == 1 ? "" : "s", at);
	return 0;
}

static void count_level(void *arg, const struct store_level *level)
{
	(void)level;
	++*(int *)arg;
}

static int show_levels(struct store *store, struct view *view, int64_t id,
		       struct heard_error *err)
{
	int n = 0;
	if (store_levels(store, id, count_level, &n, err))
		return -err->code;
	if (n == 0)
		return 0;
	fputs("\nService levels\n", view->call->out);
	return store_levels(store, id, print_level, view, err);
}

static int show_page(struct store *store, const struct heard_call *call, int64_t id)
{
	struct heard_error err;
	struct view view = {
		.call = call, .zone = heard_zone(call->host), .now = heard_now(call->host)};
	if (store_ticket(store, id, print_ticket, &view, &err) ||
	    show_trail(store, &view, id, &err) || show_levels(store, &view, id, &err))
		return command_failed(call, &err);
	fputs("\nConversation\n", call->out);
	if (store_conversation(store, id, print_said, &view, &err))
		return command_failed(call, &err);
	fputs("\nHistory\n", call->out);
	if (store_history(store, id, print_event, &view, &err))
		return command_failed(call, &err);
	return COMMAND_DONE;
}

int tickets_show(void *self, const struct heard_call *call)
{
	struct heard_error err;
	int64_t id;
	if (call->argc != 2)
		return command_misused(call, "name one ticket, by its number or its token");
	struct store *store = command_store(self, call);
	if (!store)
		return COMMAND_FAILED;
	int result;
	if (store_ticket_find(store, heard_str(call->argv[1]), &id, &err))
		result = command_failed(call, &err);
	else
		result = call->json ? show_json(store, call, id) : show_page(store, call, id);
	store_close(store);
	return result;
}
