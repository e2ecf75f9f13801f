/*
 * list.c - `heard tickets list`: what is to be done, the most urgent first.
 */
#include "command.h"
#include "screen.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	ROWS = 50, /* on a terminal, unless --limit says otherwise */
	JSON_MAX = 1 << 30,
	NUMBER = 7,
	PRIORITY = 7,
	STATE = 9,
	DUE = 16,
	OWNER = 10,
	DEPARTMENT = 12,
	CHANNEL = 9,
	SAID = 7, /* by how many, how often */
	WIDE = 110,
};

struct listing {
	const struct heard_call *call;
	int64_t now, shown;
	int subject; /* columns left for it */
	bool colour, is_wide;
};

static int parse_filter(const struct heard_call *call, struct store_filter *filter)
{
	struct args args = {.call = call, .at = 1};
	const char *name, *value;
	int more;
	while ((more = args_next(&args, &name, &value)) > 0) {
		struct heard_str word = heard_str(value);
		if (!name)
			return command_misused(call, "\"%s\" is one word too many", value);
		if (strcmp(name, "--state") == 0) {
			if (parse_state(call, value, true, &filter->state))
				return COMMAND_USAGE;
		} else if (strcmp(name, "--priority") == 0) {
			if ((filter->priority = store_priority_find(word)) == 0)
				return command_misused(
					call,
					"\"%s\" is no priority; they are high, medium and low",
					value);
		} else if (strcmp(name, "--department") == 0) {
			filter->department = word;
		} else if (strcmp(name, "--assignee") == 0) {
			filter->assignee = word;
		} else if (strcmp(name, "--limit") == 0) {
			if (!parse_limit(value, &filter->limit))
				return command_misused(call, "\"%s\" is no number of tickets",
						       value);
		} else {
			return command_misused(call, "there is no option %s", name);
		}
	}
	return more < 0 ? COMMAND_USAGE : COMMAND_DONE;
}

static bool add_json(void *arg, const struct store_ticket *ticket)
{
	struct heard_json_out *out = arg;
	heard_json_begin(out, NULL, '{');
	ticket_json(out, ticket);
	heard_json_end(out, '}');
	return !out->buf->failed;
}

static int list_json(struct store *store, const struct heard_call *call,
		     const struct store_filter *filter)
{
	struct heard_error err;
	struct heard_buf buf;
	struct heard_json_out out = {.buf = &buf};
	heard_buf_init(&buf, JSON_MAX);
	heard_json_begin(&out, NULL, '[');
	if (store_tickets(store, filter, add_json, &out, &err)) {
		heard_buf_release(&buf);
		return command_failed(call, &err);
	}
	heard_json_end(&out, ']');
	return command_print_json(call, &buf);
}

static void print_cell(FILE *out, struct heard_str text, int columns)
{
	screen_put(out, text.len ? text : HEARD_STR_OF("-"), columns - 1, true);
	fputc(' ', out);
}

/* "3x" the customer came back, "40~" say the same; one of both at most is common. */
static void print_said(FILE *out, const struct store_ticket *t)
{
	char text[64] = "";
	int n = 0;
	if (t->contacts > 1)
		n = snprintf(text, sizeof(text), "%" PRId64 "x", t->contacts);
	if (t->reach > 1)
		snprintf(text + n, sizeof(text) - (size_t)n, "%s%" PRId64 "~", n ? " " : "",
			 t->reach);
	screen_put(out, heard_str(text), SAID - 1, true);
	fputc(' ', out);
}

static void print_due(const struct listing *l, const struct store_ticket *t)
{
	char due[SCREEN_TIME];
	bool is_coloured = l->colour && t->due != HEARD_TIME_NONE && t->due <= l->now;
	screen_due(due, t->due, l->now);
	if (is_coloured)
		fputs("\033[31m", l->call->out);
	screen_put(l->call->out, heard_str(due), DUE, true);
	if (is_coloured)
		fputs("\033[0m", l->call->out);
}

static bool print_row(void *arg, const struct store_ticket *t)
{
	struct listing *l = arg;
	FILE *out = l->call->out;
	fprintf(out, "%*" PRId64 "  ", NUMBER - 2, t->id);
	screen_put(out, heard_str(store_priority_name(t->priority)), PRIORITY, true);
	screen_put(out, heard_str(store_state_name(t->state)), STATE, true);
	print_due(l, t);
	print_cell(out, t->assignee, OWNER);
	print_cell(out, t->department, DEPARTMENT);
	if (l->is_wide)
		print_cell(out, t->channel, CHANNEL);
	print_said(out, t);
	struct heard_str subject = t->subject.len ? t->subject : t->excerpt;
	screen_put(out, subject.len ? subject : HEARD_STR_OF("(no text)"), l->subject, false);
	fputc('\n', out);
	l->shown++;
	return true;
}

static void print_head(const struct listing *l)
{
	FILE *out = l->call->out;
	fprintf(out, "%*s  %-*s%-*s%-*s%-*s%-*s", NUMBER - 2, "ID", PRIORITY, "PRIO", STATE,
		"STATE", DUE, "DUE", OWNER, "OWNER", DEPARTMENT, "DEPARTMENT");
	if (l->is_wide)
		fprintf(out, "%-*s", CHANNEL, "CHANNEL");
	fprintf(out, "%-*s%s\n", SAID, "SAID", "SUBJECT");
}

static struct listing begin_listing(const struct heard_call *call)
{
	int columns = screen_columns(call->out);
	struct listing l = {
		.call = call, .now = heard_now(call->host), .is_wide = columns >= WIDE};
	l.subject = columns - (NUMBER + PRIORITY + STATE + DUE + OWNER + DEPARTMENT + SAID) -
		    (l.is_wide ? CHANNEL : 0);
	if (l.subject < SAID)
		l.subject = SAID;
	l.colour = isatty(fileno(call->out)) && !getenv("NO_COLOR");
	return l;
}

static int list_table(struct store *store, const struct heard_call *call,
		      const struct store_filter *filter)
{
	struct heard_error err;
	int64_t total;
	struct listing l = begin_listing(call);
	if (store_tickets_count(store, filter, &total, &err))
		return command_failed(call, &err);
	if (total == 0) {
		fputs(filter->state == STORE_LIVE ? "No ticket is open.\n"
						  : "No such ticket.\n",
		      call->out);
		return COMMAND_DONE;
	}
	print_head(&l);
	if (store_tickets(store, filter, print_row, &l, &err))
		return command_failed(call, &err);
	if (l.shown < total)
		fprintf(call->out, "%" PRId64 " more; --limit N shows more\n", total - l.shown);
	return COMMAND_DONE;
}

int tickets_list(void *self, const struct heard_call *call)
{
	struct store_filter filter = {.state = STORE_LIVE};
	int result = parse_filter(call, &filter);
	if (result)
		return result;
	struct store *store = command_store(self, call);
	if (!store)
		return COMMAND_FAILED;
	if (filter.limit == 0 && !call->json)
		filter.limit = ROWS;
	result = call->json ? list_json(store, call, &filter)
			    : list_table(store, call, &filter);
	store_close(store);
	return result;
}
