/*
 * show.c - `heard tickets show ID`: one ticket, what was said, what happened.
 */
#include "screen.h"
#include "tickets.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <inttypes.h>

enum { JSON_MAX = 1 << 30, RECORD_MAX = 64 << 20 };

/* ---- as JSON */

static void add_ticket(void *arg, const struct store_ticket *ticket)
{
	ticket_json(arg, ticket);
}

/* A record is shown whole, as it was journaled: a canonical line is JSON. */
static void add_said(void *arg, const struct store_said *said)
{
	struct heard_json_out *out = arg;
	bool is_note = said->kind == STORE_SAID_NOTE;
	heard_json_begin(out, NULL, '{');
	heard_json_str(out, "kind", heard_str(is_note ? "note" : "record"));
	json_time(out, "at", said->at);
	heard_json_str(out, "who", is_note ? said->who : HEARD_STR_OF("customer"));
	if (is_note) {
		json_text(out, "text", said->text);
	} else {
		struct heard_json_doc *doc = heard_json_parse(said->text, RECORD_MAX, NULL);
		const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
		heard_json_str(out, "text", heard_json_string(root, "body"));
		heard_json_str(out, "fate", heard_str(said->fate));
		if (root) {
			heard_buf_puts(out->buf, ",\"record\":");
			heard_buf_str(out->buf, said->text);
		}
		heard_json_destroy(doc);
	}
	heard_json_end(out, '}');
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

struct page {
	const struct heard_call *call;
	struct heard_zone *zone;
	int64_t now;
};

static void print_label(const struct page *page, const char *label, struct heard_str text)
{
	if (text.len == 0)
		return;
	fprintf(page->call->out, "  %-15s", label);
	screen_put(page->call->out, text, 1 << 30, false);
	fputc('\n', page->call->out);
}

static void print_deadline(const struct page *page, const char *label, int64_t due, int64_t met)
{
	char at[SCREEN_TIME], left[SCREEN_TIME];
	if (due == HEARD_TIME_NONE && met == HEARD_TIME_NONE)
		return;
	screen_time(at, met != HEARD_TIME_NONE ? met : due, page->zone);
	screen_due(left, due, page->now);
	if (met != HEARD_TIME_NONE)
		fprintf(page->call->out, "  %-15sdone %s\n", label, at);
	else
		fprintf(page->call->out, "  %-15s%s, %s\n", label, at, left);
}

static void print_ticket(void *arg, const struct store_ticket *t)
{
	const struct page *page = arg;
	FILE *out = page->call->out;
	char at[SCREEN_TIME];
	fprintf(out, "Ticket %" PRId64 "  %s  %s\n  ", t->id, store_priority_name(t->priority),
		store_state_name(t->state));
	struct heard_str subject = t->subject.len ? t->subject : t->excerpt;
	screen_put(out, subject.len ? subject : HEARD_STR_OF("(no text)"), 1 << 30, false);
	fputs("\n\n", out);
	screen_time(at, t->received_at, page->zone);
	print_label(page, "received", heard_str(at));
	print_label(page, "channel", t->channel);
	print_label(page, "intent", t->intent);
	print_label(page, "category", t->category);
	print_label(page, "department", t->department);
	print_label(page, "assignee", t->assignee);
	print_label(page, "product", t->product);
	print_deadline(page, "first response", t->first_response_due, t->first_response_at);
	print_deadline(page, "resolution", t->resolution_due, t->resolved_at);
	fprintf(out, "  %-15s%" PRId64 " contact%s, reach %" PRId64 ", round %" PRId64 "\n",
		"so far", t->contacts, t->contacts == 1 ? "" : "s", t->reach, t->round);
	print_label(page, "author key", t->author_key);
	print_label(page, "token", heard_str(t->token));
}

static void print_record(const struct page *page, struct heard_str line)
{
	static const char *const contacts[] = {"name", "email", "phone", "id"};
	FILE *out = page->call->out;
	struct heard_json_doc *doc = heard_json_parse(line, RECORD_MAX, NULL);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
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
	const struct page *page = arg;
	char at[SCREEN_TIME];
	screen_time(at, said->at, page->zone);
	if (said->kind == STORE_SAID_NOTE) {
		fprintf(page->call->out, "  %s  note by ", at);
		screen_put(page->call->out, said->who, 1 << 30, false);
		fputc('\n', page->call->out);
		screen_block(page->call->out, said->text, 4);
		return;
	}
	bool is_current = strcmp(said->fate, "current") == 0;
	fprintf(page->call->out, "  %s  customer%s%s%s\n", at, is_current ? "" : " (",
		is_current ? "" : said->fate, is_current ? "" : ")");
	print_record(page, said->text);
}

static void print_event(void *arg, const struct store_event *e)
{
	const struct page *page = arg;
	FILE *out = page->call->out;
	char at[SCREEN_TIME];
	screen_time(at, e->at, page->zone);
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

static int show_page(struct store *store, const struct heard_call *call, int64_t id)
{
	struct heard_error err;
	struct page page = {
		.call = call, .zone = heard_zone(call->host), .now = heard_now(call->host)};
	if (store_ticket(store, id, print_ticket, &page, &err))
		return command_failed(call, &err);
	fputs("\nConversation\n", call->out);
	if (store_conversation(store, id, print_said, &page, &err))
		return command_failed(call, &err);
	fputs("\nHistory\n", call->out);
	if (store_history(store, id, print_event, &page, &err))
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
